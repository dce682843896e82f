"""Letters by what became of them, by kind, language and address."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from assessments.models import Invitation
from assessments.queries.program import all_letters_visible_to
from wwc.outbox import texts
from wwc.outbox.kinds import name_of
from wwc.outbox.models import Letter, LetterText

UNSENT = Q(sent_at=None, canceled_at=None)
STATES = {
    "waiting": UNSENT & Q(failed_at=None),
    "failed": UNSENT & Q(failed_at__isnull=False),
    "sent": Q(sent_at__isnull=False),
    "canceled": Q(canceled_at__isnull=False),
}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def letters_open_to(user: Any) -> QuerySet[Letter]:
    """The letters that a person may read one by one: their own, and for the program those of all cities not closed to them."""
    own = Letter.objects.filter(to=user).values("pk")
    program = all_letters_visible_to(user).order_by().values("pk")
    return Letter.objects.filter(Q(pk__in=own) | Q(pk__in=program)).select_related("to")


def letters_sought(rows: QuerySet[Letter], *, kind: str = "", language: str = "", address: str = "") -> QuerySet[Letter]:
    """Of these letters those of a kind, in a language, to an address that holds these letters; "" asks for all."""
    if kind:
        rows = rows.filter(kind__startswith="result_") if kind == "result" else rows.filter(kind=kind)
    if language in LANGUAGES:
        rows = rows.filter(language=language)
    return rows.filter(address__icontains=address) if address else rows


def letters_listed(user: Any, asked: Mapping[str, str]) -> QuerySet[Letter]:
    """The letters that the program's list shows for what its address asks: `state`, else those that wait; `kind`, `language`, `q`."""
    words = {"kind": asked.get("kind", ""), "language": asked.get("language", ""), "address": asked.get("q", "")}
    rows = letters_sought(all_letters_visible_to(user), **words)
    return rows.filter(STATES[asked["state"] if asked.get("state", "") in STATES else "waiting"])


def letters_counted(rows: QuerySet[Letter]) -> dict[str, int]:
    """How many of these letters are in each state; one query."""
    return rows.order_by().aggregate(**{name: Count("pk", filter=which) for name, which in STATES.items()})


def kinds_among(rows: QuerySet[Letter]) -> list[str]:
    """The kinds that are there, results as one."""
    found = rows.order_by().values_list("kind", flat=True).distinct()
    return sorted({"result" if kind.startswith("result_") else kind for kind in found})


def language_of_invitation(invitation: Invitation) -> str:
    """In which language the letter with the link was written; "" where there is none."""
    return Letter.objects.filter(key=f"invited:{invitation.pk}").values_list("language", flat=True).first() or ""


@dataclass(frozen=True)
class Wording:
    """One letter of the program: its key, what it is called, and in which languages it says other words than it came with."""

    key: str
    name: str
    subject: str
    languages: tuple[tuple[str, bool], ...]


def letter_texts() -> list[Wording]:
    """Every letter with its languages, by what it is called, in one query."""
    came, found = texts.shipped(), defaultdict(list)
    for row in LetterText.objects.order_by("key", "language"):
        found[row.key].append(row)
    wordings = [
        Wording(
            key,
            str(name_of(key)),
            rows[0].subject,
            tuple((row.language, came.get((key, row.language)) != (row.subject, row.body)) for row in rows),
        )
        for key, rows in found.items()
    ]
    return sorted(wordings, key=lambda each: (each.name, each.key))
