"""Two cycles of two editions, announced, with cities of every kind that the figures tell apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from assessments.models import Assessment, City, CityRecord, Consent, Cycle
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.clock import staged_at
from wwc.insights.jobs import write_insights
from wwc.outbox import running

LATER = NOW + timedelta(minutes=10)  # when nothing can be taken back any more
STATES = (("US", "OH", "Ohio"), ("US", "TX", "Texas"), ("BR", "SP", ""))
FORMS = ("council-manager", "mayor-council", "")


@dataclass
class World:
    """The cycles and who works for the program."""

    first: Cycle
    second: Cycle
    staff: Any
    director: Any
    cities: list[City]


def place(n: int) -> City:
    """The nth city, with a form and a population of its own kind."""
    country, code, name = STATES[n % 3]
    made = make.city(f"Town {n}", country=country, subdivision=code, subdivision_name=name)
    records = CityRecord.objects.filter(city=made)
    records.filter(fact="population").update(number=(45_000, 150_000, 12_000)[n % 3])
    form = FORMS[n % 2 if n % 7 else 2]
    records.filter(fact="form_of_government").update(text=form) if form else records.filter(fact="form_of_government").delete()
    return made


def tell(cases: Sequence[Assessment], staff: Any, director: Any, slug: str) -> None:
    """Decide and announce these assessments; those below the lowest tier get the decision that it is no tier."""
    awards = []
    for case in cases:
        score = case.scores.get()
        given = {} if score.tier else {"kind": "no_tier", "tier": "", "reason": "Below the lowest tier."}
        awards.append(make.approved(case, proposer=staff, director=director, **given))
    make.released(awards, by=staff, director=director, slug=slug)


def compute(*cycles: Cycle) -> None:
    """The worker computes what was asked, once it may."""
    with staged_at(LATER):
        for cycle in cycles:
            write_insights(cycle.pk)


def world(first: int = 6, second: int = 10) -> World:
    """So many cities in a cycle of the 2018 edition, and in one of 2022, the last of the first among them."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    earlier, dates = NOW - timedelta(days=900), {"opens_at": NOW - timedelta(days=1100)}
    one = make.cycle("2023", edition="2018", due_at=earlier, withdraw_until=earlier, **dates)
    two = make.cycle("2026")
    cities = [place(n) for n in range(first + second // 2)]
    consents = (Consent.CRITERIA, Consent.AREAS, Consent.TIER)
    for cycle, those, slug in ((one, cities[:first], "early"), (two, cities[-second:], "late")):
        cases = []
        for n, city in enumerate(those):
            points = (31, 38, 24, 40, 33, 20)[n % 6] if n % 2 else (6, 9, 12)[n % 3]
            cases.append(make.scored(city, points, in_cycle=cycle, consent=consents[n % 3]))
        tell(cases, staff, director, slug)
    running.load_entrances()
    return World(one, two, staff, director, cities)
