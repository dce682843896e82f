"""A city asks to take part; staff approve or refuse."""

import pytest

from assessments.actions import inviting, joining, submitting
from assessments.models import Assessment, City, Invitation, JoinRequest, Membership, Role
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.record import history_of
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotFound

pytestmark = pytest.mark.django_db


def ask(city=None, email="ana@city.example", **more):
    return joining.ask(cases.cycle(), city=city, name="Ana Ruiz", email=email, by=None, at=NOW, **more)


def test_a_visitor_asks_and_the_record_names_nobody():
    asked = ask(cases.city(), email=" Ana@City.example ")
    assert (asked.email, asked.place, asked.decided_at) == ("ana@city.example", "Port Lindell, Ohio", None)
    event = history_of(asked).get()
    assert (event.verb, event.by, event.channel, event.city_id) == ("asked_to_join", None, "page", asked.city_id)
    assert "ana" not in str(event.data)


def test_who_has_an_account_is_on_record():
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    asked = joining.ask(cases.cycle(), city=place, name="Lead", email=lead.email, by=lead, at=NOW)
    assert history_of(asked).get().by == lead


def test_the_same_address_asks_once_and_gets_one_letter_a_day():
    first = ask(cases.city())
    assert ask(first.city, email="ANA@city.example") == first
    ask(cases.city("Quillon"))
    ask(place="Quill Harbor, Ohio")
    ask(place="Quill Harbor, Ohio")
    assert JoinRequest.objects.count() == 3
    assert Letter.objects.filter(kind="join_received").count() == 1


def test_the_letter_to_a_typed_address_holds_no_typed_word():
    ask(place="Buy cheap watches", message="Buy them now")
    letter = Letter.objects.get(kind="join_received")
    assert "watches" not in letter.subject + letter.body
    assert "your city" in letter.body
    assert letter.to is None


def test_too_small_and_nowhere_are_refused_at_once():
    with pytest.raises(joining.NotEligible, match=r"Port Lindell, Ohio has 29,999 people \(A list\); this cycle is for 30,000 or more"):
        ask(cases.city(population=29999))
    with pytest.raises(joining.NotEligible, match="lies outside the Americas"):
        ask(cases.city("Nantes", country="FR"))
    with pytest.raises(joining.PlaceMissing, match="Say which city"):
        ask(place=" ")
    assert ask(cases.city("Quillon", population=None)).pk


def test_a_cycle_that_is_not_open_takes_no_requests():
    of, place = cases.cycle(), cases.city()
    cases.scheduling.begin_review(of, by=cases.staff(), at=NOW)
    with pytest.raises(joining.CycleClosed):
        ask(place)


def test_approving_starts_the_assessment_and_invites_the_first_lead():
    asked = ask(cases.city())
    assessment = joining.approve(asked, by=cases.staff(), at=NOW)
    assert Assessment.objects.get() == assessment
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.city) == ("ana@city.example", Role.LEAD, asked.city)
    asked.refresh_from_db()
    assert (asked.accepted, asked.decided_by) == (True, cases.staff())
    with pytest.raises(joining.AlreadyDecided):
        joining.approve(asked, by=cases.staff(), at=NOW)
    with staged_at(NOW):
        person = inviting.accept(invitation, name="Ana Ruiz", password="correct horse battery", at=NOW)
    assert Letter.objects.get(kind="joined").to == person


def test_the_second_lead_is_not_told_that_the_city_begins():
    case = cases.started()
    before = Letter.objects.filter(kind="joined").count()
    invitation = inviting.invite(case.city, email="two@city.example", role=Role.LEAD, by=cases.lead(case.city), at=NOW)
    with staged_at(NOW):
        inviting.accept(invitation, name="Two", password="correct horse battery", at=NOW)
    assert Letter.objects.filter(kind="joined").count() == before


def test_a_place_that_no_list_has_is_added_first():
    asked = ask(place="Quill Harbor, Ohio")
    with pytest.raises(joining.PlaceMissing, match="not on record yet"):
        joining.approve(asked, by=cases.staff(), at=NOW)
    joining.approve(asked, city=cases.city("Quill Harbor"), by=cases.staff(), at=NOW)
    asked.refresh_from_db()
    assert asked.city == City.objects.get(name="Quill Harbor")


def test_a_city_without_a_known_population_is_not_started():
    asked = ask(cases.city(population=None))
    with pytest.raises(submitting.BelowTheLine):
        joining.approve(asked, by=cases.staff(), at=NOW)
    asked.refresh_from_db()
    assert asked.decided_at is None


def test_who_is_a_lead_already_is_not_invited_again():
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    joining.approve(ask(place, email=lead.email), by=cases.staff(), at=NOW)
    assert not Invitation.objects.exists()
    assert Membership.objects.get(person=lead).ended_at is None


def test_a_refusal_needs_words_and_takes_them_to_who_asked():
    asked = ask(cases.city())
    with pytest.raises(joining.WordsMissing):
        joining.refuse(asked, words=" ", by=cases.staff(), at=NOW)
    joining.refuse(asked, words="A county cannot take part.", by=cases.staff(), at=NOW)
    letter = Letter.objects.get(kind="join_refused")
    assert letter.address == "ana@city.example"
    assert "A county cannot take part." in letter.body
    assert not Assessment.objects.exists()


def test_nobody_of_a_city_decides(client_of):
    case = cases.started()
    asked = ask(case.city)
    for person in (cases.lead(case.city), cases.lead(cases.started("Quillon").city)):
        with pytest.raises(NotFound):
            joining.approve(asked, by=person, at=NOW)
