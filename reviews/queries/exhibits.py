"""Evidence as a page can show it beside the answer: pages as pictures, tables, text; the rest to open."""

import codecs
import csv
import re
from dataclasses import dataclass
from io import StringIO

from django.core.files.storage import default_storage

from assessments.models import EvidenceVersion, Outcome, Preview, PreviewSheet
from wwc.pages import PAGED, SHOWN, TABLES
from wwc.uploads import encodings_of

MOST_BYTES = 200_000
MOST_ROWS = 200
MOST_COLUMNS = 30
PAGES_AT_ONCE = 12


@dataclass(frozen=True)
class Exhibit:
    """One document as it is shown: `kind` says how, `cut` that only its beginning is here.

    Of a document in pages `sheets` are those around the pointed one, `tabs` the names of all sheets of a workbook; `of` says how
    many there are, `drawn` how many of them are drawn.
    """

    version: EvidenceVersion
    kind: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    cut: bool = False
    sheets: tuple[PreviewSheet, ...] = ()
    tabs: tuple[tuple[int, str], ...] = ()
    of: int = 0
    drawn: int = 0
    pointed: int = 1

    @property
    def earlier(self) -> int:
        """The page from which those before are shown; 0 where there is none."""
        return max(self.sheets[0].number - PAGES_AT_ONCE + 1, 1) if self.sheets and self.sheets[0].number > 1 else 0

    @property
    def later(self) -> int:
        """The page from which those after are shown; 0 where there is none."""
        return self.sheets[-1].number + 1 if self.sheets and self.sheets[-1].number < self.drawn else 0


def shown(version: EvidenceVersion, pages: str = "", asked: str = "") -> Exhibit:
    """The document as far as it can be shown, opened at the page that was asked for, else at the one that the city points to."""
    if not version.is_open:
        return Exhibit(version, version.state)
    if version.kind in SHOWN:
        return _drawn(version, pages, asked)
    if version.kind not in {"text", "csv"}:
        return Exhibit(version, version.kind)
    if not default_storage.exists(version.stored):
        return Exhibit(version, "gone")
    with default_storage.open(version.stored, "rb") as file:
        raw = file.read(MOST_BYTES + 1)
    text, cut = _decoded(raw[:MOST_BYTES]), len(raw) > MOST_BYTES
    if version.kind == "text":
        return Exhibit(version, "markdown" if version.filename.lower().endswith(".md") else "text", text=text, cut=cut)
    return _table(version, text, cut=cut)


def pointed_at(pages: str, asked: str = "") -> int:
    """The page to open: the one asked for, else the first that is named in "4, 7" or "see annex B, page 4"."""
    found = re.search(r"\d{1,5}", asked) or re.search(r"\d{1,5}", pages)
    return max(int(found[0]), 1) if found else 1


def _within(pages: str, asked: str, of: int) -> int:
    """The same, or the first where the document has no such page."""
    pointed = pointed_at(pages, asked)
    return pointed if pointed <= of else 1


def _drawn(version: EvidenceVersion, pages: str, asked: str) -> Exhibit:
    """What the worker drew, in two queries; "drawing" while it has not."""
    preview = Preview.objects.filter(version=version).first()
    if preview is None:
        return Exhibit(version, "drawing")
    if preview.outcome == Outcome.BROKEN:
        return Exhibit(version, "broken")
    if version.kind in TABLES:
        return _workbook(version, preview, pages, asked)
    drawn, rows = preview.drawn, PreviewSheet.objects.filter(preview=preview).order_by("number")
    pointed = min(_within(pages, asked, preview.of), drawn or 1)
    first = max(pointed - 1, 1)
    sheets = tuple(rows.filter(number__gte=first, number__lt=first + PAGES_AT_ONCE).defer("cells"))
    if version.kind in PAGED:
        return Exhibit(version, "pages", sheets=sheets, of=preview.of, drawn=drawn, pointed=pointed, cut=preview.of > drawn)
    return Exhibit(version, "text", text=sheets[0].text if sheets else "")


def _workbook(version: EvidenceVersion, preview: Preview, pages: str, asked: str) -> Exhibit:
    """One sheet of it, and the names of all: the sheet asked for, else the one that the city names or numbers."""
    tabs = tuple(PreviewSheet.objects.filter(preview=preview).order_by("number").values_list("number", "name"))
    named = max(((len(name), number) for number, name in tabs if name and name.casefold() in pages.casefold()), default=(0, 0))[1]
    pointed = min(named if named and not asked else _within(pages, asked, preview.of), len(tabs) or 1)
    sheets = tuple(PreviewSheet.objects.filter(preview=preview, number=pointed))
    return Exhibit(version, "sheets", sheets=sheets, tabs=tabs, of=preview.of, drawn=len(tabs), pointed=pointed, cut=True)


def _decoded(raw: bytes) -> str:
    """The bytes as text, in the letters that an upload may be written in; a letter that the cut went through is left out."""
    for code in encodings_of(raw):
        try:
            return codecs.getincrementaldecoder(code)().decode(raw)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", errors="replace")


def _table(version: EvidenceVersion, text: str, *, cut: bool) -> Exhibit:
    """The sheet as rows of cells, its first line as the head."""
    sample = text[:4000]
    delimiter = max(",;\t", key=sample.count) if sample else ","
    lines = csv.reader(StringIO(text, newline=None), delimiter=delimiter)  # lines may end as any system ends them
    rows = [tuple(cell[:300] for cell in row[:MOST_COLUMNS]) for row in lines if row]
    if not rows:
        return Exhibit(version, "csv", cut=cut)
    return Exhibit(version, "csv", head=rows[0], rows=tuple(rows[1 : MOST_ROWS + 1]), cut=cut or len(rows) > MOST_ROWS + 1)
