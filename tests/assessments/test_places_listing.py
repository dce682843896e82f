"""A place that no list has: added by staff, once, with its sources."""

from datetime import date

import pytest

from assessments.actions import listing
from assessments.models import City
from tests.factories import people
from tests.support.counting import same_queries
from wwc.audit.models import Event
from wwc.refusals import NotFound

pytestmark = pytest.mark.django_db
LAS_CONDES = {
    "name": "Las Condes",
    "country": "CL",
    "subdivision": "RM",
    "population": 294_838,
    "population_as_of": date(2017, 4, 19),
    "population_source": "Census of Chile 2017",
    "source": "National Congress Library",
}
TYPED = LAS_CONDES | {"subdivision": "CL-RM", "population_as_of": "2017-04-19"}


def add(by, at, **changes) -> City:
    return listing.add_city(**LAS_CONDES | changes, by=by, at=at)


def test_a_place_is_added_with_its_facts_and_one_event(staff, now):
    city = add(staff, now, form="mayor-council", geonames_id=3884373)
    assert (city.slug, city.folded, city.subdivision_name) == ("las-condes-chile", "las condes", "Región Metropolitana")
    assert (city.timezone, city.language, city.region, city.geoid) == ("America/Santiago", "es", "Latin America", None)
    population = city.records.get(fact="population")
    assert (population.number, population.as_of, population.source) == (294_838, date(2017, 4, 19), "Census of Chile 2017")
    assert city.records.get(fact="form_of_government").checked is False
    event = Event.objects.get(verb="city_added")
    assert (event.by, event.at, event.city_id, event.subject_id) == (staff, now, city.pk, city.pk)


@pytest.mark.parametrize("name", ["Las Condes", "LAS CONDES", "Lás  Condés"])
def test_the_same_name_in_the_same_state_is_shown_first(staff, now, name):
    there = add(staff, now)
    with pytest.raises(listing.SameName) as refused:
        add(staff, now, name=name)
    assert refused.value.details["cities"] == [there]
    assert City.objects.count() == 1


def test_another_place_of_the_name_gets_an_address_of_its_own(staff, now):
    add(staff, now)
    assert add(staff, now, another_of_the_name=True).slug == "las-condes-rm-chile"
    assert add(staff, now, another_of_the_name=True).slug == "las-condes-2-chile"


def test_the_same_name_in_another_state_is_no_question(staff, now):
    add(staff, now)
    assert add(staff, now, subdivision="VS").subdivision_name == "Valparaíso"


def test_a_number_belongs_to_one_place(staff, now):
    there = add(staff, now, geoid="0611194")
    with pytest.raises(listing.NumberTaken) as refused:
        add(staff, now, name="Elsewhere", geoid="0611194")
    assert refused.value.details == {"field": "geoid", "city": there}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "   "}, "name"),
        ({"country": "FR"}, "country"),
        ({"subdivision": "OH"}, "subdivision"),
        ({"subdivision": ""}, "subdivision"),
        ({"timezone": "America/Atlantis"}, "timezone"),
        ({"form": "monarchy"}, "form"),
    ],
)
def test_what_cannot_be_right_is_named_and_nothing_is_stored(staff, now, changes, field):
    with pytest.raises(listing.PlaceUnclear) as refused:
        add(staff, now, **changes)
    assert refused.value.details["field"] == field
    assert not City.objects.exists()
    assert not Event.objects.filter(verb="city_added").exists()


def test_nobody_but_staff_adds_a_place(stranger, now):
    with pytest.raises(NotFound):
        add(stranger, now)
    assert not City.objects.exists()


# The page


def test_the_page_adds_a_place(client_of, staff):
    client = client_of(staff)
    answer = client.post("/assessments/cities/new/", TYPED)
    assert answer.status_code == 302
    assert City.objects.get().name == "Las Condes"
    assert "Las Condes" in client.get(answer["Location"]).content.decode()


def test_the_page_asks_about_a_namesake_and_takes_the_answer(client_of, staff, now):
    add(staff, now)
    client = client_of(staff)
    asked = client.post("/assessments/cities/new/", TYPED)
    assert asked.status_code == 422
    page = asked.content.decode()
    assert "On record already" in page
    assert "A place of this name is on record there." in page
    assert client.post("/assessments/cities/new/", TYPED | {"another_of_the_name": "on"}).status_code == 302
    assert City.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"subdivision": "US-OH"}, "This state or province is not in that country"),
        ({"subdivision": ""}, "Choose the state or province."),
        ({"population": "many"}, "Enter a whole number"),
        ({"population": "-3"}, "greater than or equal to 1"),
        ({"population_as_of": "2017-02-30"}, "not a date of the calendar"),
        ({"population_as_of": "2190-01-01"}, "This day is still to come."),
        ({"geoid": "12"}, "A GEOID has seven to ten digits."),
        ({"country": "FR"}, "Select a valid choice"),
        ({"country": "MX", "subdivision": "MX-JAL"}, "This country has several time zones."),
    ],
)
def test_the_page_says_what_to_correct(client_of, staff, changes, said):
    answer = client_of(staff).post("/assessments/cities/new/", TYPED | changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not City.objects.exists()


def test_the_list_of_places_takes_the_same_queries_for_one_and_thirty(client_of, staff, now):
    add(staff, now)

    def more() -> None:
        for number in range(29):
            add(staff, now, name=f"Place {number}")

    same_queries(client_of(staff), "/assessments/cities/", more, expected=5)


def test_places_are_found_by_name_state_and_number(client_of, staff, now):
    add(staff, now, name="Peñalolén")
    add(staff, now, name="Carlsbad", country="US", subdivision="CA", geoid="0611194")
    client = client_of(staff)
    for words, found in [("penalolen", "Peñalolén"), ("carlsbad ca", "Carlsbad"), ("0611194", "Carlsbad"), ("california", "Carlsbad")]:
        page = client.get("/assessments/cities/", {"q": words}).content.decode()
        assert f'<th scope="row">{found}' in page
        assert page.count('<th scope="row">') == 1
    assert "No place matches." in client.get("/assessments/cities/?q=zzz").content.decode()


@pytest.mark.parametrize("address", ["/assessments/cities/", "/assessments/cities/new/"])
def test_the_pages_are_closed_to_others(client_of, stranger, address):
    assert client_of(stranger).get(address).status_code == 404
    assert client_of(None).get(address).status_code == 302


def test_a_director_adds_too(director, now):
    assert add(director, now).pk
    assert people.person("director") == director
