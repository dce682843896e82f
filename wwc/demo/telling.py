"""A round of the demonstration: prepared, rendered on all cores, released by a second person."""

import multiprocessing
import os
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, connections

from assessments.models import Cycle
from reviews.actions import announcing
from reviews.models import Announcement, Award
from wwc import clock
from wwc.accounts.models import User
from wwc.outbox import running
from wwc.outbox.models import Work

RENDER = "render_scorecard"


def tell(
    cycle: Cycle,
    awards: list[Award],
    people: dict[str, User],
    *,
    told_at: datetime,
    say: Callable[[str, int, int], None],
    name: str = "First round",
) -> Announcement:
    """Prepare a round with these awards the day before, render its papers, release it at its hour."""
    staff, director = people["staff"], people["director"]
    before = told_at - timedelta(days=1)
    with clock.staged_at(before):
        round_ = announcing.draft_round(
            cycle, slug=f"{cycle.slug}-{name.split()[0].lower()}", name=f"{cycle.name}, {name.lower()}", by=staff, at=before
        )
        announcing.add(round_, awards=awards, by=staff, at=before)
        announcing.prepare(round_, announce_at=told_at, by=staff, at=before)
    render(say)
    round_.refresh_from_db()
    with clock.staged_at(told_at):
        announcing.release(round_, by=director, at=told_at)
    round_.refresh_from_db()
    return round_


def render(say: Callable[[str, int, int], None]) -> None:
    """Render every paper that is asked for: one process a core, or this one inside a transaction, where others see nothing."""
    asked = list(Work.objects.filter(kind=RENDER, done_at=None, parked_at=None).order_by("pk").values_list("pk", flat=True))
    cores = min(os.cpu_count() or 1, len(asked) // 8)
    if cores < 2 or connection.in_atomic_block:
        for n, pk in enumerate(asked, 1):
            _run(pk)
            say("papers rendered", n, len(asked))
        return
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(cores, initializer=connections.close_all) as pool:
        for n, _ in enumerate(pool.imap_unordered(_run, asked, chunksize=4), 1):
            say("papers rendered", n, len(asked))


def _run(work_id: int) -> None:
    running.load_entrances()
    running.run(work_id)
