"""A city asks for more time, for its assessment or for one question; the program grants it or says why not."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.actions import answering, clarifying, scheduling, submitting
from assessments.lifecycle import Status
from assessments.models import Assessment, Clarification, ExtensionRequest
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require
from wwc.templatetags.display import when_year


class AskedAlready(Refusal):
    """One request waits at a time."""

    message = _("Your city has asked already, and the answer comes here and by letter. Nothing was sent twice.")


class WordsMissing(Refusal):
    """A request or a refusal without words."""

    message = _("Say why, in a few words. Nothing was sent.")


class NothingToMove(Refusal):
    """There is no date that more time could move."""

    message = _("There is no date to move here any more. Nothing was sent.")


class AskedTooLate(Refusal):
    """The days in which more time can be asked for are over."""


class DateNotLater(Refusal):
    """More time means a later date that lies ahead."""

    message = _("Choose a date that is later than the one now and lies ahead. Nothing was sent.")


class DecidedAlready(Refusal):
    """Somebody of the program was quicker."""

    message = _("This request is decided already. Nothing was changed.")


@transaction.atomic
def ask_for_time(
    assessment: Assessment, *, until: datetime, reason: str, question: Clarification | None = None, by: Any, at: datetime
) -> ExtensionRequest:
    """Ask for a later date for the assessment, or for one question; possible until some days after the date."""
    require(access.may_ask_for_time(by, assessment))
    assessment, question = _held(assessment, question)
    _require_a_date(assessment, question)
    now, last = under_lock(), queries.ask_by(assessment, question)
    if now > last:
        text = _t("More time could be asked for until %(date)s. Everything written is kept. Nothing was sent.")
        raise AskedTooLate(text % {"date": when_year(last, assessment.city.timezone)})
    if not reason.strip():
        raise WordsMissing(field="reason")
    if until <= max(now, _due_of(assessment, question)):
        raise DateNotLater(field="until")
    if ExtensionRequest.objects.filter(assessment=assessment, clarification=question, decided_at=None).exists():
        raise AskedAlready()
    asked = ExtensionRequest.objects.create(
        assessment=assessment, clarification=question, until=until, reason=reason.strip(), asked_at=at, asked_by=by
    )
    _record("asked_for_time", asked, by=by, at=at, reason=asked.reason, after=until.isoformat())
    return asked


@transaction.atomic
def grant_time(request: ExtensionRequest, *, until: datetime, words: str = "", by: Any, at: datetime) -> ExtensionRequest:
    """Give the time that was asked for, or another date; an assessment that was closed meanwhile opens again."""
    require(access.may_decide_requests(by, request.assessment.city))
    request, assessment, question = _undecided(request)
    if until <= max(under_lock(), _due_of(assessment, question)):
        raise DateNotLater(field="until")
    reason = words.strip() or request.reason
    if question is not None:
        clarifying.prolong(question, due_at=until, reason=reason, by=by, at=at)
    elif assessment.status == Status.LAPSED:
        submitting.reopen(assessment, reason=reason, due_at=until, by=by, at=at)
    else:
        scheduling.extend(assessment, due_at=until, reason=reason, by=by, at=at)
    return _decide(request, granted=True, words=words, by=by, at=at)


@transaction.atomic
def refuse_time(request: ExtensionRequest, *, words: str, by: Any, at: datetime) -> ExtensionRequest:
    """Leave the date as it is, and say why."""
    require(access.may_decide_requests(by, request.assessment.city))
    request, assessment, question = _undecided(request)
    if not words.strip():
        raise WordsMissing(field="words")
    _decide(request, granted=False, words=words, by=by, at=at)
    letters.extension_refused(request, _due_of(assessment, question), at=at)
    return request


def _held(assessment: Assessment, question: Clarification | None) -> tuple[Assessment, Clarification | None]:
    """Both as they are now, held until the end of the transaction."""
    Assessment.objects.select_for_update().only("pk").get(pk=assessment.pk)
    if question is not None:
        answering.locked(question.answer)
        question = clarifying.held([question])[0]
        if question.answer.assessment_id != assessment.pk:
            raise NothingToMove()
    return Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment.pk), question


def _undecided(request: ExtensionRequest) -> tuple[ExtensionRequest, Assessment, Clarification | None]:
    """The request and what it is about, held; refused where it is decided or nothing is left to decide."""
    assessment, question = _held(request.assessment, request.clarification)
    held = ExtensionRequest.objects.select_for_update().get(pk=request.pk)
    if held.decided_at is not None:
        raise DecidedAlready()
    _require_a_date(assessment, question)
    held.assessment, held.clarification = assessment, question
    return held, assessment, question


def _require_a_date(assessment: Assessment, question: Clarification | None) -> None:
    if question is None and assessment.status in queries.UNSUBMITTED:
        return
    if question is not None and question.status in queries.UNANSWERED and assessment.status == Status.IN_REVIEW:
        return
    raise NothingToMove()


def _due_of(assessment: Assessment, question: Clarification | None) -> datetime:
    return question.due_at if question and question.due_at else queries.window_of(assessment).due_at


def _decide(request: ExtensionRequest, *, granted: bool, words: str, by: Any, at: datetime) -> ExtensionRequest:
    request.granted, request.words, request.decided_at, request.decided_by = granted, words.strip(), at, by
    request.save(update_fields=["granted", "words", "decided_at", "decided_by"])
    _record("granted" if granted else "refused", request, by=by, at=at, reason=request.words)
    return request


def _record(verb: str, request: ExtensionRequest, *, by: Any, at: datetime, reason: str, after: str = "") -> None:
    about = {"criterion": request.clarification.answer.criterion.code} if request.clarification else {}
    record(verb, request, by=by, at=at, city_id=request.assessment.city_id, reason=reason, until=after, **about)
