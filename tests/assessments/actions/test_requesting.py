"""A city asks for more time; the program grants it or says why not."""

from datetime import UTC, datetime, timedelta

import pytest

from assessments import queries
from assessments.actions import clarifying, requesting, submitting
from assessments.jobs import lapsing, questions
from assessments.lifecycle import Asked, Status
from assessments.models import Assessment, Clarification, Conflict
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db
LATER = cases.DUE + timedelta(days=7)


@pytest.fixture
def case():
    return cases.started()


def test_a_city_asks_once_and_the_date_stays(case):
    asked = cases.asked_for_time(case, by=cases.contributor(case.city))
    assert (asked.granted, asked.reason) == (None, "The data officer is away.")
    assert queries.window_of(case).due_at == cases.DUE
    event = Event.objects.get(verb="asked_for_time")
    assert (event.by, event.city_id, event.reason) == (cases.contributor(case.city), case.city_id, asked.reason)
    with pytest.raises(requesting.AskedAlready, match="Nothing was sent twice"):
        cases.asked_for_time(case)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"reason": "  "}, requesting.WordsMissing),
        ({"until": cases.DUE}, requesting.DateNotLater),
        ({"until": NOW}, requesting.DateNotLater),
    ],
)
def test_a_request_has_a_reason_and_a_later_date(case, given, refusal):
    with pytest.raises(refusal):
        cases.asked_for_time(case, **given)


def test_who_may_ask_and_decide(case, staff):
    for person, refusal in ((cases.signatory(case.city), NotAllowed), (staff, NotAllowed)):
        with pytest.raises(refusal):
            cases.asked_for_time(case, by=person)
    asked = cases.asked_for_time(case)
    with pytest.raises(NotAllowed):
        requesting.grant_time(asked, until=LATER, by=cases.lead(case.city), at=NOW)
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=staff)
    with pytest.raises(NotFound):
        requesting.refuse_time(asked, words="No.", by=staff, at=NOW)
    assert asked not in queries.requests_open(staff)[0]


def test_granted_the_date_moves_with_its_letter(case, staff):
    asked = requesting.grant_time(cases.asked_for_time(case), until=LATER, by=staff, at=NOW)
    assert (asked.granted, asked.decided_by) == (True, staff)
    assert queries.window_of(case).due_at == LATER
    letter = Letter.objects.get(kind="extended")
    assert letter.body.startswith("Your assessment has more time and is now due Monday, January 16")
    with pytest.raises(requesting.DecidedAlready):
        requesting.refuse_time(asked, words="No.", by=staff, at=NOW)
    assert list(Event.objects.filter(verb__in=["extended", "granted"]).values_list("verb", flat=True)) == ["extended", "granted"]
    cases.asked_for_time(case, until=LATER + timedelta(days=1))  # decided, so that the city may ask again


def test_refused_the_city_reads_why(case, staff):
    asked = cases.asked_for_time(case)
    with pytest.raises(requesting.WordsMissing):
        requesting.refuse_time(asked, words=" ", by=staff, at=NOW)
    requesting.refuse_time(asked, words="The review begins that week.", by=staff, at=NOW)
    letter = Letter.objects.get(kind="extension_refused")
    assert "We cannot move the date for your assessment: The review begins that week." in letter.body
    assert "January 9" in letter.subject
    assert queries.window_of(case).due_at == cases.DUE


# Until when: fourteen days after the date, by the clocks of the city, also where summer time begins between

DUE_IN_WINTER = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # Sunday, 5 p.m. in Chicago
LAST = datetime(2026, 3, 15, 22, 0, tzinfo=UTC)  # 5 p.m. again, in summer time


@pytest.mark.parametrize(("at", "in_time"), [(LAST, True), (LAST + timedelta(microseconds=1), False)])
def test_it_can_be_asked_until_some_days_after_the_date(case, at, in_time):
    case.cycle.__class__.objects.filter(pk=case.cycle_id).update(due_at=DUE_IN_WINTER)
    case.cycle.refresh_from_db()
    assert queries.ask_by(case) == LAST
    with staged_at(at):
        if in_time:
            cases.asked_for_time(case, until=LAST + timedelta(days=9))
        else:
            with pytest.raises(requesting.AskedTooLate, match=r"until March 15, 2026, 5:00 p.m. Central \(CDT\)"):
                cases.asked_for_time(case, until=LAST + timedelta(days=9))


def test_what_was_closed_meanwhile_opens_again(case, staff):
    asked = cases.asked_for_time(case)
    with staged_at(cases.DUE + timedelta(days=5)):
        lapsing.lapse_assessment(case.pk)
        requesting.grant_time(asked, until=LATER, by=staff, at=NOW)
        case.refresh_from_db()
        assert case.status == Status.DRAFTING
        assert queries.window_of(case).is_open(cases.DUE + timedelta(days=5))
    assert "is open again until" in Letter.objects.get(kind="reopened").subject


def test_submitted_there_is_nothing_to_decide(staff):
    case = cases.started()
    asked = cases.asked_for_time(case)
    cases.submitted(case)
    assert not queries.requests_open(staff)[0].exists()
    with pytest.raises(requesting.NothingToMove):
        requesting.grant_time(asked, until=LATER, by=staff, at=NOW)
    with pytest.raises(requesting.NothingToMove):
        cases.asked_for_time(Assessment.objects.get(pk=case.pk))


