"""The public way in, and staff's list of who asks."""

import re

import pytest
from django.urls import reverse

from assessments.actions import joining
from assessments.models import Assessment, Conflict, Invitation, JoinRequest
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from tests.support.counting import same_queries
from wwc.outbox.models import Letter

pytestmark = pytest.mark.django_db

FIELDS = {"name": "Ana Ruiz", "email": "ana@city.example", "work": "Budget office", "message": "Hello."}
JOIN = reverse("assessments:join")
REQUESTS = reverse("assessments:join_requests")


def at(place):
    return reverse("assessments:join_place", args=[place.slug])


def plain(answer):
    """A page without what differs each time: the token of its form, the number of the request."""
    return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


@pytest.fixture
def asked():
    return joining.ask(cases.cycle(), city=cases.city("Quillon"), name="Ana Ruiz", email="ana@city.example", by=None, at=NOW)


def test_a_city_is_found_without_its_accents_and_namesakes_are_told_apart(client_of):
    cases.cycle()
    cases.city("Bogotá", population=7_000_000, country="CO", subdivision_name="Bogotá D.C.", subdivision="DC")
    type(cases.city("Springfield")).objects.filter(name="Bogotá").update(folded="bogota", slug="bogota")
    other = cases.city("Springfield East", subdivision="IL", subdivision_name="Illinois")
    type(other).objects.filter(pk=other.pk).update(name="Springfield", folded="springfield")
    assert "Bogotá" in client_of().get(JOIN, {"q": "BOGOTA"}).content.decode()
    page = client_of().get(JOIN, {"q": "springfield"}).content.decode()
    assert "Ohio" in page
    assert "Illinois" in page
    page = client_of().get(JOIN, {"q": "springfield illinois"}).content.decode()
    assert "Ohio" not in page


def test_the_answer_comes_at_once_with_its_source(client_of):
    cases.cycle()
    page = client_of().get(at(cases.city())).content.decode()
    assert "Yes, your city can take part in the 2026 cycle." in page
    assert "84,000" in page
    assert "A list, July 1, 2024" in page
    page = client_of().get(at(cases.city("Tiny", population=120))).content.decode()
    assert "It is too small for the 2026 cycle, which is for 30,000 people or more." in page
    assert "<textarea" not in page
    page = client_of().get(at(cases.city("Unknown", population=None))).content.decode()
    assert "Its population is not on record here." in page
    assert "<textarea" in page


def test_without_an_open_cycle_nobody_asks(client_of):
    place = cases.city()
    page = client_of().post(at(place), FIELDS).content.decode()
    assert "No cycle takes cities now." in page
    assert not JoinRequest.objects.exists()


def test_the_same_answer_whether_or_not_the_city_takes_part(client_of):
    """Before asking, after asking, after asking twice, and for a city with a team: not one character differs but the name."""
    free, taking = cases.city("Quillon"), cases.started("Ossery").city
    pages = {}
    for place in (free, taking):
        first = plain(client_of().get(at(place)))
        answers = [client_of().post(at(place), {**FIELDS, "email": f"ana@{place.slug}.example"}, follow=True) for _time in range(2)]
        assert [answer.redirect_chain for answer in answers] == [[(reverse("assessments:join_asked"), 302)]] * 2
        again = plain(client_of().get(at(place)))
        pages[place] = [each.replace(place.name, "X").replace(place.slug, "x") for each in (first, again, *map(plain, answers))]
    assert pages[free] == pages[taking]
    assert JoinRequest.objects.count() == 2


def test_a_machine_that_fills_the_trap_is_thanked_and_not_heard(client_of):
    cases.cycle()
    answer = client_of().post(at(cases.city()), {**FIELDS, "website": "https://spam.example"})
    assert answer["Location"] == reverse("assessments:join_asked")
    assert not JoinRequest.objects.exists()
    assert not Letter.objects.filter(kind="join_received").exists()


def test_a_fourth_request_of_a_day_from_one_address_waits(client_of):
    cases.cycle()
    answers = [client_of().post(at(cases.city(name)), FIELDS).status_code for name in ("One", "Two", "Three", "Four")]
    assert answers == [302, 302, 302, 429]
    assert client_of().post(at(cases.city("Five")), {**FIELDS, "email": "bo@city.example"}).status_code == 302


