"""People."""

from typing import Any

from wwc.accounts.models import User

PASSWORD = "correct horse battery"


def person(name: str, **fields: Any) -> User:
    """A person called `name` at an address of their own; the same name is the same person."""
    found = User.objects.filter(email=f"{name}@example.org").first()
    return found or User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.replace("-", " ").capitalize(), **fields)
