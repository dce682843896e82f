"""Stages are derived from rows in the order of the workflow; two readings follow the policy."""

import pytest

from assessments.lifecycle import Asked
from assessments.models import Answer, Assessment, Clarification, Cycle
from reviews.lifecycle import Stage
from reviews.queries import plan, verdicts
from tests.factories import reviews as make

NOW = make.NOW


def asked(answer, by, status=Asked.SENT):
    sent = {"sent_at": NOW, "sent_by": by, "due_at": NOW} if status == Asked.SENT else {}
    return Clarification.objects.create(answer=answer, text="?", status=status, asked_at=NOW, asked_by=by, **sent)


def test_every_stage_in_its_order(cycle, assessment, member, second, staff):
    answer = make.answer(assessment, "A1")
    assert verdicts.state_of(answer) == Stage.UNASSIGNED
    first = make.assign(answer, member)
    assert verdicts.state_of(answer) == Stage.ASSIGNED
    make.find(first)
    assert verdicts.state_of(answer) == Stage.NEEDS_SECOND
    other = make.assign(answer, second, "second")
    assert verdicts.state_of(answer) == Stage.FIRST_IN
    make.find(other)
    assert verdicts.state_of(answer) == Stage.AGREED
    question = asked(answer, staff)
    assert verdicts.state_of(answer) == Stage.WAITING
    question.delete()
    make.version(answer)
    assert verdicts.state_of(answer) == Stage.STALE
    make.find(first)
    assert verdicts.state_of(answer) == Stage.STALE
    make.find(other, "not_met")
    assert verdicts.state_of(answer) == Stage.SPLIT
    asked(answer, staff)
    assert verdicts.state_of(answer) == Stage.SPLIT
    Clarification.objects.all().delete()
    make.consensus(answer, member, second)
    assert verdicts.state_of(answer) == Stage.SETTLED
    asked(answer, staff, Asked.DRAFT)
    assert verdicts.state_of(answer) == Stage.SETTLED
    Answer.objects.filter(pk=answer.pk).update(lock="final")
    assert verdicts.state_of(answer) == Stage.FINAL
    assert verdicts.states(assessment)[answer.pk] == Stage.FINAL


def test_a_recused_reading_counts_no_more(assessment, member, second):
    answer = make.answer(assessment, "A2")
    mine = make.assign(answer, member)
    make.find(mine, "not_met")
    make.assigning.recuse(mine, reason="Busy.", by=member.person, at=NOW)
    assert verdicts.state_of(answer) == Stage.UNASSIGNED
    make.find(make.assign(answer, second))
    assert verdicts.state_of(answer) == Stage.AGREED
    assert list(verdicts.live_findings(answer).values_list("verdict", flat=True)) == ["met"]


@pytest.mark.parametrize(("share", "claim", "wanted"), [(1, "met", True), (0, "met", False), (1, "not_met", False)])
def test_the_random_share_is_of_claims(cycle, assessment, share, claim, wanted):
    policy = {**make.POLICY, "second_reading": {"core": False, "random_share": share}}
    Cycle.objects.filter(pk=cycle.pk).update(policy=policy)
    answer = make.answer(assessment, "A2")
    make.version(answer, claim=claim)
    assert verdicts.needs_second(answer) is wanted


def test_standings_take_six_queries_however_many(cycle, assessment, django_assert_num_queries):
    for number in range(5):
        make.submitted(f"City {number}", cycle)
    with django_assert_num_queries(6):
        assert len(verdicts.standings(Answer.objects.filter(assessment__cycle=cycle))) == 24


def test_near_a_line_every_claim_wants_a_second_reading(cycle, assessment, member, second):
    for code in ("A1", "A2", "B1", "B2"):
        make.find(make.assign(make.answer(assessment, code), member), "not_met" if code == "B2" else "met")
    found = verdicts.of_assessment(assessment)
    assert plan.near_line(found, cycle) == {assessment.pk}
    assert plan.count(found, cycle, "second") == 3  # A2 and B1 beside the core A1
    cycle.policy = {**make.POLICY, "second_reading": {"core": True, "near_line": 0}}
    assert plan.near_line(found, cycle) == set()
    assert plan.count(found, cycle, "second") == 1


def test_settled_is_for_assessments_with_answers(db):
    with pytest.raises(verdicts.Incomplete):
        verdicts.settled(Assessment(pk=0))


def test_a_flag_is_heeded_where_the_policy_says_so(cycle, assessment, member):
    answer = make.answer(assessment, "A2")
    make.find(make.assign(answer, member), wants_second=True)
    assert verdicts.state_of(answer) == Stage.NEEDS_SECOND
    Cycle.objects.update(policy={**make.POLICY, "second_reading": {**make.POLICY["second_reading"], "flagged": False}})
    assert verdicts.state_of(answer) == Stage.AGREED
