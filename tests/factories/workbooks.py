"""Workbooks as people bring them back: taken from the program, filled in by the library, as another program would."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from assessments import queries
from assessments.actions import importing
from assessments.models import Assessment, Import
from assessments.papers.workbook import CODE, NARRATIVE, workbook
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.accounts.models import User

Cells = Mapping[str, Any]


def taken(case: Assessment, language: str = "en", **given: Any) -> bytes:
    """The workbook as it leaves."""
    return workbook(case, queries.answers_of(case, language), language, **given)


def opened(body: bytes) -> tuple[Workbook, Any, dict[str, int]]:
    """The workbook, its sheet of answers, and the column of each hidden name."""
    book = load_workbook(BytesIO(body))
    sheet = book.worksheets[1]
    return book, sheet, {str(cell.value): cell.column for cell in sheet[1] if cell.value}


def rows(sheet: Any, columns: Mapping[str, int]) -> dict[str, int]:
    """The row of each criterion."""
    return {sheet.cell(row, columns[CODE]).value: row for row in range(3, sheet.max_row + 1)}


def filled(body: bytes, cells: Mapping[str, Cells], change: Callable[[Workbook, Any], None] | None = None) -> bytes:
    """The workbook with cells typed into: by criterion, by hidden name."""
    book, sheet, columns = opened(body)
    places = rows(sheet, columns)
    for code, typed in cells.items():
        for name, value in typed.items():
            sheet.cell(places[code], columns[name]).value = value
    if change is not None:
        change(book, sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def file(body: bytes, name: str = "answers.xlsx") -> SimpleUploadedFile:
    """The workbook as it is sent."""
    return SimpleUploadedFile(name, body)


def brought(case: Assessment, body: bytes, *, by: User | None = None) -> Import:
    """The workbook, read and not confirmed."""
    return importing.read(case, upload=file(body), by=by or cases.lead(case.city), at=NOW)


def narratives(case: Assessment, *codes: str, words: str = "Written on the train about {}.") -> Import:
    """A workbook in which these narratives were written, brought back."""
    return brought(case, filled(taken(case), {code: {NARRATIVE: words.format(code)} for code in codes}))
