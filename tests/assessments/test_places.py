"""Lists of places: both official formats and GeoNames, again and again, whole or not at all."""

import csv
import os
import time
import zipfile
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from assessments.jobs import places
from assessments.jobs.placelists import tidied
from assessments.models import City, CityRecord, PlaceList
from wwc.audit.models import Event

pytestmark = pytest.mark.django_db

PIPES = "USPS|GEOID|GEOIDFQ|ANSICODE|NAME|LSAD|FUNCSTAT|ALAND|AWATER|ALAND_SQMI|AWATER_SQMI|INTPTLAT|INTPTLONG                    "
TABS = "USPS\tGEOID\tANSICODE\tNAME\tLSAD\tFUNCSTAT\tALAND\tAWATER\tALAND_SQMI\tAWATER_SQMI\tINTPTLAT\tINTPTLONG"
ESTIMATES = "SUMLEV,STATE,COUNTY,PLACE,COUSUB,CONCIT,PRIMGEO_FLAG,FUNCSTAT,NAME,STNAME,ESTIMATESBASE2020,POPESTIMATE2020,POPESTIMATE2021"
KANSAS_CITIES = [("MO", "2938000", "Kansas City city", "39.123", "-94.554"), ("KS", "2036000", "Kansas City city", "39.123", "-94.744")]


def piped(state, geoid, name, latitude="40.1", longitude="-90.2", lsad="25", status="A"):
    return f"{state}|{geoid}|1600000US{geoid}|0|{name}|{lsad}|{status}|1|1|1|1|{latitude}|{longitude}"


def tabbed(state, geoid, name, latitude="40.1", longitude="-90.2", lsad="25", status="A"):
    return f"{state}\t{geoid}\t0\t{name}\t{lsad}\t{status}\t1\t1\t1\t1\t{latitude}\t{longitude}       "


def estimate(state, place, name, first=31_000, second=31_500, level="162", status="A"):
    return f'{level},{state},000,{place},00000,00000,0,{status},"{name}",Some State,{first},{first},{second}'


def written(path: Path, header: str, *rows: str, encoding: str = "utf-8") -> str:
    path.write_text("\n".join([header, *rows]) + "\n", encoding=encoding)
    return str(path)


