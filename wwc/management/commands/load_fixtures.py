"""Load the editions of the Standard, the first texts of the letters and the awards of the past; safe to run at every start."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import transaction

from criteria.actions import publishing
from criteria.jobs import loading
from criteria.models import Standard
from reviews.jobs.history import load_history
from wwc.audit import record
from wwc.outbox.jobs import load_texts

EDITIONS = ("standard-2018.json", "standard-2022.json")
CROSSWALKS = ("crosswalk-2018-2022.json",)


class Command(BaseCommand):
    """All or nothing: what is known is skipped, and a broken file leaves everything as it was."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The history may be left out."""
        parser.add_argument("--without-history", action="store_true", help="leave out the award history of real cities")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load in one transaction, by the channel that may publish without a person."""
        folder = settings.BASE_DIR / "fixtures"
        try:
            with transaction.atomic(), record.through("loader"):
                loaded = self._load_editions(folder)
                texts = load_texts(folder / "letters.json")
                history = None if options["without_history"] else load_history(folder / "awards.json")
        except ValueError as error:
            raise CommandError(f"Nothing was loaded. {error}") from error
        except publishing.NotReady as error:
            told = " ".join(f"{problem.subject}: {problem.text}" for problem in error.problems)
            raise CommandError(f"Nothing was loaded. An edition has problems. {told}") from error
        if options["verbosity"]:
            codes = ", ".join(standard.code for standard in loaded)
            self.stdout.write(f"Editions loaded: {codes}." if loaded else "Editions are there.")
            self.stdout.write(f"Letter texts loaded: {texts}." if texts else "Letter texts are there.")
            if history is not None:
                told = f"Past awards loaded: {history.awards}, of {history.published} cities; {history.closed} corrected."
                self.stdout.write(told if history else "Past awards are there.")

    def _load_editions(self, folder: Path) -> list[Standard]:
        """Drafts first, because an edition can be published only when it is linked to the one before it."""
        loaded = [standard for name in EDITIONS if (standard := loading.load_standard(folder / name))]
        if loaded:
            for name in CROSSWALKS:
                loading.load_links(folder / name)
        now = datetime.now(UTC)
        for standard in loaded:
            publishing.publish(standard, by=None, at=now)
            if standard.drafted_from in loaded:
                publishing.retire(standard.drafted_from, by=None, at=now)
        return loaded
