"""Many rows at once are the same rows as one by one, on either database; and PostgreSQL runs what it is asked without compiling it."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import people
from wwc import bulk
from wwc.audit.models import Event

HARD = ["", "plain", "a\tb", "a\nb\r\nc", "back\\slash", "\\N", "\\.", 'it\'s "so"', "ünïcode ✓", "NULL", "{1,2}", "%s %(a)s"]


def event(now, text, **fields):
    return Event(at=now, verb="tried", subject="a.b", subject_id=7, reason=text, data={"said": text, "n": [1, None, True]}, **fields)


def test_what_goes_in_comes_out(db, now):
    person = people.person("somebody")
    rows = [event(now, text, by=person if n % 2 else None, city_id=n or None) for n, text in enumerate(HARD)]
    bulk.insert(rows)
    stored = list(Event.objects.filter(verb="tried").order_by("pk"))
    assert [row.pk for row in stored] == [row.pk for row in rows], "each row knows its number, in the order given"
    columns = [field.attname for field in Event._meta.concrete_fields]
    assert [[getattr(row, each) for each in columns] for row in stored] == [[getattr(row, each) for each in columns] for row in rows]


def test_numbers_go_on_after_it(db, now):
    rows = [event(now, "many") for _ in range(5)]
    bulk.insert(rows)
    one = event(now, "one")
    one.save()
    assert one.pk > max(row.pk for row in rows)
    bulk.insert([event(now, "more")])
    assert Event.objects.filter(verb="tried").count() == 7


def test_nothing_is_nothing(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert([])


def test_what_a_constraint_refuses_is_refused_whole(db, now):
    rows = [event(now, "fine"), event(now, "not", by_id=987654321)]

    def inserts():
        with transaction.atomic():
            bulk.insert(rows)
            transaction.get_connection().check_constraints()

    with pytest.raises(IntegrityError):
        inserts()
    assert not Event.objects.filter(verb="tried").exists()


def test_rows_may_be_made_one_after_the_other(db, now):
    rows = bulk.insert_while_made(Event, (event(now, text) for text in HARD), many=len(HARD))
    assert [row.reason for row in rows] == HARD
    assert list(Event.objects.filter(verb="tried").order_by("pk").values_list("pk", "reason")) == [(row.pk, row.reason) for row in rows]
    assert bulk.insert_while_made(Event, iter(()), many=0) == []


def test_what_goes_wrong_while_rows_are_made_is_said_and_none_is_stored(db, now):
    def made():
        yield event(now, "one")
        raise LookupError("no verdict")

    def inserts():
        with transaction.atomic():
            bulk.insert_while_made(Event, made(), many=2)

    with pytest.raises(LookupError, match="no verdict"):
        inserts()
    assert not Event.objects.filter(verb="tried").exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL compiles what it is asked")
def test_nothing_is_compiled_on_any_connection(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
