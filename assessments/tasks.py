"""Queue entrances of the case."""

from datetime import datetime
from typing import Any

from celery import shared_task

from assessments.jobs import acting, claims, files, lapsing, papers, previews, questions, reminders
from wwc.audit.record import through
from wwc.outbox.running import entrance


@entrance("expire_clarification")
def expire_clarification(*, clarification_id: int) -> None:
    """Say that a question's time has ended."""
    questions.expire_clarification(clarification_id)


@entrance("remind_deadline")
def remind_deadline(*, assessment_id: int, due_at: str, days: int) -> None:
    """Remind a city of its due date."""
    reminders.remind_deadline(assessment_id, datetime.fromisoformat(due_at), days)


@entrance("remind_questions")
def remind_questions(*, assessment_id: int, due_at: str, days: int) -> None:
    """Remind a city of its open questions."""
    reminders.remind_questions(assessment_id, datetime.fromisoformat(due_at), days)


@shared_task(name="assessments.remind")
def remind(**_later: Any) -> None:
    """Ask for the reminders that are true now."""
    with through("worker"):
        reminders.ask_reminders()


@entrance("draw_paper")
def draw_paper(*, paper_id: int) -> None:
    """Draw one paper."""
    papers.draw_paper(paper_id)


@entrance("expire_claim")
def expire_claim(*, claim_id: int) -> None:
    """Close a claim whose address nobody proved."""
    claims.expire_claim(claim_id)


@entrance("settle_claim")
def settle_claim(*, claim_id: int) -> None:
    """End the waiting period of a claim."""
    claims.settle_claim(claim_id)


@entrance("end_acting")
def end_acting(*, began_id: int) -> None:
    """End what nobody ended."""
    acting.end_acting(began_id)


@entrance("lapse_assessment")
def lapse_assessment(*, assessment_id: int) -> None:
    """Close one assessment that was not submitted."""
    lapsing.lapse_assessment(assessment_id)


@shared_task(name="assessments.lapse_due")
def lapse_due(**_later: Any) -> None:
    """Hourly: close what was not submitted in time."""
    with through("worker"):
        lapsing.lapse_unsubmitted()


@entrance("check_file")
def check_file(*, version_id: int) -> None:
    """Ask the virus scanner about a file."""
    files.check_file(version_id)


@entrance("draw_preview", given_up=previews.preview_given_up)
def draw_preview(*, version_id: int) -> None:
    """Draw one file as pages."""
    previews.draw_preview(version_id)


@shared_task(name="assessments.ask_previews")
def ask_previews(**_later: Any) -> None:
    """Ask for files that nobody asked to be drawn."""
    with through("worker"):
        previews.ask_previews()
