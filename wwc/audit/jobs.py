"""Sealing, by which committed events join the chain, and the check of all of it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from wwc.audit import chain
from wwc.audit.models import Event, Link

LOCK = 7_291_114  # an advisory lock's number, ours alone


def seal(*, at: datetime) -> int:
    """Link every committed event that has no link yet, by its number. How many were linked.

    One at a time seals: PostgreSQL has a lock for it, and on SQLite one writes at a time anyway. Actions never wait for it.
    """
    sealed = 0
    while done := _seal_some(at):
        sealed += done
    return sealed


@transaction.atomic
def _seal_some(at: datetime) -> int:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = chain.newest()
    number, digest = (last.number, last.digest) if last else (0, chain.FIRST)
    links = []
    for event in Event.objects.filter(~Exists(Link.objects.filter(event=OuterRef("pk")))).order_by("pk")[: chain.SLICE]:
        number += 1
        digest = chain.digest(digest, number, event)
        links.append(Link(number=number, event=event, digest=digest, sealed_at=at))
    Link.objects.bulk_create(links)
    return len(links)


class AnchorsUnreadable(Exception):
    """A line of the file of anchors is none."""


def verify(file: Path, *, at: datetime) -> list[chain.Fault]:
    """Seal what is not sealed, hold the whole record against itself and against the anchors in a file; every fault in order.

    Where nothing is wrong the newest link is noted in the file. Raises AnchorsUnreadable where the file holds something else.
    """
    seal(at=at)
    noted = list(_read(file))
    found = list(chain.faults(noted))
    last = chain.newest()
    if not found and last and last.number not in {anchor.number for anchor in noted}:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as book:
            book.write(f"{chain.Anchor(last.number, last.digest, at)}\n")
    return found


def _read(file: Path) -> Iterator[chain.Anchor]:
    lines = file.read_text().splitlines() if file.exists() else []
    for n, line in enumerate(lines, 1):
        try:
            yield chain.Anchor.read(line)
        except ValueError as error:
            raise AnchorsUnreadable(f"Line {n} of {file} is no anchor (number, digest, time): {line[:100]!r}") from error