def load(*files: str, **options) -> str:
    out = StringIO()
    call_command("load_cities", *files, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def refused(*files: str, **options) -> str:
    with pytest.raises(CommandError) as error:
        load(*files, **options)
    assert not City.objects.exists()
    assert not CityRecord.objects.exists()
    assert not PlaceList.objects.exists()
    return str(error.value)


@pytest.fixture
def gazetteer(tmp_path):
    return written(tmp_path / "2025_Gaz_place_national.txt", PIPES, *(piped(*row) for row in KANSAS_CITIES))


# Reading


@pytest.mark.parametrize(("header", "row"), [(PIPES, piped), (TABS, tabbed)])
def test_the_gazetteer_in_both_its_spellings(tmp_path, header, row):
    load(written(tmp_path / "2024_gaz.txt", header, row("IA", "1901234", "Dubuque city", "42.504", "-90.687")))
    city = City.objects.get()
    assert (city.slug, city.name, city.official_name, city.kind) == ("dubuque-ia", "Dubuque", "Dubuque city", "city")
    assert (city.latitude, city.longitude, city.timezone) == (42.504, -90.687, "America/Chicago")
    assert (city.region, city.language) == ("Midwest", "en")
    assert (city.country, city.subdivision, city.subdivision_name) == ("US", "IA", "Iowa")
    assert city.source == "U.S. Census Bureau, Gazetteer 2024"


def test_names_are_not_keys(gazetteer):
    load(gazetteer)
    assert set(City.objects.values_list("slug", "geoid", "name")) == {
        ("kansas-city-mo", "2938000", "Kansas City"),
        ("kansas-city-ks", "2036000", "Kansas City"),
    }


def test_two_of_one_name_in_one_state_get_addresses_of_their_own(tmp_path):
    oakwoods = [("3957750", "Oakwood city"), ("3957792", "Oakwood village"), ("3957799", "Oakwood village")]
    rows = [piped("OH", *each) for each in oakwoods]
    path = written(tmp_path / "gaz.txt", PIPES, *rows)
    load(path)
    slugs = dict(City.objects.values_list("geoid", "slug"))
    assert slugs == {"3957750": "oakwood-oh", "3957792": "oakwood-village-oh", "3957799": "oakwood-3957799-oh"}
    load(written(tmp_path / "other.txt", PIPES, *reversed(rows)))
    assert dict(City.objects.values_list("geoid", "slug")) == slugs


def test_the_estimates_keep_every_year_and_only_whole_places(tmp_path):
    path = written(
        tmp_path / "sub-est2021.csv",
        ESTIMATES,
        estimate("29", "38000", "Kansas City city", 508_000, 508_394),
        estimate("29", "38000", "Kansas City city", 310_000, 311_000, level="157"),
        estimate("29", "99990", "Balance of Jackson County", level="157"),
        estimate("29", "00000", "Missouri", level="040"),
    )
    load(path)
    city = City.objects.get()
    assert city.geoid == "2938000"
    facts = city.records.order_by("as_of").values_list("number", "as_of", "source", "fact")
    source = "U.S. Census Bureau, Population Estimates Program, vintage 2021"
    assert list(facts) == [(508_000, date(2020, 7, 1), source, "population"), (508_394, date(2021, 7, 1), source, "population")]


def test_statistical_places_and_governments_on_paper_are_left_out(tmp_path):
    rows = [
        piped("CA", "0600135", "Acalanes Ridge CDP", lsad="57", status="S"),
        piped("CA", "0600136", "Gone city", status="I"),
        piped("IN", "1836003", "Indianapolis city (balance)", status="F"),
    ]
    load(written(tmp_path / "gaz.txt", PIPES, *rows))
    assert list(City.objects.values_list("name", "kind")) == [("Indianapolis", "consolidated")]


def test_a_list_in_its_zip(tmp_path, gazetteer):
    path = tmp_path / "2025_Gaz_place_national.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(gazetteer, "2025_Gaz_place_national.txt")
    assert "2 added" in load(str(path))


@pytest.mark.parametrize(
    ("official", "state", "name", "kind"),
    [
        ("Indianapolis city (balance)", "IN", "Indianapolis", "consolidated"),
        ("Athens-Clarke County unified government (balance)", "GA", "Athens-Clarke County", "consolidated"),
        ("Louisville/Jefferson County metro government (balance)", "KY", "Louisville", "consolidated"),
        ("Nashville-Davidson metropolitan government (balance)", "TN", "Nashville-Davidson", "consolidated"),
        ("Lexington-Fayette urban county", "KY", "Lexington-Fayette", "consolidated"),
        ("Lynchburg, Moore County metropolitan government", "TN", "Lynchburg", "consolidated"),
        ("Butte-Silver Bow (balance)", "MT", "Butte-Silver Bow", "consolidated"),
        ("Macon-Bibb County", "GA", "Macon-Bibb County", "consolidated"),
        ("Boise City city", "ID", "Boise City", "city"),
        ("Carson City", "NV", "Carson City", ""),
        ("Agawam Town city", "MA", "Agawam", "city"),
        ("Old Town city", "ME", "Old Town", "city"),
        ("Juneau city and borough", "AK", "Juneau", "city and borough"),
        ("Ranson corporation", "WV", "Ranson", "city"),
        ("San Buenaventura (Ventura) city", "CA", "San Buenaventura (Ventura)", "city"),
        ("Princeton", "NJ", "Princeton", ""),
    ],
)
def test_official_names_become_those_people_use(official, state, name, kind):
    assert tidied(official, state) == (name, kind)


# Repeatable


def test_a_second_run_changes_nothing(tmp_path, gazetteer):
    estimates = written(tmp_path / "sub-est.csv", ESTIMATES, estimate("29", "38000", "Kansas City city"))
    load(gazetteer, estimates)
    before = list(City.objects.order_by("pk").values()), list(CityRecord.objects.order_by("pk").values())
    out = load(gazetteer, estimates)
    assert "2 places, 0 added, 0 changed, 2 unchanged" in out
    assert "1 places, 0 added, 0 changed, 1 unchanged" in out
    assert (list(City.objects.order_by("pk").values()), list(CityRecord.objects.order_by("pk").values())) == before


def test_each_load_is_noted_with_its_file_and_one_event(gazetteer):
    load(gazetteer)
    load(gazetteer)
    first, second = PlaceList.objects.order_by("pk")
    assert (first.added, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, 2)
    assert first.sha256 == second.sha256
    assert len(first.sha256) == 64
    events = Event.objects.filter(verb="places_loaded").order_by("pk")
    assert [event.subject_id for event in events] == [first.pk, second.pk]
    assert {(event.by_id, event.channel) for event in events} == {(None, "command")}


def test_the_order_of_the_lists_does_not_matter(tmp_path, gazetteer):
    estimates = written(tmp_path / "sub-est.csv", ESTIMATES, estimate("29", "38000", "Kansas City city"))
    load(estimates)
    city = City.objects.get()
    assert (city.latitude, city.timezone) == (None, "America/Chicago")
    load(gazetteer)
    city.refresh_from_db()
    assert (city.latitude, city.slug) == (39.123, "kansas-city-mo")
    assert "0 changed" in load(gazetteer)


def test_the_zone_is_that_of_the_nearest_city_of_the_state(tmp_path):
    rows = [piped("TN", "4740000", "Knoxville city", "35.97", "-83.95"), piped("TN", "4752006", "Nashville city", "36.17", "-86.78")]
    load(written(tmp_path / "gaz.txt", PIPES, *rows))
    zones = dict(City.objects.values_list("name", "timezone"))
    assert zones == {"Knoxville": "America/New_York", "Nashville": "America/Chicago"}


def test_what_people_corrected_by_hand_stays(tmp_path, gazetteer):
    load(gazetteer)
    City.objects.filter(geoid="2036000").update(name="KCK", folded="kck", timezone="America/Denver")
    load(written(tmp_path / "moved.txt", PIPES, piped("KS", "2036000", "Kansas City city", "39.2", "-94.7")))
    city = City.objects.get(geoid="2036000")
    assert (city.name, city.timezone, city.latitude) == ("KCK", "America/Denver", 39.2)


def test_a_renamed_place_follows_the_list_and_keeps_its_address(tmp_path):
    load(written(tmp_path / "a.txt", PIPES, piped("TX", "4800001", "Old Name city")))
    load(written(tmp_path / "b.txt", PIPES, piped("TX", "4800001", "New Name city")))
    assert list(City.objects.values_list("name", "folded", "slug")) == [("New Name", "new name", "old-name-tx")]


def test_a_corrected_number_of_one_vintage_replaces_and_a_new_vintage_adds(tmp_path):
    load(written(tmp_path / "a.csv", ESTIMATES, estimate("29", "38000", "Kansas City city", 1, 2)))
    assert "1 changed" in load(written(tmp_path / "b.csv", ESTIMATES, estimate("29", "38000", "Kansas City city", 1, 3)))
    assert set(CityRecord.objects.values_list("number", flat=True)) == {1, 3}
    newer = ESTIMATES + ",POPESTIMATE2022"
    load(written(tmp_path / "c.csv", newer, estimate("29", "38000", "Kansas City city", 1, 3) + ",4"))
    assert CityRecord.objects.count() == 5


def test_a_place_added_by_hand_gets_its_number(gazetteer):
    there = City.objects.create(slug="kansas-city-ks", name="Kansas City", folded="kansas city", country="US", subdivision="KS")
    load(gazetteer)
    there.refresh_from_db()
    assert there.geoid == "2036000"
    assert City.objects.count() == 2


# Refusing


def test_wrong_rows_are_named_and_nothing_is_stored(tmp_path):
    path = written(
        tmp_path / "gaz.txt",
        PIPES,
        piped("IA", "1901234", "Dubuque city"),
        piped("CA", "644000", "Los Angeles city"),
        piped("CA", "4844000", "Los Angeles city"),
        piped("XX", "9900000", "Nowhere city"),
        piped("IA", "1901235", "Far city", "north", "-90"),
        piped("IA", "1901236", "Farther city", "140.5", "-90"),
        piped("IA", "1901234", "Dubuque city"),
        "IA|1901237|short",
        piped("IA", "1901238", ""),
    )
    said = refused(path).splitlines()
    assert said == [
        "gaz.txt: nothing was stored, 8 rows are wrong.",
        "Row 3: GEOID '644000' is not seven digits. Leading zeros may be lost.",
        "Row 4: GEOID 4844000 does not begin with 06, the number of its state.",
        "Row 5: state 'XX' is not known.",
        "Row 6: position 'north', '-90' is not two numbers.",
        "Row 7: position 140.5, -90.0 is not on the map.",
        "Row 8: GEOID 1901234 (Dubuque city) was there before, in row 2.",
        "Row 9: 3 columns instead of 13.",
        "Row 10: GEOID 1901238 has no name.",
    ]


def test_wrong_rows_of_the_estimates(tmp_path):
    rows = [estimate("6", "44000", "Los Angeles city"), estimate("29", "38000", "Kansas City city", "many")]
    path = written(tmp_path / "sub-est.csv", ESTIMATES, *rows)
    said = refused(path)
    assert "Row 2: state number '6' is not known. Leading zeros may be lost." in said
    assert "Row 3: POPESTIMATE2020 'many' is not a whole number." in said


def test_at_most_twenty_errors_are_told(tmp_path):
    said = refused(written(tmp_path / "gaz.txt", PIPES, *(piped("IA", "19", f"Town {n}") for n in range(50))))
    assert "20 rows are wrong. These are the first; there may be more." in said
    assert said.count("Row ") == 20


def test_a_wrong_row_after_thousands_of_right_ones_undoes_them(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "CHUNK", 5)
    rows = [piped("IA", f"19{n:05}", f"Town {n} city") for n in range(12)]
    assert "Row 14" in refused(written(tmp_path / "gaz.txt", PIPES, *rows, piped("IA", "x", "Wrong city")))


def test_a_wrong_second_file_undoes_the_first(tmp_path, gazetteer):
    refused(gazetteer, written(tmp_path / "sub-est.csv", ESTIMATES, estimate("6", "44000", "Los Angeles city")))


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n", "USPS,NAME\nIA,x\n", "SUMLEV,STATE,PLACE,NAME,STNAME\n162,19,12345,x,Iowa\n"])
def test_an_unknown_header_gets_one_sentence(tmp_path, content):
    path = tmp_path / "list.csv"
    path.write_text(content)
    said = refused(str(path))
    assert said.startswith("Nothing was stored. list.csv has neither the header of a Gazetteer file")
    assert "\n" not in said


def test_a_wrong_encoding_gets_one_sentence_and_its_name_helps(tmp_path):
    path = written(tmp_path / "sub-est.csv", ESTIMATES, estimate("06", "39003", "La Cañada Flintridge city"), encoding="latin-1")
    said = refused(path)
    assert "sub-est.csv is not in UTF-8 (row 2)" in said
    assert "--encoding" in said
    assert "\n" not in said
    load(path, encoding="latin-1")
    city = City.objects.get()
    assert (city.name, city.folded, city.slug) == ("La Cañada Flintridge", "la canada flintridge", "la-canada-flintridge-ca")


def test_a_file_in_sixteen_bits_is_no_text(tmp_path):
    assert "is not" in refused(written(tmp_path / "gaz.txt", PIPES, encoding="utf-16"))


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path, mark):
    assert "1 added" in load(written(tmp_path / "gaz.txt", PIPES, piped("IA", "1901234", "Dubuque city"), encoding=mark))


