"""A release of the open data: what is in it, what is not, when one is made, and that it stays as it was."""

import csv
import json
from datetime import date, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, transaction

from assessments.models import Consent
from reviews.actions import announcing
from reviews.models import PublishedAward, PublishedCity
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import figures, published
from tests.factories import results as make
from tests.wwc.opendata import by_hand
from wwc import invariants
from wwc.clock import staged_at
from wwc.opendata import jobs, queries, tables
from wwc.opendata.models import Package
from wwc.outbox import running
from wwc.outbox.models import Work

pytestmark = pytest.mark.django_db

LATER = published.AT + timedelta(minutes=11)  # what was announced is past taking back, and its figures are there
DAY = timedelta(days=1)
AREAS = [{"code": "DM", "name": "Data Management", "points": 5, "possible": 9, "met": 6, "criteria": 9}]
CRITERIA = [{"code": "DM1", "title": "A lead", "area": "DM", "core": True, "verdict": "met", "earned": 1}]


def released(at=LATER):
    """What a release made then is as files by name; None where none is made."""
    before = Package.objects.count()
    with staged_at(at):
        jobs.write_open_data()
    return files_of(Package.objects.latest("made_on")) if Package.objects.count() > before else None


def files_of(package):
    found = {}
    for name, said in package.files.items():
        with default_storage.open(said["stored"]) as file:
            found[name] = file.read()
    return found


@pytest.fixture
def reach():
    """Alder Reach: Silver of 2023, Gold of 2026 with all that a city can agree to, and a note like a formula."""
    place = published.city(latitude=41.5, longitude=-81.7, form_of_government="council-manager")
    published.award(place, tier="silver", announced_on=date(2023, 6, 21), round_slug="2023", number="first", code="FIRST")
    told = {"consent": "criteria", "points": 31, "possible": 43, "areas": AREAS, "criteria": CRITERIA, "note": "=1+1 was corrected"}
    return published.award(place, kind="level_up", previous_tier="silver", number="second", code="SECOND", **told)


@pytest.fixture
def whole(reach):
    """Everything that a release can tell: the history of before the program, cities of this one, figures."""
    call_command("load_fixtures", verbosity=0)
    areas_only = {"consent": "areas", "points": 20, "possible": 43, "areas": AREAS}
    published.award(published.city("São Elmo", "SP", "BR", is_invented=True), number="third", **areas_only)
    figures.release(cases.cycle())
    return reach


# What is in it


def test_it_is_what_its_description_says(whole):
    files = released()
    assert list(by_hand.faults(files)) == []
    counts = {name: len(by_hand.rows_of(files, name)) for name in (table.name for table in tables.ALL)}
    assert counts["awards"] == counts["scores"] == PublishedAward.objects.filter(closed_at=None).count() > 130
    assert counts["cities"] == PublishedCity.objects.count() > 90
    assert (counts["editions"], counts["areas"], counts["criteria"], counts["crosswalk"]) == (2, 16, 88, 49)
    assert (counts["area-scores"], counts["criterion-scores"], counts["insights"]) == (2, 1, 1)
    assert counts["figures"] > 100


SPOILED = {
    "another byte": ("awards.csv", b"second", b"sekond", "not these bytes"),
    "another form": ("awards.json", b'"level_up"', b'"recertified"', "not the same rows"),
    "no date": ("awards.csv", b"2023-06-21", b"2023-06-31", "is no date"),
    "a kind that is none": ("awards.csv", b",level_up,", b",leveled_,", "is not one of those"),
    "a city twice": ("cities.csv", b"s-o-elmo", b"alder-reach-oh", "rows with one key"),
    "a city that is nowhere": ("awards.csv", b"second,alder-reach-oh", b"second,elder-reach-oh", "that are not there"),
}


