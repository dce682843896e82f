"""The changes of what is public, numbered one after the other, so that whoever reads on from a number misses none."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from reviews.models import ChangeKind, PublishedAward, PublishedChange
from reviews.queries import announced
from wwc import bulk
from wwc.clock import under_lock

LOCK = 7_291_115  # an advisory lock's number, ours alone
Told = tuple[PublishedAward, ChangeKind]


def note(changes: Iterable[Told]) -> None:
    """Give these changes the next numbers and the instant now, in their order; inside the caller's transaction, as its last statement.

    The lock is held until the transaction ends: whoever gets the next number waits for that, and reads what was written. So the
    numbers become visible in their order. What takes another lock after this one could wait for whoever waits here.
    """
    told = list(changes)
    if not told:
        return
    lock()
    last = PublishedChange.objects.aggregate(last=Max("number"))["last"] or 0
    at = under_lock()
    bulk.insert([PublishedChange(number=number, kind=kind, award=row, at=at) for number, (row, kind) in enumerate(told, last + 1)])


def lock() -> None:
    """Let nobody else number changes until this transaction ends; on SQLite one writes at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


@transaction.atomic
def note_lapsed() -> int:
    """Note each award whose last day is over in its city, once. How many there were."""
    lock()
    now = under_lock()
    noted = PublishedChange.objects.filter(award=OuterRef("pk"), kind=ChangeKind.LAPSED)
    ended = announced.awards().filter(~Exists(noted), valid_until__lt=(now + timedelta(days=1)).date()).order_by("valid_until", "pk")
    lapsed = [row for row in ended if announced.stands(row, announced.day_in(row.city, now)) is False]
    note((row, ChangeKind.LAPSED) for row in lapsed)
    return len(lapsed)
