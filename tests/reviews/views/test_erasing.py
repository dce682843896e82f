"""The people's pages: found by name, part and state; what an erasure takes is said before; the buttons do it."""

import pytest
from django.urls import reverse

from assessments.models import Role
from reviews.actions import erasing
from reviews.models import Erasure
from tests.factories import assessments as cases
from tests.factories import people
from tests.support.counting import same_queries

LIST = reverse("reviews:people")


@pytest.fixture
def case(db):
    return cases.started("Port Lindell")


def names(client, query):
    return {str(person) for person, _parts in client.get(LIST + query).context["rows"]}


def test_people_are_found_by_name_address_part_and_state(case, staff, director, client_of):
    client = client_of(staff)
    assert names(client, "?q=signatory-port") == {"Signatory port lindell"}
    assert names(client, "?part=lead") == {"Lead port lindell"}
    assert names(client, "?part=director") == {"Director"}
    people.person("closed-one", is_active=False)
    assert names(client, "?state=closed") == {"Closed one"}
    assert names(client, "?part=none&state=closed") == {"Closed one"}
    assert len(names(client, "?part=nonsense&state=nonsense")) == 6


def test_the_page_says_before_what_goes_what_stays_and_what_comes_first(case, staff, client_of):
    page = client_of(staff).get(reverse("reviews:person", args=[cases.lead(case.city).pk])).content.decode()
    assert "They are the only lead of 1 city." in page
    assert "What an erasure takes, for good" in page
    assert "Parts in city teams" in page
    assert "Files of exports" not in page


def test_staff_ask_and_a_director_confirms_by_the_buttons(case, staff, director, client_of):
    people.person("second-director", is_director=True)
    someone = cases.contributor(case.city)
    page = reverse("reviews:person", args=[someone.pk])
    asks, confirms = client_of(staff), client_of(director)
    assert "Say why" in asks.post(reverse("reviews:ask_to_erase", args=[someone.pk]), {}, follow=True).content.decode()
    asks.post(reverse("reviews:ask_to_erase", args=[someone.pk]), {"reason": "By a letter."})
    erasure = Erasure.objects.get()
    assert "A director confirms it." in asks.get(page).content.decode()
    assert names(asks, "?state=asked") == {str(someone)}
    shown = confirms.post(reverse("reviews:confirm_erasure", args=[erasure.pk]), follow=True).content.decode()
    assert "A former member of Port Lindell, Ohio" in shown
    assert "contributor-port-lindell" not in shown
    assert names(asks, "?state=erased") == {"A former member of Port Lindell, Ohio"}
    assert confirms.post(reverse("reviews:confirm_erasure", args=[erasure.pk])).status_code == 404


def test_what_comes_first_is_said_by_the_button_too(case, staff, director, client_of):
    lead = cases.lead(case.city)
    client_of(staff).post(reverse("reviews:ask_to_erase", args=[lead.pk]), {"reason": "By a letter."})
    answer = client_of(director).post(reverse("reviews:confirm_erasure", args=[Erasure.objects.get().pk]), follow=True)
    assert "Invite another lead there, or name one, first." in answer.content.decode()
    lead.refresh_from_db()
    assert lead.is_active


def test_the_city_reads_of_a_former_member(case, staff, director, client_of):
    people.person("second-director", is_director=True)
    someone = cases.contributor(case.city)
    cases.said(case, "DM1", by=someone)
    cases.said(case, "DM1", narrative="Another way.")
    erasing.confirm(erasing.ask(someone, reason="By a letter.", by=staff, at=cases.NOW), by=director, at=cases.NOW)
    client = client_of(cases.lead(case.city))
    for route in ("assessments:answering", "assessments:history"):
        page = client.get(reverse(route, args=[case.pk, "DM1"])).content.decode()
        assert "A former member of Port Lindell, Ohio" in page, route
        assert "ontributor port lindell" not in page
        assert "erased.invalid" not in page
    assert "A former member of Port Lindell, Ohio" in client.get(reverse("assessments:overview", args=[case.pk])).content.decode()


def test_the_list_asks_as_often_for_three_as_for_one(case, staff, client_of):
    def add():
        for n in range(3):
            cases.member(case.city, Role.CONTRIBUTOR, f"more-{n}")

    cases.member(case.city, Role.CONTRIBUTOR, "more-first")
    same_queries(client_of(staff), f"{LIST}?q=more", add, 8)
