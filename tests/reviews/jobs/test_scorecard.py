"""Papers rendered by the worker: once, whole, the same each time, and left tidy by a run that was killed."""

from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from reviews.jobs import scorecard
from reviews.jobs.scorecard import render_scorecard, rendered
from reviews.models import Scorecard
from tests.factories import results as make
from wwc.outbox import running
from wwc.outbox.files import folder_of
from wwc.outbox.models import Work


@pytest.fixture
def batch(db, staff, director, now):
    award = make.approved(make.scored(make.city("Alder Reach"), 31, consent="criteria"), proposer=staff, director=director)
    return make.prepared([award], by=staff, announce_at=now)


@pytest.fixture
def card(batch):
    return Scorecard.objects.get(kind="scorecard", audience="public")


@pytest.fixture
def quick(monkeypatch):
    """Bytes without the time that real ones take."""
    drawn = []

    def draw(card):
        drawn.append(card.pk)
        return f"%PDF of {card.pk}".encode()

    monkeypatch.setattr(scorecard, "rendered", draw)
    return drawn


def files_of(card):
    return default_storage.listdir(folder_of(card))[1]


def test_the_row_names_the_file_with_its_hash(card):
    render_scorecard(card.pk)
    card.refresh_from_db()
    with default_storage.open(card.stored) as file:
        body = file.read()
    assert body.startswith(b"%PDF-1.7")
    assert (card.sha256, card.size) == (sha256(body).hexdigest(), len(body))
    assert card.rendered_at is not None
    assert body == rendered(card)


def test_the_second_run_draws_nothing(card, quick):
    render_scorecard(card.pk)
    card.refresh_from_db()
    before = (card.stored, card.sha256, card.rendered_at)
    render_scorecard(card.pk)
    card.refresh_from_db()
    assert (card.stored, card.sha256, card.rendered_at) == before
    assert quick == [card.pk]
    assert len(files_of(card)) == 1


def test_half_a_file_of_a_killed_run_is_removed_and_never_named(card, quick):
    half = default_storage.save(f"{folder_of(card)}/half.pdf", ContentFile(b"%PDF ha"))
    render_scorecard(card.pk)
    card.refresh_from_db()
    assert card.stored != half
    assert not default_storage.exists(half)
    assert files_of(card) == [card.stored.rsplit("/", 1)[1]]


def test_a_run_that_comes_too_late_changes_nothing(card, monkeypatch):
    """Its lease ran out, and another worker finished while it was drawing."""

    def while_another_finishes(row):
        monkeypatch.setattr(scorecard, "rendered", lambda row: b"%PDF of the other")
        render_scorecard(row.pk)
        return b"%PDF of the late one"

    monkeypatch.setattr(scorecard, "rendered", while_another_finishes)
    render_scorecard(card.pk)
    card.refresh_from_db()
    assert card.sha256 == sha256(b"%PDF of the other").hexdigest()
    assert files_of(card) == [card.stored.rsplit("/", 1)[1]]
    assert default_storage.exists(card.stored)


def test_a_failure_names_no_file_and_is_tried_again(card, monkeypatch):
    def fail(row):
        raise RuntimeError("no ink")

    monkeypatch.setattr(scorecard, "rendered", fail)
    running.load_entrances()
    work = Work.objects.get(key=f"render_scorecard:scorecard_id={card.pk}")
    running.run(work.pk)
    card.refresh_from_db()
    work.refresh_from_db()
    assert (card.stored, card.rendered_at, work.done_at) == ("", None, None)
    assert work.error == "RuntimeError: no ink"
    monkeypatch.setattr(scorecard, "rendered", lambda row: b"%PDF")
    Work.objects.update(lease_until=None)
    running.run(work.pk)
    card.refresh_from_db()
    assert card.rendered_at is not None


def test_who_lost_the_lease_names_no_file(card, monkeypatch):
    """The row and the "done" of the work are one transaction."""
    work = Work.objects.get(key=f"render_scorecard:scorecard_id={card.pk}")

    def lose(row):
        Work.objects.filter(pk=work.pk).update(claim="another worker")
        return b"%PDF"

    monkeypatch.setattr(scorecard, "rendered", lose)
    running.load_entrances()
    running.run(work.pk)
    card.refresh_from_db()
    assert (card.stored, card.rendered_at, files_of(card)) == ("", None, [])


def test_its_folder_is_the_same_each_time_and_nobody_guesses_it(card, batch):
    other = Scorecard.objects.get(audience="city")
    assert folder_of(card) == folder_of(card) != folder_of(other)
    assert str(card.pk) not in folder_of(card).split("/")


def test_all_papers_of_a_round_come_from_its_work(batch, quick):
    assert running.drain(["render_scorecard"]) == 3
    assert sorted(Scorecard.objects.values_list("kind", "audience")) == [
        ("certificate", "public"),
        ("scorecard", "city"),
        ("scorecard", "public"),
    ]
    assert not Scorecard.objects.filter(rendered_at=None).exists()
    assert not Work.objects.filter(kind="render_scorecard", done_at=None).exists()
