"""The program writes to many people at once, each a letter of their own."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from reviews import access, letters
from reviews.queries.audiences import whom
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.refusals import Refusal, require
from wwc.typed import plain


class NothingSaid(Refusal):
    """A letter without a subject or words."""

    message = _("Write a subject and the letter. Nothing was sent; your text is kept here.")


class Nobody(Refusal):
    """The list is empty."""

    message = _("Nobody is on this list now. Nothing was sent; your text is kept here.")


class OthersByNow(Refusal):
    """The list is not the one that was shown."""

    message = _("The list has changed since you looked at it. Nothing was sent; your text is kept here. Look at it once more.")


@transaction.atomic
def write(name: str, *, asked: Mapping[str, str], subject: str, words: str, seen: str, by: Any, at: datetime) -> int:
    """Write the same letter to everybody whom a list with these filters stands for; the number of letters.

    `seen` is the digest of the people who were looked at. Whoever had the same words from the same person before gets none.
    Raises ObjectDoesNotExist where what the list is about is gone.
    """
    require(access.may_write_to_many(by, name, asked))
    subject, words = " ".join(subject.split()), plain(words).strip()
    if not subject or not words:
        raise NothingSaid()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # pressed twice at once, the second finds the letters of the first
    found = whom(name, asked, by, at)
    if not found.people:
        raise Nobody()
    if found.digest != seen:
        raise OthersByNow()
    key = sha256("\n".join([str(by.pk), subject, words]).encode("utf-8", "replace")).hexdigest()[:24]
    new = letters.messages(found.people, key=key, subject=subject, words=words, at=at)
    if new:
        said = {"subject": subject, "words": words}
        record("wrote_to", by, by=by, at=at, after=name, asked=dict(asked), people=len(found.people), letters=new, said=said)
    return new
