"""App config."""

from django.apps import AppConfig


class OpenDataConfig(AppConfig):
    """What is public, as plain files with a dictionary: released by a job, kept for ever."""

    name = "wwc.opendata"
    label = "opendata"
