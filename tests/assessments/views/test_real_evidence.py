"""Documents as cities really have them, and those that break careless programs: each through the page, each held to what should happen.

The real ones lie in a folder that WWC_SHARED_DATA names; of each awkward kind one is made here too, so that the rules
are proved without it.
"""

import json
import os
import zipfile
from copy import deepcopy
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader, PdfWriter

from assessments.jobs import previews
from assessments.models import AnswerEvidence, EvidenceVersion
from reviews.queries import exhibits
from tests.factories import assessments as cases
from wwc import tables

pytestmark = pytest.mark.django_db

NOT_A_KIND = "is not a kind we can show safely. Nothing was added. Use PDF, Word, Excel, CSV, text or a picture."
OLD = "is in an old format of Word or Excel. Nothing was added. Save it as DOCX, XLSX or PDF, then add it again."
SAID = {  # of each awkward file of the folder; "" where it is added
    "encrypted-user-password.pdf": "asks for a password, so nobody could read it. Nothing was added. Add a copy without one.",
    "formulas.csv": "",
    "high-ratio.zip": NOT_A_KIND,
    "html-named.pdf": NOT_A_KIND,
    "macro.xlsm": "contains macros. Nothing was added. Save it without macros or as PDF, then add it again.",
    "photo-with-gps.jpg": "",
    "script.svg": NOT_A_KIND,
    "truncated.pdf": "does not open. Nothing was added. Save a new copy and add that.",
    "utf16.csv": "",
    "zero-bytes.docx": "is empty. Nothing was added. Check the original and choose it again.",
}
TYPES = {".pdf": "application/pdf", ".md": "text/plain", ".csv": "text/csv", ".jpg": "image/jpeg"}


def _folder() -> Path:
    named = os.environ.get("WWC_SHARED_DATA")
    if not named:
        pytest.skip("WWC_SHARED_DATA is not set: the real documents were not tried")
    return Path(named) / "evidence"


def _pdf(password: str = "") -> bytes:
    document, kept = pypdfium2.PdfDocument.new(), BytesIO()
    for _page in range(4):
        document.new_page(200, 200)
    document.save(kept)
    if not password:
        return kept.getvalue()
    locked, out = PdfWriter(clone_from=PdfReader(kept)), BytesIO()
    locked.encrypt(password, algorithm="AES-256")
    locked.write(out)
    return out.getvalue()


def _workbook_with_macros() -> bytes:
    kept = BytesIO()
    openpyxl.Workbook().save(kept)
    with zipfile.ZipFile(kept, "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    return kept.getvalue()


def _zeros() -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("zeros.bin", b"\0" * 20_000_000)
    return kept.getvalue()


def _photo() -> bytes:
    exif, kept = Image.Exif(), BytesIO()
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 30.0, 0.0), 3: "W", 4: (81.0, 41.0, 0.0)})
    Image.effect_noise((80, 40), 60).convert("RGB").save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def made(name: str) -> bytes:
    """A small one of the same awkward kind."""
    makers = {
        "encrypted-user-password.pdf": lambda: _pdf("open-me"),
        "formulas.csv": lambda: b'name,value\n"=1+1",2\n+1,3\n-2+3,4\n@SUM(A1),5\n"\t=1",6\n',
        "high-ratio.zip": _zeros,
        "html-named.pdf": lambda: b"<!doctype html><script>alert(1)</script>",
        "macro.xlsm": _workbook_with_macros,
        "photo-with-gps.jpg": _photo,
        "script.svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "truncated.pdf": lambda: _pdf()[: len(_pdf()) // 2],
        "utf16.csv": lambda: "nombre;valor\nBogotá;1\nSão Paulo;2\n".encode("utf-16"),
        "zero-bytes.docx": lambda: b"",
    }
    return makers[name]()


