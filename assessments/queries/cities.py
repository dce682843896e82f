"""What is known of a city, and who works for it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from assessments.lifecycle import CycleStatus
from assessments.models import Assessment, City, CityRecord, Cycle, Fact, Membership
from wwc.geography import COUNTRIES, fold


def people_with(city: City, *roles: str) -> list[Any]:
    """The people who have one of these parts in a city's team now, each once, in the order they came."""
    members = Membership.objects.filter(city=city, role__in=roles, ended_at=None).select_related("person").order_by("added_at", "pk")
    return list({member.person_id: member.person for member in members if member.person.is_active}.values())


def population(city: City, on: date) -> CityRecord | None:
    """The latest known population on a day; where none is that old, the first one after it."""
    return _fact(city, Fact.POPULATION, on)


def form_of_government(city: City, on: date) -> CityRecord | None:
    """The form of government on a day; where none is that old, the first one known after it."""
    return _fact(city, Fact.FORM, on)


def _fact(city: City, fact: str, on: date) -> CityRecord | None:
    known = CityRecord.objects.filter(city=city, fact=fact)
    then = known.filter(as_of__lte=on).order_by("-as_of", "-checked", "-pk").first()
    return then or known.filter(as_of__gt=on).order_by("as_of", "-checked", "-pk").first()


@dataclass(frozen=True)
class Eligibility:
    """Whether a place may take part in a cycle: "yes", "outside" (the Americas), "below" (the line), "unknown" (no population)."""

    verdict: str
    known: CityRecord | None
    minimum: int


def eligibility(city: City, cycle: Cycle) -> Eligibility:
    """Whether a place may take part in a cycle, by the population on record for the day it opened."""
    known = population(city, cycle.opens_at.date())
    if city.country not in COUNTRIES:
        verdict = "outside"
    elif known is None or known.number is None:
        verdict = "unknown"
    else:
        verdict = "below" if known.number < cycle.minimum_population else "yes"
    return Eligibility(verdict, known, cycle.minimum_population)


def called(cities: QuerySet[City], wanted: str, *order: Any) -> QuerySet[City]:
    """The places that these words name, whatever the accents, each with its latest population (`people`, `people_as_of`).

    Words may be of the name or of the state; places whose name holds all of them come first, then as `order` says.
    """
    latest = CityRecord.objects.filter(city=OuterRef("pk"), fact=Fact.POPULATION).order_by("-as_of", "-checked", "-pk")
    for word in fold(wanted).replace(",", " ").split():
        cities = cities.filter(Q(folded__contains=word) | Q(subdivision__iexact=word) | Q(subdivision_name__icontains=word) | Q(geoid=word))
    found = cities.annotate(
        people=Subquery(latest.values("number")[:1]),
        people_as_of=Subquery(latest.values("as_of")[:1]),
        called=Case(When(folded__contains=fold(wanted), then=0), default=1),
    )
    return found.order_by("called", *order)


def open_cycles() -> QuerySet[Cycle]:
    """The cycles that a city can join, the one that is due first at the top."""
    return Cycle.objects.filter(status=CycleStatus.OPEN).select_related("standard").order_by("due_at", "pk")


def cycles_opened() -> QuerySet[Cycle]:
    """The cycles that were ever opened to cities and not canceled: what anybody may know of."""
    return Cycle.objects.exclude(opened_at=None).exclude(status=CycleStatus.CANCELED).select_related("standard")


def cycle_to_join(at: datetime) -> Cycle | None:
    """The cycle that takes cities at this moment; of several the one that is due first."""
    return open_cycles().filter(due_at__gte=at).first()


def cycle_of(city: City) -> Cycle | None:
    """The cycle that a city works in: that of its newest assessment, else the open one that is due first."""
    newest = Assessment.objects.filter(city=city).select_related("cycle").order_by("-started_at", "-pk").first()
    return newest.cycle if newest else open_cycles().first()


def newest_case_of(city: City) -> Assessment | None:
    """A city's newest assessment."""
    return Assessment.objects.filter(city=city).order_by("-started_at", "-pk").first()


def others_of(assessment: Assessment) -> list[Assessment]:
    """A city's assessments in other cycles, the newest first."""
    edition = [f"cycle__standard__{name}" for name in ("code", "name", "status", "published_at")]
    others = Assessment.objects.filter(city=assessment.city_id).exclude(pk=assessment.pk).select_related("cycle__standard")
    others = others.only("city", "cycle", "status", "started_at", "cycle__slug", "cycle__name", "cycle__standard", *edition)
    found = list(others.order_by("-started_at", "-pk"))
    for other in found:
        other.city = assessment.city
    return found


class OtherCycle(NamedTuple):
    """A city's assessment in another cycle, by the name of the cycle."""

    pk: int
    cycle: str
    status: str


def other_cycles(assessment: Assessment) -> list[OtherCycle]:
    """The same as `others_of` for a list of links alone."""
    rows = Assessment.objects.filter(city=assessment.city_id).order_by("-started_at", "-pk").values_list("pk", "cycle__name", "status")
    return [OtherCycle(pk, str(Cycle(name=name)), status) for pk, name, status in rows if pk != assessment.pk]
