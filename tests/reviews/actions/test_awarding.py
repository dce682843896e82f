"""Deciding: what follows from a score, two hands, and the way back."""

from copy import deepcopy

import pytest

from assessments.lifecycle import Lock, Status
from assessments.models import Answer, Conflict, ConflictState, Membership, Role
from assessments.models.assessment import ReasonMissing
from reviews.actions import awarding, resolving
from reviews.actions.awarding import AlreadyProposed, NotReady, NotRetractable, ScoreMoved, TierUnfit
from reviews.actions.resolving import DecisionProposed
from reviews.lifecycle import AwardStatus, Kind
from reviews.models import Award, PublishedAward, PublishedCity
from reviews.queries import results
from tests.factories import people
from tests.factories import results as make
from wwc.audit.record import history_of
from wwc.outbox.models import Work
from wwc.refusals import NotAllowed, NotFound


@pytest.fixture(scope="module")
def case_once(shared):
    return make.scored(make.city("Alder Reach"), 31)


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def score(case):
    return results.current_score(case)


def given_before(case, tier, kind="new", year=2023):
    city, _ = PublishedCity.objects.get_or_create(
        slug=case.city.slug, defaults={"name": case.city.name, "folded": case.city.folded, "country": "US"}
    )
    return PublishedAward.objects.create(
        number=f"before-{tier}",
        city=city,
        kind=kind,
        tier=tier,
        round_slug="past",
        round_name="Past",
        announced_on=f"{year}-04-14",
        edition="2022",
        published_at=make.NOW,
    )


def propose(case, score, by, now, **given):
    return awarding.propose(case, score=score, by=by, at=now, **{"kind": "new", "tier": "gold", **given})


def test_the_first_tier_of_a_city_is_new(case, score):
    follows = results.suggest(case, score)
    assert (follows.kind, follows.tier, follows.previous_tier) == (Kind.NEW, "gold", "")


@pytest.mark.parametrize(
    ("before", "kind"), [("silver", "level_up"), ("gold", "recertified"), ("platinum", "recertified"), ("", "recertified")]
)
def test_a_city_that_was_certified_goes_up_or_is_recertified(case, score, before, kind):
    given_before(case, before)
    follows = results.suggest(case, score)
    assert (follows.kind, follows.previous_tier) == (kind, before)


def test_the_honor_roll_before_is_no_tier_before(case, score):
    given_before(case, "", kind="honor_roll")
    assert results.suggest(case, score).kind == Kind.NEW


def test_the_history_of_another_city_of_the_same_name_is_not_taken(case, score):
    city = PublishedCity.objects.create(slug="alder-reach-texas", name="Alder Reach", folded="alder reach", country="US")
    PublishedAward.objects.create(
        number="other",
        city=city,
        kind="new",
        tier="silver",
        round_slug="past",
        round_name="Past",
        announced_on="2023-04-14",
        edition="2022",
        published_at=make.NOW,
    )
    assert results.suggest(case, score).kind == Kind.NEW


def test_nothing_reached_is_no_tier(db):
    case = make.scored(make.city("Quillon"), 9)
    follows = results.suggest(case, results.current_score(case))
    assert (follows.kind, follows.tier) == (Kind.NO_TIER, "")


def test_a_proposal_stands_in_the_record_and_wakes_the_directors_once(case, score, staff, now):
    award = propose(case, score, staff, now)
    assert (award.status, award.version, award.proposed_by) == (AwardStatus.PROPOSED, 1, staff)
    assert [event.verb for event in history_of(award)] == ["proposed"]
    assert Work.objects.filter(kind="tell_directors").count() == 1
    case.refresh_from_db()
    assert case.status == Status.READY


@pytest.mark.parametrize(
    "given", [{"kind": "new", "tier": "platinum"}, {"kind": "honor_roll", "tier": ""}, {"kind": "no_tier", "tier": ""}]
)
def test_what_does_not_follow_needs_a_reason_that_stays(case, score, staff, now, given):
    with pytest.raises(ReasonMissing):
        propose(case, score, staff, now, **given)
    assert not Award.objects.exists()
    award = propose(case, score, staff, now, reason="The board asked for it.", **given)
    assert award.reason == "The board asked for it."


@pytest.mark.parametrize("given", [{"kind": "new", "tier": ""}, {"kind": "no_tier", "tier": "gold"}, {"kind": "new", "tier": "diamond"}])
def test_kind_and_tier_must_fit(case, score, staff, now, given):
    with pytest.raises(TierUnfit):
        propose(case, score, staff, now, reason="Because.", **given)


