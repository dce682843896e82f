"""Which letters a person may switch off, and the signed address that does it without signing in.

Reminders and digests may be; what changes somebody's rights or asks for something that only they can do always comes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wwc.audit.record import record
from wwc.outbox.models import LetterPreference

SALT = "wwc.outbox.stop"


@dataclass(frozen=True)
class Switch:
    """A group of letters that goes on and off as one: its key, its name and when its letters come, and their kinds."""

    key: str
    name: Any
    comes: Any
    kinds: tuple[str, ...]
    of_program: bool = False


SWITCHES = (
    Switch(
        "deadline_near",
        _("Reminders before your assessment is due"),
        _("7 days before to leads; 2 days before and on the day to leads and signatories."),
        ("deadline_near_7", "deadline_near_2", "deadline_near_0"),
    ),
    Switch(
        "clarification_near",
        _("Reminders of open questions"),
        _("2 days before an answer is due and on the day, to leads and those who wrote the answer."),
        ("clarification_near",),
    ),
    Switch(
        "renewal",
        _("Reminders before your certification ends"),
        _("12, 6 and 3 months before, to leads and signatories."),
        ("renewal",),
    ),
    Switch(
        "digest",
        _("Daily summary"),
        _("In the morning, on days when something waits for you."),
        ("digest", "digest_program"),
        of_program=True,
    ),
)
BY_KEY = {switch.key: switch for switch in SWITCHES}
BY_KIND = {kind: switch for switch in SWITCHES for kind in switch.kinds}


def switches_of(person: Any) -> list[tuple[Switch, bool]]:
    """The switches that concern a person, each with whether its letters come now; one that is off is never left out."""
    off = off_for(person)
    reads = person.of_programme or person.second_factor
    shown = [switch for switch in SWITCHES if switch.key in off or (reads if switch.of_program else not person.of_programme)]
    return [(switch, switch.key not in off) for switch in shown]


def off_for(person: Any) -> set[str]:
    """The keys of the switches that a person has turned off."""
    return set(LetterPreference.objects.filter(person=person).values_list("kind", flat=True))


def is_off(person: Any, kind: str) -> bool:
    """Whether a person wants no letters of a kind; asks nothing where the kind always comes."""
    switch = BY_KIND.get(kind)
    return switch is not None and LetterPreference.objects.filter(person=person, kind=switch.key).exists()


def off_among(people: Sequence[Any], kind: str) -> set[int]:
    """The numbers of those of the people who want no letters of a kind; asks nothing where the kind always comes."""
    switch = BY_KIND.get(kind)
    if switch is None:
        return set()
    return set(LetterPreference.objects.filter(person__in=people, kind=switch.key).values_list("person", flat=True))


@transaction.atomic
def choose(person: Any, wanted: Mapping[str, bool], *, by: Any, at: datetime) -> None:
    """Turn switches on or off, each by its key; what is as it was leaves no trace."""
    for key, on in wanted.items():
        if on:
            changed = LetterPreference.objects.filter(person=person, kind=key).delete()[0]
        else:
            changed = LetterPreference.objects.get_or_create(person=person, kind=key, defaults={"off_at": at})[1]
        if changed:
            record("switched_letters_on" if on else "switched_letters_off", person, by=by, at=at, kind=key)


def forget(person: Any) -> None:
    """Forget all choices of a person who is erased, within an action that has asked permission and records it."""
    LetterPreference.objects.filter(person=person).delete()


def token_of(person: Any, switch: Switch) -> str:
    """What the address in a letter holds: whose letters and which, signed; it opens nothing else and is kept nowhere."""
    return signing.dumps([person.pk, switch.key], salt=SALT)


def read_token(token: str) -> tuple[int, Switch] | None:
    """The number of the person and the switch that a token names; None for anything that was not signed here."""
    try:
        person_id, key = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return (person_id, BY_KEY[key]) if key in BY_KEY else None
