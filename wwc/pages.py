"""A document as it can be shown on a page: pictures of its pages with their text, tables, text. Under limits; nothing is fetched or run.

Whoever sends the file decides its bytes, so every reader here is bounded, and whatever a decoder raises is one answer: it does not open.
"""

import re
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, BinaryIO

import pypdfium2
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from PIL import Image

MOST_PAGES = 40  # drawn of one document
MOST_TEXT = 8_000  # letters of one page
MOST_WRITTEN = 120_000  # letters of a text document
MOST_SHEETS, MOST_ROWS, MOST_COLUMNS, MOST_CELL = 10, 200, 30, 300
MOST_UNPACKED = 60_000_000
WIDTH, LONGEST = 1240, 2400  # pixels: sharp in half a screen, and a strip is no poster
PAGED = frozenset({"pdf", "image"})
TABLES = frozenset({"xlsx"})
WRITTEN = {"docx": "word/document.xml", "odt": "content.xml"}
SHOWN = PAGED | TABLES | frozenset(WRITTEN)

UNHEARD = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\uffff]")

pdfium = threading.Lock()  # the library works for one thread at a time


class DoesNotOpen(Exception):
    """The bytes cannot be read as what they were taken for."""


@dataclass(frozen=True)
class Sheet:
    """One page or sheet of a document: its picture, or its cells, and its text."""

    number: int
    name: str = ""
    picture: bytes = b""
    width: int = 0
    height: int = 0
    text: str = ""
    cells: tuple[tuple[tuple[str, str], ...], ...] = ()


@dataclass(frozen=True)
class Shown:
    """How much there is (pages or sheets), whether what is shown is cut, and what is shown, one by one."""

    of: int
    sheets: Iterator[Sheet]


def opened(kind: str, file: Any) -> Shown:
    """The document as sheets to show. Raises DoesNotOpen, here or while it is read on."""
    read = {"pdf": _pdf, "image": _picture, "xlsx": _workbook}.get(kind, _written_as(kind))
    try:
        shown = read(file)
    except Exception as error:  # a decoder that stumbles over broken bytes may raise anything
        raise DoesNotOpen(str(error)) from error
    return Shown(shown.of, _guarded(shown.sheets))


def _guarded(sheets: Iterator[Sheet]) -> Iterator[Sheet]:
    try:
        yield from sheets
    except Exception as error:
        raise DoesNotOpen(str(error)) from error


def _pdf(file: BinaryIO) -> Shown:
    with pdfium:
        document = pypdfium2.PdfDocument(file)
        pages = len(document)
    return Shown(pages, _drawn(document, min(pages, MOST_PAGES)))


def _drawn(document: Any, pages: int) -> Iterator[Sheet]:
    try:
        for index in range(pages):
            yield _page(document, index)
    finally:
        with pdfium:
            document.close()


def _page(document: Any, index: int) -> Sheet:
    """One page, as wide as it is read, with the text that lies under it."""
    with pdfium:
        page = document[index]
        width, height = page.get_size()
        scale = min(WIDTH / max(width, 1), LONGEST / max(height, 1), WIDTH / 72)
        drawn = page.render(scale=scale, may_draw_forms=False).to_pil()
        text = page.get_textpage().get_text_bounded()[:MOST_TEXT]
        page.close()
    return Sheet(index + 1, picture=_kept(drawn), width=drawn.width, height=drawn.height, text=_clean(text))


def _picture(file: BinaryIO) -> Shown:
    with Image.open(file, formats=("JPEG", "PNG")) as original:
        original.draft("RGB", (WIDTH, LONGEST))
        original.thumbnail((WIDTH, LONGEST))
        drawn = original.convert("RGBA" if original.has_transparency_data else "RGB")
    return Shown(1, iter([Sheet(1, picture=_kept(drawn), width=drawn.width, height=drawn.height)]))


def _kept(drawn: Image.Image) -> bytes:
    body = BytesIO()
    drawn.save(body, "WEBP", quality=80, method=2)
    return body.getvalue()


def _workbook(file: BinaryIO) -> Shown:
    """The first rows of each sheet: what a cell shows and, where it is calculated, the formula as text. Nothing is calculated here."""
    _require_small(file)
    values, formulas = (load_workbook(file, read_only=True, data_only=data_only, keep_links=False) for data_only in (True, False))
    names = [sheet.title for sheet in values.worksheets]
    return Shown(len(names), (_cells(number, values[name], formulas[name]) for number, name in enumerate(names[:MOST_SHEETS], 1)))


def _cells(number: int, values: Any, formulas: Any) -> Sheet:
    for each in (values, formulas):
        each.reset_dimensions()  # what the file says of its own size may be wrong
    bounds = {"max_row": MOST_ROWS, "max_col": MOST_COLUMNS, "values_only": True}
    rows = []
    for said, calculated in zip(values.iter_rows(**bounds), formulas.iter_rows(**bounds), strict=False):
        rows.append(tuple((_cell(value), _formula(formula)) for value, formula in zip(said, calculated, strict=False)))
    while rows and not any(shown or formula for shown, formula in rows[-1]):
        rows.pop()
    width = max((place for row in rows for place, cell in enumerate(row, 1) if any(cell)), default=0)
    rows = [row[:width] + (("", ""),) * (width - len(row)) for row in rows]
    return Sheet(number, name=str(values.title)[:60], cells=tuple(rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return _clean(value.isoformat(" ") if isinstance(value, datetime) else str(value) if isinstance(value, date) else f"{value}")[
        :MOST_CELL
    ]


def _formula(value: Any) -> str:
    text = getattr(value, "text", value)  # a formula over several cells is an object of its own
    return _clean(text)[:MOST_CELL] if isinstance(text, str) and text.startswith("=") else ""


def _written_as(kind: str) -> Any:
    return lambda file: Shown(1, iter([Sheet(1, text=_words(file, WRITTEN[kind]))]))


def _words(file: BinaryIO, part: str) -> str:
    """The paragraphs of a text document, one a line; the cells of a row beside each other."""
    _require_small(file)
    lines: list[str] = []
    line: list[str] = []
    length = 0
    with zipfile.ZipFile(file) as parts, parts.open(part) as body:
        for _event, element in iterparse(body, events=("end",)):
            name = element.tag.rpartition("}")[2]
            if element.tag.startswith("{urn:oasis"):
                line.extend(_odf_text(element, name))
            elif name == "t":
                line.append(element.text or "")
            elif name in {"tab", "br"}:
                line.append("\t" if name == "tab" else "\n")
            if name in {"p", "h"}:
                lines.append("".join(line))
                length += len(lines[-1]) + 1
                line.clear()
                element.clear()
            if name in {"tr", "table-row"}:
                lines.append("")
            if length > MOST_WRITTEN:
                break
    return _clean("\n".join(lines))[:MOST_WRITTEN]


def _odf_text(element: Any, name: str) -> list[str]:
    return ["".join(element.itertext())] if name in {"p", "h"} else []


def _require_small(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as parts:
        if sum(member.file_size for member in parts.infolist()) > MOST_UNPACKED:
            raise DoesNotOpen("more than is unpacked here")
    file.seek(0)


def _clean(text: str) -> str:
    """The letters that a database and a page can hold; a hyphen at the end of a line is one."""
    return UNHEARD.sub("", text.replace("\r\n", "\n").replace("\ufffe", "-"))