@pytest.mark.parametrize("spoiled", SPOILED)
def test_what_is_spoiled_is_found(reach, spoiled):
    """The control: the check by hand sees it."""
    published.award(published.city("Elmo", slug="s-o-elmo"), number="third")
    files = released()
    name, before, after, fault = SPOILED[spoiled]
    files[name] = files[name].replace(before, after)
    if spoiled != "another byte":
        package = json.loads(files["datapackage.json"])
        (resource,) = (each for each in package["resources"] if each["path"] == name)
        resource |= {"bytes": len(files[name]), "hash": f"sha256:{by_hand.sha256(files[name]).hexdigest()}"}
        files["datapackage.json"] = json.dumps(package).encode()
    assert fault in "\n".join(by_hand.faults(files))


def test_awards_and_scores_can_be_made_again_from_the_tables(whole, get_all):
    """Whoever has the CSV has what the API answers."""
    files = released()
    cities = {row["slug"]: row for row in by_hand.rows_of(files, "cities")}
    scores = {row["number"]: row for row in by_hand.rows_of(files, "scores")}
    titles = {(row["edition"], row["code"]): row for row in by_hand.rows_of(files, "criteria")}
    names = {(row["edition"], row["code"]): row["name"] for row in by_hand.rows_of(files, "areas")}
    told, points = {}, {}
    for row in by_hand.rows_of(files, "awards"):
        city = cities[row["city"]]
        of_city = {"city_name": city["name"], **{name: city[name] for name in ("country", "subdivision", "invented")}}
        told[row["number"]] = {**row, **of_city}
        said = {name: scores[row["number"]][name] for name in ("points", "possible", "why")}
        points[row["number"]] = said | {"areas": [], "criteria": []}
    for row in by_hand.rows_of(files, "area-scores"):
        inner = {name: row[name] for name in ("code", "points", "possible", "met", "criteria")}
        points[row["number"]]["areas"].append(inner | {"name": names[row["edition"], row["code"]]})
    for row in by_hand.rows_of(files, "criterion-scores"):
        points[row["number"]]["criteria"].append({**{name: row[name] for name in ("code", "verdict", "earned")}})
    awards = get_all("/api/v1/awards/?page_size=200")
    assert len(awards) == len(told)
    for award in awards:
        mine = told[award["number"]]
        award.pop("stands")  # by the day on which somebody asks
        assert {name: str(value or "") for name, value in award.items()} == {name: str(mine[name] or "") for name in award}
    for score in get_all("/api/v1/scores/?page_size=200"):
        mine = points[score["number"]]
        assert [score[name] for name in ("points", "possible", "why")] == [mine[name] for name in ("points", "possible", "why")]
        assert (score["areas"] or []) == mine["areas"]
        assert [(each["code"], each["verdict"], each["earned"]) for each in score["criteria"] or []] == [
            tuple(each.values()) for each in mine["criteria"]
        ]
        assert all((score["edition"], each["code"]) in titles for each in score["criteria"] or [])


@pytest.fixture
def get_all(client):
    """Every row of a list of the API, page after page."""

    def read(address):
        found = []
        while address:
            page = client.get(address.removeprefix("http://127.0.0.1:8000")).json()
            found += page["results"]
            address = page["next"]
        return found

    return read


def test_a_text_like_a_formula_is_guarded_where_a_spreadsheet_reads_it(reach):
    files = released()
    lines = {row["number"]: row for row in csv.DictReader(StringIO(files["awards.csv"].decode(), newline=""))}
    assert lines["second"]["note"] == "'=1+1 was corrected"
    assert {row["number"]: row["note"] for row in json.loads(files["awards.json"])} == {"first": None, "second": "=1+1 was corrected"}
    assert by_hand.rows_of(files, "cities")[0]["longitude"] == -81.7
    assert not files["cities.csv"].startswith(b"\xef\xbb\xbf")


def test_the_zip_holds_the_same_files(reach):
    files = released()
    with ZipFile(BytesIO(files["open-data.zip"])) as packed:
        assert packed.namelist()[0] == "datapackage.json"
        assert {name: packed.read(name) for name in packed.namelist()} == {
            name: body for name, body in files.items() if name != "open-data.zip"
        }


