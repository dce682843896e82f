"""What people change about themselves."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from wwc.accounts.models import User
from wwc.audit.record import record


@transaction.atomic
def change(person: User, *, name: str, language: str, timezone: str, by: User, at: datetime) -> User:
    """Change one's own name, language and time zone."""
    person.name, person.language, person.timezone = name, language, timezone
    person.save(update_fields=["name", "language", "timezone"])
    record("changed_account", person, by=by, at=at, language=language)
    return person


def set_address(person: User, email: str) -> None:
    """Let a person sign in with another address from now on, within an action that has asked permission and records it."""
    person.email = email
    person.save(update_fields=["email"])
    addresses = EmailAddress.objects.filter(user=person)
    addresses.delete()
    addresses.create(user=person, email=email, verified=True, primary=True)
