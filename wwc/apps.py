"""App config of the project package: template tags, commands, and the triggers that keep rows from changing."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WwcConfig(AppConfig):
    """Installs the triggers after every migrate, because SQLite drops them silently when a table is rebuilt."""

    name = "wwc"
    verbose_name = "What Works Cities Certification"

    def ready(self) -> None:
        from wwc.audit import triggers  # noqa: PLC0415  models are not loaded before the registry is ready

        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="wwc.triggers")
