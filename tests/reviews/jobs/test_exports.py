"""A cycle leaves whole: as many rows as there are, in each form, nothing run as a formula, nothing of a closed city."""

import csv
import io
import json
import zipfile
from copy import deepcopy
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from openpyxl import load_workbook

from assessments.models import Answer, AnswerVersion, Conflict, ConflictState
from reviews.actions import exporting
from reviews.jobs import exports as job
from reviews.models import Resolution
from reviews.queries import exports
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.clock import staged_at, under_lock
from wwc.outbox import running
from wwc.outbox.running import LeaseLost

HOSTILE = ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1", "plain", 'a,b;c\n"d"', "\x00_x0041_\x0b", "ñ 😀", "x" * 40_000]


@pytest.fixture(scope="module")
def cases_once(shared):
    """Two decided cities with hostile words."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    made = [make.scored(make.city(name), 31) for name in ("Alder Reach", "Quillon")]
    make.approved(made[0], proposer=staff, director=director)
    answers = Answer.objects.filter(assessment=made[0])[: len(HOSTILE)]
    AnswerVersion.objects.bulk_create(
        AnswerVersion(answer=a, number=2, claim="met", narrative=text.replace("\x00", ""), saved_at=NOW, saved_by=staff)
        for a, text in zip(answers, HOSTILE, strict=True)
    )
    return made


@pytest.fixture
def cases(cases_once, db):
    """The two, as each test finds them."""
    return deepcopy(cases_once)


def written(case, by, form="csv", tables=exports.NAMES):
    """An export that a worker has written: its row, and its files by name."""
    export = exporting.ask(case.cycle, form=form, tables=tables, by=by, at=NOW)
    assert running.drain([exports.KIND]) == 1
    export.refresh_from_db()
    with default_storage.open(export.stored) as file:
        body = file.read()
    assert (export.sha256, export.size) == (sha256(body).hexdigest(), len(body))
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return export, {name: package.read(name) for name in package.namelist()}


def as_rows(body):
    """The rows of a CSV below its head."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_the_manifest_counts_what_is_there_and_what_is_there_is_all(cases, staff):
    export, files = written(cases[0], staff)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest == export.manifest
    assert {name: sha256(body).hexdigest() for name, body in files.items()} == manifest["files"]
    for told in manifest["tables"]:
        rows = as_rows(files[f"{told['table']}.csv"])
        table = next(each for each in exports.TABLES if each.name == told["table"])
        numbers = table.of(export.cycle, exports.cities_open(export.cycle, [])).order_by("pk").values_list("pk", flat=True)
        assert [int(row["id"]) for row in rows] == list(numbers)
        assert len(rows) == told["rows"]
    assert {row["city"] for row in as_rows(files["answers.csv"])} == {case.city.slug for case in cases}
    assert sum(told["rows"] for told in manifest["tables"]) > 200
    settled = Resolution.objects.order_by("pk").first()
    assert as_rows(files["resolutions.csv"])[0]["rationale"] == settled.rationale


def test_no_word_is_run_and_none_is_lost(cases, staff):
    wanted = {text.replace("\x00", "") for text in HOSTILE}
    _, files = written(cases[0], staff, tables=["answer_versions"])
    cells = {row["narrative"] for row in as_rows(files["answer_versions.csv"])}
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert wanted <= {cell[1:] if cell.startswith("'") else cell for cell in cells}
    _, files = written(cases[0], staff, form="json", tables=["answer_versions"])
    assert wanted <= {row["narrative"] for row in json.loads(files["answer_versions.json"])}
    export, files = written(cases[0], staff, form="xlsx", tables=["answer_versions"])
    sheet = load_workbook(io.BytesIO(files["tables.xlsx"]))["answer_versions"]
    head = [cell.value for cell in sheet[1]]
    column = [cell for cell in next(sheet.iter_cols(head.index("narrative") + 1, head.index("narrative") + 1, 2)) if cell.value]
    assert {cell.data_type for cell in column} == {"s"}
    assert {"=1+1", "@SUM(A1)", "plain"} <= {cell.value for cell in column}
    long = next(cell.value for cell in column if cell.value.startswith("xxx"))
    assert long.endswith(job.CUT)
    assert export.manifest["cells_cut"] == 1


