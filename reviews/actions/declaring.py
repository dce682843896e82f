"""Conflicts of interest: declare them, record one that was found, waive one. A conflict closes the city everywhere."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import City, Conflict, ConflictState, Cycle
from reviews import access
from reviews.models import Assignment, PanelMember
from reviews.queries import declarations
from wwc.audit.record import record
from wwc.refusals import Refusal, require

RECUSED = "Conflict of interest"


class OwnCity(Refusal):
    """The person belongs to the city's team."""

    message = _("You belong to this city's team, which is a conflict by rule. Nothing was changed.")


class NotInCycle(Refusal):
    """The city takes no part in the cycle."""

    message = _("This city takes no part in the cycle. Nothing was changed.")


class OnlyWaived(Refusal):
    """A conflict on record ends by a waiver only."""

    message = _("This conflict is on record. Only program staff can lift it, with a reason. Nothing was changed.")


class ByRule(Refusal):
    """The person belongs to the city's team now."""

    message = _("This person belongs to the city's team, which nobody can waive. Nothing was changed.")


class SayWhy(Refusal):
    """A conflict and its waiver need words."""

    message = _("Say in a few words why. Nothing was changed.")


@transaction.atomic
def declare(cycle: Cycle, *, city: City, state: str, reason: str = "", by: Any, at: datetime) -> Conflict:
    """Say that one has a conflict with a city ("declared") or has none ("none"). A conflict ends one's readings there."""
    require(access.may_declare(by, cycle))
    if not declarations.cities_of(cycle).filter(pk=city.pk).exists():
        raise NotInCycle()
    _said(cycle, {city.pk: (state, reason)}, by=by, at=at)
    return Conflict.objects.get(person=by, city=city, cycle=cycle)


@transaction.atomic
def declare_all(cycle: Cycle, *, declared: Mapping[int, str], none: Collection[int] | None = None, by: Any, at: datetime) -> int:
    """Answer for many cities of the cycle at once: those named (with the reason) are conflicts, those in `none` or all others none.

    Cities closed by rule or by an earlier word keep what is on record. Returns how many cities were answered for.
    """
    require(access.may_declare(by, cycle))
    ids = set(declarations.cities_of(cycle).values_list("pk", flat=True))
    free = ids if none is None else set(none)
    if (set(declared) | free) - ids:
        raise NotInCycle()
    said = {pk: (ConflictState.DECLARED, declared[pk]) if pk in declared else (ConflictState.NONE, "") for pk in free | set(declared)}
    closed = declarations.closed_city_ids(by)
    return _said(cycle, {pk: words for pk, words in said.items() if pk not in closed}, by=by, at=at)


@transaction.atomic
def record_found(cycle: Cycle, *, person: Any, city: City, reason: str, by: Any, at: datetime) -> Conflict:
    """Record a conflict that somebody has not declared. Their readings in the city end."""
    require(access.may_find_conflict(by, city))
    if not reason.strip():
        raise SayWhy()
    _write(cycle, person, {city.pk: (ConflictState.FOUND, reason.strip())}, by=by, at=at)
    return Conflict.objects.get(person=person, city=city, cycle=cycle)


@transaction.atomic
def waive(conflict: Conflict, *, reason: str, by: Any, at: datetime) -> Conflict:
    """Lift what somebody declared or was found to have, with the reason; belonging to the team stands. Readings that ended stay ended."""
    require(access.may_waive(by, conflict))
    if not reason.strip():
        raise SayWhy()
    conflict = Conflict.objects.select_for_update(of=("self",)).get(pk=conflict.pk)
    if declarations.own_city_ids(conflict.person).filter(city=conflict.city_id).exists():
        raise ByRule()
    if conflict.state not in declarations.CLOSING:
        raise Refusal(_("There is no conflict to lift. Nothing was changed."))
    _write(conflict.cycle, conflict.person, {conflict.city_id: (ConflictState.WAIVED, reason.strip())}, by=by, at=at)
    conflict.refresh_from_db()
    return conflict


def _said(cycle: Cycle, said: Mapping[int, tuple[str, str]], *, by: Any, at: datetime) -> int:
    """What a person says of themselves: "declared" needs a reason, "none" cannot take a conflict back."""
    own = set(declarations.own_city_ids(by)) & set(said)
    if any(said[city][0] == ConflictState.NONE for city in own):
        raise OwnCity()
    before = declarations.said_by(by, cycle)
    for city, (state, reason) in said.items():
        if state not in {ConflictState.NONE, ConflictState.DECLARED}:
            raise Refusal()
        if state == ConflictState.DECLARED and not reason.strip():
            raise SayWhy()
        if state == ConflictState.NONE and city in before and before[city].state in declarations.CLOSING:
            raise OnlyWaived()
    return _write(cycle, by, {city: (state, reason.strip()) for city, (state, reason) in said.items()}, by=by, at=at)


def _write(cycle: Cycle, person: Any, said: Mapping[int, tuple[str, str]], *, by: Any, at: datetime) -> int:
    """Write the rows with one event for all that is free of conflict and one for each that is not, and end readings.

    The person's parts in panels are locked as an assignment locks them: neither overtakes the other.
    """
    list(PanelMember.objects.select_for_update(of=("self",)).filter(person=person).order_by("pk"))
    before = {row.city_id: row for row in Conflict.objects.select_for_update().filter(person=person, cycle=cycle, city__in=list(said))}
    # A waiver outlasts the "none" of a later round of declaring: nothing is said anew where nothing changed.
    keep: dict[str, set[str]] = {ConflictState.NONE: {ConflictState.NONE, ConflictState.WAIVED}}
    said = {city: words for city, words in said.items() if city not in before or before[city].state not in keep.get(words[0], {words[0]})}
    rows = [
        Conflict(person=person, city_id=city, cycle=cycle, state=state, reason=reason, said_at=at, said_by=by)
        for city, (state, reason) in said.items()
    ]
    Conflict.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "city", "cycle"], update_fields=["state", "reason", "said_at", "said_by"]
    )
    none = [city for city, (state, _reason) in said.items() if state == ConflictState.NONE]
    if none:
        record("declared_none", cycle, by=by, at=at, person=person.pk, cities=sorted(none))
    for city, (state, reason) in said.items():
        if state != ConflictState.NONE:
            was = before[city].state if city in before else ""
            record("conflict", cycle, by=by, at=at, city_id=city, before=was, after=state, reason=reason, person=person.pk)
    _end_readings(person, [city for city, (state, _reason) in said.items() if state in declarations.CLOSING], by=by, at=at)
    return len(said)


def _end_readings(person: Any, cities: list[int], *, by: Any, at: datetime) -> None:
    """End the person's live assignments in these cities, in whichever cycle, with an event for each assessment."""
    live = Assignment.objects.select_for_update(of=("self",)).filter(
        member__person=person, ended_at=None, answer__assessment__city__in=cities
    )
    ended: dict[Any, list[str]] = {}
    for assignment in live.select_related("answer__assessment", "answer__criterion").order_by("pk"):
        ended.setdefault(assignment.answer.assessment, []).append(assignment.answer.criterion.code)
    live.update(ended_at=at, ended_by=by, ended_because=RECUSED)
    for assessment, codes in ended.items():
        record("recused", assessment, by=by, at=at, city_id=assessment.city_id, reason=RECUSED, person=person.pk, criteria=codes)
