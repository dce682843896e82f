"""The changes of what is public, numbered one after the other, so that whoever reads on from a number misses none."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef

from reviews.models import ChangeKind, PublishedAward, PublishedChange, PublishedCity
from reviews.queries import announced
from wwc import bulk
from wwc.clock import under_lock
from wwc.outbox import webhooks
from wwc.outbox.models import WebhookCall

LOCK = 7_291_115  # an advisory lock's number, ours alone
HELD = {ChangeKind.ANNOUNCED, ChangeKind.CORRECTED, ChangeKind.SUPERSEDED}  # what can be taken back for five minutes
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
    rows = [PublishedChange(number=number, kind=kind, award=row, at=at) for number, (row, kind) in enumerate(told, last + 1)]
    bulk.insert(rows)
    _call(rows, at)


def _call(rows: list[PublishedChange], at: datetime) -> None:
    """Write to the programs that are called which changes there are: one message, due when an announcement can no longer be taken back.

    Where one is taken back the message of it is canceled, and nobody hears of either.
    """
    back = [row.award_id for row in rows if row.kind == ChangeKind.TAKEN_BACK]
    announced_as = PublishedChange.objects.filter(award__in=back, kind=ChangeKind.ANNOUNCED).values_list("number", flat=True)
    if back and webhooks.cancel(_messages_of(list(announced_as)), at=at):
        return
    held = any(row.kind in HELD for row in rows)
    slugs = dict(PublishedCity.objects.filter(pk__in={row.award.city_id for row in rows}).values_list("pk", "slug"))
    said = [{"number": row.number, "kind": row.kind, "award": row.award.number, "city": slugs[row.award.city_id]} for row in rows]
    message = f"changes_{rows[0].number}_{rows[-1].number}"
    due_at = at + settings.LETTER_HOLD if held else at
    webhooks.tell(message, "changes.published", {"first": rows[0].number, "last": rows[-1].number, "changes": said}, at=at, due_at=due_at)


def _messages_of(numbers: Collection[int]) -> list[str]:
    """The messages that wait and tell of a change with one of these numbers."""
    waiting = WebhookCall.objects.filter(message__startswith="changes_", taken_at=None, canceled_at=None)
    names = set(waiting.values_list("message", flat=True)) if numbers else ()
    spans = {name: name.split("_")[1:] for name in names}
    return [name for name, (first, last) in spans.items() if any(int(first) <= number <= int(last) for number in numbers)]


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
