"""A team shares its criteria: handed to a colleague with a date, handed on, taken back."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, clock, letters, queries
from assessments.lifecycle import Status
from assessments.models import Answer, Assessment, Delegation, Role
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require


class NothingChosen(Refusal):
    """No criterion of this assessment was named."""

    message = _("Choose at least one criterion. Nothing was handed over.")


class NotAColleague(Refusal):
    """The person does not write for this city."""

    message = _("Only a city lead or a contributor of your team can take a criterion. Nothing was handed over.")


class DateGone(Refusal):
    """A day that is past."""

    message = _("The date must lie ahead. Nothing was handed over.")


class NotBeingWritten(Refusal):
    """Criteria are shared while the assessment is written."""

    message = _("Criteria are handed over while the assessment is being written. Nothing was changed.")


class TakenBack(Refusal):
    """The criterion is with somebody else by now, or with nobody."""


@transaction.atomic
def hand(assessment: Assessment, *, answers: Iterable[Answer], to: Any, due_on: date, by: Any, at: datetime) -> list[Delegation]:
    """Give criteria into the hands of a colleague until a day, with one letter for all of them.

    Who had one until now has it no longer; what the person has already by the same day stays as it is.
    """
    require(access.may_hand(by, assessment))
    _require_possible(assessment, to, due_on)
    chosen = Answer.objects.filter(assessment=assessment, pk__in=[answer.pk for answer in answers]).order_by("criterion__position")
    held = list(chosen.select_for_update(of=("self",)).select_related("criterion", "assessment__city"))
    if not held:
        raise NothingChosen()
    live = {row.answer_id: row for row in Delegation.objects.filter(answer__in=held, ended_at=None)}
    wanted = [answer for answer in held if _is_other(live.get(answer.pk), to, due_on)]
    Delegation.objects.filter(answer__in=wanted, ended_at=None).update(ended_at=at, ended_by=by)
    made = Delegation.objects.bulk_create(
        Delegation(answer=answer, person=to, due_on=due_on, handed_at=at, handed_by=by) for answer in wanted
    )
    if made:
        codes = [answer.criterion.code for answer in wanted]
        record("handed", assessment, by=by, at=at, city_id=assessment.city_id, criteria=codes, to=to.pk, due_on=due_on.isoformat())
        if to != by:
            letters.handed(made, at=at)
    return made


@transaction.atomic
def take_back(delegation: Delegation, *, by: Any, at: datetime) -> None:
    """Take a criterion back from whoever has it; they may give it back themselves."""
    require(access.may_take_back(by, delegation))
    if not Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=at, ended_by=by):
        raise TakenBack(_t("This criterion is no longer with %(person)s. Nothing was changed.") % {"person": delegation.person})
    answer = delegation.answer
    record("taken_back", answer.assessment, by=by, at=at, city_id=answer.assessment.city_id, criteria=[answer.criterion.code])


def _require_possible(assessment: Assessment, to: Any, due_on: date) -> None:
    if assessment.status != Status.DRAFTING:
        raise NotBeingWritten()
    if not queries.roles_of(to, assessment.city) & {Role.LEAD, Role.CONTRIBUTOR}:
        raise NotAColleague(field="to")
    if due_on < clock.there(under_lock(), assessment.city.timezone).date():
        raise DateGone(field="due")


def _is_other(row: Delegation | None, to: Any, due_on: date) -> bool:
    return row is None or (row.person_id, row.due_on) != (to.pk, due_on)
