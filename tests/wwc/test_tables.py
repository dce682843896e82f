"""Tables out and in: no cell runs, what was guarded comes back, and what is no table is refused in words."""

import csv
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wwc import tables

DANGEROUS = ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "'=1", "''@x", '=HYPERLINK("https://example.org")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_runs_and_it_comes_back(text):
    out = tables.written(["name"], [{"name": text}])
    assert next(csv.reader(StringIO(out.removeprefix("\ufeff").partition("\r\n")[2])))[0].startswith("'")
    assert tables.read(out.encode(), ["name"]) == [(2, {"name": text.strip()})] or text.startswith("\t")


@example(["\r"])
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12), min_size=1, max_size=5))
def test_texts_come_back_as_they_were_but_for_space_around(texts):
    rows = tables.read(tables.written(["a", "b"], [{"a": text, "b": n} for n, text in enumerate(texts, 1)]).encode(), ["a", "b"])
    assert [(n, cells["b"], cells["a"].strip()) for n, cells in rows] == [(n + 1, str(n), text.strip()) for n, text in enumerate(texts, 1)]


def test_numbers_stay_numbers_and_nothing_is_empty():
    assert tables.written(["a", "b", "c"], [{"a": -3, "b": None, "c": 0.5}]) == "\ufeffa,b,c\r\n-3,,0.5\r\n"


@pytest.mark.parametrize(
    "data",
    [
        "City;Reader\nalder;é@x.org\n".encode(),
        "city\treader\r\nalder\té@x.org".encode("utf-16"),
        "city,reader\nalder,é@x.org".encode("cp1252"),
    ],
)
def test_what_spreadsheets_write_is_read(data):
    assert tables.read(data, ["city", "reader"]) == [(2, {"city": "alder", "reader": "é@x.org"})]


def test_rows_keep_their_number_past_empty_ones():
    assert [number for number, _cells in tables.read(b"a,b\n1,2\n,\n3,4\n", ["a"])] == [2, 4]


@pytest.mark.parametrize(
    "data", [b"", b"other\n1\n", b"\x00\x01\x02", b"a\n" + b"x" * tables.MOST_BYTES, b'a\n"never closed', b"a\n" + b"1\n" * 20_001]
)
def test_what_is_no_table_is_refused(data):
    with pytest.raises(tables.NotATable):
        tables.read(data, ["a"])
