"""Cities that read their result before the announcement hear of it together, in the same words, and only once it is approved."""

from copy import deepcopy
from datetime import timedelta

import pytest

from reviews.actions import announcing
from reviews.jobs import announcement as job
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import Refusal

pytestmark = pytest.mark.usefixtures("letter_texts")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def batch_once(shared):
    now, staff, director = NOW, people.person("staff", is_staff=True), people.person("director", is_director=True)
    awards = [
        make.approved(make.scored(make.city(name), n), proposer=staff, director=director)
        for name, n in (("Alder Reach", 31), ("Quillon", 9), ("Wexley", 24))
    ]
    made = make.prepared(awards, by=staff, announce_at=now + 10 * DAY, told_before=2 * DAY)
    make.rendered(made)
    return made


@pytest.fixture
def batch(batch_once, db):
    """The round, as each test finds it."""
    return deepcopy(batch_once)


def tell(at):
    with staged_at(at):
        job.tell_due()
    return list(Letter.objects.filter(kind="preview").order_by("pk"))


def test_nobody_hears_of_a_round_that_nobody_approved(batch, now):
    assert tell(now + 9 * DAY) == []


def test_every_city_hears_in_one_minute_in_the_same_words_and_once(batch, director, now):
    with staged_at(now):
        announcing.release(batch, by=director, at=now)
    assert tell(now + 8 * DAY - timedelta(minutes=1)) == []
    told = tell(now + 8 * DAY + timedelta(seconds=1))
    assert {letter.to.name for letter in told} == {"Alder reach lead", "Quillon lead", "Wexley lead"}
    assert len({(letter.subject, letter.body, letter.written_at, letter.due_at) for letter in told}) == 1
    assert not any(word in told[0].subject + told[0].body for word in ("Gold", "tier", "points", "Alder"))
    assert tell(now + 9 * DAY) == told
    assert Event.objects.filter(verb="cities_told").count() == 1


def test_a_new_hour_is_told_anew_and_the_old_one_no_more(batch, staff, director, now):
    with staged_at(now):
        announcing.release(batch, by=director, at=now)
    first = tell(now + 8 * DAY + timedelta(minutes=1))
    with staged_at(now + 9 * DAY):
        announcing.prepare(batch, announce_at=now + 20 * DAY, told_before=DAY, by=staff, at=now + 9 * DAY)
        make.rendered(batch)
        announcing.release(batch, by=director, at=now + 9 * DAY)
    assert tell(now + 10 * DAY) == first
    assert len(tell(now + 19 * DAY + timedelta(minutes=1))) == 2 * len(first)


def test_a_round_that_is_out_needs_no_word_before(batch, director, now):
    with staged_at(now):
        announcing.release(batch, by=director, at=now)
    with staged_at(now + 10 * DAY + timedelta(minutes=1)):
        job.announce_due()
    assert tell(now + 10 * DAY + timedelta(minutes=2)) == []


def test_outcomes_of_appeals_are_told_to_all_on_one_day(batch, staff, director, now):
    with staged_at(now):
        announcing.release(batch, by=director, at=now)
    with staged_at(now + 10 * DAY + timedelta(minutes=1)):
        job.announce_due()
    of_appeals = announcing.draft_appeals(batch, slug="heard", name="Heard", by=staff, at=now)
    with pytest.raises(Refusal):
        announcing.prepare(of_appeals, announce_at=now + 90 * DAY, told_before=DAY, by=staff, at=now)
