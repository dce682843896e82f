"""The team's page, and joining by a link."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.urls import reverse

from assessments.letters import INVITATION
from assessments.models import Invitation, Membership, Role
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.support.counting import same_queries
from wwc.accounts.models import User
from wwc.outbox import running

pytestmark = pytest.mark.django_db

FIELDS = {"name": "New Person", "password": "correct horse battery"}


@pytest.fixture
def place():
    made = cases.city()
    cases.member(made, Role.LEAD)
    return made


@pytest.fixture
def link(place, client_of):
    """An invitation that was just sent, as the address of its page."""
    client_of(cases.lead(place)).post(_team(place), {"email": "new@city.gov", "role": "contributor"})
    return reverse("assessments:accept", args=[signing.dumps(Invitation.objects.get().pk, salt=INVITATION)])


def _team(place):
    return reverse("assessments:team", args=[place.slug])


def test_an_invitation_is_sent_with_a_link_that_works(place, client_of, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    page = client_of(cases.lead(place)).post(_team(place), {"email": "new@city.gov", "role": "lead"}, follow=True).content.decode()
    assert "An invitation is on its way to new@city.gov." in page
    assert running.drain(["send_letter"]) == 1
    address = re.search(r"https?://[^/]+(/assessments/invitations/\S+/)", mail.outbox[0].body)[1]
    page = client_of(None).get(address).content.decode()
    assert "Join the team of Port Lindell" in page
    assert "Lead port lindell asks you to join as city lead." in page


def test_a_wrong_address_and_no_part_are_corrected_and_nothing_is_lost(place, client_of):
    page = client_of(cases.lead(place)).post(_team(place), {"email": "name@city"}).content.decode()
    assert "2 things to correct; nothing is lost" in page
    assert "Enter an email address like name@city.gov" in page
    assert "Choose what this person may do" in page
    assert 'value="name@city"' in page
    assert not Invitation.objects.exists()


def test_looking_at_a_link_changes_nothing(link, client_of):
    client_of(None).get(link)
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email="new@city.gov").exists()


def test_joining_makes_the_person_and_signs_them_in(link, place, client_of):
    client = client_of(None)
    response = client.post(link, FIELDS, follow=True)
    assert response.redirect_chain == [(_team(place), 302)]
    assert "Welcome to the team of Port Lindell, Ohio." in response.content.decode()
    assert "New Person" in response.content.decode()
    assert Membership.objects.get(person__email="new@city.gov").role == Role.CONTRIBUTOR


def test_a_link_works_once(link, client_of):
    client_of(None).post(link, FIELDS)
    assert "This invitation is over" in client_of(None).get(link).content.decode()
    again = client_of(None).post(link, {**FIELDS, "name": "Thief"}).content.decode()
    assert "This invitation was used or has expired." in again
    assert Membership.objects.filter(role=Role.CONTRIBUTOR).count() == 1


def test_an_expired_link_says_so(link, client_of):
    Invitation.objects.update(expires_at=NOW - timedelta(days=400))
    assert "This invitation is over" in client_of(None).get(link).content.decode()
    assert "was used or has expired" in client_of(None).post(link, FIELDS).content.decode()


@pytest.mark.parametrize("password", ["short", "password1234", "new@city.gov"])
def test_a_password_must_be_hard_to_guess(link, client_of, password):
    page = client_of(None).post(link, {"name": "New", "password": password}).content.decode()
    assert "to correct; nothing is lost" in page
    assert not User.objects.filter(email="new@city.gov").exists()


def test_who_has_an_account_joins_without_a_new_password(link, client_of, place):
    known = people.person("known")
    User.objects.filter(pk=known.pk).update(email="new@city.gov")
    client = client_of(None)
    assert "You have an account with this address" in client.get(link).content.decode()
    response = client.post(link)
    assert response["Location"] == _team(place)
    assert client.get(response["Location"]).status_code == 302  # the link alone signs nobody in
    assert Membership.objects.filter(person=known).count() == 1


def test_somebody_else_who_is_signed_in_is_told(link, client_of, stranger):
    client = client_of(stranger)
    assert "You are signed in with another address" in client.get(link).content.decode()
    assert client.post(link, FIELDS).status_code == 403
    assert Invitation.objects.get().accepted_at is None


def test_a_link_that_was_not_made_here_leads_nowhere(place, link, client_of):
    for token in ("nonsense", "1:abc:def", signing.dumps(Invitation.objects.get().pk, salt="another")):
        assert client_of(None).get(reverse("assessments:accept", args=[token])).status_code == 404


def test_a_part_is_ended_and_handed_over(place, client_of):
    other = cases.member(place, Role.CONTRIBUTOR)
    part = Membership.objects.get(person=other)
    client = client_of(cases.lead(place))
    client.post(reverse("assessments:hand_over", args=[part.pk]))
    assert Membership.objects.filter(person=other, role=Role.LEAD, ended_at=None).exists()
    page = client_of(other).post(reverse("assessments:remove", args=[part.pk]), follow=True).content.decode()
    assert "no longer has this part" in page


def test_the_only_lead_stays(place, client_of):
    part = Membership.objects.get()
    page = client_of(cases.lead(place)).post(reverse("assessments:remove", args=[part.pk]), follow=True).content.decode()
    assert "A city needs at least one lead." in page
    assert "Only you so far." in page


def test_who_leaves_is_sent_home(place, client_of):
    other = cases.member(place, Role.CONTRIBUTOR)
    response = client_of(other).post(reverse("assessments:remove", args=[Membership.objects.get(person=other).pk]))
    assert response["Location"] == "/"


def test_an_invitation_is_taken_back(place, link, client_of):
    client_of(cases.lead(place)).post(reverse("assessments:cancel_invitation", args=[Invitation.objects.get().pk]))
    assert "This invitation is over" in client_of(None).get(link).content.decode()


def test_a_contributor_sees_the_team_and_reads_why_not(place, client_of):
    client = client_of(cases.member(place, Role.CONTRIBUTOR))
    assert "This is for city leads." in client.get(_team(place)).content.decode()
    assert client.post(_team(place), {"email": "a@city.gov", "role": "lead"}).status_code == 403


def test_another_citys_team_is_not_there(place, link, client_of, stranger):
    other = cases.started("Alder Reach")
    part, invitation = Membership.objects.get(city=place), Invitation.objects.get()
    for person in (stranger, cases.lead(other.city)):
        client = client_of(person)
        assert client.get(_team(place)).status_code == 404
        assert client.post(reverse("assessments:remove", args=[part.pk])).status_code == 404
        assert client.post(reverse("assessments:hand_over", args=[part.pk])).status_code == 404
        assert client.post(reverse("assessments:cancel_invitation", args=[invitation.pk])).status_code == 404


def test_staff_invite_the_first_lead(client_of, staff):
    place = cases.city()
    client = client_of(staff)
    assert "Invite the first city lead" in client.get(_team(place)).content.decode()
    client.post(_team(place), {"email": "first@city.gov", "role": "lead"})
    assert Invitation.objects.get().role == Role.LEAD


def test_the_team_takes_the_same_queries_with_one_and_thirty_people(place, link, client_of):
    def more():
        for n in range(29):
            cases.member(place, Role.CONTRIBUTOR, f"person-{n}")
            cases.inviting.invite(place, email=f"p{n}@city.gov", role=Role.LEAD, by=cases.lead(place), at=NOW)

    same_queries(client_of(cases.lead(place)), _team(place), more, expected=10)


def test_an_expired_invitation_is_sent_again_with_a_new_link(place, link, client_of):
    lead, old = client_of(cases.lead(place)), Invitation.objects.get()
    Invitation.objects.update(expires_at=NOW)
    assert "expired; send again for a new link" in lead.get(_team(place)).content.decode()
    page = lead.post(reverse("assessments:resend_invitation", args=[old.pk]), follow=True).content.decode()
    assert "A new link is on its way to new@city.gov; the old one no longer works." in page
    new = Invitation.objects.get(accepted_at=None, canceled_at=None)
    assert (new.email, new.role, new.pk != old.pk) == (old.email, old.role, True)
    assert "This invitation is over" in client_of(None).get(link).content.decode()


def test_a_second_lead_is_urged_until_one_is_invited(place, client_of):
    lead = client_of(cases.lead(place))
    page = lead.get(_team(place)).content.decode()
    assert "Only you so far. Invite a second lead, so that work goes on when one of you is away." in page
    cases.member(place, Role.CONTRIBUTOR)
    case = cases.submitting.start(place, cases.cycle(), by=cases.lead(place), at=NOW)
    overview = reverse("assessments:overview", args=[case.pk])
    for address in (_team(place), overview):
        assert "One lead so far. Invite a second lead" in lead.get(address).content.decode()
    assert re.search(r'value="lead"[^>]* checked', lead.get(f"{_team(place)}?part=lead").content.decode())
    assert "Invite a second lead" not in client_of(cases.contributor(place)).get(overview).content.decode()
    lead.post(_team(place), {"email": "two@city.gov", "role": "lead"})
    for address in (_team(place), overview):
        assert "Invite a second lead" not in lead.get(address).content.decode()


def test_the_only_lead_reads_what_to_do_before_leaving(place, client_of):
    page = client_of(cases.lead(place)).get(_team(place)).content.decode()
    assert "The only lead: invite or name another one before you leave" in page
    own = Membership.objects.get(person=cases.lead(place))
    page = client_of(cases.lead(place)).post(reverse("assessments:remove", args=[own.pk]), follow=True).content.decode()
    assert "A city needs at least one lead. Nothing was changed. Invite or name another lead first." in page


def test_who_left_keeps_their_name_on_what_they_wrote(client_of):
    case = cases.started()
    cases.said(case, by=cases.contributor(case.city))
    own = Membership.objects.get(person=cases.contributor(case.city))
    answer = client_of(cases.contributor(case.city)).post(reverse("assessments:remove", args=[own.pk]))
    assert answer["Location"] == reverse("home")
    page = client_of(cases.lead(case.city)).get(reverse("assessments:overview", args=[case.pk])).content.decode()
    assert "Contributor port lindell" in page
