"""Check what must stay true on the live database; fail loudly and name the row."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wwc import invariants


class Command(BaseCommand):
    """`manage.py check_invariants`"""

    help = "Check what must stay true on this database. Exits with 1 and names each row where it does not."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every truth and say how it went."""
        found = 0
        for truth in invariants.TRUTHS:
            began = time.monotonic()
            rows = list(truth.check())
            found += len(rows)
            if options["verbosity"] and (rows or options["verbosity"] > 1):
                self.stdout.write(f"{truth.number:2}. {truth.sentence} {'broken' if rows else 'holds'} ({time.monotonic() - began:.1f} s)")
            for row in rows[:50]:
                self.stdout.write(f"    {row}")
        if found:
            raise CommandError(f"{found} rows break a truth.")
        if options["verbosity"]:
            self.stdout.write(f"All {len(invariants.TRUTHS)} truths hold.")
