"""Queue entrances of the judgement's machine work."""

from datetime import date
from typing import Any

from celery import shared_task

from reviews.jobs import announcement, changes, duties, exports, readings, recomputation, score, scorecard, splits, validity
from wwc.audit.record import through
from wwc.outbox import running


@running.entrance("score_assessment")
def score_assessment(*, assessment_id: int) -> None:
    """Score one assessment."""
    score.score_assessment(assessment_id)


@running.entrance("recompute_cycle")
def recompute_cycle(*, recomputation_id: int) -> None:
    """Score a whole cycle again."""
    recomputation.recompute_cycle(recomputation_id)


@running.entrance("render_scorecard")
def render_scorecard(*, scorecard_id: int) -> None:
    """Render one paper."""
    scorecard.render_scorecard(scorecard_id)


@running.entrance("tell_ready")
def tell_ready(*, day: str) -> None:
    """Tell staff what is ready."""
    duties.tell_ready(day)


@running.entrance("tell_directors")
def tell_directors(*, day: str) -> None:
    """Tell directors what waits."""
    duties.tell_directors(day)


@running.entrance("tell_waiting")
def tell_waiting(*, person_id: int, day: str) -> None:
    """Tell one person what waits for them."""
    duties.tell_waiting(person_id, date.fromisoformat(day))


@running.entrance("tell_bounced")
def tell_bounced(*, person_id: int, day: str) -> None:
    """Tell one of staff which letters did not arrive."""
    duties.tell_bounced(person_id, date.fromisoformat(day))


@running.entrance("pass_on_split")
def pass_on_split(*, answer_id: int, version_id: int | None) -> None:
    """Tell who settles a split that its readers did not."""
    splits.pass_on(answer_id, version_id)


@running.entrance("write_export")
def write_export(*, export_id: int) -> None:
    """Write one export."""
    exports.write_export(export_id)


@shared_task(name="reviews.remove_old_exports")
def remove_old_exports(**_later: Any) -> None:
    """Take away the files of exports whose week is over."""
    with through("worker"):
        exports.remove_old()


@shared_task(name="reviews.ask_digests")
def ask_digests(**_later: Any) -> None:
    """Ask for the daily letters of everybody whose morning it is."""
    with through("worker"):
        duties.ask_digests()


@shared_task(name="reviews.announce_due")
def announce_due(**_later: Any) -> None:
    """Tell cities of the rounds whose hour for them has come, and publish those whose hour has come."""
    with through("worker"):
        announcement.tell_due()
        announcement.announce_due()


@shared_task(name="reviews.end_readings")
def end_readings(**_later: Any) -> None:
    """End the readings of people who joined the team of the city they read."""
    with through("worker"):
        readings.end_readings_of_members()


@shared_task(name="reviews.tell_validity")
def tell_validity(**_later: Any) -> None:
    """Tell cities when their award ends, and when it has."""
    with through("worker"):
        validity.tell_validity()


@shared_task(name="reviews.note_lapsed")
def note_lapsed(**_later: Any) -> None:
    """Let those who follow the public changes hear of each award whose last day is over."""
    with through("worker"):
        changes.note_lapsed()
