"""Calls with a city go on record: who, when, what was said, which answers they touch."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, Assessment
from reviews import access
from reviews.models import Call
from wwc.audit.record import record
from wwc.refusals import Refusal, require

AHEAD = timedelta(minutes=10)  # clocks differ


class NothingSaid(Refusal):
    """Without words it is no record."""

    message = _("Say who took part and what was said. Nothing was logged.")


class StillAhead(Refusal):
    """It has not been yet."""

    message = _("A call is logged once it was held. Nothing was logged; your text is kept.")


class OtherAnswers(Refusal):
    """An answer of another city."""

    message = _("A call touches answers of its own city. Nothing was logged.")


class CorrectedMeanwhile(Refusal):
    """Somebody else was quicker."""

    message = _("This entry was corrected meanwhile. Your text is kept; look at what it says now.")


@transaction.atomic
def log_call(
    assessment: Assessment, *, held_at: datetime, participants: str, said: str, answers: Iterable[Answer] = (), by: Any, at: datetime
) -> Call:
    """Log a call with a city. It stays for good."""
    require(access.may_log_call(by, assessment))
    return _log(assessment, None, held_at, participants, said, list(answers), by=by, at=at)


@transaction.atomic
def correct_call(
    call: Call, *, held_at: datetime, participants: str, said: str, answers: Iterable[Answer] = (), by: Any, at: datetime
) -> Call:  # fmt: skip
    """Say what an entry should have said. What it said before stays beside it."""
    require(access.may_correct_call(by, call))
    Assessment.objects.select_for_update(of=("self",)).get(pk=call.assessment_id)
    if Call.objects.filter(corrects=call).exists():
        raise CorrectedMeanwhile()
    return _log(call.assessment, call, held_at, participants, said, list(answers), by=by, at=at)


def _log(
    assessment: Assessment, corrects: Call | None, held_at: datetime, participants: str, said: str, answers: list[Answer], *,
    by: Any, at: datetime,
) -> Call:  # fmt: skip
    words = {"participants": participants.strip(), "said": said.strip()}
    if not all(words.values()):
        raise NothingSaid()
    if held_at > at + AHEAD:
        raise StillAhead(field="held_at")
    if any(answer.assessment_id != assessment.pk for answer in answers):
        raise OtherAnswers()
    made = Call.objects.create(assessment=assessment, held_at=held_at, corrects=corrects, **words, logged_at=at, logged_by=by)
    made.answers.set(answers)
    record("corrected_call" if corrects else "logged_call", made, by=by, at=at, city_id=assessment.city_id, answers=len(answers))
    return made
