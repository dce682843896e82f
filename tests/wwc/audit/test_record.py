"""The record: what is written stays as written, whatever door is tried."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.factories import people
from wwc.audit import triggers
from wwc.audit.models import Event
from wwc.audit.record import channel, history_of, record, through


@pytest.fixture
def event(db, now):
    ada = people.person("ada")
    return record("invited", ada, by=ada, at=now, reason="first words")


def test_an_event_says_who_what_when_and_by_which_door(event, now):
    assert (event.verb, event.subject, event.at, event.channel) == ("invited", "accounts.user", now, "page")
    with through("command"):
        assert channel() == "command"
    assert channel() == "page"


def test_history_comes_in_the_order_written(event, now):
    record("left", event.by, by=event.by, at=now.replace(year=2025))
    assert [e.verb for e in history_of(event.by)] == ["invited", "left"]


@pytest.mark.parametrize(
    "change",
    [
        lambda e: Event.objects.filter(pk=e.pk).update(reason="other words"),
        lambda e: Event.objects.filter(pk=e.pk).delete(),
        lambda e: Event.objects.bulk_update([Event(pk=e.pk, reason="x")], ["reason"]),
        lambda e: connection.cursor().execute("UPDATE audit_event SET reason = 'raw'"),
        lambda e: connection.cursor().execute("DELETE FROM audit_event"),
    ],
    ids=["update", "delete", "bulk", "raw update", "raw delete"],
)
def test_the_database_refuses_to_change_the_record(event, change):
    with pytest.raises(DatabaseError, match="part of the record"), transaction.atomic():
        change(event)
    assert Event.objects.get(pk=event.pk).reason == "first words"


def test_truncate_is_refused_too(event):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="part of the record"), transaction.atomic():
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE audit_event CASCADE")


def test_every_trigger_is_installed_and_comes_back_after_lifting(db):
    assert triggers.expected() <= triggers.installed()
    with triggers.lifted():
        assert not triggers.expected() & triggers.installed()
    assert triggers.expected() <= triggers.installed()


def test_a_lost_trigger_is_missed_and_installed_again(db):
    name = sorted(triggers.expected())[0]
    table = name.split("_no_")[0]
    on = f" ON {table}" if connection.vendor == "postgresql" else ""
    connection.cursor().execute(f"DROP TRIGGER {name}{on}")
    assert triggers.expected() - triggers.installed() == {name}
    triggers.install()
    assert triggers.expected() <= triggers.installed()
