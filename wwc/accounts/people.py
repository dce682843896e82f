"""What people change about themselves."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import transaction

from wwc.accounts.models import ApiToken, User
from wwc.audit.record import record
from wwc.outbox import preferences
from wwc.outbox.models import NOWHERE


@transaction.atomic
def change(person: User, *, name: str, language: str, timezone: str, by: User, at: datetime) -> User:
    """Change one's own name, language and time zone."""
    person.name, person.language, person.timezone = name, language, timezone
    person.save(update_fields=["name", "language", "timezone"])
    record("changed_account", person, by=by, at=at, language=language)
    return person


def erase(person: User, *, formerly: str, by: User, at: datetime) -> None:
    """Close an account for good and blank who it belonged to, within an action that has asked permission and records it.

    The row stays, since the record names people by number: from then on it is called by where the person belonged
    (`formerly`, a key of FORMER). Sign-in, second steps, sessions, tokens and choices of letters go.
    """
    blank = {"name": "", "email": f"{person.pk}@{NOWHERE}", "language": settings.LANGUAGE_CODE, "timezone": ""}
    closed = {"is_active": False, "is_staff": False, "is_director": False, "last_login": None, "password": make_password(None)}
    User.objects.filter(pk=person.pk).update(**blank, **closed, erased_at=at, formerly=formerly)
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    ApiToken.objects.filter(person=person, revoked_at=None).update(revoked_at=at, revoked_by=by)
    ApiToken.objects.filter(person=person).update(label="", digest="")
    preferences.forget(person)
    end_sessions(person)


def end_sessions(person: User) -> None:
    """Delete every session of a person, with the text that it may carry. A session names its person only inside."""
    mine = [each.pk for each in Session.objects.iterator() if each.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()


def set_address(person: User, email: str) -> None:
    """Let a person sign in with another address from now on, within an action that has asked permission and records it."""
    person.email = email
    person.save(update_fields=["email"])
    addresses = EmailAddress.objects.filter(user=person)
    addresses.delete()
    addresses.create(user=person, email=email, verified=True, primary=True)
