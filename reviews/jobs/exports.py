"""A whole cycle as a ZIP of tables with its manifest, written piece by piece."""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from hashlib import sha256
from itertools import chain, count, islice
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage

from criteria.scoring import ENGINE_VERSION
from reviews.models import Export, Format
from reviews.queries import exports, lists
from reviews.queries.exports import Table
from wwc import cells, sheets, tables
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import files, running

MANIFEST = "manifest.json"
SHEET_ROWS = 1_000_000  # Excel takes 1,048,576
CUT = " … [cut here: the whole is in CSV and JSON]"

Pieces = Iterable[list[tuple[Any, ...]]]


def write_export(export_id: int) -> None:
    """Write the file of an export and note what is in it; a second run writes nothing.

    What is closed to the person when it is written is left out, also where it was open when they asked.
    """
    export = Export.objects.select_related("cycle__standard", "asked_by").get(pk=export_id)
    if export.gone_at:
        return
    manifest: dict[str, Any] = {}
    closed = exports.closed_in(export.cycle, export.asked_by)
    with TemporaryFile() as out:
        # `pack` fills the manifest while it writes, before the row takes it.
        draw = partial(pack, out, export, closed, manifest)
        files.make(export, moment="made_at", draw=draw, suffix=".zip", manifest=manifest, left_out=closed)


def remove_old() -> None:
    """Take away the files of exports whose week is over; their rows stay and say what was in them."""
    for export in Export.objects.filter(made_at__lt=under_lock() - settings.EXPORT_KEPT, gone_at=None):
        stored, at = export.stored, under_lock()
        if Export.objects.filter(pk=export.pk, gone_at=None).update(stored="", gone_at=at):
            record("export_removed", export, by=None, at=at)
            default_storage.delete(stored)


def pack(out: IO[bytes], export: Export, closed: list[int], manifest: dict[str, Any]) -> IO[bytes]:
    """Write the ZIP and wind it back to its beginning; the manifest is filled with what went into it."""
    reading = _Reading(export, closed)
    began = under_lock()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        hashes = {name: _put(package, name, parts) for name, parts in _parts(export.form, reading)}
        cycle = {"cycle": export.cycle.slug, "edition": export.cycle.standard.code} if export.cycle else dict(export.listed)
        manifest |= {
            **cycle,
            "engine": ENGINE_VERSION,
            "began_at": _plain(began),
            "ended_at": _plain(under_lock()),
            "cities_left_out": len(closed),
            "cells_cut": reading.cut,
            "files": hashes,
            "tables": [
                {"table": table.name, "rows": reading.counts[table.name], "columns": list(table.head), "omitted": dict(table.omitted)}
                for table in reading.tables
            ],
        }
        package.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
    out.seek(0)
    return out


class _Reading:
    """The tables of an export as they are read, which counts their rows and says how far it is."""

    def __init__(self, export: Export, closed: list[int]) -> None:
        self.export, self.closed, self.cut = export, closed, 0
        self.numbers: dict[str, list[int]] = {}
        if export.cycle:
            self.tables = [table for table in exports.TABLES if table.name in export.tables]
            self.total = sum(exports.count(table, export.cycle, closed) for table in self.tables)
        else:
            found = lists.found(export.listed["list"], export.listed["asked"], export.asked_by, under_lock())
            self.tables = [table for table, _numbers in found]
            self.numbers = {table.name: numbers for table, numbers in found}
            self.total = sum(map(len, self.numbers.values()))
        self.counts = dict.fromkeys((table.name for table in self.tables), 0)

    def pieces(self, table: Table) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of one table; each piece renews the lease of the work."""
        cycle = self.export.cycle
        for piece in exports.rows(table, cycle, self.closed) if cycle else exports.of_rows(table, self.numbers[table.name]):
            yield piece
            self.counts[table.name] += len(piece)
            done = sum(self.counts.values())
            running.progress(done, max(self.total, done))


def _parts(form: str, reading: _Reading) -> Iterator[tuple[str, Iterable[bytes]]]:
    """The files of the package with their pieces: one a table, or one workbook with a sheet a table."""
    if form == Format.XLSX:
        yield "tables.xlsx", _workbook(reading)
        return
    lines: Callable[[Table, Pieces], Iterator[bytes]] = _csv if form == Format.CSV else _json
    for table in reading.tables:
        yield f"{table.name}.{form}", lines(table, reading.pieces(table))


def _put(package: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write one file into the package; its SHA-256."""
    digest = sha256()
    with package.open(name, "w", force_zip64=True) as part:
        for piece in pieces:
            digest.update(piece)
            part.write(piece)
    return digest.hexdigest()


def _csv(table: Table, pieces: Pieces) -> Iterator[bytes]:
    yield tables.head(table.head).encode()
    for piece in pieces:
        yield tables.lines([_plain(value) for value in row] for row in piece).encode("utf-8", "replace")


def _json(table: Table, pieces: Pieces) -> Iterator[bytes]:
    between = "["
    for piece in pieces:
        for row in piece:
            said = {name: value if _is_json(value) else _plain(value) for name, value in zip(table.head, row, strict=True)}
            yield f"{between}\n{json.dumps(said, ensure_ascii=False)}".encode("utf-8", "replace")
            between = ","
    yield b"[]\n" if between == "[" else b"\n]\n"


def _workbook(reading: _Reading) -> Iterator[bytes]:
    """A sheet for each table, and a further one where a sheet is full."""
    with TemporaryFile() as saved:
        with sheets.writing(saved) as book:
            for table in reading.tables:
                rows = _cells(reading, table)
                for number in count(1):
                    name = table.name if number == 1 else f"{table.name} {number}"
                    book.sheet(name, chain([table.head], islice(rows, SHEET_ROWS)))
                    if (following := next(rows, None)) is None:
                        break
                    rows = chain([following], rows)
        saved.seek(0)
        yield from iter(lambda: saved.read(1 << 20), b"")


def _cells(reading: _Reading, table: Table) -> Iterator[list[Any]]:
    """The rows of a table as cells take them: a number, or text that is cut where a cell does not take it whole."""
    for row in chain.from_iterable(reading.pieces(table)):
        found = [_plain(value) for value in row]
        for place, plain in enumerate(found):
            if isinstance(plain, str) and len(plain) > cells.CELL_LENGTH // 8 and not cells.fits(plain):
                found[place], reading.cut = cells.cut(plain, CUT), reading.cut + 1
        yield found


def _plain(value: Any) -> Any:
    """A value as a table holds it: instants in UTC, what has parts as JSON, yes and no in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _is_json(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | float | str | dict | list)
