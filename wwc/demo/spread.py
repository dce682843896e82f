"""Which city meets what: a world whose shares per criterion are those that the program published, or lie between them.

Published for 2018 and 2019 ("The Data and the Details"): open data in a central public place is met most often, by 74 % of
cities; a policy for automated decisions least, by under 1 %; between a city's first and second assessment every practice area
went up but Repurposing.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

PORTAL = {"2018": "OD3", "2022": "OD3"}
SELDOM = {"2018": "", "2022": "PA4"}
UNCHANGED = {"2018": "RP"}
PORTAL_SHARE, SELDOM_SHARE = 0.74, 0.009
# Between the two published ends each criterion gets a share of its own; the core ones are what cities begin with.
LOWEST, HIGHEST, CORE_SHARE = 0.28, 0.72, 0.93


def shares(edition: str, criteria: Iterable[tuple[str, bool]], chance: Random) -> dict[str, float]:
    """The share of cities that meets each criterion, by code; `criteria` are pairs of code and whether it is core."""
    found = {}
    for code, core in criteria:
        found[code] = CORE_SHARE if core else round(chance.uniform(LOWEST, HIGHEST), 3)
    if PORTAL[edition] in found:
        found[PORTAL[edition]] = PORTAL_SHARE
    if SELDOM[edition] in found:
        found[SELDOM[edition]] = SELDOM_SHARE
    return found


def who_meets(abilities: Sequence[float], wanted: Mapping[str, float], chance: Random) -> list[set[str]]:
    """For each city the codes it meets: for every criterion exactly the wanted share of cities, the abler ones rather."""
    met: list[set[str]] = [set() for _ in abilities]
    for code in sorted(wanted):
        drawn = sorted(range(len(abilities)), key=lambda i: abilities[i] + chance.gauss(0, 0.8), reverse=True)
        for i in drawn[: round(wanted[code] * len(abilities))]:
            met[i].add(code)
    return met


def second_time(met: set[str], areas: Mapping[str, str], edition: str, chance: Random) -> set[str]:
    """What a city meets at its second assessment: in every area what it met and some more, in Repurposing the same."""
    gained = {code for code, area in areas.items() if code not in met and area != UNCHANGED.get(edition) and chance.random() < 0.25}
    return met | gained
