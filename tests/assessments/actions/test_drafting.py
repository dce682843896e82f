"""What is typed is kept, whatever it is, and counts nowhere until it is saved."""

from copy import deepcopy
from datetime import timedelta

import pytest

from assessments import queries
from assessments.actions import answering, drafting
from assessments.models import AnswerVersion, Draft
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def _keep(one, by, at=NOW, **given):
    words = {"claim": "met", "ticks": [2, 1], "narrative": "We do.", "based_on": one.version, **given}
    return drafting.keep(one, **words, by=by, at=at)


def _save(one, by, **given):
    words = {"claim": "met", "ticks": [1, 2], "narrative": "We do.", "based_on": one.version, **given}
    return answering.save(one, **words, by=by, at=NOW)


def _unsaved(one, by):
    return queries.draft_of(queries.drafts_on(one, by), by)


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def test_it_is_one_row_for_a_person_and_an_answer_and_no_version(case):
    one, events = cases.answer(case), Event.objects.count()
    for by in (cases.lead(case.city), cases.contributor(case.city), cases.lead(case.city)):
        _keep(one, by)
    assert sorted(Draft.objects.values_list("person__name", "ticks")) == [
        ("Contributor port lindell", [1, 2]),
        ("Lead port lindell", [1, 2]),
    ]
    assert (AnswerVersion.objects.count(), Event.objects.count()) == (0, events)


def test_nothing_typed_is_refused_for_being_odd(case):
    odd = {"claim": "perhaps", "ticks": [1, 99, -4], "narrative": "a\x00b\r\n" + "c" * 60_000, "based_on": 10**12}
    draft = _keep(cases.answer(case), cases.lead(case.city), **odd)
    draft.refresh_from_db()
    assert (draft.claim, draft.ticks, draft.narrative, draft.based_on) == ("", [1], "ab\n" + "c" * 60_000, 0)


def test_neither_a_date_nor_a_lock_keeps_it_out(case):
    with staged_at(case.cycle.due_at + timedelta(days=400)):
        assert _keep(cases.answer(case), cases.lead(case.city), narrative="Late.").saved_at == NOW
    cases.submitted(case)
    assert _keep(cases.answer(case), cases.lead(case.city), narrative="Later.").narrative == "Later."


def test_a_save_leaves_nothing_unsaved_of_that_person_alone(case):
    one, lead, other = cases.answer(case), cases.lead(case.city), cases.contributor(case.city)
    _keep(one, lead), _keep(one, other, narrative="Mine.")
    _save(one, lead)
    assert _unsaved(one, lead) is None
    assert _unsaved(one, other).narrative == "Mine."


def test_a_refused_save_leaves_the_draft(case):
    one, lead = cases.answer(case), cases.lead(case.city)
    _keep(one, lead, narrative="Mine.")
    cases.said(case, by=cases.contributor(case.city))
    with pytest.raises(answering.StaleSave):
        _save(one, lead, narrative="Mine.", based_on=0)
    assert _unsaved(one, lead).narrative == "Mine."


def test_what_the_answer_says_already_is_no_draft(case):
    one, lead = cases.said(case), cases.lead(case.city)
    said = {"ticks": [1], "narrative": "How DM1 works here. \n"}
    assert _keep(one, lead, **said).saved_at is None
    assert _keep(cases.answer(case, "DM2"), lead, claim="", ticks=[], narrative=" ").saved_at is None
    cases.said(case, narrative="Newer.", by=cases.contributor(case.city))
    assert _keep(cases.answer(case), lead, based_on=0, **said).saved_at is None, "it arrives after the person's own save"
    assert _keep(cases.answer(case), lead, based_on=1, **said).saved_at == NOW, "they want the earlier words again"


def test_it_says_when_it_was_typed_and_when_the_person_was_last_there(case):
    one, lead, later = cases.answer(case), cases.lead(case.city), NOW + timedelta(minutes=5)
    _keep(one, lead)
    again = _keep(one, lead, at=later)
    assert (again.saved_at, again.seen_at) == (NOW, later)
    assert _keep(one, lead, at=later, narrative="More.").saved_at == later
    assert drafting.be_here(one, by=lead, at=NOW).narrative == "More."


def test_dropping_leaves_the_saved_answer(case):
    one, lead = cases.said(case), cases.lead(case.city)
    _keep(one, lead, narrative="Other.")
    drafting.drop(one, by=lead, at=NOW)
    assert _unsaved(one, lead) is None
    assert cases.answer(case).current.narrative == "How DM1 works here."


def test_colleagues_are_here_for_a_minute(case):
    one, lead, other = cases.answer(case), cases.lead(case.city), cases.contributor(case.city)
    drafting.be_here(one, by=other, at=NOW)

    def here(person, at):
        return [draft.person for draft in queries.here_with(queries.drafts_on(one, person), person, at)]

    assert here(lead, NOW + timedelta(seconds=59)) == [other]
    assert here(lead, NOW + timedelta(seconds=60)) == []
    assert here(other, NOW) == []


def test_drafts_are_for_the_own_team_alone(case, staff, director, stranger):
    one = cases.answer(case)
    _keep(one, cases.lead(case.city))
    for person in (staff, director, stranger, cases.lead(cases.started("Alder Reach").city)):
        assert queries.drafts_on(one, person) == []
        assert queries.unsaved_in(case, person) == []
    assert len(queries.unsaved_in(case, cases.signatory(case.city))) == 1


def test_others_keep_nothing(case, staff, stranger):
    one = cases.answer(case)
    for person, refusal in ((staff, NotAllowed), (cases.signatory(case.city), NotAllowed), (stranger, NotFound)):
        for act in (_keep, lambda one, by: drafting.be_here(one, by=by, at=NOW), lambda one, by: drafting.drop(one, by=by, at=NOW)):
            with pytest.raises(refusal):
                act(one, person)
    assert not Draft.objects.exists()


def test_restoring_says_an_earlier_version_again_and_leaves_what_was_typed(case):
    one = cases.said(case)
    cases.said(case, claim="not_met", narrative="Newer.")
    lead = cases.lead(case.city)
    _keep(cases.answer(case), lead, narrative="Typed.")
    again = answering.restore(cases.answer(case), number=1, based_on=2, by=lead, at=NOW)
    assert (again.number, again.claim, again.ticks, again.narrative) == (3, "met", [1], "How DM1 works here.")
    assert answering.restore(cases.answer(case), number=1, based_on=3, by=lead, at=NOW) == again, "what says the same writes nothing"
    assert _unsaved(one, lead).narrative == "Typed."
    with pytest.raises(answering.StaleSave):
        answering.restore(cases.answer(case), number=2, based_on=2, by=lead, at=NOW)
    with pytest.raises(answering.NoSuchVersion):
        answering.restore(cases.answer(case), number=9, based_on=3, by=lead, at=NOW)
