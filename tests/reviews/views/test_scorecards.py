"""The city's own result: on its day and not a moment before, for its own people alone."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from assessments.lifecycle import Status
from reviews.actions import announcing
from reviews.models import Scorecard
from tests.factories import people
from tests.factories import results as make
from tests.support.counting import queries_of
from wwc.clock import staged_at

pytestmark = pytest.mark.usefixtures("letter_texts")
WAITING = "Your result comes here with the round"


@pytest.fixture(scope="module")
def decided_once(shared):
    """Two assessments by the name of their city, and the decisions on them."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    cases = {name: make.scored(make.city(name), n) for name, n in (("Alder Reach", 31), ("Quillon", 9))}
    return cases, [make.approved(case, proposer=staff, director=director) for case in cases.values()]


@pytest.fixture
def decided(decided_once, db):
    """Both, as each test finds them."""
    return deepcopy(decided_once)


@pytest.fixture
def cases(decided):
    return decided[0]


@pytest.fixture
def awards(decided):
    return decided[1]


@pytest.fixture
def batch(awards, staff, now):
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


def certificate_of(case):
    return reverse("reviews:certificate", args=[case.pk])


def kit_of(case):
    return reverse("reviews:press_kit", args=[case.pk])


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
        assert {client.get(address(case)).status_code for address in (paper_of, certificate_of, kit_of)} == {404}
    assert pages[0] == pages[1]


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.IN_REVIEW, Status.READY])
def test_every_state_before_the_day_reads_the_same(db, client_of, status):
    case = make.settled(make.city("Wexley"), make.met(31), status=status)
    page = client_of(make.people.person("wexley-lead")).get(page_of(case)).content.decode()
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


def test_on_its_day_the_city_has_its_certificate_and_its_press_kit(released, client_of, cases):
    client, case = client_of(make.people.person("alder-reach-contributor")), cases["Alder Reach"]
    page = client.get(page_of(case)).content.decode()
    assert f'href="{certificate_of(case)}"' in page
    assert f'href="{kit_of(case)}"' in page
    assert f'href="/cities/{case.city.slug}/badge/"' in page
    assert client.get(f"/cities/{case.city.slug}/badge/").status_code == 200
    paper = client.get(certificate_of(case))
    assert paper["Content-Disposition"] == 'attachment; filename="alder-reach-ohio-2026-certificate.pdf"'
    assert b"".join(paper.streaming_content).startswith(b"%PDF")
    kit = client.get(kit_of(case))
    assert kit["Content-Type"] == "application/zip"
    assert kit["Content-Disposition"] == 'attachment; filename="alder-reach-ohio-2026-press-kit.zip"'
    assert "no-store" in kit["Cache-Control"]
    assert b"".join(kit.streaming_content).startswith(b"PK")


def test_without_a_tier_there_is_no_certificate_and_no_press_kit(released, client_of, cases):
    client, case = client_of(make.people.person("quillon-lead")), cases["Quillon"]
    page = client.get(page_of(case)).content.decode()
    assert "certificate.pdf" not in page
    assert "press-kit.zip" not in page
    assert "/badge/" not in page
    assert client.get(certificate_of(case)).status_code == client.get(kit_of(case)).status_code == 404


def test_a_press_kit_whose_file_is_gone_is_not_there(released, client_of, cases):
    card = Scorecard.objects.get(kind="certificate")
    default_storage.delete(card.stored)
    client = client_of(make.people.person("alder-reach-lead"))
    assert client.get(kit_of(cases["Alder Reach"])).status_code == 404
    assert client.get(certificate_of(cases["Alder Reach"])).status_code == 404


def test_a_city_without_a_tier_reads_what_works_and_the_way_on(released, client_of, cases):
    page = client_of(make.people.person("quillon-lead")).get(page_of(cases["Quillon"])).content.decode()
    assert "Quillon: no tier this time" in page
    assert "The shortest way to Certified" in page
    assert "Nobody outside your city is told that you took part." in page


def test_no_other_city_and_no_stranger_reads_it(released, client_of, cases, staff):
    for who in (make.people.person("quillon-lead"), make.people.person("stranger"), make.people.person("reader"), staff):
        client = client_of(who)
        assert client.get(page_of(cases["Alder Reach"])).status_code == 404
        for address in (paper_of, certificate_of, kit_of):
            assert client.get(address(cases["Alder Reach"])).status_code == 404


@pytest.fixture
def told(awards, staff, now):
    """A round with papers that its cities read a day before its hour, in ten days."""
    batch = make.prepared(awards, by=staff, announce_at=now + timedelta(days=10), told_before=timedelta(days=1))
    make.rendered(batch)
    return batch


def test_cities_told_before_means_lead_and_signatory_from_that_minute(told, client_of, cases, director, now):
    lead, contributor = (client_of(make.people.person(f"alder-reach-{role}")) for role in ("lead", "contributor"))
    case, early, minute = cases["Alder Reach"], now + timedelta(days=9, minutes=-1), now + timedelta(days=9, minutes=1)
    with staged_at(minute):
        assert WAITING in lead.get(page_of(case)).content.decode(), "a clock alone tells nobody"
    with staged_at(now):
        announcing.release(told, by=director, at=now)
    with staged_at(early):
        assert WAITING in lead.get(page_of(case)).content.decode()
        assert lead.get(paper_of(case)).status_code == 404
    with staged_at(minute):
        page = lead.get(page_of(case)).content.decode()
        assert "Alder Reach is Gold" in page
        assert "Under embargo until" in page
        assert "Appeal this verdict" not in page
        assert b"".join(lead.get(paper_of(case)).streaming_content).startswith(b"%PDF")
        assert b"".join(lead.get(certificate_of(case)).streaming_content).startswith(b"%PDF")
        assert lead.get(kit_of(case)).status_code == 404, "nothing for the press while it is under embargo"
        assert "press-kit.zip" not in page
        assert contributor.get(certificate_of(case)).status_code == 404
        assert WAITING in contributor.get(page_of(case)).content.decode()
        assert contributor.get(paper_of(case)).status_code == 404
        quillon = client_of(make.people.person("quillon-signatory")).get(page_of(cases["Quillon"])).content.decode()
        assert "Quillon: no tier this time" in quillon


def test_a_new_hour_hides_it_until_it_is_approved_again(told, client_of, cases, staff, director, now):
    lead, minute = client_of(make.people.person("alder-reach-lead")), now + timedelta(days=9, minutes=1)
    with staged_at(now):
        announcing.release(told, by=director, at=now)
    with staged_at(minute):
        assert "Alder Reach is Gold" in lead.get(page_of(cases["Alder Reach"])).content.decode()
        announcing.prepare(told, announce_at=now + timedelta(days=20), by=staff, at=minute)
        assert WAITING in lead.get(page_of(cases["Alder Reach"])).content.decode()


def test_what_is_taken_back_is_under_review_again(released, client_of, cases, director, now):
    with staged_at(now):
        announcing.take_back(released, reason="Wrong day.", by=director, at=now)
    client = client_of(make.people.person("alder-reach-lead"))
    assert WAITING in client.get(page_of(cases["Alder Reach"])).content.decode()
    assert client.get(paper_of(cases["Alder Reach"])).status_code == 404


def test_the_result_takes_few_queries(released, client_of, cases):
    assert len(queries_of(client_of(make.people.person("alder-reach-lead")), page_of(cases["Alder Reach"]))) <= 32
