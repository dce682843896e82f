"""One submitted answer is opened again at the city's wish, for a time."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from assessments import queries
from assessments.actions import answering, clarifying, documenting, reopening, requesting, submitting
from assessments.lifecycle import Asked, Status
from assessments.models import AnswerVersion, Assessment, Conflict, Cycle, ReopenRequest
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc import invariants
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.in_review()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _save(case, code="DM1", narrative="Newer words.", at=NOW):
    one = cases.answer(case, code)
    said = {"claim": "met", "ticks": [1], "narrative": narrative, "based_on": one.version}
    return answering.save(one, **said, by=cases.contributor(case.city), at=at)


def test_asked_the_answer_stays_closed(case, staff):
    asked = cases.asked_to_reopen(case, by=cases.contributor(case.city))
    with pytest.raises(answering.AnswerClosed):
        _save(case)
    with pytest.raises(requesting.AskedAlready):
        cases.asked_to_reopen(case)
    assert list(queries.requests_open(staff)[1]) == [asked]
    assert Event.objects.get(verb="asked_to_reopen").reason == "A page is missing."


def test_granted_that_one_answer_opens_until_its_time(case):
    asked = cases.opened_again(case)
    assert queries.is_open(cases.answer(case), cases.DUE)
    assert not queries.is_open(cases.answer(case), cases.DUE + timedelta(microseconds=1))
    assert not queries.is_open(cases.answer(case, "DM2"), NOW)
    assert _save(case).number == 2
    assert cases.answer(case, "DM2").version == 1
    cases.proven(case, upload=cases.text_file("newer.txt", "Newer."))
    with staged_at(cases.DUE):
        _save(case, narrative="In time.")
    with staged_at(cases.DUE + timedelta(microseconds=1)), pytest.raises(answering.AnswerClosed):
        _save(case, narrative="Too late.")
    letter = Letter.objects.get(kind="reopened")
    assert letter.to == cases.lead(case.city)
    assert letter.subject.startswith("Your answer to DM1 ")
    assert "is open again until Monday, January 9" in letter.subject
    assert "A page is missing." in letter.body
    assert asked.open_until == cases.DUE


def test_without_a_date_it_has_business_days_of_the_citys_zone(case):
    Cycle.objects.filter(pk=case.cycle_id).update(holidays=["2026-03-05"])
    asked = cases.asked_to_reopen(case)
    with staged_at(datetime(2026, 3, 3, 3, 0, tzinfo=UTC)):  # still Monday evening in Chicago; summer time begins on March 8
        granted = reopening.grant_reopening(asked, by=cases.staff(), at=NOW)
        with pytest.raises(reopening.OpenAlready):
            cases.asked_to_reopen(case)
    assert granted.open_until == datetime(2026, 3, 17, 22, 0, tzinfo=UTC)


def test_refused_the_city_reads_why(case, staff):
    asked = cases.asked_to_reopen(case)
    with pytest.raises(requesting.WordsMissing):
        reopening.refuse_reopening(asked, words="", by=staff, at=NOW)
    reopening.refuse_reopening(asked, words="The page is in the file already.", by=staff, at=NOW)
    letter = Letter.objects.get(kind="reopen_refused")
    assert letter.subject.startswith("Your answer to DM1 ")
    assert "The page is in the file already." in letter.body
    with pytest.raises(requesting.DecidedAlready):
        reopening.grant_reopening(asked, by=staff, at=NOW)
    cases.asked_to_reopen(case)


def test_other_evidence_is_a_new_version_of_an_answer_that_is_open_again(case):
    cases.opened_again(case)
    use = cases.proven(case, upload=cases.text_file("newer.txt", "Newer."))
    assert cases.answer(case).version == 2
    one = cases.answer(case)
    said = {"claim": "met", "ticks": [1], "narrative": "On the page that was open before.", "based_on": 1}
    assert answering.save(one, **said, by=cases.lead(case.city), at=NOW).number == 3
    documenting.detach(use, by=cases.lead(case.city), at=NOW)
    assert (cases.answer(case).version, cases.answer(case).current.narrative) == (4, said["narrative"])


def test_done_closes_it_before_its_time(case, staff):
    asked = cases.opened_again(case)
    _save(case)
    reopening.finish(asked, by=cases.contributor(case.city), at=NOW)
    with pytest.raises(answering.AnswerClosed):
        _save(case, narrative="More.")
    with pytest.raises(reopening.NotOpenAgain):
        reopening.finish(asked, by=staff, at=NOW)
    assert Event.objects.filter(verb="closed_again").count() == 1
    cases.opened_again(case)


def test_a_time_that_ran_out_needs_no_job(case):
    with staged_at(NOW):
        cases.opened_again(case, open_until=NOW + timedelta(days=1))
    with staged_at(NOW + timedelta(days=2)):
        assert not queries.is_open(cases.answer(case), NOW + timedelta(days=2))
        again = cases.opened_again(case, open_until=NOW + timedelta(days=5))
    assert ReopenRequest.objects.filter(granted=True, closed_at=None).get() == again


@pytest.mark.parametrize("end", [NOW - timedelta(days=400), NOW])
def test_it_opens_until_an_instant_ahead(case, end):
    with staged_at(NOW), pytest.raises(reopening.EndNotAhead):
        cases.opened_again(case, open_until=end)


def test_who_may(case, staff):
    for person in (cases.signatory(case.city), staff):
        with pytest.raises(NotAllowed):
            cases.asked_to_reopen(case, by=person)
    asked = cases.asked_to_reopen(case)
    with pytest.raises(NotAllowed):
        reopening.grant_reopening(asked, by=cases.lead(case.city), at=NOW)
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=staff)
    with pytest.raises(NotFound):
        reopening.refuse_reopening(asked, words="No.", by=staff, at=NOW)
    assert not queries.requests_open(staff)[1].exists()


def test_only_what_was_submitted_and_is_not_decided():
    case = cases.started("Quillon")
    with pytest.raises(reopening.NotSubmitted):
        cases.asked_to_reopen(case)
    cases.submitted(case)
    asked = cases.asked_to_reopen(Assessment.objects.get(pk=case.pk))
    case = Assessment.objects.get(pk=case.pk)
    case.move_to(Status.IN_REVIEW, by=cases.staff(), at=NOW)
    case.move_to(Status.READY, by=cases.staff(), at=NOW)
    with pytest.raises(reopening.NotSubmitted):
        reopening.grant_reopening(asked, by=cases.staff(), at=NOW)


# One open thing per answer


def test_not_while_a_question_is_open_and_no_question_while_it_is(case, staff):
    asked = cases.asked_to_reopen(case)
    question = cases.asked(case)
    with pytest.raises(reopening.QuestionOpen):
        reopening.grant_reopening(asked, open_until=cases.DUE, by=staff, at=NOW)
    clarifying.cancel(question, by=staff, at=NOW)
    reopening.grant_reopening(asked, open_until=cases.DUE, by=staff, at=NOW)
    draft = clarifying.ask(cases.answer(case), text="Which ones?", by=staff, at=NOW)
    with pytest.raises(clarifying.OpenAgain, match="waits as a draft"):
        clarifying.send([draft], by=staff, at=NOW)
    reopening.finish(asked, by=staff, at=NOW)
    assert clarifying.send([draft], by=staff, at=NOW)[0].status == Asked.SENT


def test_while_a_question_is_open_the_answer_changes_by_the_reply_alone(case):
    cases.asked(case)
    with pytest.raises(answering.AnswerClosed, match="on the page of the question"):
        _save(case)
    assert AnswerVersion.objects.filter(answer=cases.answer(case)).count() == 1


def test_withdrawn_or_opened_as_a_whole_it_is_no_longer_open_by_itself(staff):
    case = cases.submitted(cases.started("Quillon")).assessment
    cases.opened_again(case)
    submitting.reopen(case, reason="All of it.", by=staff, at=NOW)
    assert not ReopenRequest.objects.filter(closed_at=None).exists()
    other = cases.in_review("Alder Reach")
    cases.opened_again(other)
    submitting.withdraw(other, by=staff, at=NOW, reason="Asked by phone.")
    assert not queries.is_open(cases.answer(other), NOW)
    assert not ReopenRequest.objects.filter(closed_at=None).exists()


def test_what_is_saved_while_open_breaks_no_truth(case):
    cases.opened_again(case)
    _save(case, at=datetime.now(UTC) + timedelta(minutes=1))
    assert [row for _truth, row in invariants.broken() if "newer than" in row] == []
    ReopenRequest.objects.update(open_until=NOW - timedelta(days=300), decided_at=NOW - timedelta(days=301))
    assert [row for _truth, row in invariants.broken() if "newer than" in row] != []
