"""App config."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The post office: work and letters."""

    name = "wwc.outbox"
    label = "outbox"