def test_files_that_are_not_there_or_not_whole(tmp_path):
    assert "cannot be opened" in refused(str(tmp_path / "nothing.txt"))
    broken = tmp_path / "list.zip"
    broken.write_bytes(b"PK\x03\x04 broken")
    assert "not a whole .zip" in refused(str(broken))
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("readme.pdf", "x")
    assert "holds 0 lists" in refused(str(empty))
    assert "Name a file" in refused()


# GeoNames


def test_canada_and_latin_america():
    out = load(americas=True, minimum=1_000_000)
    assert "GeoNames, CC BY 4.0" in out
    bogota = City.objects.get(geonames_id=3688689)
    assert (bogota.name, bogota.folded, bogota.slug, bogota.language) == ("Bogotá", "bogota", "bogota-colombia", "es")
    assert (bogota.timezone, bogota.geoid) == ("America/Bogota", None)
    sao_paulo = City.objects.get(geonames_id=3448439)
    assert (sao_paulo.language, sao_paulo.subdivision, sao_paulo.subdivision_name) == ("pt-br", "SP", "São Paulo")
    toronto = City.objects.get(geonames_id=6167865)
    assert (toronto.language, toronto.subdivision, toronto.region) == ("en", "ON", "Canada")
    assert not City.objects.filter(country="US").exists()
    assert bogota.records.get().number > 7_000_000
    assert "0 added, 0 changed" in load(americas=True, minimum=1_000_000)