def test_json_keeps_numbers_lists_and_nothing_as_they_are(cases, staff):
    _, files = written(cases[0], staff, form="json", tables=["scores", "calls"])
    score = json.loads(files["scores.json"])[0]
    assert (score["points"], score["verdicts"]["LC1"], score["computed_at"][-1]) == (31, "met", "Z")
    assert json.loads(files["calls.json"]) == []


def test_a_workbook_goes_on_in_another_sheet(cases, staff, monkeypatch):
    monkeypatch.setattr(job, "SHEET_ROWS", 50)
    export, files = written(cases[0], staff, form="xlsx", tables=["answers", "calls"])
    book = load_workbook(io.BytesIO(files["tables.xlsx"]))
    assert book.sheetnames == ["answers", "answers 2", "calls"]
    assert [sheet.max_row for sheet in book] == [51, 37, 1]
    assert export.manifest["tables"][0]["rows"] == 86


def test_a_closed_city_is_in_no_table(cases, staff):
    Conflict.objects.create(
        person=staff, city=cases[1].city, cycle=cases[1].cycle, state=ConflictState.DECLARED, reason="Cousin.", said_at=NOW, said_by=staff
    )
    export, files = written(cases[0], staff)
    assert export.left_out == [cases[1].city_id]
    assert export.manifest["cities_left_out"] == 1
    assert as_rows(files["scores.csv"])
    for name, body in files.items():
        assert b"quillon" not in body.lower(), name


def test_a_second_run_writes_nothing_and_a_killed_one_leaves_nothing(cases, staff, monkeypatch):
    export = exporting.ask(cases[0].cycle, form="csv", tables=exports.NAMES, by=staff, at=NOW)
    tells = running.progress
    monkeypatch.setattr(running, "progress", lambda done, total: (_ for _ in ()).throw(LeaseLost("gone")) if done > 100 else None)
    with pytest.raises(LeaseLost):
        job.write_export(export.pk)
    export.refresh_from_db()
    assert (export.stored, export.made_at) == ("", None)
    monkeypatch.setattr(running, "progress", tells)
    job.write_export(export.pk)
    export.refresh_from_db()
    first = (export.stored, export.sha256)
    job.write_export(export.pk)
    export.refresh_from_db()
    assert (export.stored, export.sha256) == first


def test_progress_is_on_the_row_of_the_work(cases, staff, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 20)
    seen = []
    tells = running.progress
    monkeypatch.setattr(running, "progress", lambda done, total: seen.append((done, total)) or tells(done, total))
    export, _ = written(cases[0], staff, tables=["answers"])
    assert seen == [(20, 86), (40, 86), (60, 86), (80, 86), (86, 86)]
    work = exports.work_of(export)
    assert (work.progress, work.total) == (86, 86)


def test_the_file_goes_after_its_week_and_the_row_stays(cases, staff):
    export, _ = written(cases[0], staff)
    with staged_at(under_lock() + timedelta(days=6, hours=23)):
        job.remove_old()
    export.refresh_from_db()
    assert default_storage.exists(export.stored)
    stored = export.stored
    with staged_at(under_lock() + timedelta(days=7, hours=1)):
        job.remove_old()
        job.remove_old()
    export.refresh_from_db()
    assert (export.stored, bool(export.gone_at), default_storage.exists(stored)) == ("", True, False)
    assert export.manifest["tables"]
    assert Event.objects.filter(verb="export_removed").count() == 1
    job.write_export(export.pk)
    export.refresh_from_db()
    assert export.stored == ""
