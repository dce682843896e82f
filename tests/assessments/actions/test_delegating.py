"""A team shares its criteria: who may, to whom, until when, and one letter for each act."""

from copy import deepcopy
from datetime import date, timedelta

import pytest

from assessments import queries
from assessments.actions import delegating, inviting, submitting
from assessments.models import Delegation, Membership
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db

DAY = date(2089, 3, 1)


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _hand(case, codes="DM1 DM2", to=None, by=None, due_on=DAY):
    answers = [cases.answer(case, code) for code in codes.split()]
    return delegating.hand(
        case, answers=answers, to=to or cases.contributor(case.city), due_on=due_on, by=by or cases.lead(case.city), at=NOW
    )


def _live(case):
    return [(row.answer.criterion.code, row.person.name) for row in queries.handed_in(case)]


def test_several_are_handed_over_with_one_letter(case):
    _hand(case, "DM2 DM1")
    assert _live(case) == [("DM1", "Contributor port lindell"), ("DM2", "Contributor port lindell")]
    letter = Letter.objects.get(kind="handed")
    assert letter.to == cases.contributor(case.city)
    assert letter.subject == "Criteria with you, by Tuesday, March 1: 2"
    assert "Lead port lindell asks you to answer DM1, DM2 for Port Lindell, Ohio." in letter.body
    assert Event.objects.get(verb="handed").data["criteria"] == ["DM1", "DM2"]


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_the_letter_is_in_the_language_of_who_reads_it(case, language):
    to = cases.contributor(case.city)
    to.language = language
    to.save()
    _hand(case, to=to)
    letter = Letter.objects.get(kind="handed")
    assert letter.language == language
    assert "{" not in letter.subject + letter.body


def test_handing_on_ends_the_first_and_the_same_again_does_nothing(case):
    _hand(case), _hand(case)
    assert (Delegation.objects.count(), Letter.objects.filter(kind="handed").count()) == (2, 1)
    _hand(case, "DM1", to=cases.lead(case.city), by=cases.contributor(case.city))
    assert _live(case) == [("DM1", "Lead port lindell"), ("DM2", "Contributor port lindell")]
    assert Delegation.objects.filter(ended_by=cases.contributor(case.city)).count() == 1
    _hand(case, "DM2", due_on=DAY + timedelta(days=1))
    assert Delegation.objects.get(answer__criterion__code="DM2", ended_at=None).due_on == DAY + timedelta(days=1)


def test_who_takes_it_upon_themselves_gets_no_letter(case):
    _hand(case, to=cases.lead(case.city))
    assert not Letter.objects.filter(kind="handed").exists()


def test_it_goes_to_those_who_write_for_the_city_alone(case, staff, stranger):
    for person in (cases.signatory(case.city), staff, stranger, cases.lead(cases.started("Alder Reach").city)):
        with pytest.raises(delegating.NotAColleague):
            _hand(case, to=person)
    assert not Delegation.objects.exists()


def test_only_those_who_write_hand_over_and_take_back(case, staff, stranger):
    row = _hand(case, "DM1")[0]
    for person, refusal in ((cases.signatory(case.city), NotAllowed), (staff, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            _hand(case, by=person)
        with pytest.raises((NotAllowed, NotFound)):
            delegating.take_back(row, by=person, at=NOW)
    assert len(_live(case)) == 1


def test_taken_back_once(case):
    row = _hand(case, "DM1")[0]
    delegating.take_back(row, by=cases.contributor(case.city), at=NOW)
    assert _live(case) == []
    with pytest.raises(delegating.TakenBack, match="no longer with Contributor port lindell"):
        delegating.take_back(row, by=cases.lead(case.city), at=NOW)


def test_refused_are_no_criterion_a_day_that_is_past_and_a_case_that_is_sent(case):
    with pytest.raises(delegating.NothingChosen):
        _hand(case, "")
    other = cases.started("Alder Reach")
    with pytest.raises(delegating.NothingChosen):
        delegating.hand(case, answers=[cases.answer(other)], to=cases.lead(case.city), due_on=DAY, by=cases.lead(case.city), at=NOW)
    with pytest.raises(delegating.DateGone):
        _hand(case, due_on=date(2020, 1, 1))
    submitting.withdraw(case, by=cases.lead(case.city), at=NOW)
    case.refresh_from_db()
    with pytest.raises(delegating.NotBeingWritten):
        _hand(case)


def test_who_left_has_nothing_and_others_learn_nothing(case, staff):
    _hand(case)
    handed = queries.handed_on(cases.answer(case, "DM2"))
    assert handed is not None
    assert handed.person.pk == cases.contributor(case.city).pk
    assert queries.handed_on(cases.answer(case, "DM3")) is None
    for person in (staff, cases.lead(cases.started("Alder Reach").city)):
        assert not queries.delegations_visible_to(person).exists()
    part = Membership.objects.get(city=case.city, person=cases.contributor(case.city))
    inviting.remove(part, by=cases.lead(case.city), at=NOW)
    assert _live(case) == []
    assert queries.handed_on(cases.answer(case, "DM2")) is None