def test_what_a_city_did_not_agree_to_is_in_no_file(staff, director):
    """Three cities with the same score, three answers to the question what the public may see; and one without a tier."""
    for name, consent in (("Alder", Consent.TIER), ("Birch", Consent.AREAS), ("Cedar", Consent.CRITERIA)):
        case = make.scored(make.city(name), 31, consent=consent)
        make.released([make.approved(case, proposer=staff, director=director)], by=staff, director=director, slug=name.lower())
    none = make.approved(
        make.scored(make.city("Quillvale"), 5), proposer=staff, director=director, kind="no_tier", tier="", reason="Too few points."
    )
    make.released([none], by=staff, director=director, slug="none")
    make.approved(make.scored(make.city("Ossery"), 33), proposer=staff, director=director)
    files = released()
    assert list(by_hand.faults(files)) == []
    city_of = {row["number"]: row["city"] for row in by_hand.rows_of(files, "awards")}
    assert set(city_of.values()) == {"alder-ohio", "birch-ohio", "cedar-ohio"}
    points = {city_of[row["number"]]: row["points"] for row in by_hand.rows_of(files, "scores")}
    assert points == {"alder-ohio": None, "birch-ohio": 31, "cedar-ohio": 31}
    assert {city_of[row["number"]] for row in by_hand.rows_of(files, "area-scores")} == {"birch-ohio", "cedar-ohio"}
    assert {city_of[row["number"]] for row in by_hand.rows_of(files, "criterion-scores")} == {"cedar-ohio"}
    every = b"".join(files.values()).lower()
    assert b"quillvale" not in every, "it has no tier"
    assert b"ossery" not in every, "it is decided and not announced"


# When there is one


def test_nothing_is_released_while_a_round_can_be_taken_back(staff, director):
    case = make.scored(make.city("Alder"), 31)
    batch = make.released([make.approved(case, proposer=staff, director=director)], by=staff, director=director)
    for minutes in (0, 4, 6, 9):
        assert released(NOW + timedelta(minutes=minutes)) is None
    with transaction.atomic(), staged_at(NOW):
        announcing.take_back(batch, reason="The wrong round.", by=director, at=NOW)
        files = released(NOW + timedelta(minutes=1))
        assert by_hand.rows_of(files, "awards") == []
        assert b"alder" not in b"".join(files.values())
        transaction.set_rollback(True)
    assert [row["city"] for row in by_hand.rows_of(released(), "awards")] == ["alder-ohio"]


def test_one_is_asked_for_when_something_public_changed(reach):
    def ask(at):
        with staged_at(at):
            jobs.ask_open_data()
        return list(Work.objects.filter(kind="write_open_data").order_by("pk"))

    def work_at(at):
        with staged_at(at):
            return running.drain(["write_open_data"], until=at)

    running.load_entrances()
    began = queries.changed_at()
    (work,) = ask(began)
    assert work.due_at == began + timedelta(minutes=10), "when it can no longer be taken back, and its figures are computed"
    assert ask(began + timedelta(minutes=3)) == [work]
    assert work_at(work.due_at) == 1
    assert [each.version for each in Package.objects.all()] == ["1.0.0"]
    published.award(published.city("Cedar"))
    assert ask(work.due_at) == [work], "one a day"
    assert len(ask(began + DAY)) == 2
    assert work_at(began + DAY) == 1
    assert [each.version for each in Package.objects.order_by("made_on")] == ["1.0.0", "1.1.0"]
    assert len(ask(began + 2 * DAY)) == 3
    assert work_at(began + 2 * DAY) == 1
    assert Package.objects.count() == 2, "nothing is different"


def test_an_empty_installation_asks_for_nothing_but_its_editions(now):
    jobs.ask_open_data()
    assert Work.objects.filter(kind="write_open_data").count() == 1
    files = released()
    assert list(by_hand.faults(files)) == []
    assert by_hand.rows_of(files, "awards") == by_hand.rows_of(files, "figures") == []


def test_one_a_day_and_only_where_something_is_different(reach):
    assert released() is not None
    assert released(LATER + DAY) is None, "nothing changed"
    published.award(published.city("Birch"))
    assert released(LATER + timedelta(hours=1)) is None, "one was made today"
    files = released(LATER + DAY)
    assert by_hand.described(files)["version"] == "1.1.0"
    assert len(by_hand.rows_of(files, "awards")) == 3


