"""The releases of the open data."""

import json
from typing import Any, NamedTuple

from django.db import models

DESCRIPTOR, WHOLE = "datapackage.json", "open-data.zip"


class Part(NamedTuple):
    """One file of a release: where it is kept, and by what it is known."""

    stored: str
    mediatype: str
    bytes: int
    sha256: str


class Package(models.Model):
    """One release of the open data: its tables as files, their description, and all of it as one ZIP. Never changed, never removed.

    A file that did not change since an earlier release is the same stored file.
    """

    append_only = True

    version = models.CharField(max_length=20, unique=True, help_text="As of semantic versioning: the first number is that of the form.")
    made_on = models.DateField(unique=True, help_text="In UTC: one a day at most.")
    made_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, help_text="Of the names and hashes of the tables' files: the same content has the same.")
    descriptor = models.TextField(help_text="datapackage.json, letter for letter.")
    files = models.JSONField(help_text="By name: where each is kept, its media type, bytes and SHA-256.")

    def __str__(self) -> str:
        return f"open data {self.version}"

    def part(self, name: str) -> Part | None:
        """The file of this name; None where there is none."""
        return Part(**self.files[name]) if name in self.files else None

    @property
    def described(self) -> dict[str, Any]:
        """What datapackage.json says, as values."""
        said: dict[str, Any] = json.loads(self.descriptor)
        return said
