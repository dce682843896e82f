"""What lies half done in a city's hands: criteria handed to a colleague, notes, text not saved, a wish for time, replies begun.

Some of the cities show it, the first one always: it is the one that people sign in to.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from assessments import queries as case
from assessments.actions import clarifying, delegating, drafting, noting, reopening, requesting
from assessments.models import Answer, Assessment, Claim, Clarification
from wwc import clock
from wwc.accounts.models import User

EVERY = 4  # one city in so many shares its work, another one asks for time


def while_writing(n: int, assessment: Assessment, left: Sequence[Answer], *, lead: User, colleague: User, now: datetime) -> None:
    """The city that is the n-th to be writing still: `left` are the answers that nobody has given yet."""
    if n % EVERY == 0 and left:
        _share(assessment, left, lead=lead, colleague=colleague, now=now)
        _begin_to_write(left[-1], by=colleague, at=now - timedelta(hours=5))
    elif n % EVERY == 1:
        at = now - timedelta(days=1)
        until = case.window_of(assessment).due_at + timedelta(days=7)
        reason = "Two departments report in the first week after the date."
        with clock.staged_at(at):
            requesting.ask_for_time(assessment, until=until, reason=reason, by=lead, at=at)


def while_read(n: int, assessment: Assessment, question: Clarification | None, *, lead: User, colleague: User, now: datetime) -> None:
    """The city that is the n-th to be read: it writes a reply, asks for more time, or asks to open an answer again."""
    at = now - timedelta(days=1)
    with clock.staged_at(at):
        if question is None:
            open_to_change = Answer.objects.filter(assessment=assessment, current__claim=Claim.NOT_YET)
            answer = open_to_change.select_related("criterion", "assessment__city").order_by("pk")[0]
            reopening.ask_to_reopen(answer, reason="A newer policy is in force since Monday.", by=lead, at=at)
        elif n % EVERY < 2:
            _reply(question, ready=n % EVERY == 1, by=colleague, at=at)
        elif question.due_at is not None:
            until = question.due_at + timedelta(days=5)
            requesting.ask_for_time(assessment, until=until, reason="The clerk is away this week.", question=question, by=lead, at=at)


def _share(assessment: Assessment, left: Sequence[Answer], *, lead: User, colleague: User, now: datetime) -> None:
    """The lead hands over what is left, one of it by a day that has passed; both write notes."""
    at = now - timedelta(days=6)
    with clock.staged_at(at):
        for answers, days in ((left[:1], 5), (left[1:], 15)):
            if answers:
                due_on = (at + timedelta(days=days)).date()
                delegating.hand(assessment, answers=answers, to=colleague, due_on=due_on, by=lead, at=at)
        noting.note(left[0], text="The clerk has the list of departments. Ask before Friday.", by=lead, at=at)
    at = now - timedelta(days=2)
    with clock.staged_at(at):
        noting.note(left[0], text="She sends it on Thursday. I answer then.", by=colleague, at=at)


def _begin_to_write(answer: Answer, *, by: User, at: datetime) -> None:
    """Typed, kept, and not in the answer yet."""
    with clock.staged_at(at):
        words = "We have a first draft of this. The departments still have to agree, and"
        drafting.keep(answer, claim=Claim.MET, ticks=[1], narrative=words, based_on=answer.version, by=by, at=at)


def _reply(question: Clarification, *, ready: bool, by: User, at: datetime) -> None:
    """A reply that is being written, or waits to be sent with the others."""
    answer = Answer.objects.select_related("current").get(pk=question.answer_id)
    said = answer.current
    if said is None:
        return
    words = f"{said.narrative} It covers every department and is in force since 2024."
    clarifying.keep_reply(
        question, text="The departments and the date are named now.", claim=said.claim, ticks=said.ticks, narrative=words,
        based_on=answer.version, seen_at=at, by=by, at=at,
    )  # fmt: skip
    if ready:
        clarifying.mark_ready(question, by=by, at=at)
