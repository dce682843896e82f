"""App config."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """The judgement: found, settled, scored, awarded, told."""

    name = "reviews"
