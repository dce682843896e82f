"""A city asks to open one submitted answer again; the program opens it for a time, or says why not."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.actions import answering
from assessments.actions.requesting import AskedAlready, DecidedAlready, WordsMissing
from assessments.lifecycle import Lock, Status
from assessments.models import Answer, ReopenRequest
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require


class NotSubmitted(Refusal):
    """Only an answer that was submitted and is not decided opens again."""

    message = _("Only an answer that was submitted and is not yet decided can be opened again. Nothing was changed.")


class QuestionOpen(Refusal):
    """One open thing per answer."""

    message = _("A question on this answer is open already: change the answer there. Nothing was changed.")


class OpenAlready(Refusal):
    """It is open again."""

    message = _("This answer is open again already. Nothing was changed.")


class EndNotAhead(Refusal):
    """It opens until an instant that lies ahead."""

    message = _("Choose a date that lies ahead. Nothing was changed.")


class NotOpenAgain(Refusal):
    """It was closed already, or its time has ended."""

    message = _("This answer is closed again already. Nothing was changed.")


@transaction.atomic
def ask_to_reopen(answer: Answer, *, reason: str, by: Any, at: datetime) -> ReopenRequest:
    """Ask to open one submitted answer again, with the reason."""
    require(access.may_ask_to_reopen(by, answer))
    answer = answering.locked(answer)
    _require_closed(answer)
    if not reason.strip():
        raise WordsMissing(field="reason")
    if ReopenRequest.objects.filter(answer=answer, decided_at=None).exists():
        raise AskedAlready()
    asked = ReopenRequest.objects.create(answer=answer, reason=reason.strip(), asked_at=at, asked_by=by)
    _record("asked_to_reopen", asked, by=by, at=at, reason=asked.reason)
    return asked


@transaction.atomic
def grant_reopening(request: ReopenRequest, *, words: str = "", open_until: datetime | None = None, by: Any, at: datetime) -> ReopenRequest:
    """Open the answer again; without a date for the cycle's number of business days in the city's own time zone."""
    require(access.may_decide_requests(by, request.answer.assessment.city))
    request, answer = _undecided(request)
    now = _require_closed(answer)
    until = open_until or queries.question_due(answer.assessment, now)
    if until <= now:
        raise EndNotAhead(field="open_until")
    # One whose time ran out is still unclosed on record; the next opening closes it, so that one is open at most.
    ReopenRequest.objects.filter(queries.OPEN_AGAIN, answer=answer).update(closed_at=at, closed_by=by)
    request.open_until = until
    _decide(request, granted=True, words=words, by=by, at=at)
    letters.answer_reopened(request, at=at)
    return request


@transaction.atomic
def refuse_reopening(request: ReopenRequest, *, words: str, by: Any, at: datetime) -> ReopenRequest:
    """Leave the answer as it was submitted, and say why."""
    require(access.may_decide_requests(by, request.answer.assessment.city))
    request, _answer = _undecided(request)
    if not words.strip():
        raise WordsMissing(field="words")
    _decide(request, granted=False, words=words, by=by, at=at)
    letters.reopen_refused(request, at=at)
    return request


@transaction.atomic
def open_to_appeal(answer: Answer, *, reason: str, open_until: datetime, by: Any, at: datetime) -> ReopenRequest:
    """Open a decided answer for a time, so that the city can bring what it appeals with; what was decided stands meanwhile."""
    require(access.may_decide_requests(by, answer.assessment.city))
    answer = answering.locked(answer)
    if answer.lock != Lock.FINAL or answer.assessment.status != Status.ANNOUNCED:
        raise NotSubmitted(_("Only an answer of an announced result can be opened to an appeal. Nothing was changed."))
    if open_until <= under_lock():
        raise EndNotAhead(field="open_until")
    ReopenRequest.objects.filter(queries.OPEN_AGAIN, answer=answer).update(closed_at=at, closed_by=by)
    said = {"reason": reason, "asked_at": at, "asked_by": by, "granted": True, "decided_at": at, "decided_by": by}
    opened = ReopenRequest.objects.create(answer=answer, open_until=open_until, to_appeal=True, **said)
    _record("opened_again", opened, by=by, at=at, reason=reason)
    return opened


@transaction.atomic
def finish(request: ReopenRequest, *, by: Any, at: datetime) -> ReopenRequest:
    """Close an answer that was opened again before its time: the city is done, or staff end it. What was saved counts."""
    require(access.may_finish(by, request))
    request, answer = _held(request)
    if queries.reopening_of(answer, under_lock()) != request:
        raise NotOpenAgain()
    return close(request, answer, by=by, at=at)


def close(request: ReopenRequest, answer: Answer, *, by: Any, at: datetime) -> ReopenRequest:
    """End what holds an answer open, which the caller holds: its time is over, or what it was opened for was taken back."""
    request.answer, request.closed_at, request.closed_by = answer, at, by
    request.save(update_fields=["closed_at", "closed_by"])
    _record("closed_again", request, by=by, at=at)
    return request


def _held(request: ReopenRequest) -> tuple[ReopenRequest, Answer]:
    """The request and its answer as they are now, held until the end of the transaction."""
    answer = answering.locked(request.answer)
    held = ReopenRequest.objects.select_for_update().get(pk=request.pk)
    held.answer = answer
    return held, answer


def _undecided(request: ReopenRequest) -> tuple[ReopenRequest, Answer]:
    held, answer = _held(request)
    if held.decided_at is not None:
        raise DecidedAlready()
    _require_submitted(answer)
    return held, answer


def _require_submitted(answer: Answer) -> None:
    if answer.lock != Lock.LOCKED or answer.assessment.status not in queries.REOPENABLE:
        raise NotSubmitted()


def _require_closed(answer: Answer) -> datetime:
    """Refuse where the answer is not submitted or something holds it open; the instant that was asked."""
    _require_submitted(answer)
    now = under_lock()
    holder = queries.reopened_by(answer, now)
    if isinstance(holder, ReopenRequest):
        raise OpenAlready()
    if holder is not None:
        raise QuestionOpen()
    return now


def _decide(request: ReopenRequest, *, granted: bool, words: str, by: Any, at: datetime) -> None:
    request.granted, request.words, request.decided_at, request.decided_by = granted, words.strip(), at, by
    request.save(update_fields=["granted", "words", "decided_at", "decided_by", "open_until"])
    _record("opened_again" if granted else "refused", request, by=by, at=at, reason=request.words)


def _record(verb: str, request: ReopenRequest, *, by: Any, at: datetime, reason: str = "") -> None:
    answer = request.answer
    until = request.open_until.isoformat() if request.open_until else ""
    record(verb, request, by=by, at=at, city_id=answer.assessment.city_id, reason=reason, criterion=answer.criterion.code, until=until)
