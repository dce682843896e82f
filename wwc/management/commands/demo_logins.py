"""Print the log-ins of a demonstration."""

from typing import Any

from django.core.management.base import BaseCommand

from wwc.demo.logins import logins


class Command(BaseCommand):
    """`manage.py demo_logins`"""

    help = "Print a log-in of each role of the demonstration, where there is one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        if said := logins():
            self.stdout.write(said)
