"""Write the row now, hand it to the queue after commit."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import override
from kombu.exceptions import OperationalError

from wwc import bulk
from wwc.outbox import preferences, texts
from wwc.outbox.models import NOWHERE, Letter, Work

# The task every message names; it looks the piece of work up and runs the job of its kind.
RUN = "outbox.run"
SEND = "send_letter"
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def ask(
    kind: str, *, at: datetime, key: str = "", city_id: int | None = None, due_at: datetime | None = None, total: int = 0, **args: Any
) -> Work:
    """Ask for a piece of work of a kind, by name, so that a lower storey may start a job of a higher one.

    The same key is asked once only; without one the kind and its arguments are the key. It is handed to the queue
    after the caller's transaction commits, and swept up later if that message is lost.
    """
    key = key or Work.key_of(kind, **args)
    woken = (due_at is None or due_at <= at) and not _quiet.get()
    work, new = Work.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind, "args": args, "city_id": city_id, "asked_at": at, "due_at": due_at or at, "total": total,
            "woken_at": datetime.now(UTC) if woken else None,
        },
    )  # fmt: skip
    if new and woken:
        transaction.on_commit(wake_up(work.pk, kind))
    return work


class Wanted(NamedTuple):
    """A piece of work to ask for among many: its key, the city it concerns, its ids."""

    key: str
    city_id: int | None
    args: dict[str, Any]


def ask_many(kind: str, wanted: Iterable[Wanted], *, at: datetime) -> int:
    """Ask for many pieces of work of a kind, each once for its key; the number that were new.

    Two queries however many there are; the sweep hands them to the queue.
    """
    rows = {each.key: Work(kind=kind, key=each.key, city_id=each.city_id, args=each.args, asked_at=at, due_at=at) for each in wanted}
    known = set(Work.objects.filter(key__in=rows).values_list("key", flat=True))
    new = [row for key, row in rows.items() if key not in known]
    Work.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


@contextmanager
def quietly() -> Iterator[None]:
    """Ask without waking anybody: for a demonstration or a load, which runs its work itself or leaves it to the sweep."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def wake_up(work_id: int, kind: str) -> Callable[[], None]:
    """A call that puts the wake-up message into the queue; when the broker is away the sweep does it later.

    How long the worker gives it stands in the message, for the kinds that may take long (WORK_LIMITS).
    """
    longest = settings.WORK_LIMITS.get(kind)
    asked, stopped = (int(longest.total_seconds()), int(longest.total_seconds()) + 60) if longest else (None, None)

    def send() -> None:
        try:
            current_app.send_task(RUN, kwargs={"work_id": work_id}, retry=False, soft_time_limit=asked, time_limit=stopped)
        except (OSError, OperationalError):
            return

    return send


def post(
    kind: str,
    *,
    key: str,
    to: Any = None,
    address: str = "",
    at: datetime,
    values: dict[str, Any],
    link: dict[str, Any],
    city_id: int | None = None,
    due_at: datetime | None = None,
    language: str = "",
) -> Letter | None:
    """Write a letter of a kind to a person (or, for an invitation, to an address), once per key.

    None is written to a person who has switched letters of this kind off (`wwc.outbox.preferences`).
    `link` is {"to": url name, "args": [...]}, and {"sign": salt, "pk": n} where the address holds a secret.
    """
    if to is not None and preferences.is_off(to, kind):
        return None
    language = language or (to.language if to else settings.LANGUAGE_CODE)
    subject, body = texts.written(kind, language, values)
    letter, new = Letter.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind, "to": to, "address": address or to.email, "language": language, "subject": subject, "body": body,
            "link": link, "city_id": city_id, "written_at": at, "due_at": due_at or at,
        },
    )  # fmt: skip
    if new:
        ask(SEND, at=at, due_at=due_at, city_id=city_id, letter_id=letter.pk)
    return letter


class Addressed(NamedTuple):
    """One of many letters of the same words: its key, to whom (None without an account), the city it concerns, where it goes."""

    key: str
    to: Any
    city_id: int | None
    address: str
    language: str


def post_many(kind: str, wanted: Iterable[Addressed], *, at: datetime, values: dict[str, Any], link: dict[str, Any]) -> int:
    """Write letters of the same words to many people, each once per key; the number that were new.

    As many statements for two thousand as for two, inside a transaction in which nobody else writes these keys; the sweep
    hands the letters to the queue. To whom letters of the kind are switched off none is written.
    """
    people = {each.key: each for each in wanted}
    known = set(Letter.objects.filter(key__in=people).values_list("key", flat=True))
    off = preferences.off_among([each.to for each in people.values() if each.to], kind)
    new = [each for key, each in people.items() if key not in known and not (each.to and each.to.pk in off)]
    said = {language: texts.written(kind, language, values) for language in {each.language for each in new}}
    letters = [
        Letter(
            key=each.key, kind=kind, to=each.to, address=each.address, language=each.language, subject=said[each.language][0],
            body=said[each.language][1], link=link, city_id=each.city_id, written_at=at, due_at=at,
        )
        for each in new
    ]  # fmt: skip
    bulk.insert(letters)
    works = [Wanted(f"{SEND}:letter_id={letter.pk}", letter.city_id, {"letter_id": letter.pk}) for letter in letters]
    ask_many(SEND, works, at=at)
    return len(letters)


def send_again(letter: Letter, *, at: datetime) -> None:
    """Give the work of a letter that failed its tries again, now."""
    work = Work.objects.get(key=Work.key_of(SEND, letter_id=letter.pk))
    fresh = {"done_at": None, "parked_at": None, "attempts": 0, "lease_until": None, "error": ""}
    Work.objects.filter(pk=work.pk).update(**fresh, due_at=at, woken_at=datetime.now(UTC))
    transaction.on_commit(wake_up(work.pk, SEND))


def blank(letters: QuerySet[Letter], *, at: datetime, keep_address: bool = False) -> int:
    """Blank letters for good: address, words, link and error go, with what the worker noted; how many there were.

    The rows stay and say of what kind each was and when. One that was not sent yet is canceled. `keep_address` is for
    letters to somebody else, whose words go because they name who is erased.
    """
    letters.filter(sent_at=None, canceled_at=None).update(canceled_at=at)
    rows = list(letters)
    for letter in rows:
        with override(letter.language):
            subject = str(letter.name)
        # The key of a letter to somebody without an account may hold a digest of the address.
        key = f"{letter.kind}:blanked:{letter.pk}" if letter.to_id is None and not keep_address else letter.key
        address = letter.address if keep_address else f"letter-{letter.pk}@{NOWHERE}"
        fresh = {"address": address, "subject": subject, "body": "", "link": {}, "error": "", "key": key}
        Letter.objects.filter(pk=letter.pk).update(**fresh)
    Work.objects.filter(key__in=[f"{SEND}:letter_id={letter.pk}" for letter in rows]).update(error="", outcome={})
    return len(rows)


def reword(letter: Letter, change: Callable[[str], str]) -> None:
    """Put other words into a letter that is kept, for one whom it names and who was erased."""
    subject = change(letter.subject)[: texts.SUBJECT_MOST]
    Letter.objects.filter(pk=letter.pk).update(subject=subject, body=change(letter.body), error=change(letter.error))


def cancel(letters: Iterable[Letter], *, at: datetime) -> int:
    """Cancel those of the letters that were not sent yet; the number that were."""
    return Letter.objects.filter(pk__in=[letter.pk for letter in letters], sent_at=None, canceled_at=None).update(canceled_at=at)
