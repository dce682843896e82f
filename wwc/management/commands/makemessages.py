"""Gather visible texts, those named `_t` too: where `_` is lazy in a file, `_t` is its like that speaks at once."""

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """As Django's, with one more name."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_t"]
