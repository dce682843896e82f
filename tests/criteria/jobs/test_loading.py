"""Loading the fixtures: once, whole, and with a clear word where a file is broken."""

import json
import shutil
import time

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from criteria.jobs import loading
from criteria.models import ChecklistItem, Criterion, CriterionLink, CriterionText, PracticeArea, Standard, Tier
from wwc.audit.models import Event

pytestmark = pytest.mark.django_db

ROWS = (Standard, PracticeArea, Criterion, CriterionText, ChecklistItem, CriterionLink, Tier, Event)


def counts():
    return {model.__name__: model.objects.count() for model in ROWS}


@pytest.fixture
def folder(tmp_path, settings):
    """The fixtures of a project of its own, with two editions that the database does not know yet."""
    shutil.copytree(project.BASE_DIR / "fixtures", tmp_path / "fixtures")
    settings.BASE_DIR = tmp_path
    for old, new in (("2018", "1918"), ("2022", "1922")):
        path = tmp_path / "fixtures" / f"standard-{old}.json"
        data = json.loads(path.read_text())
        data["code"], data["drafted_from"] = new, "1918" if new == "1922" else None
        path.write_text(json.dumps(data))
    path = tmp_path / "fixtures" / "crosswalk-2018-2022.json"
    data = json.loads(path.read_text())
    data["from"], data["to"] = "1918", "1922"
    path.write_text(json.dumps(data))
    return tmp_path / "fixtures"


def change(path, edit):
    data = json.loads(path.read_text())
    edit(data)
    path.write_text(json.dumps(data))


def quickest(act):
    """The best of three, because a busy machine slows any single run."""
    times = []
    for _run in range(3):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return min(times)


def load():
    call_command("load_fixtures", "--without-history", verbosity=0)


def test_the_older_edition_ends_retired_and_the_newer_published():
    assert {s.code: (s.status, s.published_by, s.retired_by) for s in Standard.objects.all()} == {
        "2018": ("retired", None, None),
        "2022": ("published", None, None),
    }
    events = Event.objects.filter(subject="criteria.standard").order_by("pk")
    assert [(e.verb, e.channel, e.by_id) for e in events] == [
        ("edition_published", "loader", None),
        ("edition_published", "loader", None),
        ("edition_retired", "loader", None),
    ]


def test_a_second_run_does_nothing_and_is_fast():
    before = counts()
    assert quickest(load) < 0.5
    assert counts() == before


def test_new_editions_are_loaded_whole_and_published(folder):
    before = counts()
    load()
    assert Standard.objects.get(code="1918").status == "retired"
    assert Standard.objects.get(code="1922").status == "published"
    assert Standard.objects.get(code="1922").drafted_from.code == "1918"
    after = counts()
    assert after["Criterion"] - before["Criterion"] == 88
    assert after["CriterionLink"] - before["CriterionLink"] == 49
    load()
    assert counts() == after


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        (
            "standard-2022.json",
            lambda d: d["areas"][0]["criteria"][2].pop("title"),
            "standard-2022.json, criterion DM3: 'title' is missing",
        ),
        (
            "standard-2022.json",
            lambda d: d["areas"][7]["criteria"][4].update(prerequisites=["XX9"]),
            "criterion PA5: XX9 is no criterion of this edition",
        ),
        ("standard-2022.json", lambda d: d["areas"][7]["criteria"][4].update(effort="ages"), "criterion PA5: effort"),
        (
            "standard-2022.json",
            lambda d: d["areas"][7]["criteria"][4].update(evidence="a letter"),
            "criterion PA5: 'evidence' is not a list of texts",
        ),
        ("standard-2022.json", lambda d: d["areas"][7]["criteria"][4].update(code="PA4"), "criterion PA4: it is there twice"),
        ("standard-2022.json", lambda d: d["tiers"][1].pop("floor_percent"), "tier silver: 'floor_percent' is missing"),
        ("standard-2022.json", lambda d: d.update(drafted_from="1066"), "the edition: edition 1066 is not known"),
        ("standard-2022.json", lambda d: d["areas"][0].pop("criteria"), "practice area 1: 'criteria' is missing"),
        ("standard-2022.json", lambda d: d["areas"][0]["criteria"].insert(0, "DM1"), "criterion ?: it has another form than expected"),
        (
            "crosswalk-2018-2022.json",
            lambda d: d["links"][3].update(successor="DM99"),
            "the link from DG4 to DM99: DM99 is no criterion of 1922",
        ),
        ("crosswalk-2018-2022.json", lambda d: d.pop("links"), "crosswalk-2018-2022.json, the links: 'links' is missing"),
    ],
)
def test_a_broken_file_changes_nothing_and_is_named(folder, name, edit, said):
    before = counts()
    change(folder / name, edit)
    with pytest.raises(CommandError) as error:
        load()
    assert str(error.value).startswith("Nothing was loaded.")
    assert said in str(error.value)
    assert counts() == before


@pytest.mark.parametrize(("text", "said"), [("{", "is not JSON"), ("[]", "holds no single edition")])
def test_what_is_no_fixture_is_said(folder, text, said):
    (folder / "standard-2018.json").write_text(text)
    before = counts()
    with pytest.raises(CommandError, match=said):
        load()
    assert counts() == before


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(loading.FixtureError, match=r"gone\.json: cannot be read"):
        loading.load_standard(tmp_path / "gone.json")


@pytest.mark.parametrize(
    ("name", "edit", "said"),
    [
        ("standard-2022.json", lambda d: d["areas"][7]["criteria"][0].update(prerequisites=["PA5"]), "PA1"),
        ("standard-2022.json", lambda d: d["tiers"][2].update(floor_percent=51), "Gold"),
        ("standard-2022.json", lambda d: d["areas"][0]["criteria"][2]["checklist"].update(required=6), "DM3"),
        ("crosswalk-2018-2022.json", lambda d: d["links"].pop(0), "DM2"),
    ],
)
def test_an_edition_with_problems_is_not_published_and_not_kept(folder, name, edit, said):
    before = counts()
    change(folder / name, edit)
    with pytest.raises(CommandError, match=said):
        load()
    assert counts() == before


def test_the_whole_command_is_repeatable_and_says_what_it_did(capsys):
    call_command("load_fixtures")
    assert "Editions are there.\nLetter texts are there.\nPast awards loaded: 136, of 96 cities; 0 corrected.\n" in capsys.readouterr().out
    before = counts()
    assert quickest(lambda: call_command("load_fixtures")) < 0.5
    assert capsys.readouterr().out.endswith("Past awards are there.\n")
    assert counts() == before


@pytest.mark.parametrize("name", ["awards.json", "letters.json"])
def test_a_broken_file_of_another_kind_keeps_the_editions_out_too(folder, name):
    (folder / name).write_text("{")
    before = counts()
    with pytest.raises(CommandError, match=r"Nothing was loaded\."):
        call_command("load_fixtures", verbosity=0)
    assert counts() == before
    assert not Standard.objects.filter(code="1922").exists()


def test_links_that_are_known_are_left_alone(current):
    assert loading.load_links(project.BASE_DIR / "fixtures" / "crosswalk-2018-2022.json") == 0
    assert CriterionLink.objects.count() == 49
