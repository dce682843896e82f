"""The list of certified cities: search, filters, order, map, and nothing that was not announced."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from reviews.jobs.history import load_history
from reviews.queries import announced
from tests.factories import published
from tests.factories.published import AT
from tests.support.counting import same_queries

pytestmark = pytest.mark.django_db
AWARDS = Path(settings.BASE_DIR) / "fixtures" / "awards.json"


@pytest.fixture
def history() -> None:
    load_history(AWARDS)


def shown(client, query: str = "") -> list[str]:
    """The cities of the list, in its order."""
    page = client.get(f"/cities/{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="/cities/([\w-]+)/"', page)


def text_of(client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


# Counting


def test_the_list_takes_two_queries_for_any_number_of_cities(client):
    published.named(1)
    same_queries(client, "/cities/", lambda: published.named(29, first=1), expected=2)
    same_queries(client, "/cities/", lambda: published.named(270, first=30), expected=2)


def test_a_search_with_every_filter_takes_two_queries(client):
    published.named(1)
    address = "/cities/?q=reach&tier=gold&event=new&year=2026&country=US&population=100000&sort=-date"
    same_queries(client, address, lambda: published.named(29, first=1), expected=2)


# What is there


def test_no_city_yet_says_what_will_be_here(client):
    answer = client.get("/cities/")
    assert answer.status_code == 200
    assert "No city is certified yet." in answer.content.decode()


def test_one_city_is_said_in_the_singular(client):
    published.award(published.city())
    assert "1 city shows how it uses data to serve its people" in text_of(client, "/cities/")


def test_day_one_shows_the_history(client, history):
    said = text_of(client, "/cities/")
    assert "93 cities show how they use data to serve their people" in said
    assert "3 more are named on the Honor Roll." in said
    assert "Tier not published" in said
    assert "1 to 25 of 96" in said
    assert len(shown(client)) == 25
    assert len(shown(client, "?page=4")) == 21


def test_a_row_that_was_closed_is_nowhere(client):
    gone = published.city("Gone Falls")
    published.award(gone, closed_at=AT, closed_because="taken_back", code="GONE-1")
    published.award(published.city())
    assert shown(client) == ["alder-reach-oh"]
    assert "1 city shows" in text_of(client, "/cities/")
    assert client.get("/cities/gone-falls-oh/").status_code == 404
    assert client.get("/verify/GONE-1/").status_code == 404
    assert "Gone" not in client.get("/rounds/spring-2026/").content.decode()
    assert announced.award_by_code("GONE-1") is None
    assert list(announced.cities().values_list("slug", flat=True)) == ["alder-reach-oh"]


def test_a_closed_award_gives_way_to_the_one_before(client):
    city = published.city()
    published.award(city, tier="silver", announced_on=date(2023, 6, 21))
    published.award(city, tier="platinum", closed_at=AT, closed_because="corrected")
    assert [award.tier for award in announced.standing()] == ["silver"]


def test_an_invented_city_is_marked(client):
    published.award(published.city(is_invented=True))
    said = text_of(client, "/cities/")
    assert "Alder Reach Invented" in said
    assert "1 of all is invented, for demonstration, and marked so." in said


# Search


@pytest.mark.parametrize("words", ["Bogotá", "bogota", "BOGOTA", "bogotá colombia", "Bogota, Colombia"])
def test_search_forgives_accents_and_capitals(client, history, words):
    assert shown(client, f"?q={words}") == ["bogota-colombia"]


@pytest.mark.parametrize(
    ("words", "cities"),
    [
        ("kansas city", ["kansas-city-mo"]),
        ("missouri", ["kansas-city-mo"]),
        ("topeka, KS", ["topeka-ks"]),
        ("canada", ["calgary-canada", "hamilton-canada", "winnipeg-canada"]),
        ("cordoba", ["cordoba-argentina"]),
        ("jalisco", []),
        ("nuevo leon", ["monterrey-mexico", "san-pedro-garza-garcia-mexico"]),
        ("%", []),
        ("zzz", []),
    ],
)
def test_search_by_city_state_and_country(client, history, words, cities):
    assert shown(client, f"?q={words}") == cities


@pytest.mark.parametrize(
    ("words", "cities"),
    [
        ("sao paul", ["sao-paulo-brazil"]),
        ("Sao Paolo", ["sao-paulo-brazil"]),
        ("Springfeild", ["springfield-oh"]),
        ("springfields", ["springfield-oh"]),
        ("City of Springfield", ["springfield-oh"]),
        ("Springfield City", ["springfield-oh"]),
        ("Município de São Paulo", ["sao-paulo-brazil"]),
        ("springfeild, ohoi", ["springfield-oh"]),
        ("brasil", ["sao-paulo-brazil"]),
        ("city of", []),
        ("spring lake", []),
    ],
)
def test_search_forgives_endings_and_a_letter_or_two(client, words, cities):
    published.award(published.city("Springfield"))
    published.award(published.city("São Paulo", "SP", "BR"))
    published.award(published.city("Medford", "OR"))
    assert shown(client, f"?q={words}") == cities


def test_what_is_read_kindly_is_said_so_and_what_is_spelled_so_goes_first(client):
    published.award(published.city("Springfield"))
    kindly = "Nothing is spelled exactly so. These names come close."
    assert kindly in text_of(client, "/cities/?q=Springfeild")
    assert kindly not in text_of(client, "/cities/?q=Springfield")
    published.award(published.city("Springfeild", "TX"))
    assert shown(client, "?q=Springfeild") == ["springfeild-tx"]


def test_a_state_on_the_map_keeps_what_else_is_asked_for(client):
    published.named(3)
    published.award(published.city("Reach", "SP", "BR"))
    page = client.get("/cities/?q=reach&tier=gold&sort=-date&page=1&state=AK").content.decode().replace("&amp;", "&")
    assert 'href="?q=reach&tier=gold&sort=-date&state=AL#list"' in page
    assert page.count('href="?q=reach&tier=gold&sort=-date&country=BR#list"') == 2, "in the table, and below the map"
    assert shown(client, "?q=reach&tier=gold&sort=-date&country=BR") == ["reach-brazil"]


def test_search_reads_the_country_in_the_readers_language(client, history):
    # The English name answers in every language.
    assert shown(client, "?q=brazil&sort=name")[0] == "belo-horizonte-brazil"


def test_nothing_found_names_the_way_on(client, history):
    said = text_of(client, "/cities/?q=zzz")
    assert "0 cities for “zzz”" in said
    assert "No certified city matches. Remove a filter or check the spelling. Show all cities" in said


# Filters


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?tier=platinum", 5),
        ("?tier=platinum&tier=gold", 31),
        ("?tier=not-published", 27),
        ("?tier=honor_roll", 3),
        ("?event=recertified", 12),
        ("?year=2021", 20),
        ("?country=BR", 8),
        ("?state=TX", 7),
        ("?population=1000000", 20),
        ("?tier=gold&country=BR", 4),
        ("?tier=bronze&year=soon&country=XX&state=ZZ&event=x&population=5&sort=x", 96),
    ],
)
def test_filters_go_by_the_last_award(client, history, query, count):
    number = re.search(r'id="found">\s*(\d+) cit', client.get(f"/cities/{query}").content.decode())
    assert number is not None
    assert int(number[1]) == count


def test_a_filtered_list_keeps_its_filters_on_the_next_page(client, history):
    page = client.get("/cities/?country=US&sort=-population&q=").content.decode()
    assert 'href="?country=US&amp;sort=-population&amp;page=2"' in page


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "alexandria-va"),
        ("-name", "winnipeg-canada"),
        ("-tier", "los-angeles-ca"),
        ("tier", "las-vegas-nv"),
        ("-date", "tres-de-febrero-argentina"),
        ("-population", "new-york-ny"),
        ("population", "issaquah-wa"),
    ],
)
def test_the_list_sorts_both_ways(client, history, sort, first):
    assert shown(client, f"?sort={sort}")[0] == first


def test_the_head_says_how_it_is_sorted(client, history):
    page = client.get("/cities/?sort=-population").content.decode()
    assert 'aria-sort="descending"' in page
    assert page.count("aria-sort") == 1


# The map


def test_the_map_has_its_table_with_the_same_numbers(client, history):
    page = client.get("/cities/").content.decode()
    facets = announced.directory().facets
    assert facets.states["TX"] == 7
    assert sum(facets.states.values()) == facets.countries["US"] == 72
    table = dict(re.findall(r'<a href="\?state=(\w\w)#list">[^<]+</a></th><td class="num">(\d+)</td>', page))
    assert {state: int(number) for state, number in table.items()} == dict(facets.states)
    assert '<a href="?country=BR#list">Brazil</a></th><td class="num">8</td>' in page


# The first page


def test_the_first_page_shows_the_latest_round_in_one_query(client, history):
    published.named(1)
    said = text_of(client, "/")
    assert "Latest round: Spring 2026" in said
    assert "Reach 0" in said
    same_queries(client, "/", lambda: published.named(30, first=1), expected=1)


def test_the_first_page_without_any_round(client):
    assert "No round was announced yet." in text_of(client, "/")
