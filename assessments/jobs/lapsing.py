"""Assessments that were not submitted: closed some days after writing ended, so that nobody waits for them."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Coalesce, Greatest

from assessments import clock, letters, queries
from assessments.lifecycle import Status
from assessments.models import Assessment
from wwc.audit.models import Event
from wwc.audit.record import history_of
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.running import completing


def lapse_unsubmitted() -> None:
    """Ask for every assessment to be closed whose time to submit, extensions included, ended some days ago."""
    now = under_lock()
    last = Greatest("cycle__due_at", Coalesce(Max("extensions__due_at"), "cycle__due_at"))
    written = Assessment.objects.filter(status=Status.DRAFTING, cycle__status__in=queries.WRITABLE).annotate(last=last)
    # Days are counted by the clocks of each city, so this looks an hour early; the lock decides.
    ended = written.filter(last__lt=now - timedelta(days=settings.LAPSE_DAYS, hours=-1)).select_related("city", "cycle__standard")
    for assessment in ended.order_by("pk").iterator():
        ends = _ends(assessment)
        if now > ends:
            key = f"lapse_assessment:{assessment.pk}:{ends.isoformat()}"
            post.ask("lapse_assessment", key=key, at=now, city_id=assessment.city_id, assessment_id=assessment.pk)


def lapse_assessment(assessment_id: int) -> None:
    """Close one assessment if it is still unsubmitted and its time is over; a second run finds nothing to do."""
    with completing():
        Assessment.objects.select_for_update().only("pk").get(pk=assessment_id)
        assessment = Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment_id)
        now = under_lock()
        if assessment.status != Status.DRAFTING or now <= _ends(assessment):
            return
        assessment.move_to(Status.LAPSED, by=None, at=now)
        letters.deadline_passed(assessment, _move_of(assessment).pk, at=now)


def _ends(assessment: Assessment) -> datetime:
    """Some days after the last save that counted, by the clocks of the city."""
    return clock.days_after(queries.window_of(assessment).closes_at, settings.LAPSE_DAYS, assessment.city.timezone)


def _move_of(assessment: Assessment) -> Event:
    return history_of(assessment).filter(verb="moved").latest("pk")
