"""`kill -9` of the worker while it scores and renders, and an emptied Redis: everything is done, and done once."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
import redis
from django.db.models import Count

from assessments.models import Assessment
from criteria import queries as rulebooks
from criteria.models import Standard
from reviews.actions import announcing, awarding
from reviews.lifecycle import AwardStatus
from reviews.models import Award, Score, Scorecard
from reviews.queries import results
from tests.support.worker import Worker, until
from wwc import invariants
from wwc.demo import past, world
from wwc.outbox import post
from wwc.outbox.models import Work

pytestmark = [
    pytest.mark.alone,
    pytest.mark.heavy,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("postgres", "standing"),
]
CITIES = 60
REDIS = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/9"


@pytest.fixture
def queue():
    client = redis.Redis.from_url(REDIS)
    client.flushdb()
    yield client
    client.flushdb()


@pytest.fixture
def worker(tmp_path: Path, settings, queue):
    """A worker that shares the files of the test and is never left behind."""
    folder = tmp_path / "data"
    folder.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": settings.STORAGES["default"]["BACKEND"], "OPTIONS": {"location": folder / "files"}},
    }
    started = Worker(folder, REDIS)
    yield started
    started.kill()


@pytest.fixture
def ready():
    """Sixty assessments that are ready, none scored."""
    player = world._Player("decide", CITIES, Random(5), datetime.now(UTC), lambda *_: None)
    people = player._staff()
    played = player._cities(people)
    standard = Standard.objects.get(code="2022")
    criteria = rulebooks.criteria_of(standard)
    met = [{c.code for c in criteria if (n + c.position) % 5 or c.core} for n in range(CITIES)]
    cycle, assessments = past.ready_in_bulk(2025, standard, criteria, [(city.city, city.lead) for city in played], met, people)
    return cycle, assessments, people


def _done(kind: str) -> int:
    return Work.objects.filter(kind=kind).exclude(done_at=None).count()


def _ask_scores(assessments: list[Assessment]) -> None:
    at = datetime.now(UTC)
    for assessment in assessments:
        post.ask("score_assessment", at=at, city_id=assessment.city_id, assessment_id=assessment.pk)


def _prepare(cycle, assessments, people) -> int:
    at = datetime.now(UTC)
    awards = []
    for assessment in assessments:
        assessment.refresh_from_db()
        score = results.current_score(assessment)
        follows = results.suggest(assessment, score)
        award = awarding.propose(assessment, score=score, kind=follows.kind, tier=follows.tier, by=people["staff"], at=at)
        awards.append(awarding.approve(award, by=people["director"], at=at))
    round_ = announcing.draft_round(cycle, slug="killed", name="Killed", by=people["staff"], at=at)
    announcing.add(round_, awards=awards, by=people["staff"], at=at)
    announcing.prepare(round_, announce_at=at + timedelta(hours=2), by=people["staff"], at=at)
    return Scorecard.objects.count()


def _disturb(worker: Worker, queue: redis.Redis, how: str) -> None:
    worker.kill()
    if how == "redis emptied":
        queue.flushdb()
    worker.start()


@pytest.mark.parametrize("how", ["killed", "redis emptied"])
def test_every_assessment_is_scored_once_and_every_paper_rendered_once(ready, worker, queue, how, capsys):
    cycle, assessments, people = ready
    worker.start()
    _ask_scores(assessments)
    until(lambda: _done("score_assessment") >= 3, seconds=60, what="the worker begins to score")
    at_kill = _done("score_assessment")
    _disturb(worker, queue, how)
    took = until(lambda: _done("score_assessment") == CITIES, seconds=120, what=f"all scored\n{worker.log()[-2000:]}")
    assert not Score.objects.values("assessment").annotate(n=Count("pk")).exclude(n=1)
    assert Score.objects.count() == CITIES

    papers = _prepare(cycle, assessments, people)
    until(lambda: _done("render_scorecard") >= 5, seconds=60, what="the worker begins to render")
    rendered_at_kill = _done("render_scorecard")
    assert rendered_at_kill < papers, "the worker was done before it could be killed"
    _disturb(worker, queue, how)
    took_papers = until(lambda: _done("render_scorecard") == papers, seconds=120, what=f"all rendered\n{worker.log()[-2000:]}")
    assert Scorecard.objects.exclude(rendered_at=None).count() == papers
    files = list((worker.folder / "files").rglob("*.pdf"))
    named = set(Scorecard.objects.values_list("stored", flat=True))
    assert {str(path.relative_to(worker.folder / "files")) for path in files} == named, "a file that no row knows"
    assert Award.objects.filter(status=AwardStatus.IN_BATCH).count() == CITIES
    assert list(invariants.broken()) == []
    with capsys.disabled():
        print(  # noqa: T201  the figures of a run are wanted in its log
            f"\n{how}: {at_kill} of {CITIES} scored at the kill, all {took:.0f} s later; "
            f"{rendered_at_kill} of {papers} rendered at the kill, all {took_papers:.0f} s later"
        )
