"""Documents as they can be shown: pages with their text, pictures, tables with their formulas, text; and what does not open."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook
from PIL import Image

from tests.support.documents import docx, odt, pdf
from wwc import pages


def _all(kind: str, body: bytes):
    shown = pages.opened(kind, BytesIO(body))
    return shown.of, list(shown.sheets)


def test_a_pdf_is_pages_as_wide_as_they_are_read_with_their_text():
    of, sheets = _all("pdf", pdf("Requests are answered", "Annex B"))
    assert (of, [sheet.number for sheet in sheets]) == (2, [1, 2])
    assert [sheet.text.strip() for sheet in sheets] == ["Requests are answered", "Annex B"]
    for sheet in sheets:
        drawn = Image.open(BytesIO(sheet.picture))
        assert (drawn.format, drawn.size) == ("WEBP", (sheet.width, sheet.height))
        assert sheet.width == pages.WIDTH
        assert drawn.convert("L").getextrema()[0] < 100  # there is ink on it


def test_of_a_long_pdf_the_first_pages_are_drawn(monkeypatch):
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    of, sheets = _all("pdf", pdf("one", "two", "three"))
    assert (of, len(sheets)) == (3, 2)


@pytest.mark.parametrize("size", [(14400, 14400), (10, 14400), (14400, 10), (1, 1)])
def test_a_page_of_any_size_stays_within_the_limits(size):
    (sheet,) = _all("pdf", pdf("x", size=size))[1]
    assert 1 <= sheet.width <= pages.WIDTH
    assert 1 <= sheet.height <= pages.LONGEST


@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "PNG"), ("L", "PNG")])
def test_a_picture_is_made_small_enough(mode, kind):
    body = BytesIO()
    Image.new(mode, (3000, 1500)).save(body, kind)
    (sheet,) = _all("image", body.getvalue())[1]
    assert (sheet.width, sheet.height) == (1240, 620)


def _workbook(**cells):
    book, body = Workbook(), BytesIO()
    for place, value in cells.items():
        book.active[place] = value
    book.create_sheet("Second & last")["B2"] = "there"
    book.save(body)
    return body.getvalue()


def test_a_workbook_is_tables_with_formulas_as_text():
    of, (first, second) = _all("xlsx", _workbook(A1="Dataset", B1=date(2025, 3, 1), A2=12, B2="=A2*2", C3=True))
    assert of == 2
    assert first.cells == (
        (("Dataset", ""), ("2025-03-01", ""), ("", "")),
        (("12", ""), ("", "=A2*2"), ("", "")),
        (("", ""), ("", ""), ("True", "")),
    )
    assert (second.name, second.cells[1][1]) == ("Second & last", ("there", ""))


def test_of_a_wide_and_long_sheet_the_beginning_is_shown():
    (first, _second) = _all("xlsx", _workbook(A1="x" * 900, ZZ1="far", A5000="deep"))[1]
    assert (len(first.cells), len(first.cells[0]), len(first.cells[0][0][0])) == (1, 1, pages.MOST_CELL)


@pytest.mark.parametrize(("kind", "made"), [("docx", docx), ("odt", odt)])
def test_a_text_document_is_its_paragraphs(kind, made):
    of, (sheet,) = _all(kind, made("Data policy", "Requests & answers"))
    assert (of, sheet.text.splitlines()) == (1, ["Data policy", "Requests & answers"])


def _zip(name: str, body: bytes) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, body)
    return kept.getvalue()


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("pdf", b"%PDF-1.7 and no more"), ("pdf", pdf("x")[:300]), ("image", b"\x89PNG\r\n\x1a\n"), ("xlsx", b"PK\x03\x04"),
        ("xlsx", _zip("xl/workbook.xml", b"<x/>")), ("docx", _zip("other.xml", b"<x/>")), ("docx", _zip("word/document.xml", b"<x>")),
        ("docx", _zip("word/document.xml", BOMB)), ("odt", _zip("content.xml", b"<x>" + b" " * (pages.MOST_UNPACKED + 1))),
    ],
)  # fmt: skip
def test_what_does_not_open_is_one_answer(kind, body):
    with pytest.raises(pages.DoesNotOpen):
        _all(kind, body)


def test_letters_that_no_database_keeps_are_left_out():
    assert pages._clean("a\x00b\ud800c\r\nd\ufffe\tf\xa0g") == "abc\nd-\tf\xa0g"
