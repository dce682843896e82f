"""Who may see which rows of the case. A conflict of interest closes a city for everybody but its own team."""

from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from assessments.lifecycle import Asked
from assessments.models import (
    AnswerEvidence,
    Assessment,
    BrokenGlass,
    City,
    Clarification,
    Conflict,
    ConflictState,
    Cycle,
    Evidence,
    EvidenceVersion,
    Invitation,
    Membership,
    Role,
)
from wwc.outbox.models import Letter

CLOSING = (ConflictState.DECLARED, ConflictState.FOUND)
# Never read itself and only narrowed: its columns are worked out once, and it holds no rows.
_PARTS = Membership.objects.filter(ended_at=None).values_list("city_id", "role")


def roles_of(user: Any, city: City) -> set[str]:
    """The parts a person has in a city's team now."""
    if not user.is_authenticated:
        return set()
    kept = getattr(user, "parts_kept", None)
    if kept is not None:
        return kept.get(city.pk, set())
    return set(Membership.objects.filter(city=city, person=user, ended_at=None).values_list("role", flat=True))


def keep_parts(user: Any) -> None:
    """Read once what parts a person has in which cities, for all that asks it of this very object.

    For a page alone, which changes nothing and forgets the object with its answer. Who stands in for a city has one part alone.
    """
    if user.stands_in_for is not None:
        return
    parts: dict[int, set[str]] = {}
    for city_id, role in _PARTS.filter(person=user):
        parts.setdefault(city_id, set()).add(role)
    user.parts_kept = parts


def is_colleague(user: Any, city: City) -> bool:
    """Whether a person belongs to a city's team themselves: what it keeps to itself is for nobody who only sees as it does."""
    return getattr(user, "stands_in_for", None) is None and bool(roles_of(user, city))


def conflicted_city_ids(user: Any) -> QuerySet:
    """The cities closed to a person by a conflict of interest, declared or found in any cycle and not waived."""
    return Conflict.objects.filter(person=user, state__in=CLOSING).values("city_id")


def glass_of(user: Any, city: City) -> BrokenGlass | None:
    """What lets a director look at one city despite a conflict now; nothing for anybody else."""
    return _broken(user).filter(city=city).select_related("city").first() if user.is_authenticated and user.is_director else None


def _broken(user: Any) -> QuerySet[BrokenGlass]:
    """The cities a director looks at in an emergency, as long as the database's clock says so."""
    return BrokenGlass.objects.filter(person=user, person__is_director=True, until__gt=Now(), ended_at=None).order_by("-until", "-pk")


def own_city_ids(user: Any) -> QuerySet | list[int]:
    """The cities whose team a person belongs to now."""
    kept = getattr(user, "parts_kept", None)
    if kept is not None:
        return list(kept)
    return Membership.objects.filter(person=user, ended_at=None).values_list("city_id", flat=True)


def led_city_ids(user: Any) -> QuerySet | list[int]:
    """The cities that a person leads now."""
    kept = getattr(user, "parts_kept", None)
    if kept is not None:
        return [city_id for city_id, parts in kept.items() if Role.LEAD in parts]
    return Membership.objects.filter(person=user, role=Role.LEAD, ended_at=None).values("city_id")


def cities_for_programme(user: Any) -> QuerySet[City]:
    """The cities that a person may see as one of the program: none of their own, none they have a conflict with."""
    if not (user.is_authenticated and user.of_programme):
        return City.objects.none()
    return City.objects.exclude(pk__in=conflicted_city_ids(user)).exclude(pk__in=own_city_ids(user))


def cities_visible_to(user: Any) -> QuerySet[City]:
    """A person's own cities; for the program all others too, less those closed by a conflict and not looked at in an emergency."""
    return City.objects.filter(_visible(user, "pk"))


def assessments_visible_to(user: Any) -> QuerySet[Assessment]:
    """The assessments of a person's own cities; for the program all others too, less those closed by a conflict."""
    return _whole(Assessment.objects.filter(_visible(user, "city")))


