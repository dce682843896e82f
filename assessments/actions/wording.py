"""Staff write the words of letters: values by name, nothing that runs, and one subject for every result."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments import access
from wwc.audit.record import record
from wwc.outbox import texts
from wwc.outbox.models import LetterText
from wwc.refusals import Refusal, require
from wwc.typed import plain

# Their letters are told apart by nothing outside: one subject, one sender, one moment.
RESULTS = "result_"


class Empty(Refusal):
    """A letter without a subject or without words."""

    message = _("A letter needs a subject and words. Nothing was saved; your text is kept here.")


class UnknownName(Refusal):
    """A value that this letter does not get."""

    message = _("This letter gets no value for %(names)s. Nothing was saved; your text is kept here. Use the names listed beside it.")


class LoneBrace(Refusal):
    """A brace that opens or closes nothing."""

    message = _("A curly bracket stands alone. Write each name between two, as in {city}. Nothing was saved; your text is kept here.")


class RewordedMeanwhile(Refusal):
    """Somebody saved other words."""

    message = _("Somebody else saved this letter while you were writing. Nothing was saved; your text is kept here.")


@transaction.atomic
def reword(text: LetterText, *, subject: str, body: str, seen: str, by: Any, at: datetime) -> LetterText:
    """Save other words for letters that are written from now on; `seen` are the subject and body on the page, as `said` gives them.

    The subject of one result letter is that of all of them in its language, so that a subject tells no outcome.
    """
    require(access.may_word(by))
    subject, body = " ".join(subject.split()), plain(body).strip()
    if not body or (not subject and text.subject):
        raise Empty()
    rows = list(_of_one_subject(text))
    row = next(each for each in rows if each.pk == text.pk)
    _require_values({each.key for each in rows}, subject)
    _require_values({row.key}, body)
    if said(row) != seen:
        raise RewordedMeanwhile()
    if (row.subject, row.body) == (subject, body):
        return row
    for each in rows:
        words = (subject, body if each.pk == row.pk else each.body)
        record(
            "reworded", each, by=by, at=at, after=f"{each.key}/{each.language}",
            was={"subject": each.subject, "body": each.body}, now={"subject": words[0], "body": words[1]},
        )  # fmt: skip
        LetterText.objects.filter(pk=each.pk).update(subject=words[0], body=words[1])
    row.refresh_from_db()
    return row


def said(text: LetterText) -> str:
    """Subject and body in one string, to be compared."""
    return f"{text.subject}\n{text.body}"


def _require_values(keys: set[str], part: str) -> None:
    """Refuse a part with a name that one of these letters gets no value for."""
    try:
        names = {name for key in keys for name in texts.unknown(key, part)}
    except texts.Unsound:
        raise LoneBrace() from None
    if names:
        raise UnknownName(UnknownName.message % {"names": ", ".join(f"{{{name}}}" for name in sorted(names))})


def _of_one_subject(text: LetterText) -> QuerySet[LetterText]:
    rows = LetterText.objects.select_for_update(of=("self",)).filter(language=text.language).order_by("pk")
    return rows.filter(key__startswith=RESULTS) if text.key.startswith(RESULTS) else rows.filter(pk=text.pk)
