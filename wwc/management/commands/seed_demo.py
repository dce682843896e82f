"""Make a world of invented cities by playing the real actions."""

import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.models import Cycle
from wwc.demo import STAGES, world_at
from wwc.demo.logins import logins


class Command(BaseCommand):
    """`manage.py seed_demo --stage announced --cities 200 --seed 1`"""

    help = "Make a world of invented cities at a stage by playing the real actions, and print a log-in of each role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The knobs."""
        parser.add_argument(
            "--stage", choices=STAGES, default="mixed", help="how far the cities are; mixed shows all stages at once (default)"
        )
        parser.add_argument("--cities", type=int, default=12, metavar="N", help="how many invented cities (12)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same world (1)")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where a cycle is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, with a progress bar, and print who can sign in."""
        if not settings.DEMO:
            raise CommandError("Demonstration people can sign in only where DEMO=1, and it is not set. Nothing was made.")
        if not 1 <= options["cities"] <= 600:
            raise CommandError("Choose from 1 to 600 cities. Nothing was made.")
        if Cycle.objects.exists():
            if options["if_empty"]:
                return
            if Cycle.objects.filter(slug__endswith="-demo").exists() or Cycle.objects.filter(opened_by__is_invented=True).exists():
                raise CommandError("A demonstration is here already. Start from an empty database (another DATA_DIR or DATABASE_URL).")
        began = time.monotonic()
        world_at(options["stage"], cities=options["cities"], seed=options["seed"], now=datetime.now(UTC), say=self._say)
        self.stdout.write(f"{options['cities']} invented cities at the stage {options['stage']!r} in {time.monotonic() - began:.0f} s.")
        if options["verbosity"]:
            self.stdout.write(logins())

    def _say(self, what: str, done: int, total: int) -> None:
        """A bar that redraws itself on a terminal and speaks in quarters elsewhere."""
        if self.stdout.isatty():
            filled = 30 * done // total
            sys.stdout.write(f"\r  [{'#' * filled}{'.' * (30 - filled)}] {done} of {total} {what:<24}" + ("\n" if done == total else ""))
            sys.stdout.flush()
        elif done == total or (total >= 20 and done % (total // 4) == 0):
            self.stdout.write(f"  {done} of {total} {what}")
