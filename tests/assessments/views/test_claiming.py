"""The public way back in for a city whose leads have gone: same pages and same words whatever is on record; leads and staff answer."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.urls import reverse

from assessments import queries
from assessments.actions import claiming
from assessments.letters import CLAIM
from assessments.models import ClaimRequest, Conflict, Membership, Role
from tests.factories import assessments as cases
from tests.factories import people
from tests.support.counting import same_queries
from wwc.accounts.models import User
from wwc.outbox import running

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Heir", "email": "heir@city.example"}
CLAIMS = reverse("assessments:claims")


def at(place):
    return reverse("assessments:claim_place", args=[place.slug])


def link_of(claim):
    return reverse("assessments:follow_claim", args=[signing.dumps(claim.pk, salt=CLAIM)])


def one(name, claim):
    return reverse(f"assessments:{name}", args=[claim.pk])


def words(answer, place):
    """What a page says, without the name of its city, the token of its form and the secret of its address."""
    text = re.sub(r'csrfmiddlewaretoken" value="\w+"|claim/link/[^"]+', "", answer.content.decode())
    return text.replace(place.name, "X").replace(place.slug, "x")


@pytest.fixture
def claim():
    """A proved claim on a city with a team."""
    return proved(cases.started().city)


def proved(place, email="heir@city.example"):
    now = cases.datetime.now(cases.UTC)
    return claiming.prove(claiming.ask(place, name="Heir", email=email, by=None, at=now), by=None, at=now)


def test_who_asks_never_reads_whether_the_city_takes_part(client_of):
    """A city without a team and one with three people: every page on the way is the same."""
    seen = {}
    for place in (cases.city("Quillon"), cases.started("Ossery").city):
        visitor, fields = client_of(), {**FIELDS, "email": f"heir@{place.slug}.example"}
        pages = [visitor.get(at(place)), visitor.post(at(place), fields, follow=True)]
        claim = ClaimRequest.objects.get(city=place)
        pages += [visitor.get(link_of(claim)), visitor.post(link_of(claim), follow=True)]
        seen[place.name] = [words(page, place).replace(fields["email"], "heir@") for page in pages]
    assert seen["Quillon"] == seen["Ossery"]
    assert "Once you do: if X, Ohio takes part, its leads hear the same day." in seen["Quillon"][1]
    assert re.search(r"If X, Ohio takes part, its leads hear today\. You hear from us by \w+ \d+, \d{4} either way\.", seen["Ossery"][3])


def test_an_objection_shows_nothing_before_the_day(client_of, claim):
    before = words(client_of().get(link_of(claim)), claim.city)
    client_of(cases.lead(claim.city)).post(one("oppose_claim", claim))
    assert words(client_of().get(link_of(claim)), claim.city) == before


def test_looking_at_the_link_does_nothing(client_of):
    claim = claiming.ask(cases.city(), **FIELDS, by=None, at=cases.datetime.now(cases.UTC))
    assert "Confirm my address" in client_of().get(link_of(claim)).content.decode()
    claim.refresh_from_db()
    assert claim.confirmed_at is None
    assert client_of().get(reverse("assessments:follow_claim", args=["made-up"])).status_code == 404


def test_the_whole_way_from_a_letter_to_the_team(client_of, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    case, visitor = cases.started(), client_of()
    visitor.post(at(case.city), FIELDS)

    def link():
        running.drain(["send_letter"])
        (letter,) = [each for each in mail.outbox if each.to == [FIELDS["email"]]]
        mail.outbox.clear()
        return re.search(r"https?://[^/]+(/assessments/claim/link/\S+/)", letter.body)[1]

    visitor.post(link())
    claim = ClaimRequest.objects.get()
    page = client_of(cases.lead(case.city)).post(one("agree_claim", claim), follow=True).content.decode()
    assert "Heir gets a link to begin as a lead. You keep your access." in page
    page = visitor.post(link(), {"name": "Heir", "password": "correct horse battery"}, follow=True).content.decode()
    assert "Welcome to the team of Port Lindell, Ohio." in page
    assert queries.roles_of(User.objects.get(email=FIELDS["email"]), case.city) == {Role.LEAD}
    assert "This request is over" in client_of().get(link_of(claim)).content.decode()


def test_who_has_an_account_begins_with_it(client_of):
    person = people.person("stranger")
    claim = proved(cases.started().city, person.email)
    claiming.agree(claim, by=cases.lead(claim.city), at=cases.datetime.now(cases.UTC))
    page = client_of().get(link_of(claim)).content.decode()
    assert "You have an account with this address" in page
    client_of().post(link_of(claim))
    assert queries.roles_of(person, claim.city) == {Role.LEAD}


def test_machines_and_mail_bombs(client_of):
    place = cases.city()
    assert client_of().post(at(place), {**FIELDS, "website": "x"}).status_code == 302
    assert not ClaimRequest.objects.exists()
    answers = [client_of().post(at(cases.city(name)), FIELDS).status_code for name in ("One", "Two", "Three")]
    assert answers == [302, 302, 429], "the one that was not heard counts too"
    assert client_of().post(at(place), {"name": "Heir", "email": "heir"}).status_code == 422


def test_who_is_in_conflict_reads_why_not(client_of):
    place, reader = cases.city(), people.person("reader")
    Conflict.objects.create(person=reader, city=place, cycle=cases.cycle(), state="declared", said_at=cases.NOW, said_by=reader)
    assert client_of(reader).post(at(place), FIELDS).status_code == 403


def test_leads_see_it_on_the_team_page_and_contributors_do_not(client_of, claim):
    team = reverse("assessments:team", args=[claim.city.slug])
    assert "Heir asks to become a lead" in client_of(cases.lead(claim.city)).get(team).content.decode()
    assert "asks to become a lead" not in client_of(cases.contributor(claim.city)).get(team).content.decode()
    page = client_of(cases.lead(claim.city)).post(one("oppose_claim", claim), follow=True).content.decode()
    assert "You objected, so nothing begins by itself. Program staff see it." in page


def test_staff_record_a_domain_grant_and_refuse(client_of, staff, claim):
    page = client_of(staff).get(one("claim_one", claim)).content.decode()
    assert "Nothing begins by itself: without an answer from you it ends as refused." in page
    answer = client_of(staff).post(one("record_domain", claim), {"domain": "gmail.com", "source": "A call"})
    assert answer.status_code == 422
    fields = {"domain": "city.example", "source": "A call"}
    page = client_of(staff).post(one("record_domain", claim), fields, follow=True).content.decode()
    assert "If nobody objects, access begins at the end of the period." in page
    back = one("take_domain_back", claim)
    page = client_of(staff).post(back, {"domain": "city.example", "reason": "A consultant's."}, follow=True).content.decode()
    assert "city.example does not count as the city&#x27;s own any more." in page
    assert "Nothing begins by itself" in page
    assert "A consultant&#x27;s." in page
    assert client_of(staff).post(one("refuse_claim", claim), {"words": ""}).status_code == 422
    page = client_of(staff).post(one("refuse_claim", claim), {"words": "Call us."}, follow=True).content.decode()
    assert "Refused; your words go out on the day that was told." in page
    page = client_of(staff).post(one("grant_claim", claim), follow=True).content.decode()
    assert "Granted; a link to begin is on its way to heir@city.example." in page
    assert "heir@city.example" in client_of(staff).get(f"{CLAIMS}?show=ended").content.decode()


def test_a_conflict_closes_its_rows(client_of, staff, claim):
    closed = people.person("closed", is_staff=True)
    Conflict.objects.create(person=closed, city=claim.city, cycle=cases.cycle(), state="declared", said_at=cases.NOW, said_by=closed)
    Membership.objects.filter(role=Role.LEAD).update(ended_at=cases.NOW, ended_by=staff)
    for person, there in ((staff, True), (closed, False)):
        page = client_of(person).get(CLAIMS).content.decode()
        assert ("heir@city.example" in page) is there
        assert ("nobody is invited" in page) is there
        assert client_of(person).get(one("claim_one", claim)).status_code == (200 if there else 404)


def test_the_list_takes_the_same_queries_for_one_and_thirty(client_of, staff, claim):
    Membership.objects.filter(role=Role.LEAD).update(ended_at=cases.NOW, ended_by=staff)

    def more():
        for n in range(30):
            proved(cases.city(f"Place {n}"), f"heir{n}@city.example")
        for n in range(3):
            cases.started(f"Town {n}")
        Membership.objects.filter(role=Role.LEAD, ended_at=None).update(ended_at=cases.NOW, ended_by=staff)

    same_queries(client_of(staff), CLAIMS, more, 7)


def test_the_links_of_a_granted_claim_end_after_a_week(client_of, claim):
    claiming.agree(claim, by=cases.lead(claim.city), at=cases.datetime.now(cases.UTC))
    ClaimRequest.objects.filter(pk=claim.pk).update(ended_at=cases.datetime.now(cases.UTC) - timedelta(days=8))
    assert "This request is over" in client_of().get(link_of(claim)).content.decode()
