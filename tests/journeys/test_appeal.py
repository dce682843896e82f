"""30 of 45 is Silver; an appeal on one criterion is upheld, and 31 is Gold. Nothing of before is lost, and no recomputation moves it."""

from datetime import timedelta

import pytest

from assessments.actions import answering, documenting, reopening
from assessments.lifecycle import Lock, Status
from assessments.models import Answer, Consent
from reviews.actions import announcing, appealing, awarding, scoring
from reviews.jobs.recomputation import recompute_cycle
from reviews.jobs.score import score_assessment
from reviews.lifecycle import AppealStatus, AwardStatus, Kind
from reviews.models import Award, PanelMember, PublishedAward, Scorecard, ScoreDifference
from reviews.queries import announced, appeals, results
from tests.conftest import NOW
from tests.factories import people, reviews
from tests.factories import results as make
from wwc import invariants
from wwc.clock import staged_at
from wwc.outbox import running
from wwc.outbox.models import Letter

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def on(day, act, *args, **fields):
    """An act so many days after the announcement."""
    at = NOW + day * DAY
    with staged_at(at):
        return act(*args, at=at, **fields)


def scored_on(day, case):
    """What the worker does."""
    with staged_at(NOW + day * DAY):
        score_assessment(case.pk)


def broken():
    """What does not hold, less the moves of assessment and cycle that the factories leave out."""
    return [row for _truth, row in invariants.broken() if not row.startswith(("assessments.assessment", "assessments.cycle"))]


def told(day, awards, staff, director, *, appeals_of=None, slug="round-1"):
    """A round, or the appeals of one, prepared by one person and released by another; its papers are real."""
    if appeals_of is None:
        batch = on(day, announcing.draft_round, awards[0].assessment.cycle, slug=slug, name="First round of 2019", by=staff)
    else:
        batch = on(day, announcing.draft_appeals, appeals_of, slug=slug, name="Appeals of the first round", by=staff)
    if awards:
        on(day, announcing.add, batch, awards=awards, by=staff)
    on(day, announcing.prepare, batch, announce_at=NOW + day * DAY, by=staff)
    running.drain(["render_scorecard"])
    batch.refresh_from_db()
    on(day, announcing.release, batch, by=director)
    batch.refresh_from_db()
    return batch


def test_silver_becomes_gold_on_appeal_and_both_stay_on_record(staff, director):
    cycle = make.cycle("2019", edition="2018")
    place = make.city("Alder Reach")
    case = make.scored(place, 30, in_cycle=cycle, consent=Consent.AREAS)
    lead = people.person("alder-reach-lead")
    first = make.approved(case, proposer=staff, director=director)
    assert (first.score.points, first.score.possible, first.tier, first.kind) == (30, 45, "silver", Kind.NEW)
    batch = told(0, [first], staff, director)
    silver = PublishedAward.objects.get()
    case.refresh_from_db()

    # The city appeals one verdict of not met; staff admit it, and give it to somebody who was not involved.
    code = make.met(31, "2018")[-1]
    answer = reviews.answer(case, code)
    appeal = on(3, appealing.file, answer, reason="The ordinance was in the annex.", brings_evidence=True, by=lead)
    reader = PanelMember.objects.create(cycle=cycle, person=people.person("fresh-reader"), part="reviewer", joined_at=NOW, joined_by=staff)
    reviews.declaring.declare_all(cycle, declared={}, by=reader.person, at=NOW)
    on(5, appealing.admit, appeal, reader=reader, by=staff)

    # Its answer is open for evidence, and no other one is. What was decided stands meanwhile.
    on(6, documenting.attach_link, answer, url="https://alder-reach.example/ordinance", note="Page 4", by=lead)
    on(6, answering.save, Answer.objects.get(pk=answer.pk), claim="met", ticks=[], narrative="Ordinance 17, page 4.", based_on=2, by=lead)
    other = reviews.answer(case, make.met(1, "2018")[0])
    with pytest.raises(answering.AnswerClosed):
        on(6, answering.save, other, claim="met", ticks=[], narrative="More.", based_on=1, by=lead)
    scored_on(7, case)
    assert results.current_score(case) == first.score
    assert broken() == []
    appeal.refresh_from_db()
    on(8, reopening.finish, appeal.opened, by=lead)

    # Read, and confirmed by a director: a new verdict and a new score. Neither the city nor the public sees a difference.
    on(20, appealing.settle, appeal, verdict="met", rationale="The ordinance binds every department.", by=reader.person)
    on(21, appealing.confirm, appeal, by=director)
    scored_on(21, case)
    second_score = results.current_score(case)
    assert (second_score.points, second_score.possible, second_score.tier) == (31, 45, "gold")
    assert results.result_to(lead, case) == first
    assert "binds every department" not in str(results.areas_of(first.score, "en"))
    assert list(announced.awards()) == [silver]
    assert broken() == []

    # A decision on the new score: proposed, approved by another person, told in a batch of the round's appeals.
    follows = results.suggest(case, second_score)
    assert (follows.kind, follows.tier) == (Kind.NEW, "gold"), "what an appeal raises is no level-up over itself"
    second = on(40, awarding.propose, case, score=second_score, kind=follows.kind, tier=follows.tier, by=staff)
    on(40, awarding.approve, second, by=director)
    told(41, [second], staff, director, appeals_of=batch, slug="round-1-appeals")
    case.refresh_from_db()
    assert case.status == Status.ANNOUNCED
    gold = PublishedAward.objects.get(closed_at=None)
    assert (gold.tier, gold.points, gold.kind, gold.round_slug, gold.replaces) == ("gold", 31, "new", "round-1", silver)
    assert gold.valid_until == silver.valid_until, "it stands as long as its round does"
    silver.refresh_from_db()
    assert silver.closed_because == AwardStatus.SUPERSEDED

    # Everything of before is on record: awards, scores, verdicts, papers.
    versions = list(Award.objects.order_by("version").values_list("version", "status", "tier", "score__points"))
    assert versions == [(1, "superseded", "silver", 30), (2, "released", "gold", 31)]
    assert [(r.how, r.verdict) for r in answer.resolutions.order_by("pk")] == [("agreed", "not_met"), ("appeal", "met")]
    assert len({silver.certificate, gold.certificate} - {""}) == 2, "the new version has a certificate of its own"
    papers = Scorecard.objects.filter(audience="city").order_by("pk")
    assert [card.award.tier for card in papers] == ["silver", "gold"]
    assert all(card.rendered_at for card in Scorecard.objects.all())
    assert results.result_to(lead, case) == second
    assert "binds every department" in str(results.areas_of(second.score, "en"))
    kinds = list(Letter.objects.filter(to=lead, kind__startswith="appeal").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["appeal_received", "appeal_admitted", "appeal_settled"]
    appeal.refresh_from_db()
    assert appeal.status == AppealStatus.TOLD
    answer.refresh_from_db()
    assert answer.lock == Lock.FINAL

    # Recomputed, nothing moves.
    before = list(Award.objects.order_by("pk").values()), list(PublishedAward.objects.order_by("pk").values())
    scored_on(50, case)
    recompute_cycle(on(51, scoring.recompute, cycle, by=staff).pk)
    assert (list(Award.objects.order_by("pk").values()), list(PublishedAward.objects.order_by("pk").values())) == before
    assert case.scores.count() == 2
    assert not ScoreDifference.objects.exists()
    assert broken() == []
    assert appeals.window_of(second) is None
