"""App config."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """What cities do well, and what is hard: figures computed by a job, never on a page."""

    name = "wwc.insights"
    label = "insights"
