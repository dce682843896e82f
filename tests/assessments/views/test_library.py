"""All evidence of a city: found, one document by itself, fetched safely, taken out as a whole."""

import csv
import json
import tracemalloc
import zipfile
from copy import deepcopy
from datetime import date
from io import BytesIO, StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments import queries
from assessments.actions import documenting
from assessments.models import AnswerEvidence, Conflict, Evidence, EvidenceVersion
from assessments.queries import archive as rows
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.support.counting import same_queries
from tests.support.scanner import BAD
from tests.wwc.test_uploads import _pdf
from wwc import archive
from wwc.audit.models import Event
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
def lead(case, client_of):
    return client_of(cases.lead(case.city))


def _titled(case, title, code="DM1", name="", **about):
    return cases.proven(case, code, upload=cases.text_file(name or f"{title}.txt", f"Words of {title}."), title=title, **about)


def _library(client, case, query=""):
    return client.get(reverse("assessments:documenting", args=[case.city.slug]) + query).content.decode()


def _said(page: str, *titles: str) -> list[str]:
    body = page.partition("<tbody>")[2]
    return sorted((title for title in titles if title in body), key=body.index)


# The library


def test_the_empty_library_says_what_will_be_there(case, lead):
    page = _library(lead, case)
    assert "No evidence yet." in page
    assert "Everything your city adds will be listed here, with where it is used." in page
    assert "Add the first document" in page


def test_a_document_is_found_by_its_title_its_file_and_its_address(case, lead):
    _titled(case, "Data policy", name="v3-final.txt")
    _titled(case, "Budget")
    documenting.attach_link(cases.answer(case), url="https://data.example.gov/open", title="Portal", by=cases.lead(case.city), at=NOW)
    names = ("Data policy", "Budget", "Portal")
    for words, found in (("policy", ["Data policy"]), ("V3-FINAL", ["Data policy"]), ("example.gov", ["Portal"]), ("", list(names))):
        assert sorted(_said(_library(lead, case, f"?q={words}"), *names)) == sorted(found)
    page = _library(lead, case, "?q=nothing-of-that-name")
    assert "No document matches." in page


def test_the_library_is_narrowed_and_sorted(case, lead):
    _titled(case, "Alpha", confidential=True)
    _titled(case, "Beta", expires_on=date(2020, 1, 1))
    documenting.detach(_titled(case, "Gamma"), by=cases.lead(case.city), at=NOW)
    _titled(case, "Delta" * 30, expires_on=date(2089, 1, 1))
    names = ("Alpha", "Beta", "Gamma", "DeltaDelta")
    for query, found in {
        "?show=confidential": ["Alpha"],
        "?show=expired": ["Beta"],
        "?show=unused": ["Gamma"],
        "?show=used&sort=title": ["Alpha", "Beta", "DeltaDelta"],
        "": ["DeltaDelta", "Gamma", "Beta", "Alpha"],
        "?sort=title": ["Alpha", "Beta", "DeltaDelta", "Gamma"],
        "?sort=size": ["DeltaDelta", "Alpha", "Gamma", "Beta"],
        "?sort=expiry": ["Beta", "DeltaDelta", "Alpha", "Gamma"],
        "?show=nonsense&sort=nonsense&page=99": ["DeltaDelta", "Gamma", "Beta", "Alpha"],
    }.items():
        assert _said(_library(lead, case, query), *names) == found, query
    assert "valid until January 1, 2020, which has passed" in _library(lead, case)


def test_the_pages_of_the_library_keep_what_was_asked(case, lead):
    for n in range(51):
        _titled(case, f"Policy {n}", f"DM{n % 9 + 1}")
    page = _library(lead, case, "?q=policy&sort=title")
    assert "1 to 50 of 51" in page
    assert "?q=policy&amp;sort=title&amp;page=2" in page


def test_the_library_takes_the_same_queries_with_one_and_200_documents(case, lead):
    _titled(case, "First")

    def more():
        made = [Evidence(city=case.city, title=f"More {n}", version=1, added_at=NOW, added_by=cases.lead(case.city)) for n in range(199)]
        for evidence in Evidence.objects.bulk_create(made):
            body = {"filename": "a.txt", "stored": f"aa/{evidence.pk}", "sha256": "0" * 64, "size": 1}
            row = {"evidence": evidence, "number": 1, "kind": "text", "added_at": NOW, "added_by": evidence.added_by, **body}
            Evidence.objects.filter(pk=evidence.pk).update(current=EvidenceVersion.objects.create(**row))
            answer = cases.answer(case, f"DM{evidence.pk % 9 + 1}")
            AnswerEvidence.objects.create(answer=answer, evidence=evidence, added_at=NOW, added_by=evidence.added_by)

    same_queries(lead, reverse("assessments:documenting", args=[case.city.slug]), more, expected=9)


