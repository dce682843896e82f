"""A question whose time has ended."""

from assessments import letters
from assessments.lifecycle import Asked
from assessments.models import Clarification
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox.running import completing


def expire_clarification(clarification_id: int) -> None:
    """Mark a question expired whose time ended without an answer. The lock holds by the clock; this only says so."""
    with completing():
        Clarification.objects.select_for_update().only("pk").get(pk=clarification_id)
        asked = Clarification.objects.select_related("answer__assessment__city", "answer__criterion", "answer__current").get(
            pk=clarification_id
        )
        now = under_lock()
        if asked.status != Asked.SENT or asked.due_at is None or now <= asked.due_at:
            return
        asked.status, asked.closed_at = Asked.EXPIRED, now
        asked.save(update_fields=["status", "closed_at"])
        answer = asked.answer
        record(
            "ended",
            asked,
            by=None,
            at=now,
            city_id=answer.assessment.city_id,
            before=Asked.SENT,
            after=Asked.EXPIRED,
            criterion=answer.criterion.code,
        )
        letters.clarification_closed(asked, at=now)
