"""App config."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record."""

    name = "wwc.audit"
    label = "audit"
