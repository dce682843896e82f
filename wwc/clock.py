"""The time that decides whether a window is open: the database's own, asked after the lock is held."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.db import connection

_staged: ContextVar[datetime | None] = ContextVar("staged_clock", default=None)


def under_lock() -> datetime:
    """The instant now, by the database's clock, in UTC.

    Ask it after the row is locked: `Now()` would be the start of the statement or transaction, which behind a lock
    may lie seconds in the past. SQLite runs in this process, so its clock is this machine's.
    """
    staged = _staged.get()
    if staged is not None:
        return staged
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0]
    return datetime.now(UTC)


@contextmanager
def staged_at(moment: datetime) -> Iterator[None]:
    """Replace the clock while a demo world or a test is made. Nothing that serves people may call it."""
    token = _staged.set(moment)
    try:
        yield
    finally:
        _staged.reset(token)
