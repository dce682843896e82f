"""A city in public: its history with sources, what it agreed to show, and its scorecard at an address nobody can guess."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from reviews.jobs.history import load_history
from reviews.queries import announced
from tests.factories import published
from tests.factories.published import AT
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db
AREAS = [
    {"code": "DM", "name": "Data Management", "points": 1, "possible": 2, "met": 1, "criteria": 2},
    {"code": "PA", "name": "Performance and Analytics", "points": 1, "possible": 1, "met": 1, "criteria": 1},
]
CRITERIA = [
    {"code": "DM1", "title": "Catalog of data", "area": "DM", "core": True, "verdict": "met", "earned": 1},
    {"code": "DM2", "title": "Quality of data", "area": "DM", "core": False, "verdict": "not_met", "earned": 0},
    {"code": "PA1", "title": "Regular meetings", "area": "PA", "core": True, "verdict": "met", "earned": 1},
]


def text_of(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def history() -> None:
    load_history(Path(settings.BASE_DIR) / "fixtures" / "awards.json")


# History


def test_the_whole_history_with_its_sources(client, history):
    page = client.get("/cities/kansas-city-mo/").content.decode()
    said = text_of(client, "/cities/kansas-city-mo/")
    assert "Kansas City, Missouri" in said
    assert "Gold · announced April 24, 2019 · validity not published" in said
    assert "Silver January 2018, 2017 Standard, new" in said
    assert "https://develop.statescoop.com/first-9-cities-earn-bloomberg-data-certifications" in page
    assert "Points of awards given before this site were not published." in said


def test_a_tier_that_no_source_states_is_never_guessed(client, history):
    said = text_of(client, "/cities/bogota-colombia/")
    assert "Tier not published · announced January 23, 2024" in said
    assert not {"Gold", "Silver", "Platinum"} & set(said.split())


def test_a_date_is_as_exact_as_it_was_published(client, history):
    assert "announced 2020 ·" in text_of(client, "/cities/louisville-ky/")
    assert "announced June 29, 2020" not in text_of(client, "/cities/boston-ma/")
    assert "June 2020" in text_of(client, "/cities/mesa-az/")


def test_an_event_without_a_source_says_so(client, history):
    assert "No source found" in text_of(client, "/cities/louisville-ky/")


def test_facts_are_dated_and_unchecked_ones_marked(client, history):
    said = text_of(client, "/cities/portland-or/")
    assert "641,162 (2021)" in said
    assert "Mayor-council (not checked)" in said


def test_the_honor_roll_is_no_tier(client, history):
    said = text_of(client, "/cities/las-vegas-nv/")
    assert "Honor Roll · announced January 25, 2018" in said
    assert "validity" not in said


# Standing


def test_an_award_stands_until_its_last_day():
    award = published.award(published.city(), valid_until=date(2029, 4, 14))
    assert announced.stands(award, date(2029, 4, 14)) is True
    assert announced.stands(award, date(2029, 4, 15)) is False
    award.valid_until = None
    assert announced.stands(award, date(2099, 1, 1)) is None


def test_the_page_says_until_when(client):
    last = timezone.localdate() + timedelta(days=30)
    published.award(published.city(), valid_until=last)
    assert "stands until" in text_of(client, "/cities/alder-reach-oh/")


def test_an_award_that_ended_shows_its_day(client):
    published.award(published.city(), announced_on=date(2020, 4, 14), valid_until=date(2023, 4, 14))
    said = text_of(client, "/cities/alder-reach-oh/")
    assert "· until April 14, 2023" in said
    assert "stands until" not in said


# Consent


def test_with_the_tier_alone_points_stay_with_the_city(client):
    published.award(published.city())
    said = text_of(client, "/cities/alder-reach-oh/")
    assert "The city shows its tier, and keeps its points and practice areas to itself." in said
    assert "points under" not in said


def test_points_and_areas_are_shown_sorted_when_the_city_agrees(client):
    published.award(published.city(), consent="areas", points=2, possible=3, areas=AREAS)
    page = client.get("/cities/alder-reach-oh/").content.decode()
    assert "2 of 3 points" in page
    assert "Data Management" in page
    assert "Quality of data" not in page
    assert "Not met" not in page


def test_every_criterion_is_shown_when_the_city_agrees(client):
    published.award(published.city(), consent="criteria", points=2, possible=3, areas=AREAS, criteria=CRITERIA)
    said = text_of(client, "/cities/alder-reach-oh/")
    assert "DM2 Quality of data" in said
    assert "Not met" in said


# The scorecard


@pytest.fixture
def award():
    stored = default_storage.save("scorecards/kZ3_x-9Qw.pdf", ContentFile(b"%PDF-1.7 one"))
    framed = default_storage.save("scorecards/c3rT_1-fic.pdf", ContentFile(b"%PDF-1.7 framed"))
    return published.award(published.city(), document=stored, certificate=framed, certificate_sha256="c" * 64)


def test_the_public_scorecard_is_a_download(client, award):
    page = client.get("/cities/alder-reach-oh/").content.decode()
    assert 'href="/cities/alder-reach-oh/scorecard-kZ3_x-9Qw.pdf"' in page
    answer = client.get("/cities/alder-reach-oh/scorecard-kZ3_x-9Qw.pdf")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 one"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="scorecard-alder-reach-oh-2026.pdf"'
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()


def test_the_certificate_is_a_download_beside_it(client, award):
    for page in ("/cities/alder-reach-oh/", f"/verify/{award.code}/"):
        assert 'href="/cities/alder-reach-oh/certificate-c3rT_1-fic.pdf"' in client.get(page).content.decode()
    assert "c" * 64 in client.get(f"/verify/{award.code}/").content.decode()
    answer = client.get("/cities/alder-reach-oh/certificate-c3rT_1-fic.pdf")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 framed"
    assert answer["Content-Disposition"] == 'attachment; filename="certificate-alder-reach-oh-2026.pdf"'
    assert client.get("/cities/alder-reach-oh/certificate-kZ3_x-9Qw.pdf").status_code == 404, "the scorecard's key opens no certificate"


@pytest.mark.parametrize("because", ["taken_back", "superseded", "corrected", "revoked"])
def test_the_certificate_of_a_closed_row_is_offered_to_nobody(client, award, because):
    award.closed_at, award.closed_because = AT, because
    award.save()
    for page in ("/cities/alder-reach-oh/", f"/verify/{award.code}/", "/cities/alder-reach-oh/certificate-c3rT_1-fic.pdf"):
        answer = client.get(page)
        assert "certificate-c3rT" not in answer.content.decode().split("</title>")[-1].replace(page, "")
    assert answer.status_code == 404


def test_a_key_that_never_was_and_one_that_ended_are_answered_alike(client, award):
    never = client.get("/cities/alder-reach-oh/scorecard-aaaaaaaaa.pdf")
    award.closed_at, award.closed_because = AT, "taken_back"
    award.save()
    published.award(award.city)
    ended = client.get("/cities/alder-reach-oh/scorecard-kZ3_x-9Qw.pdf")
    elsewhere = client.get("/cities/nowhere-oh/scorecard-kZ3_x-9Qw.pdf")
    assert never.status_code == ended.status_code == elsewhere.status_code == 404

    def strip(answer) -> str:
        return re.sub(r"/cities/[\w/.-]+|X-Request-Id: \w+", "", answer.content.decode())

    assert strip(never) == strip(ended) == strip(elsewhere)


def test_a_key_opens_its_own_city_only(client, award):
    published.award(published.city("Ossery", "OR"))
    assert client.get("/cities/ossery-or/scorecard-kZ3_x-9Qw.pdf").status_code == 404
    assert client.get("/cities/alder-reach-oh/scorecard-.pdf").status_code == 404


def test_a_city_takes_the_same_queries_for_one_award_and_for_thirty(client):
    city = published.city()
    published.award(city, consent="areas", points=2, possible=3, areas=AREAS)

    def more() -> None:
        for year in range(1990, 2019):
            published.award(city, announced_on=date(year, 1, 1))

    same_queries(client, "/cities/alder-reach-oh/", more, expected=5)


def test_cities_of_one_name_have_pages_of_their_own(client):
    published.award(published.city("Kansas City", "MO"))
    published.award(published.city("Kansas City", "KS"), tier="silver")
    assert "Kansas City, Missouri" in text_of(client, "/cities/kansas-city-mo/")
    assert "Kansas City, Kansas" in text_of(client, "/cities/kansas-city-ks/")


def test_an_invented_city_is_marked_on_its_page(client):
    published.award(published.city(is_invented=True), code="INV-1")
    assert "Invented city, for demonstration." in text_of(client, "/cities/alder-reach-oh/")
    assert "Invented" in text_of(client, "/verify/INV-1/")
    assert "Invented" in text_of(client, "/rounds/spring-2026/")


# Rounds


def test_rounds_are_listed_newest_first_in_one_query(client, history):
    published.award(published.city())
    page = client.get("/rounds/").content.decode()
    assert re.findall(r'href="/rounds/([\w-]+)/"', page) == ["spring-2026", "2025", "2024", "2023", "2022", "2021", "2020", "2019", "2018"]
    same_queries(client, "/rounds/", lambda: published.named(29), expected=1)


def test_a_round_takes_the_same_queries_for_any_number_of_awards(client):
    published.named(1)
    same_queries(client, "/rounds/spring-2026/", lambda: published.named(29, first=1), expected=2)


def test_a_round_that_never_was(client):
    assert client.get("/rounds/nothing/").status_code == 404
    assert "No round was announced yet." in text_of(client, "/rounds/")


# Verification


def test_a_code_says_what_stands(client):
    last = timezone.localdate() + timedelta(days=30)
    published.award(published.city(), code="K7PX-22M4", valid_until=last)
    said = text_of(client, "/verify/K7PX-22M4/")
    assert "Alder Reach, Ohio is certified Gold" in said
    assert "Stands today" in said
    assert "April 14, 2026" in said
    assert "Alder Reach, Ohio is certified Gold" in text_of(client, "/verify/k7px-22m4/")


def test_a_code_of_an_award_that_ended(client):
    city = published.city()
    published.award(city, code="OLD-1", announced_on=date(2020, 4, 14), valid_until=date(2023, 4, 14))
    published.award(city, code="NEW-1")
    said = text_of(client, "/verify/OLD-1/")
    assert "The award of Alder Reach, Ohio ended on April 14, 2023" in said
    assert "No longer stands" in said
    assert "A later award of the same city was announced April 14, 2026" in said


def test_the_entry_tier_is_named_in_full(client):
    published.award(published.city(), code="C-1", tier="certified", valid_until=None)
    assert "Alder Reach, Ohio is certified, in the Certified tier" in text_of(client, "/verify/C-1/")


def test_an_unknown_code_is_not_found_in_words(client):
    said = text_of(client, "/verify/XX-1/", status=404)
    assert "No award has this code" in said
    assert "Nothing is on record under “XX-1”." in said


def test_the_field_leads_to_the_page_of_the_code(client):
    assert client.get("/verify/?code= AB-1 ")["Location"] == "/verify/AB-1/"
    assert client.get("/verify/?code=").status_code == 200
    assert client.get("/verify/?code=a/b").status_code == 200


@pytest.mark.parametrize("name", ["privacy", "accessibility", "status", "help"])
def test_the_small_pages_open_to_everybody(client, name):
    answer = client.get(f"/{name}/")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1


@pytest.mark.parametrize("address", ["/cities/", "/rounds/", "/verify/", "/help/"])
def test_public_pages_only_read(client, address):
    assert client.post(address).status_code == 405
