"""Saving an answer: who may, when it counts, and that nobody overwrites another."""

from datetime import timedelta

import pytest

from assessments.actions import answering, submitting
from assessments.lifecycle import CycleStatus, Lock
from assessments.models import AnswerVersion, Cycle, Extension
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def _save(one, by, **given):
    words = {"claim": "met", "ticks": [2, 1], "narrative": "We do.", "based_on": one.version, **given}
    return answering.save(one, **words, by=by, at=NOW)


@pytest.fixture
def case():
    return cases.started()


def test_a_save_is_the_next_version_and_the_current_one(case):
    one = cases.answer(case)
    version = _save(one, cases.contributor(case.city))
    one.refresh_from_db()
    assert (one.version, one.current, version.number) == (1, version, 1)
    assert (version.claim, version.ticks, version.narrative, version.late) == ("met", [1, 2], "We do.", False)
    assert Event.objects.get(verb="saved").data == {"criterion": "DM1", "version": 1}


def test_what_says_the_same_writes_nothing(case):
    one = cases.said(case)
    again = _save(one, cases.lead(case.city), ticks=[1], narrative="How DM1 works here.\r\n", based_on=0)
    assert again == one.current
    assert AnswerVersion.objects.filter(answer=one).count() == 1


def test_nothing_said_before_the_first_version_writes_nothing(case):
    assert _save(cases.answer(case), cases.lead(case.city), claim="", ticks=[], narrative="  ") is None
    assert AnswerVersion.objects.count() == 0


def test_a_save_over_somebody_elses_is_refused_with_both_texts(case):
    one = cases.said(case, by=cases.contributor(case.city))
    cases.said(case, narrative="Newer.")
    with pytest.raises(answering.StaleSave) as stale:
        _save(one, cases.contributor(case.city), narrative="Mine.")
    assert stale.value.theirs.narrative == "Newer."
    assert stale.value.mine.narrative == "Mine."
    assert stale.value.base.narrative == "How DM1 works here."
    assert "Lead port lindell saved while you were writing" in str(stale.value)
    assert AnswerVersion.objects.filter(answer=one).count() == 2


@pytest.mark.parametrize("claim", ["maybe", "MET"])
def test_a_claim_is_one_of_the_three(case, claim):
    with pytest.raises(answering.NotAClaim):
        _save(cases.answer(case), cases.lead(case.city), claim=claim)


@pytest.mark.parametrize("tick", [0, 99, -1])
def test_a_tick_belongs_to_the_criterions_checklist(case, tick):
    with pytest.raises(answering.NotOnTheChecklist):
        _save(cases.answer(case), cases.lead(case.city), ticks=[1, tick])


def test_a_version_that_never_was_is_out_of_date(case):
    with pytest.raises(answering.NotOnTheChecklist, match="out of date"):
        _save(cases.answer(case), cases.lead(case.city), based_on=3)


def test_people_of_another_city_know_of_nothing(case, stranger):
    other = cases.started("Alder Reach")
    for person in (stranger, cases.lead(other.city)):
        with pytest.raises(NotFound):
            _save(cases.answer(case), person)


def test_the_program_never_writes(case, staff, director):
    for person in (staff, director):
        with pytest.raises(NotAllowed, match="never writes"):
            _save(cases.answer(case), person)


def test_the_window_is_asked_of_the_clock_under_the_lock(case):
    due = case.cycle.due_at
    by = cases.lead(case.city)
    with staged_at(case.cycle.opens_at - timedelta(seconds=1)), pytest.raises(answering.AnswerClosed, match="opens"):
        _save(cases.answer(case), by)
    with staged_at(due):
        assert _save(cases.answer(case), by, narrative="In time.").late is False
    with staged_at(due + case.cycle.grace):
        assert _save(cases.answer(case), by, narrative="In the grace.").late is True
    with staged_at(due + case.cycle.grace + timedelta(seconds=1)), pytest.raises(answering.AnswerClosed, match="Submitting closed"):
        _save(cases.answer(case), by, narrative="Too late.")


def test_an_extension_moves_the_window_of_one_assessment(case, staff):
    due = case.cycle.due_at
    Extension.objects.create(assessment=case, due_at=due + timedelta(days=5), reason="Flood.", granted_at=NOW, granted_by=staff)
    other = cases.started("Alder Reach")
    with staged_at(due + timedelta(days=2)):
        assert _save(cases.answer(case), cases.lead(case.city)).late is False
        with pytest.raises(answering.AnswerClosed):
            _save(cases.answer(other), cases.lead(other.city))


@pytest.mark.parametrize("status", [CycleStatus.DRAFT, CycleStatus.CANCELED, CycleStatus.CLOSED])
def test_a_cycle_that_is_not_open_takes_no_save(case, status):
    Cycle.objects.filter(pk=case.cycle_id).update(status=status)
    with pytest.raises(answering.AnswerClosed, match="not open for writing"):
        _save(cases.answer(case), cases.lead(case.city))


def test_a_submitted_answer_is_closed(case):
    cases.submitted(case)
    with pytest.raises(answering.AnswerClosed, match="it was submitted"):
        _save(cases.answer(case), cases.lead(case.city))


def test_a_question_opens_its_own_answer_alone():
    case = cases.in_review()
    asked = cases.asked(case, "DM1")
    assert cases.answer(case).lock == Lock.LOCKED
    with pytest.raises(answering.AnswerClosed, match="on the page of the question"):
        _save(cases.answer(case), cases.lead(case.city), narrative="Newer.")
    assert answering.require_open(answering.locked(cases.answer(case))) is False  # for the reply, and for evidence
    with pytest.raises(answering.AnswerClosed):
        _save(cases.answer(case, "DM2"), cases.lead(case.city))
    with staged_at(asked.due_at + timedelta(seconds=1)), pytest.raises(answering.AnswerClosed):
        _save(cases.answer(case), cases.lead(case.city), narrative="Too late.")


def test_an_answer_of_a_withdrawn_assessment_is_closed(case):
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    with pytest.raises(answering.AnswerClosed):
        _save(cases.answer(case), cases.lead(case.city))
