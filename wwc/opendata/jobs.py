"""What is public is written as files, once it can no longer be taken back; nothing else writes a release."""

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import reverse

from reviews.queries import announced
from wwc.archive import zipped
from wwc.clock import under_lock
from wwc.opendata import queries, tables
from wwc.opendata.models import DESCRIPTOR, WHOLE, Package
from wwc.outbox import post, running

SETTLED = timedelta(minutes=5)  # beyond the hold of an announcement: until then its figures are there too
TITLE = "What Works Cities Certification: awards, scores and figures"
ABOUT = (
    "Who was certified, with what, and how cities meet the Standard: everything that What Works Cities Certification has announced, and "
    "the public figures of its cycles. Each table is there as CSV and as JSON with the same rows. In CSV a text that a spreadsheet would "
    "take for a formula stands behind an apostrophe. Points, practice areas and criteria of a city are told as far as the city agreed. The "
    "columns population_source, form_source and source name where each fact comes from. Rows of cities with invented = true are of a "
    "demonstration; these cities do not exist."
)
LICENSE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}
DIALECT = {"header": True, "delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True}
PLACES = [
    {"title": "US Census Bureau, places and populations (public domain)", "path": "https://www.census.gov/"},
    {"title": "GeoNames, places outside the United States (CC BY 4.0)", "path": "https://www.geonames.org/"},
]


class Written:
    """A file of a release while it is written: its bytes lie in a temporary file, counted and hashed as they come."""

    def __init__(self, kept: ExitStack, name: str, mediatype: str) -> None:
        self.file, self._hash = kept.enter_context(TemporaryFile()), sha256()  # noqa: SIM115  whoever releases closes them all
        self.name, self.mediatype, self.bytes = name, mediatype, 0

    def put(self, piece: bytes) -> None:
        """Some bytes more."""
        self._hash.update(piece)
        self.bytes += self.file.write(piece)

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._hash.hexdigest()

    def pieces(self) -> Iterator[bytes]:
        """What was written, from its beginning."""
        self.file.seek(0)
        return iter(lambda: self.file.read(1 << 16), b"")

    def stored(self, known: Mapping[str, str]) -> dict[str, Any]:
        """Put it into the storage, under a name of its own that no other run touches; where it is there already it is not put again."""
        self.file.seek(0)
        stored = known.get(self.sha256) or default_storage.save(f"open-data/{secrets.token_urlsafe(12)}", File(self.file))
        return {"stored": stored, "mediatype": self.mediatype, "bytes": self.bytes, "sha256": self.sha256}


class Sheet(Written):
    """A table in one form."""

    def __init__(self, kept: ExitStack, table: tables.Table, form: str) -> None:
        super().__init__(kept, f"{table.name}.{form}", tables.FORMATS[form])
        self.table, self.form, self.rows = table, form, 0
        self.names = [name for name, _field, _example in table.columns()]
        self.put(tables.head(form, self.names).encode())

    def add(self, rows: list[tables.Row]) -> None:
        """Some rows more."""
        self.put(tables.said(self.form, self.names, rows, first=not self.rows).encode("utf-8", "replace"))
        self.rows += len(rows)


def ask_open_data() -> None:
    """Ask for a release where something public changed, once a day and change, due when that can no longer be taken back."""
    now, changed = under_lock(), queries.changed_at()
    if changed and not Package.objects.filter(made_on=now.astimezone(UTC).date()).exists():
        due_at = max(now, changed + settings.LETTER_HOLD + SETTLED)
        post.ask("write_open_data", at=now, due_at=due_at, key=f"write_open_data:{now:%Y-%m-%d}:{changed.isoformat()}")


def write_open_data() -> None:
    """Write a release of what is public now, one a day at most, where any of it differs from the newest one.

    While a round can still be taken back nothing is written: its own change asks again.
    """
    newest = queries.packages().first()
    with ExitStack() as kept:
        sheets = _sheets(kept)
        content = sha256(json.dumps([[sheet.name, sheet.sha256] for sheet in sheets]).encode()).hexdigest()
        at = under_lock().astimezone(UTC).replace(microsecond=0)
        if not sheets or (newest and (newest.sha256 == content or newest.made_on == at.date())):
            return
        version = f"{tables.FORM}.{queries.packages().filter(version__startswith=f'{tables.FORM}.').count()}.0"
        described, whole = Written(kept, DESCRIPTOR, "application/json"), Written(kept, WHOLE, "application/zip")
        descriptor = json.dumps(_description(version, at, sheets), ensure_ascii=False, indent=1) + "\n"
        described.put(descriptor.encode())
        for piece in zipped((file.name, at, file.bytes, file.pieces()) for file in (described, *sheets)):
            whole.put(piece)
        known = {part["sha256"]: part["stored"] for part in newest.files.values()} if newest else {}
        files = {file.name: file.stored(known) for file in (described, *sheets, whole)}
        with running.completing():
            Package.objects.create(version=version, made_on=at.date(), made_at=at, sha256=content, descriptor=descriptor, files=files)


@announced.at_one_moment
def _sheets(kept: ExitStack) -> list[Sheet]:
    """All tables in all forms as of one moment; none while a round can still be taken back."""
    with transaction.atomic():  # where the database knows no moment, nobody else writes meanwhile
        if announced.announced_since(under_lock() - settings.LETTER_HOLD - SETTLED):
            return []
        return [sheet for table in tables.ALL for sheet in _written(table, kept)]


def _written(table: tables.Table, kept: ExitStack) -> list[Sheet]:
    sheets, rows = [Sheet(kept, table, form) for form in tables.FORMATS], table.rows(table)
    while piece := list(islice(rows, tables.PIECE)):
        for sheet in sheets:
            sheet.add(piece)
    for sheet in sheets:
        sheet.put(tables.tail(sheet.form).encode())
    return sheets


def _description(version: str, at: datetime, sheets: list[Sheet]) -> dict[str, Any]:
    """What datapackage.json says."""
    editions = [
        {"title": f"{standard.name}, in this project's own words", "path": source}
        for standard in tables.editions()
        for source in standard.sources
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "what-works-cities-certification",
        "id": settings.SITE_URL + reverse("opendata:file", args=[version, DESCRIPTOR]),
        "title": TITLE,
        "description": ABOUT,
        "homepage": settings.SITE_URL + reverse("opendata:release", args=[version]),
        "version": version,
        "created": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "licenses": [LICENSE],
        "contributors": [{"title": "What Works Cities Certification", "path": settings.SITE_URL, "roles": ["creator", "publisher"]}],
        "sources": [*editions, *PLACES],
        "keywords": ["cities", "data-driven government", "certification"],
        "resources": [_resource(sheet) for sheet in sheets],
    }


def _resource(sheet: Sheet) -> dict[str, Any]:
    """One file. What the columns of a table are stands with its CSV; the JSON is a file beside it with the same rows."""
    table, is_csv = sheet.table, sheet.form == "csv"
    about = table.about if is_csv else f"The rows of {table.name}.csv as a list of objects: the same names, types and meanings."
    said = {
        "name": table.name if is_csv else f"{table.name}-{sheet.form}",
        "title": table.title,
        "description": about,
        "path": sheet.name,
        "format": sheet.form,
        "mediatype": sheet.mediatype,
        "encoding": "utf-8",
        "bytes": sheet.bytes,
        "hash": f"sha256:{sheet.sha256}",
    }
    return said | {"type": "table", "rows": sheet.rows, "dialect": DIALECT, "schema": table.schema()} if is_csv else said
