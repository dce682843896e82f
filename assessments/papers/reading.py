"""A workbook that comes back: what each row says, and which rows cannot be read and why. Nothing is calculated, nothing is fetched.

Whoever sends the file decides its bytes, so everything is bounded before it is read: the file, each part when unpacked, sheets, rows,
columns, the length of a text.
"""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext_lazy as _
from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import get_column_letter
from openpyxl.xml.constants import SHARED_STRINGS

from assessments.papers.words import claims_read
from assessments.papers.workbook import CLAIM, CODE, NAMES_ROW, NARRATIVE, OF, TICK, VERSION
from wwc.refusals import Refusal

MAX_BYTES = 5_000_000
MAX_TEXTS = 6_000_000  # a part that holds texts or cells, unpacked
MAX_PART = 2_000_000  # any other part that is read
MAX_PARTS = 400
MAX_MARKS = 300_000  # what begins an element, in all parts together
MAX_SHEETS = 20
MAX_ROWS, MAX_COLUMNS = 500, 80
MAX_TEXT = 40_000  # one cell; Excel itself takes less
SHOWN = 60

_LONG_MARK = re.compile(rb"<[^>]{60000}")  # one element with attributes without end
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TICKS = {"x", "✓", "✔", "☑", "1", "yes", "sí", "si", "sim", "true", "verdadero", "verdadeiro"}
_EMPTY = {"", "0", "no", "não", "nao", "false", "falso", "☐", "-"}
_NEEDED = (OF, CODE, VERSION, CLAIM, NARRATIVE)


class WorkbookRefused(Refusal):
    """A file of which nothing was read. The words name it and say what to do."""

    def __init__(self, filename: str, **values: Any) -> None:
        super().__init__(str(self.message) % {"file": filename, **values}, filename=filename)


class NotAWorkbook(WorkbookRefused):
    """Something else than XLSX."""

    message = _("%(file)s is not a plain XLSX workbook. Nothing was read. Bring back the workbook that you got here, saved as XLSX.")


class DamagedWorkbook(WorkbookRefused):
    """It does not open."""

    message = _("%(file)s does not open as a workbook. Nothing was read. Save a new copy as XLSX and bring that.")


class BehindAPassword(WorkbookRefused):
    """Encrypted."""

    message = _("%(file)s asks for a password. Nothing was read. Save it without one and bring that.")


class TooMuch(WorkbookRefused):
    """Larger than any workbook of ours can be."""

    message = _("%(file)s holds far more than the workbook that you got here. Nothing was read. Copy your text into a new one.")


class NotOurs(WorkbookRefused):
    """No sheet has our hidden line."""

    message = _(
        "%(file)s has no sheet of ours, or its hidden first line was removed. Nothing was read. "
        "Get the workbook again and copy your text into it."
    )


class ColumnGone(WorkbookRefused):
    """A column that is read was removed."""

    message = _("%(file)s lacks a column that is needed. Nothing was read. Get the workbook again and copy your text into it.")


class OfAnother(WorkbookRefused):
    """The workbook of another assessment or edition."""

    message = _("%(file)s is the workbook of another assessment. Nothing was read. Bring it back there, or get the workbook of this one.")


@dataclass(frozen=True)
class Row:
    """What one row says, by the place of lines in its checklist."""

    row: int
    code: str
    base: int
    claim: str
    ticks: tuple[int, ...]
    narrative: str


@dataclass(frozen=True)
class Problem:
    """Why one row is left out: the kind, what it is about, and of which criterion it is where that is known."""

    row: int
    kind: str
    value: str = ""
    code: str = ""


@dataclass(frozen=True)
class Sheet:
    """What could be read, and what could not."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(file: BinaryIO, filename: str, *, of: str, checklists: Mapping[str, Sequence[int]]) -> Sheet:
    """Read a workbook of this assessment (`of`); `checklists` gives the places of each criterion's lines by its code.

    A WorkbookRefused says why nothing was read. Rows that cannot be read are problems, each with its number.
    """
    try:
        lines = _lines(file, filename)
    except Refusal:
        raise
    except (Exception, DefusedXmlException) as error:  # whatever a broken part makes the library stumble over
        raise DamagedWorkbook(filename) from error
    if lines and all(line.of and line.of != of for line in lines):
        raise OfAnother(filename)
    found = [_read(line, of, checklists) for line in lines]
    rows = [row for row in found if isinstance(row, Row)]
    twice = {row.code for row in rows if sum(other.code == row.code for other in rows) > 1}
    problems = [each for each in found if isinstance(each, Problem)]
    problems += [Problem(row.row, "twice", row.code, row.code) for row in rows if row.code in twice]
    return Sheet(tuple(row for row in rows if row.code not in twice), tuple(sorted(problems, key=lambda each: each.row)))


# The file


class _Reader(ExcelReader):
    """The library's reader without the parts that nothing is read from, and with texts to the letter."""

    package: Manifest

    def read_strings(self) -> None:
        """Read the shared texts, each within its limit."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = list(_texts(source))

    def read_properties(self) -> None:
        """Nothing is read from them."""

    read_custom = read_theme = read_properties


class _TextTooLong(Exception):
    """One cell with more text than a cell can hold."""


def _texts(source: Any) -> Iterator[str]:
    """The texts of a workbook in their order; marks of pronunciation are no text."""
    parts: list[str] = []
    spoken = 0
    for event, node in iterparse(source, events=("start", "end")):
        name = node.tag.rpartition("}")[2]
        if name == "rPh":
            spoken += 1 if event == "start" else -1
        elif event == "end" and name == "t" and not spoken:
            parts.append(node.text or "")
        elif event == "end" and name == "si":
            yield _within("".join(parts))
            parts = []
            node.clear()


def _within(text: str) -> str:
    if len(text) > 8 * MAX_TEXT:  # each letter of a text may be written as an escape
        raise _TextTooLong
    return text


def _decoded(text: str) -> str:
    """The text as it was meant. A half letter and a mark of zero, which nothing keeps, become the mark of what is lost."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).translate(_LOST) if "_x" in text else text


