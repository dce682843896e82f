"""How a piece of work is claimed, run once, finished, retried and parked."""

import functools
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q

from wwc.audit.record import through
from wwc.outbox.models import Work

log = logging.getLogger("wwc.work")

# Where the sweep notes that a worker is there; a note in the cache, not a row.
SEEN = "worker_seen"

_entrances: dict[str, Callable[..., Any]] = {}
_given_up: dict[str, Callable[..., Any]] = {}
_current: ContextVar[Work | None] = ContextVar("current_work", default=None)


class LeaseLost(RuntimeError):
    """Another worker has taken this piece of work over; what this one wrote last is rolled back."""


class PutOff(Exception):
    """What the work needs is away: it comes back after a pause, and this was none of its tries."""


class UnknownKind(LookupError):
    """No entrance is registered for the kind of work asked."""


def entrance(kind: str, *, given_up: Callable[..., Any] | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function of a `tasks.py` that runs work of this kind. It takes keyword ids and calls one job.

    `given_up` is called with the error and the same ids when the work has had its tries and is set aside.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        _entrances[kind] = function
        if given_up is not None:
            _given_up[kind] = given_up
        return function

    return register


def run(work_id: int) -> bool:
    """Claim one piece of work and run it; False where it was not there to claim.

    An error is kept on the row and the work comes back after a growing pause; after WORK_ATTEMPTS tries it is parked.
    What is put off comes back without having lost a try.
    """
    work = _claim(work_id)
    if work is None:
        return False
    token = _current.set(work)
    try:
        with through("worker"):
            _entrance(work.kind)(**work.args)
        _finish(work)
    except LeaseLost:
        log.warning("work %s was taken over", work.key)
    except PutOff as error:
        log.warning("work %s waits: %s", work.key, error)
        _put_off(work, error)
    except Exception as error:
        log.exception("work %s failed", work.key)
        _give_back(work, error)
    finally:
        _current.reset(token)
    return True


@contextmanager
def completing() -> Iterator[None]:
    """Write a job's effect and its "done" in one transaction: both are there, or neither.

    Outside a piece of work (a demo, a test, a shell) it is a plain transaction.
    """
    with transaction.atomic():
        yield
        work = _current.get()
        if work is not None:
            _finish(work)


def progress(done: int, total: int) -> None:
    """Say how far the current work is, which renews its lease too."""
    work = _current.get()
    if work is not None:
        held = Work.objects.filter(pk=work.pk, claim=work.claim, done_at=None)
        if not held.update(progress=done, total=total, lease_until=_now() + settings.WORK_LEASE):
            raise LeaseLost(work.key)


def note_worker() -> None:
    """Note for `/healthz` that a worker is there, for five minutes."""
    cache.set(SEEN, _now().timestamp(), 300)


def sweep() -> list[int]:
    """The numbers of all work of which the queue must be told (again), after parking what has had its tries.

    That is what is due and free, and of which the queue was not told within WAKE_AGAIN: a long queue is not made longer
    by every sweep, and a lost one is made good.
    """
    now = _now()
    waiting = Work.objects.filter(done_at=None, parked_at=None, due_at__lte=now).filter(Q(lease_until=None) | Q(lease_until__lt=now))
    for work in waiting.filter(attempts__gte=settings.WORK_ATTEMPTS):
        _park(work, work.error or "The worker was stopped each time.")
    untold = waiting.filter(Q(woken_at=None) | Q(woken_at__lt=now - settings.WAKE_AGAIN) | Q(lease_until__lt=now))
    found = list(untold.order_by("due_at").values_list("pk", flat=True)[:1000])
    Work.objects.filter(pk__in=found).update(woken_at=now)
    return found


def kinds_of(work: Sequence[int]) -> list[tuple[int, str]]:
    """These pieces of work by number, each with its kind, what is due first at the beginning."""
    return list(Work.objects.filter(pk__in=work).order_by("due_at", "pk").values_list("pk", "kind"))


@functools.cache
def load_entrances() -> None:
    """Import every `tasks.py`, as a worker does at its start, for a process that is not one; once, since Celery checks all models then."""
    current_app.loader.import_default_modules()


def drain(kinds: Iterable[str] | None = None, *, until: datetime | None = None) -> int:
    """Run in this process all work that is due, until none is left; the number of pieces run."""
    load_entrances()
    count = 0
    while True:
        due = Work.objects.filter(done_at=None, parked_at=None, lease_until=None, due_at__lte=until or _now())
        if kinds is not None:
            due = due.filter(kind__in=list(kinds))
        batch = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:500])
        if not batch:
            return count
        count += sum(run(pk) for pk in batch)


def _entrance(kind: str) -> Callable[..., Any]:
    try:
        return _entrances[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def _claim(work_id: int) -> Work | None:
    now = _now()
    claim = uuid.uuid4().hex
    free = Work.objects.filter(pk=work_id, done_at=None, parked_at=None, attempts__lt=settings.WORK_ATTEMPTS)
    free = free.filter(Q(lease_until=None) | Q(lease_until__lt=now))
    if not free.update(claim=claim, lease_until=now + settings.WORK_LEASE, attempts=F("attempts") + 1):
        return None
    return Work.objects.get(pk=work_id)


def _finish(work: Work) -> None:
    """Mark the work done, if it is still ours; a job that did so itself has nothing left to do here."""
    now = _now()
    done = Work.objects.filter(pk=work.pk, claim=work.claim, done_at=None).update(done_at=now, lease_until=None, error="")
    if not done and not Work.objects.filter(pk=work.pk, claim=work.claim).exists():
        raise LeaseLost(work.key)


def _give_back(work: Work, error: Exception) -> None:
    words = f"{type(error).__name__}: {error}"[:2000]
    if work.attempts >= settings.WORK_ATTEMPTS:
        _park(work, words)
        return
    held = Work.objects.filter(pk=work.pk, claim=work.claim, done_at=None)
    held.update(error=words, lease_until=_now() + timedelta(seconds=2**work.attempts))


@transaction.atomic
def _park(work: Work, error: str) -> None:
    """Set a piece of work aside, if nobody else has taken it up meanwhile, and tell what it was for."""
    held = Work.objects.filter(pk=work.pk, claim=work.claim, done_at=None, parked_at=None)
    if held.update(error=error, lease_until=None, parked_at=_now()) and work.kind in _given_up:
        _given_up[work.kind](error, **work.args)


def _put_off(work: Work, error: Exception) -> None:
    Work.objects.filter(pk=work.pk, claim=work.claim, done_at=None).update(
        error=str(error)[:2000], lease_until=_now() + settings.WORK_PUT_OFF, attempts=F("attempts") - 1
    )


def _now() -> datetime:
    """Leases are compared between workers of one installation; this clock decides no window of the programme."""
    return datetime.now(UTC)
