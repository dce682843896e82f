"""A split that its readers did not settle goes on to who can."""

from assessments.models import Answer
from reviews import letters
from reviews.queries import splits, verdicts
from wwc.clock import under_lock
from wwc.outbox.running import completing


def pass_on(answer_id: int, version_id: int | None) -> None:
    """Write to the practice lead, or where none can settle it to staff, if the readings of this version still differ."""
    with completing():
        answer = Answer.objects.select_related("assessment__cycle", "criterion").get(pk=answer_id)
        standing, now = verdicts.standing_of(answer), under_lock()
        waits = any(reading.finding is None for reading in standing.readings)  # a third reader is at it
        if answer.current_id == version_id and standing.is_split and not (standing.resolved or standing.third or waits):
            letters.split(splits.settlers_of(answer), standing, due_at=splits.settle_by(answer.assessment.cycle, now), at=now)
