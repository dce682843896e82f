"""The only writer of the record, and its reader."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from wwc import bulk
from wwc.audit.models import Event

_channel: ContextVar[str] = ContextVar("channel", default="page")


@contextmanager
def through(channel: str) -> Iterator[None]:
    """Say by which door what happens inside comes: page, api, worker, command, loader, demo."""
    token = _channel.set(channel)
    try:
        yield
    finally:
        _channel.reset(token)


def channel() -> str:
    """The door that is in use now."""
    return _channel.get()


def record(
    verb: str,
    subject: Model,
    *,
    by: Any,
    at: datetime,
    city_id: int | None = None,
    before: str = "",
    after: str = "",
    reason: str = "",
    on_behalf_of: str = "",
    **data: Any,
) -> Event:
    """Write one event, inside the caller's transaction.

    `by` is None for what a machine did, and for a visitor without an account; the door tells them apart.
    """
    return Event.objects.create(
        at=at,
        by=by if getattr(by, "pk", None) else None,
        on_behalf_of=on_behalf_of,
        channel=channel(),
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        city_id=city_id,
        before=before,
        after=after,
        reason=reason,
        data=data,
    )


def record_each(verb: str, subjects: Iterable[tuple[Model, int]], *, at: datetime) -> None:
    """Write one event for each of many rows (with the city it concerns) that a machine wrote, all at once."""
    door = channel()
    bulk.insert(
        [
            Event(at=at, channel=door, verb=verb, subject=row._meta.label_lower, subject_id=row.pk, city_id=city_id)
            for row, city_id in subjects
        ]
    )


def history_of(subject: Model) -> QuerySet[Event]:
    """The events of one row, in the order written."""
    return Event.objects.filter(subject=subject._meta.label_lower, subject_id=subject.pk).order_by("pk")
