"""Names of places: folded, turned into addresses, said in words."""

from datetime import date
from types import SimpleNamespace
from zoneinfo import available_timezones

import pytest
from django.utils import translation

from wwc import geography
from wwc.templatetags import places


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bogotá", "bogota"),
        ("  San  Pedro Garza García ", "san pedro garza garcia"),
        ("NIÑO", "nino"),
        ("Coeur d’Alene", "coeur d'alene"),
        ("São", "sao"),
    ],
)
def test_folding_leaves_letters_that_every_keyboard_has(text, folded):
    assert geography.fold(text) == folded
    assert geography.fold(folded) == folded


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        (("Kansas City", "US", "MO"), "kansas-city-mo"),
        (("Kansas City", "US", "KS"), "kansas-city-ks"),
        (("Bogotá", "CO", "DC"), "bogota-colombia"),
        (("Coeur d'Alene", "US", "ID"), "coeur-dalene-id"),
        (("Oakwood", "US", "OH", "village"), "oakwood-village-oh"),
        (("Hamilton", "CA", "ON", "ON"), "hamilton-on-canada"),
    ],
)
def test_addresses_of_places(given, slug):
    assert geography.slug_of(*given) == slug


def test_an_address_is_the_same_in_every_language():
    with translation.override("pt-br"):
        assert geography.slug_of("Niterói", "BR") == "niteroi-brazil"


def test_the_tables_are_whole():
    assert len(geography.STATES) == len(geography.STATES_BY_FIPS) == 52
    assert {state.region for state in geography.STATES.values()} == {"Northeast", "Midwest", "South", "West", "Puerto Rico"}
    assert {country: len(provinces) for country, provinces in geography.PROVINCES.items()} == {
        "AR": 24, "BO": 9, "BR": 27, "CA": 13, "CL": 16, "CO": 33, "EC": 24, "GT": 22, "MX": 32, "PE": 26, "UY": 19, "VE": 24,
    }  # fmt: skip
    assert set(geography.TIMEZONES) == set(geography.COUNTRIES) > geography.LATIN_AMERICA
    assert set(geography.TIMEZONES.values()) <= available_timezones()


def city(name, country, subdivision_name="", subdivision="") -> SimpleNamespace:
    return SimpleNamespace(name=name, country=country, subdivision=subdivision, subdivision_name=subdivision_name)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (city("Boston", "US", "Massachusetts", "MA"), "Boston, Massachusetts"),
        (city("Boston", "US", "", "MA"), "Boston, Massachusetts"),
        (city("New York", "US", "New York", "NY"), "New York, New York"),
        (city("Nueva Lira", "MX", "Jalisco"), "Nueva Lira, Jalisco, Mexico"),
        (city("Rio de Janeiro", "BR", "Rio de Janeiro"), "Rio de Janeiro, Brazil"),
        (city("Buenos Aires", "AR", "Ciudad Autónoma de Buenos Aires"), "Buenos Aires, Argentina"),
        (city("Panama City", "PA"), "Panama City, Panama"),
    ],
)
def test_a_city_is_said_with_its_state_or_country(given, said):
    assert places.place(given) == said


@pytest.mark.parametrize(
    ("precision", "language", "said"),
    [
        ("day", "en", "June 29, 2020"),
        ("month", "en", "June 2020"),
        ("year", "en", "2020"),
        ("month", "es", "junio de 2020"),
        ("month", "pt-br", "junho de 2020"),
    ],
)
def test_a_date_is_said_as_exactly_as_it_is_known(precision, language, said):
    with translation.override(language):
        assert places.known_day(date(2020, 6, 29), precision).lower() == said.lower()


def test_a_source_is_said_by_its_site():
    assert places.site("https://www.bloomberg.org/press/x") == "bloomberg.org"
    assert places.site("no address") == "no address"
