"""Cycles: drafted with dates in order, moved along their table; more time for one assessment."""

from datetime import date, timedelta

import pytest

from assessments import queries
from assessments.actions import scheduling
from assessments.lifecycle import CycleStatus, Status
from assessments.models import Cycle, Extension
from assessments.models.assessment import ReasonMissing
from criteria.models import Standard
from tests.conftest import NOW
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


def _draft(by, **given):
    values = {
        "slug": "2027",
        "name": "2027 cycle",
        "standard": Standard.objects.get(code="2022"),
        "opens_at": NOW,
        "due_at": NOW + timedelta(days=90),
        "withdraw_until": NOW + timedelta(days=120),
        **given,
    }
    return scheduling.draft_cycle(**values, by=by, at=NOW)


def test_a_draft_is_written_down_with_its_event(staff):
    cycle = _draft(staff, minimum_population=50000)
    assert (cycle.status, cycle.minimum_population, cycle.opened_at) == (CycleStatus.DRAFT, 50000, None)
    assert Event.objects.get(verb="drafted").subject_id == cycle.pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"due_at": NOW}, "due_at"),
        ({"due_at": NOW - timedelta(days=1)}, "due_at"),
        ({"withdraw_until": NOW + timedelta(days=89)}, "withdraw_until"),
        ({"results_expected": (NOW + timedelta(days=90)).date()}, "results_expected"),
    ],
)
def test_dates_follow_each_other(staff, wrong, field):
    with pytest.raises(scheduling.DatesOutOfOrder) as refused:
        _draft(staff, **wrong)
    assert refused.value.details["field"] == field
    assert not Cycle.objects.exists()


def test_a_short_name_is_used_once(staff):
    _draft(staff)
    with pytest.raises(scheduling.NameTaken):
        _draft(staff)


def test_nothing_but_the_named_columns_is_set(staff):
    with pytest.raises(TypeError, match="opened_at"):
        _draft(staff, opened_at=NOW)


def test_only_the_program_plans(stranger):
    lead = cases.member(cases.city(), "lead")
    for person in (stranger, lead):
        with pytest.raises(NotFound):
            _draft(person)


def test_a_cycle_goes_its_way_step_by_step(staff, director):
    cycle = _draft(staff)
    scheduling.open_cycle(cycle, by=staff, at=NOW)
    assert (cycle.status, cycle.opened_by) == (CycleStatus.OPEN, staff)
    scheduling.begin_review(cycle, by=staff, at=NOW)
    scheduling.begin_deciding(cycle, by=staff, at=NOW)
    scheduling.mark_announced(cycle, by=staff, at=NOW)
    with pytest.raises(NotAllowed, match="director"):
        scheduling.close_cycle(cycle, by=staff, at=NOW)
    scheduling.close_cycle(cycle, by=director, at=NOW)
    steps = Event.objects.filter(verb="moved", subject="assessments.cycle").order_by("pk").values_list("after", flat=True)
    assert list(steps) == ["open", "reviewing", "deciding", "announced", "closed"]


def test_a_step_is_taken_once_and_in_order(staff):
    cycle = _draft(staff)
    with pytest.raises(scheduling.CycleMoveUnlawful):
        scheduling.begin_review(cycle, by=staff, at=NOW)
    same = Cycle.objects.get(pk=cycle.pk)
    scheduling.open_cycle(cycle, by=staff, at=NOW)
    with pytest.raises(scheduling.CycleMoveUnlawful):
        scheduling.open_cycle(same, by=staff, at=NOW)


def test_a_cycle_opens_on_an_edition_in_force(staff):
    cycle = _draft(staff, standard=Standard.objects.get(code="2018"))
    with pytest.raises(scheduling.EditionNotPublished):
        scheduling.open_cycle(cycle, by=staff, at=NOW)


def test_a_director_calls_a_cycle_off_with_a_reason(staff, director):
    cycle = cases.cycle()
    with pytest.raises(NotAllowed):
        scheduling.cancel_cycle(cycle, reason="No money.", by=staff, at=NOW)
    with pytest.raises(ReasonMissing):
        scheduling.cancel_cycle(cycle, reason="", by=director, at=NOW)
    scheduling.cancel_cycle(cycle, reason="No money.", by=director, at=NOW)
    assert Event.objects.get(after="canceled").reason == "No money."


def test_more_time_moves_the_date_and_tells_the_lead(staff):
    case = cases.started()
    later = case.cycle.due_at + timedelta(days=7)
    scheduling.extend(case, due_at=later, reason="A flood.", by=staff, at=NOW)
    assert queries.window_of(case).due_at == later
    assert Letter.objects.get(kind="extended").to == cases.lead(case.city)


def test_more_time_never_shortens(staff):
    case = cases.started()
    with pytest.raises(scheduling.DateNotLater):
        scheduling.extend(case, due_at=case.cycle.due_at, reason="A flood.", by=staff, at=NOW)
    assert not Extension.objects.exists()


def test_more_time_needs_a_reason_and_something_to_write(staff):
    case = cases.started()
    later = case.cycle.due_at + timedelta(days=7)
    with pytest.raises(ReasonMissing):
        scheduling.extend(case, due_at=later, reason=" ", by=staff, at=NOW)
    case.move_to(Status.WITHDRAWN, by=staff, at=NOW)
    with pytest.raises(scheduling.NothingToExtend):
        scheduling.extend(case, due_at=later, reason="A flood.", by=staff, at=NOW)


def test_a_city_gives_itself_no_time():
    case = cases.started()
    with pytest.raises(NotAllowed, match="program staff"):
        scheduling.extend(case, due_at=case.cycle.due_at + timedelta(days=7), reason="We want.", by=cases.lead(case.city), at=NOW)


def test_results_come_after_the_date(staff):
    assert _draft(staff, results_expected=date(2026, 9, 1)).results_expected == date(2026, 9, 1)
