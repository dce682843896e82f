"""The lists of the program's own pages."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Asked, Status
from assessments.models import Assessment, City, CityRecord, Clarification, Cycle, Fact, PlaceList
from assessments.queries.cities import called
from assessments.queries.visible import (
    assessments_for_programme,
    cities_for_programme,
    conflicted_city_ids,
    cycles_visible_to,
    own_city_ids,
)
from wwc.audit.models import Event
from wwc.geography import BANDS, COUNTRIES, fold
from wwc.outbox.models import Letter, Work

# What of the record a case shows, and in which words.
TIMELINE = {
    "started": _("Started"),
    "saved": _("Answer saved"),
    "attached": _("Evidence added"),
    "detached": _("Evidence taken off"),
    "replaced": _("Evidence replaced"),
    "attested": _("Attested"),
    "consented": _("The public may see"),
    "moved": _("Moved"),
    "extended": _("Date moved"),
    "asked": _("Question written"),
    "sent": _("Question sent"),
    "replied": _("Question answered"),
    "ended": _("Question ended"),
    "called_to_attest": _("Asked to sign"),
    "asked_for_time": _("Asked for more time"),
    "asked_to_reopen": _("Asked to open an answer again"),
    "granted": _("More time was given"),
    "refused": _("Request refused"),
    "opened_again": _("Answer opened again"),
    "closed_again": _("Answer closed again"),
    "invited": _("Invited"),
    "accepted": _("Invitation accepted"),
    "canceled": _("Invitation taken back"),
    "joined": _("Joined the team"),
    "left": _("Left the team"),
    "asked_to_join": _("Asked to take part"),
    "decided": _("Request to take part decided"),
    "claimed": _("Asked to become a lead"),
    "proved": _("Address proved"),
    "claim_ended": _("Request to become a lead ended"),
    "domain_recorded": _("Domain of the city recorded"),
    "chose_targets": _("Targets chosen"),
    "began_acting": _("Seen as the city sees it"),
    "ended_acting": _("No longer seen as the city sees it"),
}


def timeline_of(assessment: Assessment) -> QuerySet[Event]:
    """What is on record of a city's case, the newest first, as far as TIMELINE has words for it; for the program."""
    events = Event.objects.filter(city_id=assessment.city_id, subject__startswith="assessments.", verb__in=list(TIMELINE))
    return events.select_related("by").order_by("-pk")


def cycles_counted(user: Any) -> QuerySet[Cycle]:
    """All cycles for the program, the newest first, each with how many assessments the person may see in it."""
    seen = Count("assessments", filter=Q(assessments__in=assessments_for_programme(user)))
    return cycles_visible_to(user).annotate(taking_part=seen).order_by("-opens_at", "-pk")


def narrowed(rows: QuerySet[Any], asked: Mapping[str, str], city: str = "city") -> QuerySet[Any]:
    """Of these rows those of cities that are called so (`q`), in a country, in a band of population (BANDS) by the latest figure.

    Unknown words ask for all. `city` is the path to the city.
    """
    if asked.get("q", ""):
        rows = rows.filter(**{f"{city}__folded__contains": fold(asked["q"])})
    if asked.get("country", "") in COUNTRIES:
        rows = rows.filter(**{f"{city}__country": asked["country"]})
    if asked.get("population", "") in BANDS:
        low, high = BANDS[asked["population"]]
        latest = CityRecord.objects.filter(city=OuterRef(city), fact=Fact.POPULATION).order_by("-as_of", "-checked", "-pk")
        rows = rows.annotate(of_people=Subquery(latest.values("number")[:1])).filter(of_people__gte=low)
        rows = rows if high is None else rows.filter(of_people__lte=high)
    return rows


def rows_of(cycle: Cycle, user: Any, asked: Mapping[str, str] | None = None) -> QuerySet[Assessment]:
    """The assessments of a cycle for a page of the program, by name of the city, with counts of answers and questions.

    Asked for may be a stage (`stage`), and what `narrowed` takes.
    """
    asked = asked or {}
    claimed = Q(answers__current__isnull=False) & ~Q(answers__current__claim="")
    waiting = Clarification.objects.filter(answer__assessment=OuterRef("pk"), status=Asked.SENT)
    rows = assessments_for_programme(user).filter(cycle=cycle)
    if asked.get("stage", "") in Status.values:
        rows = rows.filter(status=asked["stage"])
    return (
        narrowed(rows, asked)
        .annotate(answered=Count("answers", filter=claimed), possible=Count("answers"), asked=Exists(waiting))
        .order_by("city__folded", "city__subdivision", "pk")
    )


def counts_by_status(cycle: Cycle, user: Any) -> list[dict[str, Any]]:
    """How many assessments of a cycle are where, in the order of the year."""
    found = assessments_for_programme(user).filter(cycle=cycle).values("status").annotate(n=Count("pk")).order_by()
    by_status = {row["status"]: row["n"] for row in found}
    return [{"label": label, "n": by_status[value]} for value, label in Status.choices if by_status.get(value)]


def cities_to_join(user: Any, cycle: Cycle, wanted: str, limit: int = 25) -> list[City]:
    """Cities of a name, the largest first, each with its population (`people`) and its assessment in the cycle, if any."""
    latest = CityRecord.objects.filter(city=OuterRef("pk"), fact=Fact.POPULATION).order_by("-as_of", "-checked", "-pk")
    started = Assessment.objects.filter(city=OuterRef("pk"), cycle=cycle)
    found = cities_for_programme(user).filter(folded__contains=fold(wanted))
    return list(
        found.annotate(people=Subquery(latest.values("number")[:1]), started=Subquery(started.values("pk")[:1])).order_by(
            F("people").desc(nulls_last=True), "pk"
        )[:limit]
    )


def places_known(user: Any, wanted: str = "") -> QuerySet[City]:
    """The directory of places for the program, by name, each with its latest population (`people`, `people_as_of`).

    Words may be of the name or of the state; places called so come first.
    """
    return called(cities_for_programme(user), wanted, "folded", "subdivision_name", "pk")


def lists_loaded(limit: int = 10) -> list[PlaceList]:
    """The last loads of official lists, newest first."""
    return list(PlaceList.objects.order_by("-pk")[:limit])


def namesakes(name: str, country: str, subdivision: str) -> list[City]:
    """Places that are called the same in the same state or province, whatever the accents."""
    return list(City.objects.filter(folded=fold(name), country=country, subdivision=subdivision).order_by("pk")[:5])


# The post office, as staff see it: a conflict closes a city's work and letters too.


def work_visible_to(user: Any) -> QuerySet[Work]:
    """The work of machines that a person of the program may see, newest first."""
    return of_open_cities(Work.objects.order_by("-pk"), user)


def all_letters_visible_to(user: Any) -> QuerySet[Letter]:
    """The letters that a person of the program may see, newest first."""
    return of_open_cities(Letter.objects.order_by("-pk"), user)


def of_open_cities(rows: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """The rows of no city, and of cities that are neither closed to the person by a conflict nor their own; for the program."""
    if not (user.is_authenticated and user.of_programme):
        return rows.none()
    closed = {row["city_id"] for row in conflicted_city_ids(user)} | set(own_city_ids(user))
    return rows.exclude(city_id__in=closed) if closed else rows
