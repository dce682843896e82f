"""A database and a folder of files that are made for a measurement and gone after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import override_settings

from wwc.accounts.models import User

ENDING = "_bench"


class NotOurs(Exception):
    """A database of the scratch's name holds people who were not invented."""


@contextmanager
def scratch() -> Iterator[None]:
    """Work in a new database beside the configured one, with the editions and letters in it. What is configured is not touched."""
    configured = connection.settings_dict["NAME"]
    path = Path(configured)
    name = str(path.with_name(path.stem + ENDING + path.suffix)) if connection.vendor == "sqlite" else f"{configured}{ENDING}"
    refuse_what_is_not_ours(name)
    connection.settings_dict.setdefault("TEST", {})["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with TemporaryDirectory() as folder, override_settings(DEMO=True, DEBUG=False, STORAGES=_stored_in(folder)):
            call_command("load_fixtures", "--without-history", verbosity=0)
            yield
    finally:
        connection.creation.destroy_test_db(configured, verbosity=0)


def _stored_in(folder: str) -> dict[str, dict]:
    return {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": folder}},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def refuse_what_is_not_ours(name: str) -> None:
    """Look into a database of that name, where there is one: a measurement that ended badly leaves invented people only."""
    if connection.vendor == "sqlite" and not Path(name).exists():
        return
    there = connection.copy()
    there.settings_dict = {**connection.settings_dict, "NAME": name}
    table = User._meta.db_table
    try:
        with there.cursor() as cursor:
            if table in there.introspection.table_names(cursor):
                cursor.execute(f"SELECT 1 FROM {table} WHERE NOT is_invented")  # noqa: S608  a name of ours
                if cursor.fetchone():
                    raise NotOurs(name)
    except OperationalError:
        return  # there is none
    finally:
        there.close()