def assessments_of_team(user: Any) -> QuerySet[Assessment]:
    """The assessments of a person's own cities and no others, whatever else the person does."""
    return _whole(Assessment.objects.filter(city__in=own_city_ids(user)))


def assessments_for_programme(user: Any) -> QuerySet[Assessment]:
    """The assessments that a person may see as one of the program."""
    if not (user.is_authenticated and user.of_programme):
        return Assessment.objects.none()
    return _whole(Assessment.objects.exclude(city__in=conflicted_city_ids(user)).exclude(city__in=own_city_ids(user)))


def cycles_visible_to(user: Any) -> QuerySet[Cycle]:
    """All cycles for the program; for nobody else, a cycle is seen through an assessment."""
    cycles = Cycle.objects.select_related("standard")
    return cycles if user.is_authenticated and user.of_programme else cycles.none()


def evidence_visible_to(user: Any) -> QuerySet[Evidence]:
    """The evidence of the cities a person may see."""
    return Evidence.objects.filter(_visible(user, "city")).select_related("city", "current", "added_by")


def evidence_versions_visible_to(user: Any) -> QuerySet[EvidenceVersion]:
    """The files and links of the cities a person may see."""
    return EvidenceVersion.objects.filter(_visible(user, "evidence__city")).select_related("evidence__city", "checked")


def uses_visible_to(user: Any) -> QuerySet[AnswerEvidence]:
    """Which evidence proves which answer, in the cities a person may see."""
    uses = AnswerEvidence.objects.filter(_visible(user, "answer__assessment__city"), ended_at=None)
    return uses.select_related("answer__criterion", "answer__assessment__city", "answer__assessment__cycle", "evidence")


def clarifications_visible_to(user: Any) -> QuerySet[Clarification]:
    """The questions to the cities a person may see; a city sees no draft."""
    asked = Clarification.objects.filter(_visible(user, "answer__assessment__city"))
    asked = asked.exclude(status=Asked.DRAFT, answer__assessment__city__in=own_city_ids(user))
    return asked.exclude(status=Asked.CANCELED, sent_at=None).select_related(
        "answer__criterion__area", "answer__current", "answer__assessment__city", "answer__assessment__cycle__standard"
    )


def memberships_visible_to(user: Any) -> QuerySet[Membership]:
    """The live parts in the teams of the cities a person may see."""
    return Membership.objects.filter(_visible(user, "city"), ended_at=None).select_related("city", "person")


def invitations_visible_to(user: Any) -> QuerySet[Invitation]:
    """The invitations of the cities a person may see that are still open."""
    return Invitation.objects.filter(_visible(user, "city"), accepted_at=None, canceled_at=None).select_related("city", "invited_by")


def letters_visible_to(user: Any, city: City) -> QuerySet[Letter]:
    """The letters of a city: to its people their own, to the program all of them."""
    letters = Letter.objects.filter(city_id=city.pk)
    if roles_of(user, city):
        return letters.filter(to=user)
    return letters if cities_visible_to(user).filter(pk=city.pk).exists() else letters.none()


def _visible(user: Any, column: str) -> Q:
    """The condition that a city column names a city the person may see."""
    if not user.is_authenticated:
        return Q(pk__in=[])
    own = Q(**{f"{column}__in": own_city_ids(user)})
    if not user.of_programme:
        return own
    opened = own | ~Q(**{f"{column}__in": conflicted_city_ids(user)})
    return opened | Q(**{f"{column}__in": _broken(user).order_by().values("city_id")}) if user.is_director else opened


def _whole(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    return assessments.select_related("city", "cycle__standard")


def first_page_of(user: Any) -> tuple[str, tuple] | None:
    """Where a person of a city begins: their newest assessment, else their team; the cycles for the program; else nowhere here."""
    own = Assessment.objects.filter(city__in=own_city_ids(user)).order_by("-started_at", "-pk").first()
    if own is not None:
        return "assessments:overview", (own.pk,)
    city = City.objects.filter(pk__in=own_city_ids(user)).order_by("folded").first()
    if city is not None:
        return "assessments:team", (city.slug,)
    return ("assessments:cycles", ()) if user.of_programme else None
