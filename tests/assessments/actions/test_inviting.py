"""The team of a city: invited by one link, joined once, handed over, ended."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from assessments import queries
from assessments.actions import inviting
from assessments.lifecycle import Status
from assessments.models import Assessment, Invitation, Membership, Role
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def place():
    made = cases.city()
    cases.member(made, Role.LEAD)
    return made


def _invite(place, email="new@city.gov", role=Role.CONTRIBUTOR, by=None):
    return inviting.invite(place, email=email, role=role, by=by or cases.lead(place), at=NOW)


def _accept(invitation, **given):
    with staged_at(NOW + timedelta(days=1)):
        return inviting.accept(invitation, **{"name": "New Person", "password": PASSWORD, "at": NOW, **given})


def test_an_invitation_is_a_letter_with_a_link_that_is_minted_when_sent(place):
    invitation = _invite(place, " New@City.gov ")
    assert invitation.email == "new@city.gov"
    letter = Letter.objects.get(kind="invited")
    assert (letter.to, letter.address) == (None, "new@city.gov")
    assert letter.link == {"to": "assessments:accept", "args": [], "sign": "invitation", "pk": invitation.pk}


def test_accepting_makes_the_person_with_a_proved_address(place):
    invitation = _invite(place)
    person = _accept(invitation)
    assert (person.email, person.name, person.check_password(PASSWORD)) == ("new@city.gov", "New Person", True)
    assert person.timezone == "America/Chicago"
    assert EmailAddress.objects.get(user=person).verified
    assert queries.roles_of(person, place) == {Role.CONTRIBUTOR}


def test_a_link_works_once(place):
    invitation = _invite(place)
    _accept(invitation)
    with pytest.raises(inviting.InvitationUsed):
        _accept(invitation)
    assert Membership.objects.filter(city=place).count() == 2


def test_a_link_expires(place):
    invitation = _invite(place)
    with staged_at(NOW + timedelta(days=7, seconds=1)), pytest.raises(inviting.InvitationUsed):
        inviting.accept(invitation, name="New Person", password=PASSWORD, at=NOW)
    assert not User.objects.filter(email="new@city.gov").exists()


def test_who_has_an_account_joins_with_it(place):
    known = people.person("known")
    before = known.password
    assert _accept(_invite(place, known.email), name="", password=None) == known
    known.refresh_from_db()
    assert known.password == before
    assert queries.roles_of(known, place) == {Role.CONTRIBUTOR}


def test_somebody_else_who_is_signed_in_does_not_join(place, stranger):
    invitation = _invite(place)
    with pytest.raises(NotAllowed, match="another address"):
        _accept(invitation, by=stranger)
    assert queries.roles_of(stranger, place) == set()


def test_a_new_person_needs_a_name_and_a_password(place):
    invitation = _invite(place)
    for given in ({"name": " "}, {"password": None}):
        with pytest.raises(inviting.NameMissing):
            _accept(invitation, **given)
    assert not User.objects.filter(email="new@city.gov").exists()


def test_a_new_invitation_voids_the_earlier_one(place):
    first, second = _invite(place), _invite(place)
    with pytest.raises(inviting.InvitationUsed):
        _accept(first)
    assert _accept(second)


def test_an_invitation_is_taken_back(place):
    invitation = _invite(place)
    inviting.cancel_invitation(invitation, by=cases.lead(place), at=NOW)
    with pytest.raises(inviting.InvitationUsed):
        _accept(invitation)
    with pytest.raises(inviting.InvitationUsed):
        inviting.cancel_invitation(invitation, by=cases.lead(place), at=NOW)


def test_who_is_there_is_not_invited_again(place):
    with pytest.raises(inviting.AlreadyThere):
        _invite(place, cases.lead(place).email.upper(), Role.LEAD)
    assert _invite(place, cases.lead(place).email, Role.SIGNATORY)


def test_a_part_is_one_of_the_three(place):
    with pytest.raises(inviting.NotARole):
        _invite(place, role="mayor")


def test_leads_and_staff_invite(place, staff, director, stranger):
    contributor = cases.member(place, Role.CONTRIBUTOR)
    with pytest.raises(NotAllowed, match="city leads"):
        _invite(place, by=contributor)
    with pytest.raises(NotFound):
        _invite(place, by=stranger)
    assert _invite(place, "a@city.gov", by=staff)
    assert _invite(place, "b@city.gov", by=director)


def test_once_the_result_is_out_staff_change_the_team(staff):
    case = cases.started()
    Assessment.objects.filter(pk=case.pk).update(status=Status.ANNOUNCED)
    with pytest.raises(NotAllowed, match="result is out"):
        _invite(case.city)
    assert _invite(case.city, by=staff)


def test_staff_who_belong_to_the_city_act_as_its_members_only(place, staff):
    Membership.objects.create(city=place, person=staff, role=Role.CONTRIBUTOR, added_at=NOW)
    with pytest.raises(NotAllowed):
        _invite(place, by=staff)
    with pytest.raises(NotAllowed):
        inviting.add_member(place, person=people.person("friend"), role=Role.LEAD, by=staff, at=NOW)


def test_only_staff_add_without_an_invitation(place, stranger):
    with pytest.raises(NotAllowed):
        inviting.add_member(place, person=stranger, role=Role.LEAD, by=cases.lead(place), at=NOW)
    with pytest.raises(NotFound):
        inviting.add_member(place, person=stranger, role=Role.LEAD, by=stranger, at=NOW)


def test_adding_twice_is_once(place, staff):
    lead = cases.lead(place)
    inviting.add_member(place, person=lead, role=Role.LEAD, by=staff, at=NOW)
    assert Membership.objects.filter(city=place).count() == 1


def test_leaving_ends_and_keeps(place):
    contributor = cases.member(place, Role.CONTRIBUTOR)
    part = Membership.objects.get(person=contributor)
    inviting.remove(part, by=contributor, at=NOW)
    part.refresh_from_db()
    assert (part.ended_by, queries.roles_of(contributor, place)) == (contributor, set())
    inviting.remove(part, by=cases.lead(place), at=NOW)


def test_a_city_keeps_a_lead(place, staff):
    part = Membership.objects.get(city=place, role=Role.LEAD)
    for person in (cases.lead(place), staff):
        with pytest.raises(inviting.LastLead):
            inviting.remove(part, by=person, at=NOW)
    cases.member(place, Role.LEAD, "second")
    inviting.remove(part, by=cases.lead(place), at=NOW)


def test_a_contributor_removes_nobody_else(place):
    contributor = cases.member(place, Role.CONTRIBUTOR)
    with pytest.raises(NotAllowed):
        inviting.remove(Membership.objects.get(city=place, role=Role.LEAD), by=contributor, at=NOW)


def test_handing_over_keeps_one_as_contributor(place):
    lead, other = cases.lead(place), cases.member(place, Role.CONTRIBUTOR)
    inviting.hand_over_lead(place, to=other, by=lead, at=NOW)
    assert queries.roles_of(other, place) == {Role.LEAD, Role.CONTRIBUTOR}
    assert queries.roles_of(lead, place) == {Role.CONTRIBUTOR}


def test_staff_hand_over_for_a_city_and_get_no_part_in_it(place, staff):
    lead, other = cases.lead(place), cases.member(place, Role.CONTRIBUTOR, "other")
    inviting.hand_over_lead(place, to=other, by=staff, at=NOW)
    assert queries.roles_of(other, place) == {Role.LEAD, Role.CONTRIBUTOR}
    assert queries.roles_of(lead, place) == {Role.LEAD}
    assert queries.roles_of(staff, place) == set()


def test_only_somebody_of_the_team_takes_over(place, stranger):
    with pytest.raises(inviting.NotInTheTeam):
        inviting.hand_over_lead(place, to=stranger, by=cases.lead(place), at=NOW)
    assert Invitation.objects.count() == 0


def test_a_lead_whose_account_is_closed_does_not_count_as_one():
    place = cases.city()
    first, second = cases.member(place, Role.LEAD, "first"), cases.member(place, Role.LEAD, "second")
    type(second).objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(inviting.LastLead):
        inviting.remove(Membership.objects.get(person=first), by=first, at=NOW)


def test_an_invitation_that_was_used_is_not_sent_again():
    place = cases.city()
    lead = cases.member(place, Role.LEAD)
    invitation = inviting.invite(place, email="new@city.gov", role=Role.CONTRIBUTOR, by=lead, at=NOW)
    inviting.cancel_invitation(invitation, by=lead, at=NOW)
    with pytest.raises(inviting.InvitationUsed):
        inviting.resend(invitation, by=lead, at=NOW)


def test_staff_correct_an_address_and_both_addresses_hear_of_it():
    case = cases.started()
    member = Membership.objects.get(city=case.city, role=Role.CONTRIBUTOR)
    before = member.person.email
    person = inviting.correct_address(member, email=" Right@Example.org ", reason="She called.", by=cases.staff(), at=NOW)
    assert person.email == "right@example.org"
    assert set(Letter.objects.filter(kind="address_changed").values_list("address", flat=True)) == {before, "right@example.org"}
    assert EmailAddress.objects.get(user=person).email == "right@example.org", "nobody signs in with the old one"
    event = Event.objects.get(verb="address_corrected")
    assert event.reason == "She called."
    assert "example.org" not in str(event.__dict__), "the record holds no address"
    inviting.correct_address(member, email="right@example.org", reason="Again.", by=cases.staff(), at=NOW)
    assert Event.objects.filter(verb="address_corrected").count() == 1


def test_an_address_is_corrected_by_the_program_alone_with_a_reason_to_one_that_is_free():
    case = cases.started()
    member = Membership.objects.get(city=case.city, role=Role.CONTRIBUTOR)
    change = {"email": "right@example.org", "reason": "She called.", "by": cases.staff(), "at": NOW}
    with pytest.raises(inviting.ReasonMissing):
        inviting.correct_address(member, **{**change, "reason": " "})
    with pytest.raises(inviting.AddressTaken):
        inviting.correct_address(member, **{**change, "email": cases.lead(case.city).email.upper()})
    with pytest.raises(NotAllowed):
        inviting.correct_address(member, **{**change, "by": cases.lead(case.city)})
    User.objects.filter(pk=member.person_id).update(is_staff=True)
    with pytest.raises(NotAllowed):
        inviting.correct_address(Membership.objects.get(pk=member.pk), **change)
