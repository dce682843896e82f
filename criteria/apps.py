"""App config."""

from django.apps import AppConfig


class CriteriaConfig(AppConfig):
    """The rulebook: what counts, how much, what each tier takes."""

    name = "criteria"