def test_a_smaller_minimum_adds_and_one_below_the_list_is_refused():
    load(americas=True, minimum=1_000_000)
    few = City.objects.count()
    assert few > 40
    load(americas=True, minimum=500_000)
    assert City.objects.count() > few
    with pytest.raises(CommandError, match="no places below 500"):
        load(americas=True, minimum=100)


# The real rows, where they are


@pytest.mark.heavy
def test_all_real_places_in_well_under_a_minute(tmp_path):
    folder = os.environ.get("WWC_SHARED_DATA")
    if not folder:
        pytest.skip("WWC_SHARED_DATA is not set: the real lists were not tried")
    with open(Path(folder) / "places" / "us_places_all.csv", newline="") as file:
        real = list(csv.DictReader(file))
    columns = ("state", "geoid", "official_name", "latitude", "longitude")
    path = written(tmp_path / "gaz.txt", PIPES, *(piped(*(row[column] for column in columns)) for row in real))
    started = time.monotonic()
    assert f"{len(real)} added" in load(path)
    assert time.monotonic() - started < 60
    assert "0 added, 0 changed" in load(path)
    with open(Path(folder) / "places" / "us_places_30k.csv", newline="") as file:
        known = {row["geoid"]: row for row in csv.DictReader(file)}
    cities = City.objects.filter(geoid__in=known)
    assert len(cities) == len(known)
    assert [city.name for city in cities if city.name != known[city.geoid]["name"]] == []
    assert [city.name for city in cities if city.timezone != known[city.geoid]["timezone"]] == ["Phenix City"]
