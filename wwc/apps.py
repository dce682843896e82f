"""App config of the project package: template tags, commands, the triggers that keep rows from changing, and how PostgreSQL is used."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class WwcConfig(AppConfig):
    """Installs the triggers after every migrate, because SQLite drops them silently when a table is rebuilt."""

    name = "wwc"
    verbose_name = "What Works Cities Certification"

    def ready(self) -> None:
        from wwc.audit import triggers  # noqa: PLC0415  models are not loaded before the registry is ready

        post_migrate.connect(triggers.install_after_migrate, dispatch_uid="wwc.triggers")
        connection_created.connect(without_compiling, dispatch_uid="wwc.without_compiling")


def without_compiling(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Have PostgreSQL run what it is asked instead of compiling it first: our longest questions take less time than the compiler.

    Said on the connection, since a pooler between us and the database may refuse it as a parameter of the start.
    """
    if connection.vendor == "postgresql":
        with connection.connection.cursor() as cursor:
            cursor.execute("SET jit = off")
