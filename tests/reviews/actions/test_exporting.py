"""Who takes a cycle away, and that both asking and fetching are in the record."""

import pytest

from assessments.models import Conflict, ConflictState
from reviews.actions import exporting
from reviews.jobs.exports import write_export
from reviews.queries import exports
from tests.conftest import NOW
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.refusals import Refusal


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


def ask(case, by, **given):
    return exporting.ask(case.cycle, **{"form": "csv", "tables": ["scores"], **given}, by=by, at=NOW)


@pytest.mark.parametrize("given", [{"tables": []}, {"tables": ["passwords"]}, {"form": "pdf"}])
def test_something_has_to_be_chosen(case, staff, given):
    with pytest.raises(exporting.NothingChosen):
        ask(case, staff, **given)


def test_one_at_a_time_for_each_person(case, staff, director):
    ask(case, staff)
    with pytest.raises(exporting.RunsAlready):
        ask(case, staff)
    assert ask(case, director).asked_by == director


def test_only_who_asked_fetches_and_each_time_is_noted(case, staff, director, stranger):
    export = ask(case, staff)
    with pytest.raises(exporting.NotThere):
        exporting.fetch(export, by=staff, at=NOW)
    write_export(export.pk)
    for who in (director, stranger):
        with pytest.raises(Refusal):
            exporting.fetch(export, by=who, at=NOW)
    for _ in range(2):
        exporting.fetch(export, by=staff, at=NOW)
    events = Event.objects.filter(subject_id=export.pk, verb__startswith="export").order_by("pk")
    assert [(each.verb, each.by) for each in events] == [("export_asked", staff), *[("export_fetched", staff)] * 2]


def test_a_conflict_that_came_since_closes_the_file(case, staff):
    other = make.scored(make.city("Quillon"), 20)
    export = ask(case, staff)
    write_export(export.pk)
    said = {"cycle": case.cycle, "reason": "Cousin.", "said_at": NOW, "said_by": staff}
    Conflict.objects.create(person=staff, city=other.city, state=ConflictState.DECLARED, **said)
    export.refresh_from_db()
    with pytest.raises(Refusal, match="closed to you since"):
        exporting.fetch(export, by=staff, at=NOW)
    again = ask(case, staff)
    write_export(again.pk)
    again.refresh_from_db()
    assert exporting.fetch(again, by=staff, at=NOW).left_out == [other.city_id]


def test_every_table_can_be_asked_for_in_whatever_order(case, staff):
    assert ask(case, staff, tables=reversed(exports.NAMES)).tables == list(exports.NAMES)
