"""Files broken in every way a fixed seed can think of: none breaks the site, gets past the list of kinds, or leaves anything behind."""

import random
import re
import resource
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from assessments.models import AnswerEvidence, EvidenceVersion
from tests.factories import assessments as cases

GROWTH = 200_000  # kilobytes that the process may grow by after it has warmed up
PAGE = re.compile(rb"^\W*<\s*(!doctype|html|svg|script|\?xml|body|iframe)", re.IGNORECASE)
MAIN = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml", "odt": "mimetype", "ods": "mimetype"}


def _saved(save) -> bytes:
    kept = BytesIO()
    save(kept)
    return kept.getvalue()


def _archive(**members: bytes) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, body in members.items():
            parts.writestr(name, body)
    return kept.getvalue()


def _seeds() -> dict[str, bytes]:
    """One sound file of each kind that is taken, and of some that never are."""
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    book = openpyxl.Workbook()
    book.active.append(["name", "=1+1"])
    photo = Image.effect_noise((40, 30), 60).convert("RGB")
    types = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    word = {"[Content_Types].xml": types, "word/document.xml": b"<document/>"}
    return {
        "policy.pdf": _saved(document.save),
        "list.xlsx": _saved(book.save),
        "plan.docx": _archive(**word),
        "photo.jpg": _saved(lambda out: photo.save(out, "JPEG")),
        "chart.png": _saved(lambda out: photo.save(out, "PNG")),
        "photo.webp": _saved(lambda out: photo.save(out, "WEBP")),
        "data.csv": "name,value\nBogotá,1\n=1+1,2\n".encode(),
        "wide.csv": "name,value\nBogotá,1\n".encode("utf-16"),
        "notes.md": b"# Policy\n\nIn force *since* 2024.\n",
        "macro.docm": _archive(**word, **{"word/vbaProject.bin": b"macro"}),
        "page.html": b"<!doctype html><script>alert(1)</script>",
        "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "bomb.docx": _archive(**word, **{"word/media/zeros": b"\0" * 3_000_000}),
        "archive.zip": _archive(**{"inner.zip": _archive(x=b"y")}),
    }


def _mutant(chance: random.Random, seeds: dict[str, bytes]) -> tuple[str, str, bytes]:
    """A name, a content type and bytes that somebody hostile or unlucky might send."""
    name, body = chance.choice(list(seeds.items()))
    other = chance.choice(list(seeds.values()))
    cut = chance.randrange(len(body) + 1)
    flipped = bytearray(body)
    for _flip in range(chance.randint(1, 12)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    broken = chance.choice(
        [
            body, bytes(flipped), body[:cut], body[cut:], body[:cut] + other, other[:64] + body, body + other, body * 2,
            body[:cut] + chance.randbytes(40) + body[cut:], b"%PDF-1.7\n" + body, b"\xff\xfe" + body, b" \n\t" + body,
            body.replace(b"\0\0\0", b"\xff\xff\xff"), b"",
        ]
    )  # fmt: skip
    stem, ending = chance.choice(list(seeds)).rsplit(".", 1)
    names = [
        name,
        f"{stem}.{ending}",
        f"../../{name}",
        f"{name}\0.pdf",
        f"\u202e{name}",
        "é" * 300 + f".{ending}",
        stem,
        f"{name}.exe",
        " ",
        f"a/b\\{name}",
    ]
    types = ["application/octet-stream", "application/pdf", "text/html", "image/svg+xml", "nonsense", ""]
    return chance.choice([name, *names]), chance.choice(types), broken


def _is_what_it_says(version: EvidenceVersion) -> bool:
    """An opinion of its own on a file that was taken: its letters fit its kind, and no browser would take it for a page."""
    with default_storage.open(version.stored) as file:
        body = file.read()
    if version.kind == "pdf":
        return b"%PDF-" in body[:1024]
    if version.kind == "image":
        return body.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff"))
    if version.kind in MAIN:
        parts = zipfile.ZipFile(BytesIO(body)).namelist()
        return MAIN[version.kind] in parts and not any("vba" in part.lower() for part in parts)
    return version.kind in ("csv", "text") and not PAGE.match(body) and not PAGE.match(body.decode("utf-16", "ignore").encode())


@pytest.mark.django_db
@pytest.mark.parametrize("many", [150, pytest.param(2000, marks=pytest.mark.heavy)])
def test_no_broken_file_breaks_anything(client_of, settings, many):
    settings.UPLOAD_MAX_FILES, settings.UPLOAD_MAX_BYTES = 10 * many, 2_000_000
    case = cases.started()
    address, seeds, chance = reverse("assessments:add_file", args=[case.pk, "DM1"]), _seeds(), random.Random(20_260_302)
    before = 0
    for number in range(many):
        if number % 50 == 0:
            client = client_of(cases.lead(case.city))  # what was said of earlier files is not carried along
        if number == many // 4:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        name, content_type, body = _mutant(chance, seeds)
        answer = client.post(address, {"file-file": SimpleUploadedFile(name, body, content_type)})
        assert answer.status_code in (302, 400), (number, name, answer.status_code)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    taken = EvidenceVersion.objects.all()
    assert [version.filename for version in taken if not _is_what_it_says(version)] == []
    stored = {path.name for path in Path(default_storage.location).rglob("*") if path.is_file()}
    assert stored == {Path(version.stored).name for version in taken}
    assert taken.count() == AnswerEvidence.objects.count()
    assert many / 20 < taken.count() < many * 0.9, "the seed breaks all files, or none"
    assert grown < GROWTH
    sys.stdout.write(f"{many} broken files: {taken.count()} taken, the others refused in words; {grown / 1000:.0f} MB grown\n")
