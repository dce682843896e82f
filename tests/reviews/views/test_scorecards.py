"""The city's own result: on its day and not a moment before, for its own people alone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.lifecycle import Status
from reviews.actions import announcing
from reviews.models import Announcement, Scorecard
from tests.factories import results as make
from tests.support.counting import queries_of
from wwc.clock import staged_at

pytestmark = pytest.mark.usefixtures("letter_texts")
WAITING = "Your result comes here with the round"


@pytest.fixture
def cases():
    return {}


@pytest.fixture
def batch(staff, director, now, cases):
    awards = []
    for name, n in (("Alder Reach", 31), ("Quillon", 9)):
        cases[name] = make.scored(make.city(name), n)
        awards.append(make.approved(cases[name], proposer=staff, director=director))
    made = make.prepared(awards, by=staff, announce_at=now)
    make.rendered(made)
    return made


@pytest.fixture
def released(batch, director, now):
    with staged_at(now):
        return announcing.release(batch, by=director, at=now)


def page_of(case):
    return reverse("reviews:result", args=[case.pk])


def paper_of(case):
    return reverse("reviews:scorecard", args=[case.pk])


@pytest.mark.parametrize("role", ["lead", "signatory", "contributor"])
def test_before_its_day_winners_and_others_read_the_same(batch, client_of, cases, role):
    pages = []
    for name, case in cases.items():
        client = client_of(make.people.person(f"{name.lower().replace(' ', '-')}-{role}"))
        response = client.get(page_of(case))
        assert response.status_code == 200
        text = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        pages.append(text.replace(f"/{case.pk}/", "/n/"))
        assert WAITING in text
        assert client.get(paper_of(case)).status_code == 404
    assert pages[0] == pages[1]


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.IN_REVIEW, Status.READY])
def test_every_state_before_the_day_reads_the_same(db, client_of, status):
    case = make.settled(make.city("Alder Reach"), make.met(31), status=status)
    page = client_of(make.people.person("alder-reach-lead")).get(page_of(case)).content.decode()
    assert WAITING in page


def test_a_guessed_address_finds_nothing(batch, client_of, cases):
    stored = Scorecard.objects.first().stored
    client = client_of(make.people.person("alder-reach-lead"))
    for address in (
        f"/{stored}",
        f"/files/{stored}",
        f"/media/{stored}",
        "/cities/alder-reach-ohio/",
        paper_of(cases["Quillon"]),
        page_of(cases["Quillon"]),
    ):
        assert client.get(address).status_code == 404


def test_on_its_day_the_city_reads_everything(released, client_of, cases):
    client = client_of(make.people.person("alder-reach-contributor"))
    page = client.get(page_of(cases["Alder Reach"])).content.decode()
    assert "Alder Reach is Gold" in page
    assert "31 of 43 points" in page
    assert "The shortest way to Platinum" in page
    assert page.count("Reasons for ") == 43
    paper = client.get(paper_of(cases["Alder Reach"]))
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"] == 'attachment; filename="alder-reach-ohio-2026-scorecard.pdf"'
    assert "no-store" in paper["Cache-Control"]
    assert b"".join(paper.streaming_content).startswith(b"%PDF")


def test_a_city_without_a_tier_reads_what_works_and_the_way_on(released, client_of, cases):
    page = client_of(make.people.person("quillon-lead")).get(page_of(cases["Quillon"])).content.decode()
    assert "Quillon: no tier this time" in page
    assert "The shortest way to Certified" in page
    assert "Nobody outside your city is told that you took part." in page


def test_no_other_city_and_no_stranger_reads_it(released, client_of, cases, staff):
    for who in (make.people.person("quillon-lead"), make.people.person("stranger"), make.people.person("reader"), staff):
        client = client_of(who)
        assert client.get(page_of(cases["Alder Reach"])).status_code == 404
        assert client.get(paper_of(cases["Alder Reach"])).status_code == 404


def test_cities_told_before_means_lead_and_signatory_from_that_minute(batch, client_of, cases, now):
    Announcement.objects.update(cities_told_at=now + timedelta(days=3650))
    lead, contributor = (client_of(make.people.person(f"alder-reach-{role}")) for role in ("lead", "contributor"))
    case = cases["Alder Reach"]
    assert WAITING in lead.get(page_of(case)).content.decode()
    Announcement.objects.update(cities_told_at=now - timedelta(minutes=1))
    assert "Alder Reach is Gold" in lead.get(page_of(case)).content.decode()
    paper = lead.get(paper_of(case))
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    assert WAITING in contributor.get(page_of(case)).content.decode()
    assert contributor.get(paper_of(case)).status_code == 404


def test_what_is_taken_back_is_under_review_again(released, client_of, cases, director, now):
    with staged_at(now):
        announcing.take_back(released, reason="Wrong day.", by=director, at=now)
    client = client_of(make.people.person("alder-reach-lead"))
    assert WAITING in client.get(page_of(cases["Alder Reach"])).content.decode()
    assert client.get(paper_of(cases["Alder Reach"])).status_code == 404


def test_the_result_takes_few_queries(released, client_of, cases):
    assert len(queries_of(client_of(make.people.person("alder-reach-lead")), page_of(cases["Alder Reach"]))) <= 32
