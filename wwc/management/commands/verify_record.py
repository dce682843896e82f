"""Hold the record against itself and against the anchors kept outside the database; fail loudly and name the first bad row."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import now

from wwc.audit import chain, jobs

SHOWN = 20


class Command(BaseCommand):
    """`manage.py verify_record`"""

    help = "Check that no event of the record was changed, removed or put in. Exits with 1 and names the first bad row where one was."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the anchors are."""
        parser.add_argument(
            "--anchors",
            type=Path,
            default=settings.RECORD_ANCHORS,
            metavar="FILE",
            help=f"anchors of earlier checks ({settings.RECORD_ANCHORS})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, check, note."""
        try:
            found = jobs.verify(options["anchors"], at=now())
        except jobs.AnchorsUnreadable as error:
            raise CommandError(f"{error}. Mend or move the file away; nothing was checked.") from error
        for fault in found[:SHOWN]:
            self.stdout.write(str(fault))
        if found:
            raise CommandError(f"The record does not hold at {len(found)} of its places; the first is {found[0]}.")
        last = chain.newest()
        if options["verbosity"]:
            self.stdout.write(f"The record holds: {last.number:,} events, ending in {last.digest}." if last else "The record is empty.")