# It stays as it was


def test_an_earlier_release_stays_when_an_award_goes(reach):
    first = released()
    PublishedAward.objects.filter(number="second").update(closed_at=LATER, closed_because="revoked")
    second = released(LATER + DAY)
    assert {row["number"] for row in by_hand.rows_of(second, "awards")} == {"first"}
    assert by_hand.rows_of(second, "criterion-scores") == []
    one, other = Package.objects.order_by("made_on")
    assert files_of(one) == first
    same = {name for name in first if name.endswith(".csv") and first[name] == second[name]}
    assert {"criteria.csv", "cities.csv"} <= same
    kept = {said["stored"] for said in one.files.values()}
    assert {name for name, said in other.files.items() if name.endswith(".csv") and said["stored"] in kept} == same, "no file is kept twice"


def test_it_cannot_be_changed_or_removed(reach):
    released()
    with pytest.raises(IntegrityError), transaction.atomic():
        Package.objects.update(version="2.0.0")
    with pytest.raises(IntegrityError), transaction.atomic():
        Package.objects.all().delete()


def test_a_file_that_is_not_as_it_was_is_named(reach, client):
    released()
    assert list(invariants.open_data_is_there()) == []
    stored = Package.objects.get().files["awards.csv"]["stored"]
    default_storage.delete(stored)
    assert list(invariants.open_data_is_there()) == ["file awards.csv of open data 1.0.0 does not match what was released"]
    assert client.get("/data/1.0.0/awards.csv").status_code == 404


def test_the_same_content_is_the_same_bytes_in_whatever_order_it_came(monkeypatch):
    """But for the time, which the description and so the ZIP hold."""

    def made(order):
        with transaction.atomic():
            for n in order:
                published.award(
                    published.city(f"Reach {n}"), number=f"n{n}", code=f"C{n}", consent="areas", points=5, possible=9, areas=AREAS
                )
            files = released()
            transaction.set_rollback(True)
        return files

    monkeypatch.setattr(tables, "PIECE", 2)
    one, other = made(range(5)), made(reversed(range(5)))
    assert one == other
    monkeypatch.setattr(tables, "PIECE", 500)
    assert made(range(5)) == one


# What a version promises

FIRST_FORM = {
    "editions": "code name status rounding in_force note sources:array",
    "areas": "edition position:integer code name description partner",
    "tiers": "edition position:integer key name floor_percent:integer floor_points:integer requires_core:boolean required:array "
    "area_minimum_percent:integer provenance",
    "crosswalk": "edition edition_before origin successor kind comparable:boolean note",
    "cities": "slug name country subdivision subdivision_name geoid latitude:number longitude:number timezone population:integer "
    "population_as_of:date population_source form_of_government form_source form_checked:boolean invented:boolean page",
    "awards": "number city kind tier previous_tier round round_name announced_on:date precision valid_until:date edition source note "
    "replaces replaced_because scorecard certificate verification",
    "scores": "number points:integer possible:integer why",
    "area-scores": "number edition code points:integer possible:integer met:integer criteria:integer",
    "criterion-scores": "number edition code verdict earned:integer",
    "insights": "cycle cycle_name edition released_at:datetime sha256",
    "figures": "cycle edition figure row:integer base_cities:integer base_assessments:integer code area by group tier against step "
    "edition_before criteria:integer criteria_compared:integer cities:integer of:integer met:integer claimed:integer share:number "
    "low:number high:number claimed_share:number before:number after:number difference:number difference_low:number "
    "difference_high:number by_chance:boolean lower:number median:number upper:number",
}


def test_the_first_number_of_a_version_promises_these_columns():
    """One may be added. One that goes, or is of another type, needs another FORM."""
    assert tables.FORM == 1
    there = {table.name: {(each["name"], each["type"]) for each in table.schema()["fields"]} for table in tables.ALL}
    for name, columns in FIRST_FORM.items():
        wanted = {(column, kind or "string") for column, _mark, kind in (each.partition(":") for each in columns.split())}
        assert wanted <= there[name], name
