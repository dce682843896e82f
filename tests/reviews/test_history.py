"""The awards of the past: loaded once, whole or not at all, with what was published and nothing more."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from assessments.models import City, CityRecord, PlaceList
from reviews.jobs import history
from reviews.models import PublishedAward, PublishedCity
from reviews.queries import announced
from wwc.audit.models import Event

AWARDS = Path(settings.BASE_DIR) / "fixtures" / "awards.json"
pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> history.Loaded:
    return history.load_history(AWARDS)


def written(path: Path, change) -> Path:
    """The fixture with one change, as a file of its own."""
    content = json.loads(AWARDS.read_text())
    change(content["cities"])
    path.write_text(json.dumps(content))
    return path


def entry(cities: list[dict], name: str) -> dict:
    return next(city for city in cities if city["name"] == name)


def test_the_whole_history_is_there_once(loaded):
    assert (loaded.cities, loaded.awards) == (96, 136)
    assert PublishedCity.objects.count() == City.objects.count() == 96
    assert Counter(PublishedAward.objects.values_list("kind", flat=True)) == {"new": 88, "level_up": 25, "recertified": 14, "honor_roll": 9}
    assert Counter(PublishedAward.objects.values_list("tier", flat=True)) == {"silver": 57, "gold": 36, "platinum": 5, "": 38}


def test_a_second_run_changes_nothing_and_leaves_no_trace(loaded):
    before = list(PublishedAward.objects.order_by("pk").values())
    events = Event.objects.count()
    again = history.load_history(AWARDS)
    assert not again
    assert again.unchanged == 136
    assert list(PublishedAward.objects.order_by("pk").values()) == before
    assert (PlaceList.objects.count(), Event.objects.count()) == (1, events)


def test_one_event_tells_of_the_load(loaded):
    event = Event.objects.get(verb="history_loaded")
    assert event.by is None
    assert event.data == {"cities": 96, "awards": 136, "closed": 0}


def test_two_cities_of_one_name_stay_two(tmp_path):
    def twin(cities):
        cities.append(json.loads(json.dumps(entry(cities, "Kansas City"))) | {"subdivision": "KS", "geoid": "2036000"})

    history.load_history(written(tmp_path / "awards.json", twin))
    two = City.objects.filter(name="Kansas City").values_list("slug", "geoid")
    assert set(two) == {("kansas-city-mo", "2938000"), ("kansas-city-ks", "2036000")}
    assert len(announced.search("kansas city")) == 2
    assert [str(row.city) for row in announced.search("kansas city ks")] == ["Kansas City, Kansas"]


def test_dates_keep_how_exactly_they_are_known(loaded):
    early = PublishedAward.objects.filter(city__slug__in=["mesa-az", "louisville-ky", "boston-ma"], announced_on__lt=date(2021, 1, 1))
    known = set(early.values_list("announced_on", "precision"))
    assert (date(2020, 6, 1), "month") in known
    assert (date(2020, 1, 1), "year") in known
    assert (date(2018, 1, 25), "day") in known


@pytest.mark.parametrize("text", ["", "20", "2020-13", "2020-6", "2020-02-30", "soon", "2020-01-01-01"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        history.partial_date(text)


def test_nothing_is_inferred(loaded):
    assert not PublishedAward.objects.exclude(valid_until=None).exists()
    assert not PublishedAward.objects.exclude(previous_tier="").exists()
    assert not PublishedAward.objects.exclude(code=None).exists()
    assert PublishedAward.objects.filter(source="").count() == 1
    bogota = announced.city("bogota-colombia")
    assert [award.tier for award in announced.history_of(bogota)] == [""]


def test_forms_of_government_are_marked_unchecked(loaded):
    assert not PublishedCity.objects.filter(form_checked=True).exists()
    assert not CityRecord.objects.filter(fact="form_of_government", checked=True).exists()
    portland = City.objects.get(slug="portland-or")
    forms = portland.records.filter(fact="form_of_government").order_by("as_of").values_list("text", "as_of")
    assert list(forms) == [("commission", date(2020, 7, 7)), ("mayor-council", date(2025, 1, 1))]


def test_population_is_dated_and_sourced(loaded):
    boston = City.objects.get(slug="boston-ma").records.get(fact="population")
    assert (boston.number, boston.as_of) == (654776, date(2021, 7, 1))
    assert "Census" in boston.source


def test_a_place_on_no_list_is_created(loaded):
    condes = City.objects.get(slug="las-condes-chile")
    assert (condes.geoid, condes.geonames_id, condes.timezone, condes.language) == (None, None, "America/Santiago", "es")


def test_a_city_of_the_directory_keeps_its_address():
    there = City.objects.create(slug="boston", name="Boston", folded="boston", country="US", subdivision="MA", geoid="2507000")
    assert history.load_history(AWARDS).cities == 95
    assert announced.city("boston") is not None
    assert announced.city("boston-ma") is None
    assert City.objects.filter(geoid="2507000").get() == there


def test_a_place_added_by_hand_gets_its_number():
    there = City.objects.create(slug="boston-ma", name="Boston", folded="boston", country="US", subdivision="MA")
    assert history.load_history(AWARDS).cities == 95
    there.refresh_from_db()
    assert there.geoid == "2507000"


def test_a_correction_closes_the_old_row_and_keeps_it(loaded, tmp_path):
    def tier_found(cities):
        entry(cities, "Bogotá")["awards"][0]["tier"] = "silver"

    corrected = history.load_history(written(tmp_path / "awards.json", tier_found))
    assert (corrected.awards, corrected.closed, corrected.unchanged) == (1, 1, 135)
    old = PublishedAward.objects.get(city__slug="bogota-colombia", tier="")
    assert old.closed_because == "corrected"
    assert [award.tier for award in announced.history_of(announced.city("bogota-colombia"))] == ["silver"]
    assert history.load_history(AWARDS).closed == 1
    assert [award.tier for award in announced.history_of(announced.city("bogota-colombia"))] == [""]


def test_a_wrong_row_stops_all_of_it(tmp_path):
    def wrong(cities):
        entry(cities, "Boston")["awards"][0]["announced"] = "2018-02-30"
        entry(cities, "Denver")["awards"][0]["tier"] = "bronze"

    with pytest.raises(history.HistoryRefused) as refused:
        history.load_history(written(tmp_path / "awards.json", wrong))
    assert "Boston, 2018-02-30: not a date" in str(refused.value)
    assert "Denver" in str(refused.value)
    assert "'bronze'" in str(refused.value)
    assert not City.objects.exists()
    assert not PublishedAward.objects.exists()


def test_a_failure_half_way_stores_nothing(monkeypatch):
    monkeypatch.setattr(history, "_award", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        history.load_history(AWARDS)
    assert not City.objects.exists()
    assert not PublishedCity.objects.exists()


def test_a_file_that_is_no_history_gets_one_sentence(tmp_path):
    path = tmp_path / "awards.json"
    path.write_text("not json")
    with pytest.raises(history.HistoryRefused, match=r"awards\.json is not a history of awards"):
        history.load_history(path)


def test_facts_of_a_city_with_an_award_of_the_program_are_not_turned_back(loaded):
    boston = PublishedCity.objects.get(slug="boston-ma")
    PublishedCity.objects.filter(pk=boston.pk).update(population=700000)
    PublishedAward.objects.create(
        number="a1", city=boston, kind="recertified", tier="gold", round_slug="s", round_name="s", announced_on=date(2026, 4, 14),
        edition="2022", code="AB12", published_at=Event.objects.latest("pk").at,
    )  # fmt: skip
    assert not history.load_history(AWARDS)
    boston.refresh_from_db()
    assert boston.population == 700000
