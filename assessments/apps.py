"""App config."""

from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    """The case: what a city says of itself, with proof."""

    name = "assessments"
