"""Triggers by which the database itself refuses to change what must not change.

A model says `append_only = True` (no update, no delete), or `frozen_when = "<SQL over OLD>"` (no update or delete of a
row for which the condition holds) and, where the parent decides, `frozen_insert_when = "<SQL over NEW>"`;
`thaw = "<SQL over OLD and NEW>"` names the updates that are still lawful. They are
installed after every migrate and can be installed again at any time. PostgreSQL's row triggers do not see TRUNCATE, so
each table there has a statement trigger for it as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

REFUSAL = "this row is part of the record and cannot be changed"


def guarded_models() -> list[type[models.Model]]:
    """The models whose rows the database keeps from changing."""
    return [m for m in apps.get_models() if getattr(m, "append_only", False) or getattr(m, "frozen_when", "")]


def _wanted(model: type[models.Model]) -> dict[str, tuple[str, str]]:
    """Trigger name -> (event, condition over OLD and NEW) for one model."""
    table = model._meta.db_table
    if getattr(model, "append_only", False):
        return {f"{table}_no_update": ("UPDATE", ""), f"{table}_no_delete": ("DELETE", "")}
    frozen: str = model.frozen_when  # type: ignore[attr-defined]
    thaw: str = getattr(model, "thaw", "")
    insert: str = getattr(model, "frozen_insert_when", "")
    change = f"({frozen}) AND NOT ({thaw})" if thaw else frozen
    if insert:
        change = f"({change}) OR ({insert})"  # a row may not be moved into a frozen parent either
    wanted = {f"{table}_no_update": ("UPDATE", change), f"{table}_no_delete": ("DELETE", frozen)}
    if insert:
        wanted[f"{table}_no_insert"] = ("INSERT", insert)
    return wanted


def expected() -> set[str]:
    """The names of all triggers that must exist on this database."""
    names = {name for model in guarded_models() for name in _wanted(model)}
    if connection.vendor == "postgresql":
        names |= {f"{model._meta.db_table}_no_truncate" for model in guarded_models()}
    return names


def installed() -> set[str]:
    """The names of the triggers that do exist."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def install() -> None:
    """Create or replace every trigger whose table is there."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE OR REPLACE FUNCTION wwc_refuse() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}: %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$"
            )
        for model in guarded_models():
            if model._meta.db_table in tables:
                for statement in _statements(model):
                    cursor.execute(statement)


def remove() -> None:
    """Drop every trigger; `lifted` puts them back."""
    present = installed()
    with connection.cursor() as cursor:
        for model in guarded_models():
            for name in [*_wanted(model), f"{model._meta.db_table}_no_truncate"]:
                if name in present:
                    on = f" ON {model._meta.db_table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@contextmanager
def lifted() -> Iterator[None]:
    """Without triggers inside: only for the flush between tests and for restoring a backup."""
    remove()
    try:
        yield
    finally:
        install()


def install_after_migrate(**_signal: Any) -> None:
    """Receiver of `post_migrate`: once per app, cheap and repeatable."""
    install()


def _statements(model: type[models.Model]) -> Iterator[str]:
    table = model._meta.db_table
    for name, (event, condition) in _wanted(model).items():
        if connection.vendor == "postgresql":
            # A WHEN clause may hold no subquery on PostgreSQL, so the condition is asked inside a function of its own.
            function = "wwc_refuse"
            if condition:
                function = f"{name}_f"
                answer = "OLD" if event == "DELETE" else "NEW"
                yield (
                    f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
                    f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{REFUSAL}: {table}' USING ERRCODE = 'restrict_violation'; "
                    f"END IF; RETURN {answer}; END $$"
                )
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
        else:
            when = f" WHEN {condition}" if condition else ""
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield (
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}: {table}'); END"
            )
    if connection.vendor == "postgresql":
        yield f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}"
        yield (f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION wwc_refuse()")