def add(client, case, name, body, code="DM1") -> str:
    """Choose a file on the page of an answer and press the button; what the page says then."""
    address = reverse("assessments:add_file", args=[case.pk, code])
    answer = client.post(address, {"file-file": SimpleUploadedFile(name, body, "application/octet-stream")}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def _served(client, version: EvidenceVersion, query: str = ""):
    """The answer to who fetches a file, once it is known to be sealed off from the site."""
    answer = client.get(reverse("assessments:download", args=[version.pk]) + query)
    assert answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-scripts" not in policy
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    return answer


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.started()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


@pytest.mark.parametrize("source", ["made here", "of the folder"])
@pytest.mark.parametrize("name", SAID)
def test_each_awkward_file_has_the_outcome_that_is_stated(case, client_of, name, source):
    body = made(name) if source == "made here" else (_folder() / "awkward" / name).read_bytes()
    client = client_of(cases.lead(case.city))
    page = add(client, case, name, body)
    if why := SAID[name]:
        assert f"{name} {why}" in page
        assert not EvidenceVersion.objects.exists()
        assert not default_storage.exists("evidence")
        return
    assert f"Added: {name}." in page
    version = EvidenceVersion.objects.get()
    kept = b"".join(_served(client, version).streaming_content)
    shown = exhibits.shown(version)
    match name:
        case "formulas.csv":
            assert kept == body
            assert any(cell.startswith("=") for row in shown.rows for cell in row), "a reader sees what the file says, as text"
            everything = client.post(reverse("assessments:gather", args=[case.city.slug]))
            with zipfile.ZipFile(BytesIO(b"".join(everything.streaming_content))) as parts:
                assert parts.read(f"evidence/0001 {name}") == body
        case "utf16.csv":
            assert kept == body
            assert shown.kind == "csv"
            assert not any("\x00" in cell or "�" in cell for row in (shown.head, *shown.rows) for cell in row)
            assert len(shown.head) > 1, "the columns are told apart"
        case "photo-with-gps.jpg":
            with Image.open(BytesIO(body)) as before, Image.open(BytesIO(kept)) as after:
                assert before.getexif().get_ifd(0x8825), "the original says where it was taken"
                assert after.size == before.size[::-1], "it stands the right way up"
                assert dict(after.getexif()) == {}


def test_the_folder_states_what_should_happen_to_each_file():
    folder = _folder() / "awkward"
    stated = json.loads((folder / "MANIFEST.json").read_text())
    assert set(stated) == set(SAID) == {path.name for path in folder.iterdir()} - {"MANIFEST.json"}


@pytest.mark.heavy
def test_every_real_document_is_added_as_it_is_or_refused_in_words(case, client_of, staff):
    paths = sorted([*(_folder() / "real").iterdir(), *(_folder() / "policies").iterdir()])
    client, codes = client_of(cases.lead(case.city)), [f"DM{number}" for number in range(1, 6)]
    refused = {".html": NOT_A_KIND, ".doc": OLD}
    for number, path in enumerate(paths):
        page = add(client, case, path.name, path.read_bytes(), codes[number % len(codes)])
        why = refused.get(path.suffix)
        assert (f"{path.name} {why}" if why else f"Added: {path.name}.") in page
    kept = {version.filename: version for version in EvidenceVersion.objects.all()}
    assert set(kept) == {path.name for path in paths if path.suffix not in refused}
    assert AnswerEvidence.objects.count() == len(kept)
    for path in paths:
        if version := kept.get(path.name):
            answer = _served(client_of(staff), version)
            assert b"".join(answer.streaming_content) == path.read_bytes()
            assert answer["Content-Disposition"] == f'attachment; filename="{path.name}"'
            assert answer["Content-Type"].startswith(TYPES.get(path.suffix, "application/vnd.openxmlformats-officedocument."))
            exhibit = exhibits.shown(version)
            if exhibit.kind == "drawing":
                previews.draw_preview(version.pk)
                exhibit = exhibits.shown(version)
            assert exhibit.sheets or exhibit.text.strip() or exhibit.rows, path.name
    library = client.get(reverse("assessments:documenting", args=[case.city.slug])).content.decode()
    assert all(name in library for name in kept)


PAGE = b"<html><body><script>alert(document.domain)</script></body></html>"


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("policy.pdf", b"%PDF-1.7\n%" + PAGE + b"\n" + _pdf(), "pdf"),
        ("policy.html", _pdf() + b"\n" + PAGE, "pdf"),
        ("photo.jpg", _photo() + PAGE, "image"),
        ("table.csv", b"name,value\n" * 500 + PAGE, "csv"),
        ("notes.txt", b"Words. " * 700 + PAGE, "text"),
    ],
)
def test_a_file_that_is_also_a_page_is_never_served_as_one(case, client_of, name, body, kind):
    client = client_of(cases.lead(case.city))
    add(client, case, name, body)
    version = EvidenceVersion.objects.get()
    assert version.kind == kind
    for query in ("", "?view"):
        answer = _served(client, version, query)
        kept = b"".join(answer.streaming_content)
        assert answer["Content-Type"].partition(";")[0] in {"application/pdf", "image/jpeg", "text/csv", "text/plain"}
        inline = query == "?view" and kind in ("pdf", "image")
        assert answer["Content-Disposition"].startswith("inline" if inline else "attachment")
        assert kind != "image" or PAGE not in kept, "a picture is drawn anew"
    assert not version.filename.endswith(".html")


def test_what_a_file_or_its_title_says_is_run_by_no_sheet_that_is_taken_out(case, client_of):
    client = client_of(cases.lead(case.city))
    add(client, case, "=HYPERLINK(A1).csv", b"name,value\n=1+1,2\n")
    everything = client.post(reverse("assessments:gather", args=[case.city.slug]))
    with zipfile.ZipFile(BytesIO(b"".join(everything.streaming_content))) as parts:
        sheet = parts.read("manifest.csv").decode("utf-8-sig")
    assert "'=HYPERLINK(A1).csv" in sheet
    assert not any(cell.startswith(tables.RUN) for line in sheet.splitlines() for cell in line.split(","))
