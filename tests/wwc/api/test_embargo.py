"""Nothing of a decision can be read before its announcement, nor after it was taken back."""

from datetime import timedelta

import pytest

from assessments.models import Consent
from reviews.actions import announcing, awarding
from reviews.lifecycle import AwardStatus
from reviews.queries import results
from tests.factories import results as make
from wwc.clock import staged_at

ADDRESSES = [
    "/api/v1/cities/",
    "/api/v1/awards/",
    "/api/v1/scores/",
    "/api/v1/insights/",
    "/api/v1/cities/alder-reach-ohio/",
    "/api/schema/",
    "/api/docs/",
]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told(get):
    """All that anybody reads, as one text."""
    return lambda: b"".join(get(address).content for address in ADDRESSES)


@pytest.fixture
def score(staff):
    case = make.scored(make.city("Alder Reach"), 31, consent=Consent.CRITERIA)
    return results.current_score(case)


def propose(score, staff, now):
    follows = results.suggest(score.assessment, score)
    return awarding.propose(score.assessment, score=score, kind=follows.kind, tier=follows.tier, by=staff, at=now)


def test_an_award_is_nowhere_at_any_step_before_its_release(told, score, staff, director, now):
    before = told()
    award = propose(score, staff, now)
    assert told() == before
    award = awarding.approve(award, by=director, at=now)
    assert told() == before
    batch = make.prepared([award], by=staff, at=now, announce_at=now + timedelta(days=1))
    award.refresh_from_db()
    assert award.status == AwardStatus.IN_BATCH
    assert told() == before
    make.rendered(batch)
    with staged_at(now + MINUTE):
        announcing.release(batch, by=director, at=now + MINUTE)  # approved, waits for its hour
    assert told() == before
    assert b"Alder Reach" not in before


def test_it_is_there_from_the_release_and_gone_when_taken_back(get, told, score, staff, director, now):
    before = told()
    award = awarding.approve(propose(score, staff, now), by=director, at=now)
    batch = make.prepared([award], by=staff, at=now, announce_at=now)
    make.rendered(batch)
    with staged_at(now + MINUTE):
        released = announcing.release(batch, by=director, at=now + MINUTE)
    rows = get("/api/v1/scores/").json()["results"]
    assert [(row["city"], row["tier"], row["points"]) for row in rows] == [("alder-reach-ohio", "gold", 31)]
    assert len(rows[0]["criteria"]) == 43
    with staged_at(now + 2 * MINUTE):
        announcing.take_back(released, reason="The wrong round.", by=director, at=now + 2 * MINUTE)
    assert told() == before


def test_a_decision_of_no_tier_is_never_public(get, told, staff, director, now):
    before = told()
    case = make.scored(make.city("Alder Reach"), 9, consent=Consent.CRITERIA)
    award = awarding.approve(propose(results.current_score(case), staff, now), by=director, at=now)
    batch = make.prepared([award], by=staff, at=now, announce_at=now)
    make.rendered(batch)
    with staged_at(now + MINUTE):
        announcing.release(batch, by=director, at=now + MINUTE)
    assert told() == before
