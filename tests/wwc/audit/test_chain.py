"""The chain over the record: whatever is done to an event or a link is found, and the first bad row is named."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction

from tests.factories import people
from tests.support.racing import at_once
from wwc.audit import chain, jobs, triggers
from wwc.audit.models import Event, Link
from wwc.audit.record import record

SOON = datetime.fromisoformat("2026-03-02T15:01:00Z")
# The record begins with what the editions brought: the events of a test are numbered from here, by tens.
START = 1_000_000
FIELDS = [each for each in Event._meta.get_fields() if isinstance(each, models.Field)]


def an_event(number: int, at: datetime, **given) -> Event:
    fields = {"verb": "moved", "subject": "a.b", "subject_id": number, "reason": f"Reason {number}", "data": {"n": number}, **given}
    return Event(pk=START + number, at=at, **fields)


def place(number: int) -> int:
    """The link of the first, second ... event of a test."""
    return Link.objects.filter(event_id__lt=START).count() + number


@pytest.fixture
def book(tmp_path):
    return tmp_path / "kept" / "anchors"


@pytest.fixture
def sealed(db, now, book):
    """Six events, numbered by tens, sealed in two turns; the chain was noted after each."""
    jobs.seal(at=now)
    for turn, numbers in enumerate(((10, 20, 30, 40), (50, 60))):
        at = now + timedelta(minutes=5 * turn)
        Event.objects.bulk_create(an_event(number, at) for number in numbers)
        assert jobs.verify(book, at=at) == []
    return now + timedelta(days=1)


def anchors(book):
    return list(jobs._read(book))


def edit(number=30, **fields):
    return lambda: Event.objects.filter(pk=START + number).update(**fields)


def swap(model, one, other, *columns):
    def act():
        numbers = (place(one), place(other)) if model is Link else (START + one, START + other)
        mine, theirs = (model.objects.get(pk=number) for number in numbers)
        model.objects.filter(pk=numbers[0]).update(**{name: getattr(theirs, name) for name in columns})
        model.objects.filter(pk=numbers[1]).update(**{name: getattr(mine, name) for name in columns})

    return act


def gone(*, events=(), links=()):
    def act():
        Link.objects.filter(number__in=[place(each) for each in links]).delete()
        Event.objects.filter(pk__in=[START + each for each in events])._raw_delete("default")

    return act


def put_in(number):
    return lambda: Event.objects.bulk_create([an_event(number, SOON)])


def with_a_link():
    put_in(70)()
    Link.objects.create(number=place(7), event_id=START + 70, digest="ab" * 32, sealed_at=SOON)


def hash_again():
    """What somebody does who knows how the chain is made: each digest from the changed place on is made anew."""
    before = chain.FIRST
    for link in Link.objects.select_related("event").order_by("number"):
        before = chain.digest(before, link.number, link.event)
        Link.objects.filter(pk=link.pk).update(digest=before)


def edit_and_hash_again():
    edit(reason="Another reason")()
    hash_again()


TAMPERED = {
    "words edited": (edit(reason="Another reason"), 3),
    "data edited": (edit(data={"n": 31}), 3),
    "an event deleted": (gone(events=[30]), 3),
    "an event deleted with its link": (gone(events=[30], links=[3]), 3),
    "a link deleted": (gone(links=[3]), 3),
    "the first deleted": (gone(events=[10], links=[1]), 1),
    "an event put in between": (put_in(25), 7),
    "an event put in with a link": (with_a_link, 7),
    "two events swapped": (swap(Event, 20, 40, "reason", "data", "subject_id"), 2),
    "two links swapped": (swap(Link, 2, 4, "digest"), 2),
}
# Inside the database all fits again: only what was noted outside of it tells.
BY_ANCHOR = {
    "the tail hashed again": (edit_and_hash_again, 4),
    "an old copy restored": (gone(events=[50, 60], links=[5, 6]), 6),
}


def found_after(tamper, book, at):
    """What is found once this was done to the database; then all is as before."""
    with transaction.atomic():
        with triggers.lifted():
            tamper()
        jobs.seal(at=at)
        found = [list(chain.faults()), list(chain.faults(anchors(book)))]
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize(("tamper", "first"), TAMPERED.values(), ids=TAMPERED)
def test_what_was_done_to_the_record_is_found(sealed, book, tamper, first):
    alone, _with_anchors = found_after(tamper, book, sealed)
    assert alone
    assert alone[0].number == place(first)
    assert list(chain.faults(anchors(book))) == []


@pytest.mark.parametrize(("tamper", "first"), BY_ANCHOR.values(), ids=BY_ANCHOR)
def test_what_fits_again_is_found_by_what_was_noted_outside(sealed, book, tamper, first):
    alone, with_anchors = found_after(tamper, book, sealed)
    assert alone == []
    assert with_anchors[0].number == place(first)


@pytest.mark.parametrize("field", [each for each in FIELDS if each.name != "id"], ids=lambda each: each.name)
def test_no_column_can_be_edited(sealed, book, field):
    others = {
        models.DateTimeField: sealed, models.JSONField: {"n": 30.5}, models.BigIntegerField: 99, models.ForeignKey: people.person("eve").pk
    }  # fmt: skip
    other = others.get(type(field), "other")
    [alone, _] = found_after(edit(**{field.attname: other}), book, sealed)
    assert [(fault.number, fault.event_id) for fault in alone] == [(place(3), START + 30)]


def test_the_digest_covers_every_column():
    """A column that an event gains has to join the chain."""
    assert set(chain.COLUMNS) == {each.attname for each in FIELDS}


def test_a_slow_transaction_is_no_fault(sealed, now):
    """It took its number before others, and was committed after they were sealed."""
    Event.objects.bulk_create([an_event(55, now)])
    jobs.seal(at=now + timedelta(minutes=10))
    assert list(chain.faults()) == []


def test_a_longer_chain_is_read_in_slices(db, now, monkeypatch):
    monkeypatch.setattr(chain, "SLICE", 3)
    for number in range(8):
        record("moved", people.person("ada"), by=None, at=now, reason=str(number))
    assert jobs.seal(at=now) == Event.objects.count() == Link.objects.count()
    assert jobs.seal(at=now) == 0
    assert list(chain.faults()) == []


def test_links_cannot_be_changed(sealed):
    with pytest.raises(Exception, match="cannot be changed"), transaction.atomic():
        Link.objects.filter(number=1).update(digest="0" * 64)
    with pytest.raises(Exception, match="cannot be changed"), transaction.atomic():
        Link.objects.filter(number=1)._raw_delete("default")


def test_the_command_names_the_first_bad_row(sealed, book, capsys):
    call_command("verify_record", anchors=book)
    assert f"The record holds: {place(6)} events, ending in " in capsys.readouterr().out
    assert len(book.read_text().splitlines()) == 2
    with triggers.lifted():
        edit(reason="Another reason")()
    with pytest.raises(
        CommandError, match=f"The record does not hold at 1 of its places; the first is link {place(3)}, event {START + 30}: "
    ):
        call_command("verify_record", anchors=book)
    assert len(book.read_text().splitlines()) == 2  # what does not hold is not noted


def test_a_file_that_holds_no_anchors_is_named(sealed, book):
    book.write_text("see the minutes\n")
    with pytest.raises(CommandError, match=r"Line 1 of .* is no anchor .* nothing was checked"):
        call_command("verify_record", anchors=book)


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_sealers_and_writers_at_once_leave_one_chain(postgres, now):
    ada = people.person("ada")

    def write() -> None:
        for _ in range(20):
            record("moved", ada, by=None, at=now)

    def seal() -> None:
        for _ in range(10):
            jobs.seal(at=now)

    done = at_once(write, write, seal, seal, seal)
    assert done == [None] * 5
    jobs.seal(at=now)
    assert list(Link.objects.order_by("number").values_list("number", flat=True)) == list(range(1, Event.objects.count() + 1))
    assert list(chain.faults()) == []