def test_mistakes_are_shown_and_nothing_is_lost(client_of):
    cases.cycle()
    answer = client_of().post(at(cases.city()), {**FIELDS, "email": "ana"})
    assert answer.status_code == 422
    assert "Enter an email address like name@city.gov" in answer.content.decode()
    assert "Budget office" in answer.content.decode()


def test_a_city_on_no_list_is_typed(client_of):
    cases.cycle()
    address = reverse("assessments:join_elsewhere")
    outside = client_of().post(address, {**FIELDS, "place": "Nantes", "country": ""}).content.decode()
    assert "The program certifies cities of the Americas." in outside
    client_of().post(address, {**FIELDS, "place": "Quill Harbor", "state": "Ohio", "country": "US"})
    assert JoinRequest.objects.get().place == "Quill Harbor, Ohio, United States"


def test_the_public_pages_take_the_same_queries_for_any_city(client_of):
    cases.cycle()
    same_queries(client_of(), f"{JOIN}?q=port", lambda: [cases.city(f"Port {n}") for n in range(30)], 2)


# Staff


def test_staff_approve_on_the_page(client_of, staff, asked):
    page = client_of(staff).get(reverse("assessments:join_request", args=[asked.pk])).content.decode()
    assert "This starts the assessment and invites the person as first lead." in page
    page = client_of(staff).post(reverse("assessments:approve_joining", args=[asked.pk]), follow=True).content.decode()
    assert "an invitation is on its way to ana@city.example" in page
    assert Invitation.objects.get().email == "ana@city.example"
    assert "asked_to_join" not in page


def test_a_typed_place_is_found_or_added_and_then_approved(client_of, staff):
    asked = joining.ask(cases.cycle(), place="Quill Harbor, Ohio", name="Ana", email="ana@city.example", by=None, at=NOW)
    address = reverse("assessments:join_request", args=[asked.pk])
    assert "No place of this name is on record." in client_of(staff).get(address).content.decode()
    fields = {
        "name": "Quill Harbor", "country": "US", "subdivision": "US-OH", "timezone": "America/New_York", "population": 50000,
        "population_as_of": "2024-07-01", "population_source": "A census", "source": "A list",
    }  # fmt: skip
    answer = client_of(staff).post(f"{reverse('assessments:add_city')}?request={asked.pk}", fields)
    assert answer["Location"] == f"{address}?q=Quill+Harbor"
    client_of(staff).post(reverse("assessments:approve_joining", args=[asked.pk]), {"city": "quill-harbor-oh"})
    assert Assessment.objects.get().city.name == "Quill Harbor"


def test_staff_refuse_with_words(client_of, staff, asked):
    address = reverse("assessments:refuse_joining", args=[asked.pk])
    assert client_of(staff).post(address, {"words": ""}).status_code == 422
    page = client_of(staff).post(address, {"words": "Not this year."}, follow=True).content.decode()
    assert "Refused; your words are on their way to ana@city.example." in page
    assert "Quillon" in client_of(staff).get(f"{REQUESTS}?show=decided").content.decode()


def test_a_conflict_closes_its_rows(client_of, staff, asked):
    closed = people.person("closed", is_staff=True)
    Conflict.objects.create(person=closed, city=asked.city, cycle=asked.cycle, state="declared", said_at=NOW, said_by=closed)
    assert "Quillon" in client_of(staff).get(REQUESTS).content.decode()
    assert "Quillon" not in client_of(closed).get(REQUESTS).content.decode()
    assert client_of(closed).get(reverse("assessments:join_request", args=[asked.pk])).status_code == 404
    assert client_of(closed).post(reverse("assessments:approve_joining", args=[asked.pk])).status_code == 404


def test_the_list_takes_the_same_queries_for_one_and_thirty(client_of, staff, asked):
    def more():
        for n in range(30):
            joining.ask(asked.cycle, city=cases.city(f"Place {n}"), name="N", email=f"n{n}@city.example", by=None, at=NOW)

    same_queries(client_of(staff), REQUESTS, more, 6)
