"""Cut Public Sans into the static weights that pages and papers use."""

from django.conf import settings
from django.core.management.base import BaseCommand

from wwc import fonts


class Command(BaseCommand):
    """Takes a few seconds the first time, and says so when there is nothing to do."""

    help = __doc__
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        """Build into FONTS_DIR."""
        written = fonts.build(settings.FONTS_DIR)
        self.stdout.write(f"{len(fonts.WEIGHTS)} weights of {fonts.FAMILY} {'written' if written else 'are there'}.")
