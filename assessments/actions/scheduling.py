"""Cycles are drafted, opened and moved on; one assessment gets more time."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.lifecycle import CYCLE_MOVES, CycleStatus, Status
from assessments.models import Assessment, Cycle, Extension
from assessments.models.assessment import ReasonMissing
from criteria.models import EditionStatus, Standard
from wwc.audit.record import record
from wwc.outbox import post
from wwc.refusals import Refusal, require


class DatesOutOfOrder(Refusal):
    """The dates of a cycle do not follow each other. `details["field"]` names the one to correct."""


class NameTaken(Refusal):
    """Another cycle has this short name."""

    message = _("Another cycle has this short name. Nothing was saved. Choose another.")


class EditionNotPublished(Refusal):
    """The edition is a draft or retired."""

    message = _("This edition is not in force, so no cycle can open on it. Choose a published edition.")


class CycleMoveUnlawful(Refusal):
    """The cycle cannot go there from where it is."""

    message = _("The cycle cannot take this step now. Nothing was changed.")


class DateNotLater(Refusal):
    """An extension that would shorten or change nothing."""

    message = _("The new date must be later than the date that holds now. Nothing was changed.")


class PolicyFixed(Refusal):
    """The cycle is open, so what it promises to cities and readers stays."""

    message = _("The cycle has opened, so its rules of reading stay as they are. Nothing was changed.")


class PolicyOutOfRange(Refusal):
    """A figure that no cycle can keep. `details["field"]` names it."""

    message = _("This figure is outside what a cycle can keep. Nothing was changed.")


class NothingToExtend(Refusal):
    """The assessment is not being written."""

    message = _("Only an assessment that is still being written can get more time. Nothing was changed.")


MOST_POINTS, MOST_ROUNDS, MOST_DAYS = 20, 9, 60
SETTABLE = {
    "grace_minutes",
    "results_expected",
    "minimum_population",
    "validity_months",
    "appeal_days",
    "appeal_work_days",
    "policy",
    "holidays",
}


@transaction.atomic
def draft_cycle(
    *,
    slug: str,
    name: str,
    standard: Standard,
    opens_at: datetime,
    due_at: datetime,
    withdraw_until: datetime,
    by: Any,
    at: datetime,
    **optional: Any,
) -> Cycle:
    """Write down a cycle that nobody outside the program sees yet. Optional: the columns named in SETTABLE."""
    require(access.may_schedule(by))
    if unknown := set(optional) - SETTABLE:
        raise TypeError(f"a cycle has no {', '.join(sorted(unknown))} to set")
    _check_dates(opens_at, due_at, withdraw_until, optional.get("results_expected"))
    if Cycle.objects.filter(slug=slug).exists():
        raise NameTaken(field="slug")
    cycle = Cycle.objects.create(
        slug=slug, name=name, standard=standard, opens_at=opens_at, due_at=due_at, withdraw_until=withdraw_until, **optional
    )
    record("drafted", cycle, by=by, at=at, after=CycleStatus.DRAFT)
    return cycle


@transaction.atomic
def set_policy(
    cycle: Cycle, *, second_reading: dict[str, Any], seed: int, rounds_of_questions: int, question_days: int, holidays: Sequence[date],
    by: Any, at: datetime,
) -> Cycle:  # fmt: skip
    """Say who gets a second reading, how often and for how long a city is asked, and which days are no business days; before it opens."""
    require(access.may_schedule(by))
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("standard").get(pk=cycle.pk)
    if cycle.status != CycleStatus.DRAFT:
        raise PolicyFixed()
    figures = {
        "random_share": 0 <= second_reading["random_share"] <= 1,
        "near_line": 0 <= second_reading["near_line"] <= MOST_POINTS,
        "rounds_of_questions": 1 <= rounds_of_questions <= MOST_ROUNDS,
        "question_days": 1 <= question_days <= MOST_DAYS,
    }
    for field, lawful in figures.items():
        if not lawful:
            raise PolicyOutOfRange(field=field)
    asked = {"rounds_of_questions": rounds_of_questions, "question_days": question_days}
    before = {"policy": cycle.policy, "holidays": cycle.holidays}
    cycle.policy = {**cycle.policy, "second_reading": second_reading, "seed": seed, **asked}
    cycle.holidays = sorted({day.isoformat() for day in holidays})
    cycle.save(update_fields=["policy", "holidays"])
    record("set_policy", cycle, by=by, at=at, was=before, now={"policy": cycle.policy, "holidays": cycle.holidays})
    return cycle


@transaction.atomic
def open_cycle(cycle: Cycle, *, by: Any, at: datetime) -> Cycle:
    """Open a cycle, so that cities can join; its edition must be in force."""
    require(access.may_schedule(by))
    if cycle.standard.status != EditionStatus.PUBLISHED:
        raise EditionNotPublished()
    _move(cycle, CycleStatus.OPEN, by=by, at=at)
    Cycle.objects.filter(pk=cycle.pk).update(opened_at=at, opened_by=by)
    cycle.opened_at, cycle.opened_by = at, by
    return cycle


@transaction.atomic
def begin_review(cycle: Cycle, *, by: Any, at: datetime) -> Cycle:
    """Say that reading begins. Cities whose date has not passed go on writing."""
    require(access.may_schedule(by))
    return _move(cycle, CycleStatus.REVIEWING, by=by, at=at)


@transaction.atomic
def begin_deciding(cycle: Cycle, *, by: Any, at: datetime) -> Cycle:
    """Say that deciding begins."""
    require(access.may_schedule(by))
    return _move(cycle, CycleStatus.DECIDING, by=by, at=at)


@transaction.atomic
def mark_announced(cycle: Cycle, *, by: Any, at: datetime) -> Cycle:
    """Say that nothing is left to decide and every round was announced."""
    require(access.may_schedule(by))
    moved = _move(cycle, CycleStatus.ANNOUNCED, by=by, at=at)
    # Who began is counted from now on; after the minutes in which its last round can be taken back.
    key = f"write_insights:over={cycle.pk}"
    post.ask("write_insights", at=at, due_at=at + settings.LETTER_HOLD + timedelta(minutes=1), key=key, cycle_id=cycle.pk)
    return moved


@transaction.atomic
def close_cycle(cycle: Cycle, *, by: Any, at: datetime) -> Cycle:
    """Close an announced cycle for good."""
    require(access.may_close_cycle(by))
    return _move(cycle, CycleStatus.CLOSED, by=by, at=at)


@transaction.atomic
def cancel_cycle(cycle: Cycle, *, reason: str, by: Any, at: datetime) -> Cycle:
    """Call a cycle off before it is announced."""
    require(access.may_close_cycle(by))
    if not reason.strip():
        raise ReasonMissing()
    return _move(cycle, CycleStatus.CANCELED, by=by, at=at, reason=reason)


@transaction.atomic
def extend(assessment: Assessment, *, due_at: datetime, reason: str, by: Any, at: datetime) -> Extension:
    """Give one assessment a later date, with a reason. An extension never shortens."""
    require(access.may_extend(by, assessment))
    Assessment.objects.select_for_update().only("pk").get(pk=assessment.pk)
    assessment = Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment.pk)
    if assessment.status != Status.DRAFTING:
        raise NothingToExtend()
    if not reason.strip():
        raise ReasonMissing()
    before = queries.window_of(assessment).due_at
    if due_at <= before:
        raise DateNotLater(field="due_at")
    extension = Extension.objects.create(assessment=assessment, due_at=due_at, reason=reason, granted_at=at, granted_by=by)
    record(
        "extended", assessment, by=by, at=at, city_id=assessment.city_id, before=before.isoformat(), after=due_at.isoformat(), reason=reason
    )
    letters.extended(assessment, extension.pk, at=at)
    return extension


def _check_dates(opens_at: datetime, due_at: datetime, withdraw_until: datetime, results_expected: Any) -> None:
    if due_at <= opens_at:
        raise DatesOutOfOrder(_("The due date must come after the opening. Nothing was saved."), field="due_at")
    if withdraw_until < due_at:
        raise DatesOutOfOrder(_("Withdrawing closes on or after the due date. Nothing was saved."), field="withdraw_until")
    if results_expected and results_expected <= due_at.date():
        raise DatesOutOfOrder(_("Results come after the due date. Nothing was saved."), field="results_expected")


def _move(cycle: Cycle, status: str, *, by: Any, at: datetime, reason: str = "") -> Cycle:
    """Move a cycle along a lawful edge, once, with its event."""
    before = cycle.status
    moved = status in CYCLE_MOVES[before] and Cycle.objects.filter(pk=cycle.pk, status=before).update(status=status)
    if not moved:
        raise CycleMoveUnlawful(before=before, after=status)
    cycle.status = status
    record("moved", cycle, by=by, at=at, before=before, after=status, reason=reason)
    return cycle