# For one question


def test_a_question_gets_more_time(staff):
    case = cases.in_review()
    question = cases.asked(case)
    asked = cases.asked_for_time(case, question)
    assert asked in queries.requests_open(staff)[0]
    later = question.due_at + timedelta(days=3)
    requesting.grant_time(asked, until=later, by=staff, at=NOW)
    question.refresh_from_db()
    assert (question.status, question.due_at) == (Asked.SENT, later)
    assert "Your answer to the question on DM1" in Letter.objects.get(kind="extended").body
    assert Work.objects.filter(kind="expire_clarification").count() == 2
    with staged_at(later - timedelta(seconds=1)):
        questions.expire_clarification(question.pk)  # the first date has passed, the new one holds
    question.refresh_from_db()
    assert question.status == Asked.SENT
    with pytest.raises(clarifying.NotLater):
        clarifying.prolong(question, due_at=later, reason="Why.", by=staff, at=NOW)


def test_a_question_whose_time_has_just_ended_opens_again(staff):
    case = cases.in_review()
    question = cases.asked(case)
    at = question.due_at + timedelta(days=2)
    with staged_at(at):
        questions.expire_clarification(question.pk)
        asked = cases.asked_for_time(case, Clarification.objects.select_related("answer").get(pk=question.pk), until=at + timedelta(days=5))
        requesting.grant_time(asked, until=at + timedelta(days=5), by=staff, at=NOW)
        assert queries.is_open(cases.answer(case), at)
    with staged_at(at + timedelta(days=9)):
        questions.expire_clarification(question.pk)
        with pytest.raises(requesting.AskedTooLate):
            cases.asked_for_time(case, Clarification.objects.select_related("answer").get(pk=question.pk), until=at + timedelta(days=20))


def test_an_answered_question_needs_no_time(staff):
    case = cases.in_review()
    question = cases.asked(case)
    asked = cases.asked_for_time(case, question)
    clarifying.cancel(question, by=staff, at=NOW)
    assert not queries.requests_open(staff)[0].exists()
    with pytest.raises(requesting.NothingToMove):
        requesting.grant_time(asked, until=LATER, by=staff, at=NOW)


# Not submitted


def test_what_was_not_submitted_closes_three_days_later_once(case):
    ends = cases.DUE + timedelta(days=3, minutes=30)
    with staged_at(ends):
        lapsing.lapse_unsubmitted()
        lapsing.lapse_assessment(case.pk)
    case.refresh_from_db()
    assert (case.status, Work.objects.filter(kind="lapse_assessment").count()) == (Status.DRAFTING, 0)
    with staged_at(ends + timedelta(seconds=1)):
        for _ in range(2):
            lapsing.lapse_unsubmitted()
            lapsing.lapse_assessment(case.pk)
    case.refresh_from_db()
    assert case.status == Status.LAPSED
    moved = Event.objects.get(verb="moved", subject="assessments.assessment", subject_id=case.pk)
    assert (moved.by, moved.after) == (None, Status.LAPSED)
    assert Work.objects.filter(kind="lapse_assessment").count() == 1
    letters = Letter.objects.filter(kind="deadline_passed")
    assert {letter.to for letter in letters} == {cases.lead(case.city), cases.signatory(case.city)}
    assert "Ask us by January 23, 2090, 4:00 p.m. Central (CST) to reopen" in letters[0].body


def test_an_extension_holds_the_closing_off(case, staff):
    requesting.grant_time(cases.asked_for_time(case), until=LATER, by=staff, at=NOW)
    with staged_at(cases.DUE + timedelta(days=5)):
        lapsing.lapse_unsubmitted()
        lapsing.lapse_assessment(case.pk)
    case.refresh_from_db()
    assert case.status == Status.DRAFTING
    with staged_at(LATER + timedelta(days=5)):
        lapsing.lapse_unsubmitted()
        lapsing.lapse_assessment(case.pk)
        submitting.reopen(case, reason="A mistake.", due_at=LATER + timedelta(days=9), by=staff, at=NOW)
        lapsing.lapse_unsubmitted()
    with staged_at(LATER + timedelta(days=19)):
        lapsing.lapse_unsubmitted()
    assert Work.objects.filter(kind="lapse_assessment").count() == 2


# The signature


def test_who_signs_is_asked_once_a_day(case):
    lead = cases.lead(case.city)
    with pytest.raises(submitting.SubmitBlocked):
        submitting.call_signatories(case, by=lead, at=NOW)
    cases.complete(case)
    assert submitting.call_signatories(case, by=lead, at=NOW) == [cases.signatory(case.city)]
    with pytest.raises(submitting.CalledToday, match="Nothing was sent twice"):
        submitting.call_signatories(case, by=lead, at=NOW + timedelta(hours=23))
    submitting.call_signatories(case, by=lead, at=NOW + timedelta(hours=25))
    assert Letter.objects.filter(kind="attest", to=cases.signatory(case.city)).count() == 2
    submitting.attest(case, by=cases.signatory(case.city), at=NOW)
    with pytest.raises(submitting.SignedAlready):
        submitting.call_signatories(case, by=lead, at=NOW + timedelta(days=3))
