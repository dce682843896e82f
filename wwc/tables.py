"""Tables as CSV, out and in. No cell of ours is run as a formula by whoever opens it, and what was guarded comes back as it was."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from django.utils.translation import gettext_lazy as _

from wwc.refusals import Refusal

RUN = ("=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet takes for the beginning of a formula
MOST_BYTES, MOST_ROWS = 2_000_000, 20_000
csv.field_size_limit(200_000)


class NotATable(Refusal):
    """The file is no table that we can read."""

    message = _("This file is not a table in CSV with the columns of the one you fetched here. Nothing was changed.")


def written(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as CSV with a mark by which spreadsheets know the letters; formula-safe."""
    return head(columns) + lines([row[column] for column in columns] for row in rows)


def head(columns: Sequence[str]) -> str:
    """The first line of a CSV, with the mark."""
    return "\ufeff" + lines([columns])


def lines(rows: Iterable[Iterable[Any]]) -> str:
    """Lines of a CSV; formula-safe."""
    text = StringIO()
    csv.writer(text).writerows([_guarded(value) for value in row] for row in rows)
    return text.getvalue()


def read(data: bytes, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV with at least these columns, each with its number in the file, where the head is row 1."""
    if len(data) > MOST_BYTES:
        raise NotATable()
    text = _text(data)
    head = text.partition("\n")[0]
    lines = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        names = [name.strip().casefold() for name in next(lines, [])]
        found = [(number, cells) for number, cells in enumerate(lines, 2) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise NotATable() from error
    if set(columns) - set(names) or len(found) > MOST_ROWS:
        raise NotATable()
    return [(number, {name: _plain(cell) for name, cell in zip(names, cells, strict=False)}) for number, cells in found]


def _guarded(value: Any) -> Any:
    """A text that a spreadsheet would run, or that looks guarded already, behind an apostrophe; numbers as they are."""
    if not isinstance(value, str):
        return "" if value is None else value
    return f"'{value}" if value.lstrip("'").startswith(RUN) else value


def _plain(cell: str) -> str:
    """A cell without the apostrophe that guarded it."""
    cell = cell.strip(" ")
    plain = cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(RUN) else cell
    return plain.strip()


def _text(data: bytes) -> str:
    """The letters by their mark, as UTF-8, or as Western ones."""
    for code in ("utf-16",) if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(code)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise NotATable()