def test_the_library_of_another_city_is_not_there(case, client_of, stranger):
    address = reverse("assessments:documenting", args=[case.city.slug])
    for person in (stranger, cases.lead(cases.started("Alder Reach").city)):
        assert client_of(person).get(address).status_code == 404


# One document


def _document(client, evidence):
    return client.get(reverse("assessments:document", args=[evidence.pk])).content.decode()


def test_a_document_shows_all_its_versions_each_to_fetch(case, lead):
    evidence = _titled(case, "Data policy").evidence
    documenting.replace(evidence, upload=cases.text_file("newer.txt", "Newer."), by=cases.lead(case.city), at=NOW)
    page = _document(lead, evidence)
    for version in EvidenceVersion.objects.all():
        assert reverse("assessments:download", args=[version.pk]) in page
        assert version.sha256 in page
    assert _said("<tbody>" + page, "version 2, the one in use", "version 1") == ["version 2, the one in use", "version 1"]


def test_one_document_proves_several_criteria_chosen_at_once(case, lead):
    evidence = _titled(case, "Data policy").evidence
    answers = [cases.answer(case, code) for code in ("DM2", "DM3")]
    address = reverse("assessments:use", args=[evidence.pk])
    page = lead.post(address, {"answers": [answer.pk for answer in answers], "pages": "7"}, follow=True).content.decode()
    assert "Added to DM2." in page
    assert "Added to DM3." in page
    uses = AnswerEvidence.objects.exclude(answer__criterion__code="DM1").values_list("answer__criterion__code", "pages")
    assert set(uses) == {("DM2", "7"), ("DM3", "7")}
    for wrong in ([], [answers[0].pk], ["x"], [cases.answer(cases.started("Alder Reach"), "DM2").pk]):
        assert lead.post(address, {"answers": wrong}).status_code == 422
    assert AnswerEvidence.objects.count() == 3


def test_a_document_is_described_anew(case, lead):
    evidence = _titled(case, "scan_0041").evidence
    address = reverse("assessments:describe", args=[evidence.pk])
    lead.post(address, {"title": "Data policy", "confidential": "on", "expires_on": "2027-05-01"})
    evidence.refresh_from_db()
    assert (evidence.title, evidence.confidential, evidence.expires_on) == ("Data policy", True, date(2027, 5, 1))
    answer = lead.post(address, {"title": " ", "expires_on": "2027-02-31"})
    assert answer.status_code == 422
    assert "Enter a title." in answer.content.decode()
    assert "This is not a date of the calendar." in answer.content.decode()
    page = lead.get(reverse("assessments:answering", args=[case.pk, "DM1"])).content.decode()
    assert "confidential" in page
    assert "valid until May 1, 2027" in page


def test_the_program_reads_a_document_and_changes_nothing(case, client_of, staff):
    evidence = _titled(case, "Data policy").evidence
    page = _document(client_of(staff), evidence)
    assert "Data policy" in page
    assert "About this document" not in page
    assert client_of(staff).post(reverse("assessments:describe", args=[evidence.pk]), {"title": "Mine"}).status_code == 403


def test_what_is_past_its_date_is_said_before_submitting_and_keeps_nothing_back(case, lead):
    cases.complete(case)
    evidence = Evidence.objects.order_by("pk").first()
    Evidence.objects.filter(pk=evidence.pk).update(expires_on=date(2020, 1, 1))
    page = lead.get(reverse("assessments:submitting", args=[case.pk])).content.decode()
    assert "1 document is past its date" in page
    assert reverse("assessments:document", args=[evidence.pk]) in page
    assert queries.gaps_in_answers(case) == []


# Fetched


POLYGLOTS = {
    "both.pdf": _pdf().replace(b"%PDF-1.7", b"%PDF-1.7\n<script>alert(document.domain)</script>", 1),
    "tail.pdf": _pdf() + b"\n<html><body onload=alert(1)>",
    "words.txt": b"x" * 6000 + b"<script>alert(1)</script>",
    "sheet.csv": b"a,b\n" + b"1,2\n" * 2000 + b"<img src=x onerror=alert(1)>,2\n",
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_file_that_is_also_a_page_is_never_one_of_this_site(case, lead, name):
    version = cases.proven(case, upload=SimpleUploadedFile(name, POLYGLOTS[name])).evidence.current
    address = reverse("assessments:download", args=[version.pk])
    for asked, shown in ((address, "attachment"), (address + "?view", "inline" if name.endswith(".pdf") else "attachment")):
        answer = lead.get(asked)
        assert b"".join(answer.streaming_content) == POLYGLOTS[name]
        assert answer["Content-Type"].partition(";")[0] in {"application/pdf", "text/plain", "text/csv"}
        assert answer["Content-Disposition"].startswith(shown)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer["Cache-Control"] == "no-store, private" or set(answer["Cache-Control"].split(", ")) == {"no-store", "private"}
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Frame-Options"] == "DENY"


# Taken out


def _gathered(client, case) -> zipfile.ZipFile:
    answer = client.post(reverse("assessments:gather", args=[case.city.slug]))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="evidence-{case.city.slug}-')
    assert answer["Content-Security-Policy"].startswith("sandbox")
    return zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content)))


