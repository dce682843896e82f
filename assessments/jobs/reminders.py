"""Reminders before a due date: asked for when one is true, written if it still is."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

from assessments import clock, letters, queries
from assessments.lifecycle import Status
from assessments.models import Assessment
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.running import completing

BATCH = 500


def ask_reminders() -> int:
    """Ask for every reminder that is true now, once for its assessment, due date and rung; how many were new."""
    now = under_lock()
    asked = 0
    for kind, rows, rungs in (
        ("remind_deadline", queries.due_soon(now), clock.REMINDED),
        ("remind_questions", queries.questions_due_soon(now), clock.REMINDED_OF_QUESTIONS),
    ):
        wanted = _true_now(kind, rows, rungs, now)
        while batch := list(islice(wanted, BATCH)):
            asked += post.ask_many(kind, batch, at=now)
    return asked


def remind_deadline(assessment_id: int, due_at: datetime, days: int) -> None:
    """Write the reminder of an assessment's due date, unless it was submitted, the date moved, or the day is over."""
    with completing():
        assessment = _assessment(assessment_id)
        now = under_lock()
        holds = assessment.status == Status.DRAFTING and queries.window_of(assessment).due_at == due_at
        if holds and days == clock.rung(due_at, now, assessment.city.timezone, clock.REMINDED):
            letters.deadline_near(assessment, days, at=now)


def remind_questions(assessment_id: int, due_at: datetime, days: int) -> None:
    """Write the reminder of the questions that are due at one instant and still open, unless the day is over."""
    with completing():
        assessment = _assessment(assessment_id)
        now = under_lock()
        asked = queries.questions_due(assessment, due_at)
        being_read = assessment.status in queries.BEING_READ
        if asked and being_read and days == clock.rung(due_at, now, assessment.city.timezone, clock.REMINDED_OF_QUESTIONS):
            letters.clarification_near(assessment, asked, days, at=now)


def _assessment(assessment_id: int) -> Assessment:
    return Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment_id)


def _true_now(kind: str, rows: Iterable[tuple[Assessment, datetime]], rungs: Collection[int], now: datetime) -> Iterator[post.Wanted]:
    """The pieces of work whose rung is true now; their key carries assessment, date and rung."""
    for assessment, due_at in rows:
        days = clock.rung(due_at, now, assessment.city.timezone, rungs)
        if days is not None:
            due = due_at.isoformat()
            args = {"assessment_id": assessment.pk, "due_at": due, "days": days}
            yield post.Wanted(f"{kind}:{assessment.pk}:{due}:{days}", assessment.city_id, args)