def test_a_score_that_is_not_current_decides_nothing(case, score, staff, now):
    answer = Answer.objects.get(assessment=case, criterion__code="OD1")
    answer.resolutions.create(version=answer.current, how="lead", verdict="not_met", rationale="Again.", resolved_at=now, resolved_by=staff)
    with pytest.raises(ScoreMoved):
        propose(case, score, staff, now)


def test_one_live_decision_at_a_time(case, score, staff, now):
    propose(case, score, staff, now)
    with pytest.raises(AlreadyProposed):
        propose(case, score, staff, now)


def test_only_what_is_ready_is_decided(db, staff, now):
    case = make.scored(make.city("Quillon"), 31)
    score = results.current_score(case)
    type(case).objects.filter(pk=case.pk).update(status=Status.IN_REVIEW)
    with pytest.raises(NotReady):
        propose(case, score, staff, now)


def test_approval_decides_the_assessment_and_closes_its_answers(case, score, staff, director, now):
    award = awarding.approve(propose(case, score, staff, now), by=director, at=now)
    case.refresh_from_db()
    assert (award.status, award.approved_by, case.status) == (AwardStatus.APPROVED, director, Status.DECIDED)
    assert set(case.answers.values_list("lock", flat=True)) == {Lock.FINAL}


def test_the_proposer_does_not_approve(case, score, director, now):
    award = propose(case, score, director, now)
    with pytest.raises(NotAllowed):
        awarding.approve(award, by=director, at=now)
    award.refresh_from_db()
    assert award.status == AwardStatus.PROPOSED


def test_staff_do_not_approve(case, score, staff, now):
    award = propose(case, score, staff, now)
    with pytest.raises(NotAllowed):
        awarding.approve(award, by=people.person("other-staff", is_staff=True), at=now)


def test_a_conflict_beats_every_role(case, score, staff, director, now):
    award = propose(case, score, staff, now)
    Conflict.objects.create(
        person=director,
        city=case.city,
        cycle=case.cycle,
        state=ConflictState.DECLARED,
        reason="Worked there.",
        said_at=now,
        said_by=director,
    )
    with pytest.raises(NotFound):
        awarding.approve(award, by=director, at=now)
    assert not results.deciding_to(director).exists()


def test_a_member_of_the_city_does_not_propose_for_it(case, score, staff, now):
    Membership.objects.create(city=case.city, person=staff, role=Role.CONTRIBUTOR, added_at=now)
    with pytest.raises(NotFound):
        propose(case, score, staff, now)


@pytest.mark.parametrize("who", ["alder-reach-lead", "stranger", "reader"])
def test_nobody_else_even_learns_of_it(case, score, now, who):
    with pytest.raises(NotFound):
        propose(case, score, people.person(who), now)


def test_what_was_approved_is_approved_once(case, score, staff, director, second_director, now):
    award = awarding.approve(propose(case, score, staff, now), by=director, at=now)
    with pytest.raises(NotReady):
        awarding.approve(award, by=second_director, at=now)


def test_retracting_takes_another_director_and_a_reason(case, score, staff, director, second_director, now):
    award = awarding.approve(propose(case, score, staff, now), by=director, at=now)
    with pytest.raises(NotAllowed):
        awarding.retract(award, reason="An error.", by=director, at=now)
    with pytest.raises(ReasonMissing):
        awarding.retract(award, reason=" ", by=second_director, at=now)
    awarding.retract(award, reason="An error.", by=second_director, at=now)
    case.refresh_from_db()
    award.refresh_from_db()
    assert (award.status, case.status) == (AwardStatus.RETRACTED, Status.READY)
    assert set(case.answers.values_list("lock", flat=True)) == {Lock.LOCKED}
    with pytest.raises(NotRetractable):
        awarding.retract(award, reason="Again.", by=second_director, at=now)
    again = propose(case, score, staff, now)
    assert again.version == 2


def test_what_is_proposed_is_not_sent_back_into_review(case, score, staff, second_director, now):
    award = propose(case, score, staff, now)
    with pytest.raises(DecisionProposed):
        resolving.send_back(case, reason="Read again.", by=staff, at=now)
    awarding.retract(award, reason="Read again first.", by=second_director, at=now)
    resolving.send_back(case, reason="Read again.", by=staff, at=now)
    case.refresh_from_db()
    assert case.status == Status.IN_REVIEW