def test_everything_is_taken_out_with_a_list_of_what_is_not(case, lead, scanner):
    first = _titled(case, "=cmd|' /C calc'!A1", name="policy.txt", pages="4", confidential=True, expires_on=date(2027, 5, 1)).evidence
    running.drain(["check_file"])
    documenting.replace(first, upload=cases.text_file("policy.txt", "Newer."), by=cases.lead(case.city), at=NOW)
    gone = _titled(case, "Gone", "DM2").evidence.current
    other = _titled(case, "Other", "DM3").evidence.current
    documenting.attach_file(cases.answer(case, "DM4"), upload=cases.text_file("v.txt", BAD.decode()), by=cases.lead(case.city), at=NOW)
    running.drain(["check_file"])
    documenting.attach_link(cases.answer(case), url="https://example.org/a", note="A page.", by=cases.lead(case.city), at=NOW)
    _titled(case, "Waiting", "DM5")
    default_storage.delete(gone.stored)
    default_storage.delete(other.stored)
    default_storage.save(other.stored, BytesIO(b"Something else."))
    packed = _gathered(lead, case)
    assert packed.testzip() is None
    assert packed.namelist() == [
        "evidence/earlier versions/0001 version 1 policy.txt", "evidence/0001 policy.txt", "evidence/0003 Other.txt",
        "manifest.csv", "manifest.json",
    ]  # fmt: skip
    assert packed.read("evidence/0001 policy.txt") == b"Newer."
    told = json.loads(packed.read("manifest.json"))
    listed = {(row["number"], row["version"]): row for row in told["rows"]}
    missing = {key: row["missing"] for key, row in listed.items()}
    assert missing == {
        (1, 1): "",
        (1, 2): "",
        (2, 1): "The file is not there any more.",
        (3, 1): "The file is not the one that was added: its SHA-256 differs.",
        (4, 1): "Refused: the virus check stopped it (Test-Signature), and it was deleted.",
        (5, 1): "A link: there is no file.",
        (6, 1): "Checking: it waits for the virus check.",
    }
    assert (told["documents"], told["versions"], told["missing"]) == (6, 7, 5)
    current = listed[1, 2]
    assert (current["proves"], current["confidential"], current["valid_until"]) == (["2026 DM1 (4)"], True, "2027-05-01")
    assert current["added_by"] == str(cases.lead(case.city))
    sheet = list(csv.DictReader(StringIO(packed.read("manifest.csv").decode("utf-8-sig"))))
    assert sheet[0]["title"] == "'=cmd|' /C calc'!A1"
    assert [row["missing"] for row in sheet] == list(missing.values())


def test_who_took_it_out_is_on_record_and_who_may_not_gets_nothing(case, client_of, staff, stranger):
    _titled(case, "Data policy")
    address = reverse("assessments:gather", args=[case.city.slug])
    assert client_of(staff).get(address).status_code == 405
    for person in (cases.signatory(case.city), staff):
        _gathered(client_of(person), case)
        event = Event.objects.filter(verb="gathered").order_by("-pk")[0]
        assert (event.by, event.city_id, event.data["versions"]) == (person, case.city.pk, 1)
    Conflict.objects.create(person=staff, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=staff)
    for person in (staff, stranger):
        assert client_of(person).post(address).status_code == 404
    assert Event.objects.filter(verb="gathered").count() == 2


def test_a_zip_of_any_size_takes_the_memory_of_one_piece():
    def parts():
        for n in range(8):
            yield f"{n}.bin", NOW, 8_000_000, (bytes([n]) * 100_000 for _ in range(80))

    tracemalloc.start()
    try:
        sent = sum(len(piece) for piece in archive.zipped(parts()))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent > 0
    assert most < 4_000_000, f"{most} bytes for 64 million"


def test_a_file_that_breaks_off_is_named_and_the_rest_goes_on(case, lead, monkeypatch):
    first = _titled(case, "First").evidence.current
    _titled(case, "Second", "DM2")

    class Broken(BytesIO):
        def read(self, size=-1):
            raise RuntimeError("the storage went away")

    class Storage:
        def open(self, name, mode):
            return Broken() if name == first.stored else default_storage.open(name, mode)

    monkeypatch.setattr(rows, "default_storage", Storage())
    packed = _gathered(lead, case)
    told = json.loads(packed.read("manifest.json"))
    assert [row["missing"] for row in told["rows"]] == ["The file could not be read to its end.", ""]


def test_a_large_part_is_told_in_the_longer_form():
    parts = [("large.bin", NOW, archive.LARGE, iter([b"x"]))]
    assert zipfile.ZipFile(BytesIO(b"".join(archive.zipped(parts)))).read("large.bin") == b"x"
