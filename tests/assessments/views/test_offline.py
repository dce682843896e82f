"""Work off-line, through the pages: out, back, differences, confirm, and papers."""

from copy import deepcopy

import pytest
from django.urls import reverse

from assessments.jobs import papers as jobs
from assessments.models import AnswerVersion, Import, Paper
from assessments.papers.workbook import CLAIM, NARRATIVE
from tests.factories import assessments as cases
from tests.factories import workbooks as make
from tests.support.counting import same_queries
from wwc.outbox import running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def client(case, client_of):
    return client_of(cases.lead(case.city))


def address(name, *args):
    return reverse(f"assessments:{name}", args=args)


def send(client, case, body, name="answers.xlsx"):
    return client.post(address("import", case.pk), {"file": make.file(body, name)}, follow=True)


def test_out_and_back_and_confirmed(case, client):
    cases.said(case, "DM1", narrative="Saved before.")
    taken = client.get(address("workbook", case.pk))
    assert taken["Content-Disposition"] == 'attachment; filename="port-lindell-2026.xlsx"'
    body = make.filled(taken.content, {"DM1": {NARRATIVE: "From the file."}, "DM2": {CLAIM: "Not yet"}, "DM3": {CLAIM: "Perhaps"}})
    cases.said(case, "DM1", narrative="Saved meanwhile.", by=cases.contributor(case.city))
    page = send(client, case, body).content.decode()
    assert "2 of 43 rows differ from what is saved. Nothing is saved yet. Choose for each row, then confirm." in page
    assert "Row 3, DM1: the saved answer is newer than the file. It stays unless you choose the file's." in page
    assert "Row 5: &quot;Perhaps&quot; is not one of the choices. This row is left out; correct it and import again." in page
    assert "40 rows say nothing new" in page
    assert "not in the file" not in page, "a row that is left out is in the file"
    assert "From the file." in page
    assert "Saved meanwhile." in page
    assert '<input type="radio" name="take-DM1" value="saved" checked>' in page
    assert '<input type="radio" name="take-DM2" value="file" checked>' in page
    assert AnswerVersion.objects.count() == 2
    imported = Import.objects.get()
    fields = {"take-DM1": "saved", "seen-DM1": "2", "take-DM2": "file", "seen-DM2": "0", "take-PA1": "file", "seen-PA1": "0"}
    page = client.post(address("importing", imported.pk), fields, follow=True).content.decode()
    assert "What was saved" in page
    assert "Kept as saved, as you chose" in page
    assert cases.answer(case, "DM2").current.claim == "not_met"
    page = client.post(address("importing", imported.pk), fields, follow=True).content.decode()
    assert "This workbook was confirmed before. Nothing was saved twice." in page
    assert AnswerVersion.objects.count() == 3
    assert "confirmed by" in client.get(address("offline", case.pk)).content.decode()


@pytest.mark.parametrize(("body", "name", "words"), [
    (b"code,claim\n", "answers.csv", "answers.csv is not a plain XLSX workbook. Nothing was read."),
    (b"code,claim\n", "answers.xlsx", "answers.xlsx does not open as a workbook. Nothing was read."),
    (b"", "answers.xlsx", "answers.xlsx does not open as a workbook. Nothing was read."),
])  # fmt: skip
def test_what_is_no_workbook_is_told_on_the_page(case, client, body, name, words):
    assert words in send(client, case, body, name).content.decode()
    assert "Choose a file first. Nothing was read." in client.post(address("import", case.pk), follow=True).content.decode()
    assert not Import.objects.exists()


def test_an_upload_after_the_date_is_told_and_the_page_says_so(case, client):
    body = make.taken(case)
    case.cycle.__class__.objects.filter(pk=case.cycle_id).update(status="draft")
    assert "This cycle is not open for writing now. Nothing was changed." in send(client, case, body).content.decode()
    assert "This assessment is not open for writing now." in client.get(address("offline", case.pk)).content.decode()


def test_an_odd_choice_saves_nothing(case, client):
    imported = make.narratives(case, "DM1")
    page = client.post(address("importing", imported.pk), {"take-DM1": "both", "seen-DM1": "-3"}, follow=True).content.decode()
    assert "This page is out of date. Nothing was saved. Choose again, then confirm." in page
    assert not AnswerVersion.objects.exists()


def test_the_page_of_differences_takes_the_same_queries_for_one_row_and_for_all(case, client):
    imported = make.narratives(case, "DM1")
    every = make.narratives(case, *(answer.criterion.code for answer in case.answers.select_related("criterion")))

    def all_rows():
        Import.objects.filter(pk=imported.pk).update(rows=every.rows)

    same_queries(client, address("importing", imported.pk), all_rows, 8)
    assert "43 of 43 rows differ" in client.get(address("importing", imported.pk)).content.decode()


def test_a_paper_is_asked_for_made_and_fetched(case, client, monkeypatch):
    monkeypatch.setattr(jobs, "rendered", lambda sheet: f"%PDF {sheet.heading}".encode())
    page = client.post(address("ask_paper", case.pk), {"kind": "filled"}, follow=True).content.decode()
    assert "Being made" in page
    paper = Paper.objects.get()
    assert client.get(address("paper", paper.pk)).status_code == 404
    running.drain(["draw_paper"])
    page = client.get(address("offline", case.pk)).content.decode()
    assert address("paper", paper.pk) in page
    answer = client.get(address("paper", paper.pk))
    assert b"".join(answer.streaming_content) == b"%PDF Questionnaire with your answers"
    assert answer["Content-Disposition"] == 'attachment; filename="port-lindell-2026-filled.pdf"'
    cases.said(case)
    assert "is of before the last change." in client.get(address("offline", case.pk)).content.decode()


def test_a_kind_that_is_not_there_is_told(case, client):
    for kind in ("answers", "nonsense"):
        page = client.post(address("ask_paper", case.pk), {"kind": kind}, follow=True).content.decode()
        assert "This paper is there once the assessment is submitted. Nothing was asked for." in page
    assert not Paper.objects.exists()


def test_the_receipt_leads_to_the_paper_of_all_answers(case, client, monkeypatch):
    monkeypatch.setattr(jobs, "rendered", lambda sheet: b"%PDF")
    cases.submitted(case)
    assert "The PDF of all answers is being made" in client.get(address("receipt", case.pk)).content.decode()
    running.drain(["draw_paper"])
    assert address("paper", Paper.objects.get(kind="answers").pk) in client.get(address("receipt", case.pk)).content.decode()
