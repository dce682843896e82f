"""How many readings a policy asks for, foreseen from what cities claimed last time; else as if every city claimed everything."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from assessments.lifecycle import Status
from assessments.models import Answer, Claim, Cycle
from assessments.queries.visible import assessments_for_programme
from criteria.queries import rulebook
from criteria.scoring import Rulebook, Verdict, score

SUBMITTED = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)
LOOKED_AT = 300  # assessments of the earlier cycle, so that the page takes as long for a large cycle as for a small one


@dataclass(frozen=True)
class Workload:
    """Readings for so many cities, by why they are asked; `basis` is the cycle that it is foreseen from, None where there is none."""

    cities: int
    criteria: int
    basis: Cycle | None
    first: int
    core: int
    near: int
    drawn: int

    @property
    def second(self) -> int:
        """All second readings that can be foreseen."""
        return self.core + self.near + self.drawn

    @property
    def total(self) -> int:
        """All readings."""
        return self.first + self.second


def workload(cycle: Cycle, rule: dict[str, Any], cities: int, user: Any) -> Workload:
    """What a policy of second readings asks for. An answer is counted once, by the first reason: core, near a line, drawn."""
    rules = rulebook(cycle.standard)
    basis = _basis(cycle, user)
    claims = _claims(basis, user) if basis else [frozenset(each.code for each in rules.rules)]
    core = near = drawn = 0.0
    for claimed in claims:
        of_core = sum(each.core for each in rules.rules if each.code in claimed) if rule["core"] else 0
        rest = len(claimed) - of_core
        core += of_core
        if basis and _is_near(rules, claimed, rule["near_line"]):
            near += rest
        else:
            drawn += rest * rule["random_share"]
    times = cities / len(claims)
    found = (round(each * times) for each in (core, near, drawn))
    return Workload(cities, len(rules.rules), basis, cities * len(rules.rules), *found)


def _basis(cycle: Cycle, user: Any) -> Cycle | None:
    """The latest other cycle of the same edition in which anybody submitted, as far as the person may see it."""
    seen = assessments_for_programme(user).filter(status__in=SUBMITTED, cycle__standard=cycle.standard).exclude(cycle=cycle)
    latest = seen.select_related("cycle").order_by("-cycle__opens_at", "-cycle").first()
    return latest.cycle if latest else None


def _claims(cycle: Cycle, user: Any) -> list[frozenset[str]]:
    """What each city of the cycle claimed met, by code."""
    seen = assessments_for_programme(user).filter(status__in=SUBMITTED, cycle=cycle).order_by("-pk")
    numbers = list(seen.values_list("pk", flat=True)[:LOOKED_AT])
    claimed: dict[int, set[str]] = defaultdict(set)
    met = Answer.objects.filter(assessment__in=numbers, current__claim=Claim.MET)
    for assessment, code in met.values_list("assessment_id", "criterion__code"):
        claimed[assessment].add(code)
    return [frozenset(claimed[pk]) for pk in numbers]


def _is_near(rules: Rulebook, claimed: frozenset[str], within: int) -> bool:
    """Whether what is claimed stands within so many points of a line between tiers."""
    if not within:
        return False
    found = score(rules, {each.code: Verdict.MET if each.code in claimed else Verdict.NOT_MET for each in rules.rules})
    return any(abs(found.points - reach.floor_points) <= within for reach in found.tiers)


def cities_last_time(cycle: Cycle, user: Any) -> int:
    """With how many cities to begin when foreseeing: as many as submitted last time, else a hundred."""
    basis = _basis(cycle, user)
    return assessments_for_programme(user).filter(cycle=basis, status__in=SUBMITTED).count() if basis else 100
