"""Queue entrances: the two Celery tasks through which all work runs, and the work of the post office itself."""

from typing import Any

from celery import shared_task

from wwc.outbox import jobs, post, running, webhooks


@shared_task(name=post.RUN)
def run(*, work_id: int, **_later: Any) -> None:
    """Run one piece of work, if it is still there to run."""
    running.run(work_id)


@shared_task(name="outbox.sweep")
def sweep(**_later: Any) -> None:
    """Queue again what waits or whose lease has run out."""
    running.note_worker()
    for work_id, kind in running.kinds_of(running.sweep()):
        post.wake_up(work_id, kind)()


@running.entrance("send_letter", given_up=jobs.letter_given_up)
def send_letter(*, letter_id: int) -> None:
    """Send one letter."""
    jobs.send_letter(letter_id)


@running.entrance(webhooks.CALL)
def call_webhook(*, call_id: int) -> None:
    """Call one webhook."""
    jobs.call_webhook(call_id)
