"""A workbook written row by row: read back it is what was written, and nothing in it is run."""

import io

import pytest
from openpyxl import load_workbook

from wwc import cells, sheets

TEXTS = [
    "plain",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "#N/A",
    "a<b>&'c'\"d\"",
    " spaces ",
    "two\nlines",
    "ñ 😀",
    "\x0b",
    "_x0041_",
    "true",
]


def read(book):
    """The workbook as a spreadsheet reads it."""
    return load_workbook(io.BytesIO(book.getvalue()))


def written(**tables):
    out = io.BytesIO()
    with sheets.writing(out) as book:
        for name, rows in tables.items():
            book.sheet(name, rows)
    return out


def test_what_is_written_is_read_back():
    book = read(written(first=[("a", "b"), (1, 2.5), (None, "")], other=[[text] for text in TEXTS]))
    assert book.sheetnames == ["first", "other"]
    assert [[cell.value for cell in row] for row in book["first"]] == [["a", "b"], [1, 2.5], [None, None]]
    kept = [cells.encoded(text) for text in TEXTS]
    assert [cell.value for (cell,) in book["other"]] == kept


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_a_text_whatever_it_begins_with(text):
    cell = read(written(one=[[text]]))["one"]["A1"]
    assert cell.data_type == "s"
    assert cell.number_format == "@"
    assert bool(cell.quotePrefix) == text.startswith(cells.FORMULA_STARTS)


def test_a_workbook_without_rows_opens():
    assert read(written(nothing=[]))["nothing"].max_row <= 1


def test_a_name_of_a_sheet_is_no_markup():
    assert read(written(**{"a & 'b'": [[1]]})).sheetnames == ["a & 'b'"]
