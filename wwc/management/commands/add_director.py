"""The first people of a new installation."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from wwc.accounts.models import User
from wwc.audit.record import record, through


class Command(BaseCommand):
    """`manage.py add_director EMAIL`, run twice: what one director proposes another must approve."""

    help = (
        "Make a person a director of the program. Run it twice: two people are needed. They set their password by 'Forgot your password?'."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address."""
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create or raise the person, on record."""
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is not an email address. Nothing was changed.") from None
        person = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
        if person.is_director:
            self.stdout.write(f"{email} is a director already.")
            return
        person.is_staff = person.is_director = True
        person.save(update_fields=["is_staff", "is_director"])
        with through("command"):
            record("made_director", person, by=None, at=datetime.now(UTC))
        self.stdout.write(
            f"{email} is a director. Directors: {User.objects.filter(is_director=True, is_active=True).count()}; two are needed."
        )
