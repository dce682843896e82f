"""Everything a city added as one ZIP: the files, and a list of what is in it, what is not, and why."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext

from assessments.models import City, EvidenceVersion
from wwc import tables
from wwc.archive import zipped

PIECE = 256 * 1024
Part = tuple[str, datetime, int, Iterator[bytes]]


def archive_of(city: City, versions: Sequence[EvidenceVersion], at: datetime) -> Iterator[bytes]:
    """The ZIP as it is sent. Nothing is asked of the database any more; of each file one piece is in memory."""
    return zipped(_parts(city, versions, at))


def _parts(city: City, versions: Sequence[EvidenceVersion], at: datetime) -> Iterator[Part]:
    """Each file that is there, then the list, which can say what was found wrong on the way."""
    numbers = {pk: number for number, pk in enumerate(dict.fromkeys(version.evidence_id for version in versions), start=1)}
    rows = [_row(version, numbers[version.evidence_id]) for version in versions]
    for version, row in zip(versions, rows, strict=True):
        if row["missing"]:
            continue
        try:
            file = default_storage.open(version.stored, "rb")
        except Exception:  # whatever a storage raises for a file that is gone
            row["missing"] = gettext("The file is not there any more.")
            continue
        row["file"] = _name_of(version, numbers[version.evidence_id])
        with file:
            yield row["file"], version.added_at, version.size, _pieces(file, row)
    about = {"city": str(city), "at": at.isoformat(), "documents": len(numbers), "versions": len(versions)}
    whole = json.dumps({**about, "missing": sum(1 for row in rows if row["missing"]), "rows": rows}, ensure_ascii=False, indent=1)
    yield "manifest.csv", at, 0, iter([_table(rows)])
    yield "manifest.json", at, 0, iter([whole.encode()])


def _name_of(version: EvidenceVersion, number: int) -> str:
    """A name inside the ZIP that no other file has: the number of the document in the list comes first."""
    if version.pk == version.evidence.current_id:
        return f"evidence/{number:04d} {version.filename}"
    return f"evidence/earlier versions/{number:04d} version {version.number} {version.filename}"


def _pieces(file: Any, row: dict[str, Any]) -> Iterator[bytes]:
    """The bytes of a file; what is wrong with them is noted in its row."""
    digest = hashlib.sha256()
    try:
        while piece := file.read(PIECE):
            digest.update(piece)
            yield piece
    except Exception:  # the ZIP goes on, and its list says that this file is not whole
        row["missing"] = gettext("The file could not be read to its end.")
        return
    if digest.hexdigest() != row["sha256"]:
        row["missing"] = gettext("The file is not the one that was added: its SHA-256 differs.")


def _row(version: EvidenceVersion, number: int) -> dict[str, Any]:
    """One line of the list."""
    evidence = version.evidence
    is_current = version.pk == evidence.current_id
    proves = [_use(use) for use in evidence.proves] if is_current else []  # type: ignore[attr-defined]
    return {
        "number": number,
        "title": evidence.title,
        "version": version.number,
        "current": is_current,
        "file": "",
        "missing": _why_not(version),
        "state": version.state.value,
        "kind": version.kind,
        "filename": version.filename,
        "size": version.size or None,
        "sha256": version.sha256,
        "url": version.url,
        "note": version.note,
        "proves": proves,
        "confidential": evidence.confidential,
        "valid_until": evidence.expires_on.isoformat() if evidence.expires_on else None,
        "added_at": version.added_at.isoformat(),
        "added_by": str(version.added_by),
    }


def _why_not(version: EvidenceVersion) -> str:
    """Why no file of this version is in the ZIP; "" where it should be."""
    if version.kind == "link":
        return gettext("A link: there is no file.")
    if version.is_refused:
        found = version.checked.found
        return gettext("Refused: the virus check stopped it (%(found)s), and it was deleted.") % {"found": found}
    return "" if version.is_open else gettext("Checking: it waits for the virus check.")


def _use(use: Any) -> str:
    """An answer that it proves: cycle, criterion, page."""
    where = f"{use.answer.assessment.cycle.slug} {use.answer.criterion.code}"
    return f"{where} ({use.pages})" if use.pages else where


def _table(rows: Sequence[dict[str, Any]]) -> bytes:
    """The list as a sheet."""
    columns = list(rows[0]) if rows else ["number", "title"]
    cells = [
        {**row, "proves": "; ".join(row["proves"]), "current": int(row["current"]), "confidential": int(row["confidential"])}
        for row in rows
    ]
    return tables.written(columns, cells).encode()
