"""The program writes to many people at once, each a letter of their own."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle
from reviews import access, letters
from reviews.queries.audiences import LABELS, recipients
from wwc.audit.record import record
from wwc.refusals import Refusal, require
from wwc.typed import plain


class NothingSaid(Refusal):
    """A letter without a subject or words, or to nobody that can be chosen."""

    message = _("Choose whom to write to, and write a subject and the letter. Nothing was sent; your text is kept here.")


class Nobody(Refusal):
    """The list is empty."""

    message = _("Nobody is on this list now. Nothing was sent; your text is kept here.")


class OthersByNow(Refusal):
    """The list is not the one that was shown."""

    message = _("The list has changed since you looked at it. Nothing was sent; your text is kept here. Look at it once more.")


@transaction.atomic
def write(
    cycle: Cycle, *, audience: str, subject: str, words: str, seen: int, asked: Mapping[str, str] | None = None, by: Any, at: datetime
) -> int:
    """Write the same letter to everybody on a list of `seen` people, narrowed as asked; the number of letters.

    Sent twice it is written once.
    """
    require(access.may_write_to_many(by))
    subject, words = " ".join(subject.split()), plain(words).strip()
    if audience not in LABELS or not subject or not words:
        raise NothingSaid()
    people = recipients(by, cycle, audience, asked)
    if not people:
        raise Nobody()
    if len(people) != seen:
        raise OthersByNow()
    key = sha256("\n".join([cycle.slug, subject, words]).encode("utf-8", "replace")).hexdigest()[:24]
    Cycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)  # pressed twice at once, the second finds the letters of the first
    new = letters.messages(people, key=key, subject=subject, words=words, at=at)
    if new:
        record("wrote_to", cycle, by=by, at=at, after=audience, letters=new, said={"subject": subject, "words": words, **(asked or {})})
    return new