_LOST = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}


@dataclass(frozen=True)
class _Line:
    """One row of the sheet: its number, where it belongs, its cells by the hidden names."""

    row: int
    of: str
    cells: Mapping[str, Any]
    columns: Mapping[str, str]


def _lines(file: BinaryIO, filename: str) -> list[_Line]:
    _require_modest(file, filename)
    file.seek(0)
    reader = _Reader(file, read_only=True)
    try:
        reader.read()
        if len(reader.wb.worksheets) > MAX_SHEETS:
            raise TooMuch(filename)
        for sheet in reader.wb.worksheets:
            lines = _lines_of(sheet, filename)
            if lines is not None:
                return lines
    except _TextTooLong:
        raise TooMuch(filename) from None
    finally:
        reader.archive.close()
    raise NotOurs(filename)


def _require_modest(file: BinaryIO, filename: str) -> None:
    """Refuse what would unpack to more than a workbook of ours can hold. Nothing unpacks to more than its part says."""
    with zipfile.ZipFile(file) as parts:
        members = parts.infolist()
        read = [member for member in members if member.filename.lower().endswith((".xml", ".rels"))]
        if len(members) > MAX_PARTS or len({member.filename for member in members}) < len(members):
            raise TooMuch(filename)
        if any(member.file_size > _limit(member.filename) for member in read) or sum(member.file_size for member in read) > 4 * MAX_TEXTS:
            raise TooMuch(filename)
        marks = 0
        for member in read:
            body = parts.read(member)
            marks += body.count(b"<")
            if marks > MAX_MARKS or _LONG_MARK.search(body):
                raise TooMuch(filename)


def _limit(name: str) -> int:
    """How large a part may be when it is unpacked."""
    return MAX_TEXTS if re.match(r"xl/(worksheets/[^/]+|sharedStrings)\.xml$", name, re.IGNORECASE) else MAX_PART


def _lines_of(sheet: Any, filename: str) -> list[_Line] | None:
    """The rows of a sheet by the names in its first row; None where it is none of ours."""
    rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
    names = {str(cell.value): place for place, cell in enumerate(next(rows, ())) if str(cell.value or "").startswith("wwc:")}
    if not names:
        return None
    if any(name not in names for name in _NEEDED):
        raise ColumnGone(filename)
    columns = {name: get_column_letter(place + 1) for name, place in names.items()}
    lines = []
    for number, row in enumerate(rows, NAMES_ROW + 1):
        cells = {name: row[place] for name, place in names.items() if place < len(row) and row[place].value is not None}
        if number > MAX_ROWS and cells:
            raise TooMuch(filename)
        if any(name in cells for name in (OF, CODE, VERSION)):
            lines.append(_Line(number, _plain(cells.get(OF)), cells, columns))
    return lines


# A row


class _Unreadable(Exception):
    """A row that is left out: the kind of problem and what it is about."""


def _read(line: _Line, of: str, checklists: Mapping[str, Sequence[int]]) -> Row | Problem:
    try:
        for name, cell in line.cells.items():
            if cell.data_type in ("f", "e"):
                raise _Unreadable("formula" if cell.data_type == "f" else "error", f"{line.columns[name]}{line.row}")
        if line.of != of:
            raise _Unreadable("elsewhere", line.of)
        code, base = _plain(line.cells.get(CODE)), _plain(line.cells.get(VERSION))
        if code not in checklists:
            raise _Unreadable("unknown", code)
        if not re.fullmatch(r"[0-9]{1,6}", base):
            raise _Unreadable("hidden", code)
        claim = _claim(_plain(line.cells.get(CLAIM)))
        ticks = tuple(_ticks(line, checklists[code]))
        return Row(line.row, code, int(base), claim, ticks, _narrative(line.cells.get(NARRATIVE)))
    except _Unreadable as unreadable:
        kind, value = unreadable.args
        said = str(line.cells[CODE].value) if CODE in line.cells else ""
        named = said if said in checklists else ""
        return Problem(line.row, kind, value if len(value) <= SHOWN else value[: SHOWN - 1] + "…", named)


def _claim(said: str) -> str:
    """The choice that a cell names, in any of the languages; nothing where it is empty."""
    if not said:
        return ""
    try:
        return claims_read()[" ".join(said.split()).casefold()]
    except KeyError:
        raise _Unreadable("choice", said) from None


def _ticks(line: _Line, places: Sequence[int]) -> Iterator[int]:
    """The places of the lines that are ticked."""
    for name, cell in line.cells.items():
        if not name.startswith(TICK):
            continue
        number, said = name.removeprefix(TICK), _plain(cell).casefold()
        if said in _EMPTY:
            continue
        if said not in _TICKS and said != number:
            raise _Unreadable("tick", _plain(cell))
        if not number.isdecimal() or not 1 <= int(number) <= len(places):
            raise _Unreadable("off_checklist", number[:SHOWN])
        yield places[int(number) - 1]


def _narrative(cell: Any) -> str:
    return _said(cell).replace("\r\n", "\n").strip()


def _plain(cell: Any) -> str:
    return _said(cell).strip()


def _said(cell: Any) -> str:
    """The cell as text: a number or a date that was typed into it reads as it was typed, as far as that can be known."""
    value = cell.value if cell is not None else None
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    text = _decoded(str(value))
    if len(text) > MAX_TEXT:
        raise _Unreadable("long", str(len(text)))
    return text
