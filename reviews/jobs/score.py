"""Settled verdicts in, a score row out."""

from assessments.lifecycle import Status
from assessments.models import Assessment
from criteria.queries import rulebook
from criteria.scoring import ENGINE_VERSION, as_data, fingerprint, score
from reviews import letters
from reviews.models import Score
from reviews.queries import verdicts
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.running import completing

SCORED = (Status.READY, Status.DECIDED, Status.ANNOUNCED)


def score_assessment(assessment_id: int) -> None:
    """Compute the score of an assessment that is ready, once per fingerprint; a second run writes nothing.

    One that was sent back before the worker came has nothing to score; declaring it ready asks again. Verdicts that do
    not cover the rulebook are an error of the work, kept on its row, never a score of nought.
    """
    with completing():
        assessment = Assessment.objects.select_for_update(of=("self",)).select_related("cycle__standard").get(pk=assessment_id)
        if assessment.status not in SCORED:
            return
        book = rulebook(assessment.cycle.standard)
        settled = verdicts.settled(assessment)
        computed = score(book, settled)
        at = under_lock()
        row, new = Score.objects.get_or_create(
            assessment=assessment,
            fingerprint=fingerprint(book, settled),
            defaults={
                "engine": ENGINE_VERSION,
                "edition": computed.edition,
                "points": computed.points,
                "possible": computed.possible,
                "tier": computed.tier or "",
                "verdicts": {code: str(verdict) for code, verdict in settled.items()},
                "result": as_data(computed),
                "computed_at": at,
            },
        )
        if new:
            record("scored", row, by=None, at=at, city_id=assessment.city_id)
            day = f"{at:%Y-%m-%d}"
            post.ask("tell_ready", key=f"tell_ready:{day}", at=at, due_at=at + letters.GATHERED, day=day)
