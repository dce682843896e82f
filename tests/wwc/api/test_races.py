"""Rounds that go out at the same moment, while somebody follows the changes."""

import threading

import pytest
from django.db import transaction
from django.test import Client

from reviews.actions import announcing
from reviews.models import PublishedChange
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from tests.support.racing import at_once
from tests.wwc.api.test_changes import Mirror, listed
from wwc import invariants
from wwc.clock import staged_at

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("standing", "postgres")]


@pytest.fixture
def rounds():
    """Two rounds of two cities each, ready to go out."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    made = []
    for name in ("Alder", "Bell"):
        cases = [make.scored(make.city(f"{name} {which}"), 31) for which in ("Reach", "Hollow")]
        batch = make.prepared([make.approved(case, proposer=staff, director=director) for case in cases], by=staff, slug=name.lower())
        make.rendered(batch)
        made.append(batch)
    return made


@pytest.mark.parametrize("first", [0, 1])
def test_whichever_round_is_written_first_no_change_is_missed(rounds, first):
    """The first has its numbers and is not committed when the second wants its own: nobody sees the second before the first."""
    director = people.person("director", is_director=True)
    numbered, looked, over = threading.Event(), threading.Event(), threading.Event()
    mirror, seen = Mirror(Client().get, 200), []

    def slow():
        with transaction.atomic(), staged_at(NOW):
            announcing.release(rounds[first], by=director, at=NOW)
            numbered.set()
            looked.wait(30)
            over.wait(1)

    def quick():
        numbered.wait(30)
        with staged_at(NOW):
            announcing.release(rounds[1 - first], by=director, at=NOW)
        over.set()

    def follow():
        numbered.wait(30)
        while PublishedChange.objects.count() < 4 and len(seen) < 2000:
            seen.append(len(mirror.poll()))
            looked.set()

    assert at_once(slow, quick, follow) == [None, None, None]
    assert mirror.poll() == listed(Client().get)
    assert mirror.numbers == [1, 2, 3, 4]
    assert {*seen} <= {0, 2, 4}, "a round is there whole, or not at all"
    assert seen[0] == 0
    assert [*invariants.changes_lead_to_what_is_public()] == []
