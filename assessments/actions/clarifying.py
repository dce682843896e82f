"""The review team asks about one answer; the city replies, and that answer closes again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.actions import answering, drafting
from assessments.lifecycle import Asked, Lock, Status
from assessments.models import Answer, Assessment, Clarification, Draft, Reply, ReplyDraft
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.refusals import Refusal, require
from wwc.templatetags.display import when_year
from wwc.typed import plain


class NotBeingRead(Refusal):
    """Questions belong to the time of reading."""

    message = _("Questions can be asked while the assessment is being read. Nothing was changed.")


class QuestionEmpty(Refusal):
    """A question without words."""

    message = _("Write the question first. Nothing was saved.")


class RoundsUsed(Refusal):
    """The city was asked about this answer as often as the cycle allows."""


class AlreadyAsked(Refusal):
    """One open question per answer."""

    message = _("A question on this answer is open already. Nothing was sent. Yours waits as a draft for the next round.")


class OpenAgain(Refusal):
    """The city changes the answer at its own wish, and one thing is open per answer."""

    message = _("The city has this answer open again. Nothing was sent. The question waits as a draft until it is closed.")


class NotLater(Refusal):
    """A question is never given less time."""

    message = _("The new date must be later than the one now. Nothing was changed.")


class NotADraft(Refusal):
    """It was sent or ended already."""

    message = _("This question was sent or ended already. Nothing was changed.")


class DueTooSoon(Refusal):
    """A date that is past."""

    message = _("The date for the answer must lie ahead. Nothing was sent.")


class QuestionClosed(Refusal):
    """The question is not open: answered, closed, canceled, or its time has ended."""

    message = _("This question is closed. Nothing was changed.")


class NothingReady(Refusal):
    """There is nothing to send."""

    message = _("No answer waits to be sent. Nothing was sent twice. Mark an answer ready first.")


class ReplyMoved(Refusal):
    """A colleague wrote since the page was opened. Carries what they wrote: `theirs`."""

    def __init__(self, theirs: ReplyDraft) -> None:
        text = _t("%(person)s saved while you were writing. Both texts are kept. Take one, or write a third from both.")
        super().__init__(text % {"person": theirs.saved_by})
        self.theirs = theirs


class ReplyEmpty(Refusal):
    """A reply without words."""

    message = _("Say in a few words what you changed, or why nothing needs to change. Nothing was sent.")


@transaction.atomic
def ask(answer: Answer, *, text: str, required: bool = True, by: Any, at: datetime) -> Clarification:
    """Write down a question about one answer, as a draft that the city does not see."""
    require(access.may_ask(by, answer))
    answer = answering.locked(answer)
    if answer.assessment.status != Status.IN_REVIEW or answer.lock != Lock.LOCKED:
        raise NotBeingRead()
    if not text.strip():
        raise QuestionEmpty()
    _require_round_left(answer)
    asked = Clarification.objects.create(
        answer=answer, text=text.strip(), required=required, round=queries.rounds_used(answer) + 1, asked_at=at, asked_by=by
    )
    _record("asked", asked, by=by, at=at, after=Asked.DRAFT)
    return asked


@transaction.atomic
def rewrite(clarification: Clarification, *, text: str, required: bool, position: int, by: Any, at: datetime) -> Clarification:
    """Change the words of a draft before it is sent, whether it needs an answer, and its place in the letter."""
    require(access.may_ask(by, clarification.answer))
    asked = held([clarification])[0]
    words = plain(text).strip()
    if asked.status != Asked.DRAFT:
        raise NotADraft()
    if not words:
        raise QuestionEmpty()
    changed = (words, required) != (asked.text, asked.required)
    asked.text, asked.required, asked.position = words, required, position
    asked.save(update_fields=["text", "required", "position"])
    if changed:
        _record("edited", asked, by=by, at=at, before=Asked.DRAFT, after=Asked.DRAFT)
    return asked


@transaction.atomic
def send(clarifications: Iterable[Clarification], *, by: Any, at: datetime, due_at: datetime | None = None) -> list[Clarification]:
    """Send drafts of one assessment together, which opens these answers alone, with one letter to each person.

    Without a date the city has the cycle's number of business days of its own time zone. All are sent, or none. Who asks is a
    letter to the city, the first who does A, and stays the same through the assessment.
    """
    asked = list(clarifications)
    for each in asked:
        require(access.may_ask(by, each.answer))
    list(Assessment.objects.select_for_update(of=("self",)).filter(pk__in={each.answer.assessment_id for each in asked}).order_by("pk"))
    list(Answer.objects.select_for_update().filter(pk__in=[each.answer_id for each in asked]).order_by("pk").values_list("pk"))
    drafts = sorted(held(asked), key=lambda draft: (draft.position, draft.pk))
    _require_sendable(drafts)
    assessment = drafts[0].answer.assessment
    now = under_lock()
    due = due_at or queries.question_due(assessment, now)
    if due <= now:
        raise DueTooSoon(field="due_at")
    voices = queries.voices_of(assessment)
    for draft in drafts:
        draft.round = queries.rounds_used(draft.answer) + 1
        draft.voice = voices.setdefault(draft.asked_by_id, queries.next_voice(voices.values()))
        draft.status, draft.sent_at, draft.sent_by, draft.due_at = Asked.SENT, at, by, due
        draft.save(update_fields=["round", "voice", "status", "sent_at", "sent_by", "due_at"])
        _record("sent", draft, by=by, at=at, before=Asked.DRAFT, after=Asked.SENT)
    letters.clarification_waiting(assessment, drafts, at=at)
    for draft in drafts:
        post.ask("expire_clarification", at=at, due_at=due, city_id=assessment.city_id, clarification_id=draft.pk)
    return drafts


@transaction.atomic
def prolong(clarification: Clarification, *, due_at: datetime, reason: str, by: Any, at: datetime) -> Clarification:
    """Give a question more time, also one whose time has just ended; never less."""
    require(access.may_decide_requests(by, clarification.answer.assessment.city))
    answer = answering.locked(clarification.answer)
    asked = held([clarification])[0]
    if asked.status not in queries.UNANSWERED or asked.due_at is None or answer.assessment.status != Status.IN_REVIEW:
        raise QuestionClosed()
    before, now = asked.due_at, under_lock()
    if due_at <= max(before, now):
        raise NotLater(field="due_at")
    _require_nothing_else_open(asked, now)
    asked.status, asked.due_at, asked.closed_at = Asked.SENT, due_at, None
    asked.save(update_fields=["status", "due_at", "closed_at"])
    dates = {"before": before.isoformat(), "after": due_at.isoformat()}
    city_id = answer.assessment.city_id
    event = record("extended", asked, by=by, at=at, city_id=city_id, reason=reason, criterion=answer.criterion.code, **dates)
    key = f"expire_clarification:{asked.pk}:{due_at.isoformat()}"
    post.ask("expire_clarification", key=key, at=at, due_at=due_at, city_id=city_id, clarification_id=asked.pk)
    letters.question_extended(asked, event.pk, at=at)
    return asked


@transaction.atomic
def cancel(clarification: Clarification, *, by: Any, at: datetime) -> Clarification:
    """Take a question back. A city that had it reads that it is closed; a draft leaves no trace with it."""
    require(access.may_ask(by, clarification.answer))
    asked = held([clarification])[0]
    if asked.status not in (Asked.DRAFT, Asked.SENT):
        raise QuestionClosed()
    return _end(asked, Asked.CANCELED, by=by, at=at)


@transaction.atomic
def keep_reply(
    clarification: Clarification, *, text: str, seen_at: datetime, claim: str, ticks: Iterable[int], narrative: str, based_on: int,
    by: Any, at: datetime,
) -> ReplyDraft:  # fmt: skip
    """Keep what is being written to a question; nothing of it is sent, and what was marked ready and now says more is not ready any more.

    Kept whatever the time is. The same words again leave a ready mark: a page may send what it holds once more just after
    the person pressed Ready. `seen_at` is when the person opened the page: where a colleague wrote since, nothing of
    theirs is overwritten, and ReplyMoved carries their text.
    """
    require(access.may_reply(by, clarification))
    answer = answering.locked(clarification.answer)
    before = drafting.unsaved(answer, by)
    drafting.keep(answer, claim=claim, ticks=ticks, narrative=narrative, based_on=based_on, by=by, at=at)
    draft = ReplyDraft.objects.select_related("saved_by").filter(clarification=clarification).first()
    if draft is not None and draft.saved_by_id != by.pk and draft.saved_at > seen_at:
        raise ReplyMoved(draft)
    words = plain(text).strip()
    if draft is not None and draft.ready_by_id == by.pk and words == draft.text and before == drafting.unsaved(answer, by):
        return draft
    kept = {"text": words, "saved_at": at, "saved_by": by, "ready_at": None, "ready_by": None}
    return ReplyDraft.objects.update_or_create(clarification=clarification, defaults=kept)[0]


@transaction.atomic
def mark_ready(clarification: Clarification, *, by: Any, at: datetime) -> ReplyDraft:
    """Say that what is written to a question can be sent with the others."""
    require(access.may_reply(by, clarification))
    answering.locked(clarification.answer)
    asked = held([clarification])[0]
    _require_in_time(asked, under_lock())
    draft = ReplyDraft.objects.filter(clarification=asked).first()
    if draft is None or not draft.text.strip():
        raise ReplyEmpty(field="text")
    if draft.ready_at is None:
        draft.ready_at, draft.ready_by = at, by
        draft.save(update_fields=["ready_at", "ready_by"])
    return draft


@transaction.atomic
def write_on(clarification: Clarification, *, by: Any, at: datetime) -> None:
    """Take the mark back: what is written to a question is not ready yet."""
    require(access.may_reply(by, clarification))
    answering.locked(clarification.answer)
    ReplyDraft.objects.filter(clarification=clarification).update(ready_at=None, ready_by=None)


@transaction.atomic
def send_replies(assessment: Assessment, *, by: Any, at: datetime) -> list[Reply]:
    """Send all that is ready, once: each answered question gets a new version of its answer, which closes again.

    What is not ready stays, and so does what is ready and too late.
    """
    require(access.may_send_replies(by, assessment))
    open_ones = Clarification.objects.filter(answer__assessment=assessment, status=Asked.SENT)
    list(Answer.objects.select_for_update().filter(pk__in=open_ones.values("answer")).order_by("pk").values_list("pk"))
    asked, now = held(open_ones.filter(draft__ready_at__isnull=False)), under_lock()
    drafts = {draft.clarification_id: draft for draft in ReplyDraft.objects.filter(clarification__in=asked)}
    ready = [each for each in asked if each.status == Asked.SENT and drafts[each.pk].ready_at]
    for each in ready if len(ready) == 1 else []:
        _require_in_time(each, now)
    given = [_send(each, drafts[each.pk], by=by, at=at) for each in ready if each.due_at and now <= each.due_at]
    if not given:
        raise NothingReady()
    letters.answers_received(given, at=at)
    return given


def _send(asked: Clarification, draft: ReplyDraft, *, by: Any, at: datetime) -> Reply:
    """Write one reply with its version, as its draft says it, and leave nothing to be sent again."""
    answer = asked.answer
    typed = Draft.objects.filter(answer=answer, person=draft.saved_by_id, saved_at__isnull=False).first() or answer.current
    said = answering.Said(typed.claim, tuple(typed.ticks), typed.narrative.strip()) if typed else answering.Said("", (), "")
    version = answering.add_version(answer, said, late=False, by=by, at=at)
    given = Reply.objects.create(clarification=asked, version=version, text=draft.text, replied_at=at, replied_by=by)
    asked.status = Asked.ANSWERED
    asked.save(update_fields=["status"])
    _record("replied", asked, by=by, at=at, before=Asked.SENT, after=Asked.ANSWERED)
    drafting.forget(answer, draft.saved_by)
    draft.delete()
    return given


@transaction.atomic
def close(clarification: Clarification, *, by: Any, at: datetime) -> Clarification:
    """End a question that was answered: nothing more is needed."""
    require(access.may_ask(by, clarification.answer))
    asked = held([clarification])[0]
    if asked.status != Asked.ANSWERED:
        raise QuestionClosed()
    return _end(asked, Asked.CLOSED, by=by, at=at)


def held(clarifications: Iterable[Clarification]) -> list[Clarification]:
    """The questions as they are now, held until the end of the transaction, in one order for everybody."""
    wanted = Clarification.objects.filter(pk__in=[each.pk for each in clarifications]).order_by("pk")
    list(wanted.select_for_update().values_list("pk"))
    return list(
        wanted.select_related("answer__assessment__city", "answer__assessment__cycle", "answer__criterion", "answer__current__saved_by")
    )


def _require_sendable(drafts: Sequence[Clarification]) -> None:
    if not drafts or any(draft.status != Asked.DRAFT for draft in drafts):
        raise NotADraft()
    if len({draft.answer.assessment_id for draft in drafts}) > 1:
        raise NotADraft(_("Questions of one assessment are sent together. Nothing was sent."))
    answers = [draft.answer_id for draft in drafts]
    if len(set(answers)) < len(answers) or Clarification.objects.filter(answer__in=answers, status=Asked.SENT).exists():
        raise AlreadyAsked()
    if drafts[0].answer.assessment.status != Status.IN_REVIEW:
        raise NotBeingRead()
    now = under_lock()
    for draft in drafts:
        _require_round_left(draft.answer)
        if queries.reopening_of(draft.answer, now):
            raise OpenAgain()


def _require_in_time(asked: Clarification, now: datetime) -> None:
    """Refuse unless a held question can be answered at this instant."""
    if asked.status not in queries.UNANSWERED:
        raise QuestionClosed()
    if asked.status == Asked.EXPIRED or asked.due_at is None or now > asked.due_at:
        words = _t(
            "The time for this question ended %(due)s. Your text is kept as a draft. Ask for more time, or leave the submitted answer."
        )
        raise QuestionClosed(words % {"due": when_year(asked.due_at, asked.answer.assessment.city.timezone)})


def _require_nothing_else_open(asked: Clarification, now: datetime) -> None:
    if Clarification.objects.filter(answer=asked.answer, status=Asked.SENT).exclude(pk=asked.pk).exists():
        raise AlreadyAsked()
    if queries.reopening_of(asked.answer, now):
        raise OpenAgain()


def _require_round_left(answer: Answer) -> None:
    allowed = answer.assessment.cycle.policy["rounds_of_questions"]
    if queries.rounds_used(answer) >= allowed:
        text = _t("This answer was asked about %(n)s times, which is as often as this cycle allows. Nothing was changed.")
        raise RoundsUsed(text % {"n": allowed})


def _end(asked: Clarification, status: str, *, by: Any, at: datetime) -> Clarification:
    before = asked.status
    asked.status, asked.closed_at, asked.closed_by = status, at, by
    asked.save(update_fields=["status", "closed_at", "closed_by"])
    _record("ended", asked, by=by, at=at, before=before, after=status)
    if asked.sent_at:
        letters.clarification_closed(asked, at=at)
    return asked


def _record(verb: str, asked: Clarification, *, by: Any, at: datetime, before: str = "", after: str = "") -> None:
    answer = asked.answer
    record(verb, asked, by=by, at=at, city_id=answer.assessment.city_id, before=before, after=after, criterion=answer.criterion.code)
