"""Tokens by which a program acts as a person: made and revoked by that person on a page, kept as a hash."""

import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from wwc.accounts.models import ApiToken, User
from wwc.audit.record import record
from wwc.refusals import Refusal

MARK = "wwc"
FORM = re.compile(rf"{MARK}_([0-9a-f]{{8}})_([A-Za-z0-9_-]{{1,100}})")
LONGEST = timedelta(days=366)
NOTED_EVERY = timedelta(hours=1)


class TooLong(Refusal):
    """A token that would outlive a year."""

    message = _("A token lives for one to 366 days. Nothing was made.")


class NoScope(Refusal):
    """A token that could read nothing."""

    message = _("Choose what the token may read. Nothing was made.")


@transaction.atomic
def make(label: str, *, scopes: list[str], days: int, by: User, at: datetime) -> tuple[ApiToken, str]:
    """Make a token of one's own; its secret is returned once and kept nowhere. Raises TooLong and NoScope."""
    if not timedelta(days=1) <= timedelta(days=days) <= LONGEST:
        raise TooLong()
    if not scopes or set(scopes) - {value for value, _label in scopes_for(by)}:
        raise NoScope()
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person=by, label=label, prefix=prefix, digest=_digest(secret), scopes=scopes, made_at=at, expires_at=at + timedelta(days=days)
    )
    record("made_token", token, by=by, at=at, scopes=scopes)
    return token, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def revoke(token: ApiToken, *, by: User, at: datetime) -> None:
    """End a token of one's own, at once."""
    if ApiToken.objects.filter(pk=token.pk, person=by, revoked_at=None).update(revoked_at=at, revoked_by=by):
        record("revoked_token", token, by=by, at=at)


def scopes_for(person: User) -> list[tuple[str, Any]]:
    """What a token of this person can be made to read: what is the program's own is offered to its people alone."""
    return [(value, label) for value, label in ApiToken.Scope.choices if person.of_programme or value != ApiToken.Scope.CYCLE]


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """A person's tokens, newest first, the ended ones included."""
    return ApiToken.objects.filter(person=person).order_by("-pk")


def bearer(presented: str, *, at: datetime) -> ApiToken | None:
    """The live token that this text is, compared in constant time; None for anything else."""
    form = FORM.fullmatch(presented)
    if form is None:
        return None
    prefix, secret = form.groups()
    token = ApiToken.objects.select_related("person").filter(prefix=prefix, revoked_at=None, expires_at__gt=at).first()
    digest = token.digest if token else "0" * 64
    if not hmac.compare_digest(digest, _digest(secret)) or token is None or not token.person.is_active:
        return None
    return token


def note_use(token_id: int) -> None:
    """Note that a token was used, at most once an hour: a side row, written after the answer."""
    now: Any = datetime.now(UTC)
    ApiToken.objects.filter(Q(used_at=None) | Q(used_at__lt=now - NOTED_EVERY), pk=token_id).update(used_at=now)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
