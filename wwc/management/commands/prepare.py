"""Bring tables, editions, history, fonts and static files up to date; safe to run at every start."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

from assessments.models import PlaceList

# Pages of the browsable API, which we have none of; compressing them would take most of the time.
UNUSED = ["rest_framework"]


class Command(BaseCommand):
    """What `manage.py up` and the container run before they serve; with --demo a demo joins an empty database."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The demo is wanted or not."""
        parser.add_argument("--demo", action="store_true", help="seed the demo where the database has no people yet")

    def handle(self, *args: object, **options: bool) -> None:
        """Each step does nothing where its work is done."""
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError(f"The database does not let us in: {str(error).strip()}") from error
        call_command("migrate", interactive=False, verbosity=0)
        call_command("load_fixtures")
        if not PlaceList.objects.filter(source__startswith="GeoNames").exists():
            call_command("load_cities", americas=True)
        call_command("build_fonts", verbosity=0)
        self._collect_static()
        if options["demo"]:
            call_command("seed_demo", if_empty=True, verbosity=0)
            call_command("demo_logins")

    def _collect_static(self) -> None:
        """Collect and compress, unless the same files were collected before."""
        stamp = settings.DATA_DIR / "static.stamp"
        wanted = sources()
        collected = (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file() and stamp.is_file() and stamp.read_text() == wanted
        if not collected:
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED)
            stamp.write_text(wanted)


def sources() -> str:
    """What stands for the static files as they are now: their names, sizes and times, and how they are stored."""
    facts = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for path, storage in finder.list(UNUSED):
            told = Path(storage.path(path)).stat()
            facts.append(f"{path} {told.st_size} {told.st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
