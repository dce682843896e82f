"""Reminders: the rung that is true, once for each person and due date, in the city's own morning."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import clock
from assessments.actions import scheduling, submitting
from assessments.jobs import reminders
from assessments.models import Clarification
from tests.factories import assessments as cases
from wwc.clock import staged_at
from wwc.outbox import preferences, running
from wwc.outbox.models import Letter, Work

CHICAGO = ZoneInfo("America/Chicago")
KINDS = ["remind_deadline", "remind_questions"]


def morning(due: datetime, days: int, hour: int = 9, zone: ZoneInfo = CHICAGO) -> datetime:
    """So many calendar days before a date, at an hour of the city."""
    day = due.astimezone(zone).date() - timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


def run_at(moment: datetime) -> None:
    """What beat and a worker do at an instant."""
    with staged_at(moment):
        reminders.ask_reminders()
        running.drain(KINDS, until=moment)


def letters(kind: str = "deadline_near") -> list[tuple[str, str]]:
    """The reminders written so far, by their rung and whose they are."""
    rows = Letter.objects.filter(kind__startswith=kind).order_by("pk").values_list("kind", "address")
    return [(found.removeprefix("deadline_near_"), address.partition("-")[0]) for found, address in rows]


@pytest.fixture
def case(db):
    return cases.started()


# Which rung is true


@pytest.mark.parametrize(
    ("days", "hour", "true"),
    [
        (8, 23, None),
        (7, 7, None),
        (7, 8, 7),
        (7, 23, 7),
        (6, 9, None),
        (2, 8, 2),
        (1, 9, None),
        (0, 7, None),
        (0, 8, 0),
        (0, 15, 0),
        (0, 17, None),
    ],
)
def test_a_rung_is_true_on_its_own_day_from_the_morning_until_the_date(days, hour, true):
    assert clock.rung(cases.DUE, morning(cases.DUE, days, hour), "America/Chicago", clock.REMINDED) == true


def test_days_are_those_of_the_city_across_the_change_of_its_clock():
    due = datetime(2026, 3, 13, 22, tzinfo=UTC)  # 5 p.m. in summer time, which begins on March 8
    assert clock.rung(due, datetime(2026, 3, 6, 13, 59, tzinfo=UTC), "America/Chicago", clock.REMINDED) is None
    assert clock.rung(due, datetime(2026, 3, 6, 14, 0, tzinfo=UTC), "America/Chicago", clock.REMINDED) == 7
    assert clock.rung(due, datetime(2026, 3, 11, 12, 59, tzinfo=UTC), "America/Chicago", clock.REMINDED) is None
    assert clock.rung(due, datetime(2026, 3, 11, 13, 0, tzinfo=UTC), "America/Chicago", clock.REMINDED) == 2


# The ladder


def test_leads_hear_a_week_before_and_signatories_too_at_the_end_each_once(case):
    for days in range(8, -1, -1):
        for hour in (6, 12):
            run_at(morning(cases.DUE, days, hour))
    assert letters() == [("7", "lead"), ("2", "lead"), ("2", "signatory"), ("0", "lead"), ("0", "signatory")]


def test_it_says_what_is_there_and_what_is_missing(case):
    cases.said(case, "DM1")
    cases.said(case, "LC1", claim="not_met")
    run_at(morning(cases.DUE, 7))
    first = Letter.objects.get(kind="deadline_near_7")
    assert first.subject == "7 days left: Port Lindell, Ohio's assessment"
    assert "2 of 43 criteria are answered; still without evidence: 1." in first.body
    assert "by Monday, January 9, 4:00 p.m. Central (CST)." in first.body
    run_at(morning(cases.DUE, 2))
    assert "Things missing: 43," in Letter.objects.filter(kind="deadline_near_2")[0].body, "41 answers, a document, a signature"
    run_at(morning(cases.DUE, 0))
    assert Letter.objects.filter(kind="deadline_near_0")[0].subject == "Today: submit by 4:00 p.m. Central (CST)"


def test_each_person_reads_it_in_their_own_language(case):
    type(cases.lead(case.city)).objects.filter(pk=cases.signatory(case.city).pk).update(language="pt-br")
    run_at(morning(cases.DUE, 0))
    assert set(Letter.objects.filter(kind="deadline_near_0").values_list("subject", flat=True)) == {
        "Today: submit by 4:00 p.m. Central (CST)",
        "Hoje: envie a avaliação até 16h, horário Central (CST)",
    }


def test_after_an_outage_only_what_is_still_true_is_sent(case):
    run_at(morning(cases.DUE, 6))
    run_at(morning(cases.DUE, 1, 22))
    assert letters() == []
    run_at(morning(cases.DUE, 0, 15))
    assert {rung for rung, _who in letters()} == {"0"}


def test_work_that_a_worker_takes_up_too_late_writes_nothing(case):
    with staged_at(morning(cases.DUE, 7)):
        assert reminders.ask_reminders() == 1
    with staged_at(morning(cases.DUE, 5)):
        running.drain(KINDS, until=morning(cases.DUE, 5))
    assert letters() == []
    assert Work.objects.get(kind="remind_deadline").done_at


def test_a_date_that_moves_starts_a_ladder_of_its_own(case):
    run_at(morning(cases.DUE, 7))
    later = cases.DUE + timedelta(days=5)
    scheduling.extend(case, due_at=later, reason="A flood.", by=cases.staff(), at=cases.NOW)
    run_at(morning(cases.DUE, 0))
    assert letters() == [("7", "lead")], "the old date is not spoken of any more"
    run_at(morning(later, 2))
    assert letters() == [("7", "lead"), ("2", "lead"), ("2", "signatory")]
    assert "Saturday, January 14" in Letter.objects.filter(kind="deadline_near_2")[0].body


def test_a_date_that_moves_between_asking_and_writing_is_not_spoken_of(case):
    with staged_at(morning(cases.DUE, 2)):
        reminders.ask_reminders()
        scheduling.extend(case, due_at=cases.DUE + timedelta(days=20), reason="A flood.", by=cases.staff(), at=cases.NOW)
        running.drain(KINDS, until=morning(cases.DUE, 2))
    assert letters() == []


def test_what_is_submitted_or_withdrawn_is_not_reminded(case):
    cases.submitted(case)
    submitting.withdraw(cases.started("Quillon"), by=cases.lead(cases.City.objects.get(slug="quillon")), at=cases.NOW)
    for days in (7, 2, 0):
        run_at(morning(cases.DUE, days))
    assert letters() == []


def test_who_switched_them_off_gets_none(case):
    lead = cases.lead(case.city)
    preferences.choose(lead, {"deadline_near": False}, by=lead, at=cases.NOW)
    run_at(morning(cases.DUE, 2))
    assert letters() == [("2", "signatory")]


def test_asking_takes_the_same_queries_for_1_and_30_cities(case):
    with staged_at(morning(cases.DUE, 7)), CaptureQueriesContext(connection) as for_one:
        assert reminders.ask_reminders() == 1
    for n in range(29):
        cases.submitting.start(cases.city(f"Place {n}"), cases.cycle(), by=cases.staff(), at=cases.NOW)
    with staged_at(morning(cases.DUE, 7)), CaptureQueriesContext(connection) as for_thirty:
        assert reminders.ask_reminders() == 29
    assert len(for_one) == len(for_thirty) == 4


# Open questions


@pytest.fixture
def asked(db):
    case = cases.in_review()
    questions = [cases.asked(case, code) for code in ("DM1", "PA1")]
    due = datetime(2090, 6, 14, 22, tzinfo=UTC)
    Clarification.objects.update(due_at=due)
    return case, questions, due


def test_open_questions_are_reminded_of_two_days_before_and_on_the_day(asked):
    case, _questions, due = asked
    for days in (7, 3, 2, 2, 1, 0):
        run_at(morning(due, days))
    assert letters("clarification_near") == [("clarification_near", "lead")] * 2
    first = Letter.objects.filter(kind="clarification_near")[0]
    assert first.subject == "Questions still open: 2, due Wednesday, June 14, 5:00 p.m. Central (CDT)"
    assert "Waiting for your answer: DM1, PA1." in first.body
    assert first.link == {"to": "assessments:clarifying", "args": [case.pk]}


def test_only_what_is_still_open_is_named(asked):
    _case, questions, due = asked
    cases.replied(questions[1])
    run_at(morning(due, 2))
    assert "Waiting for your answer: DM1." in Letter.objects.get(kind="clarification_near").body


def test_who_wrote_the_answer_is_reminded_too(db):
    case = cases.started()
    cases.said(case, "DM1", by=cases.contributor(case.city))
    cases.submitted(case)
    case.refresh_from_db()
    case.move_to("in_review", by=cases.staff(), at=cases.NOW)
    cases.asked(case)
    due = datetime(2090, 6, 14, 22, tzinfo=UTC)
    Clarification.objects.update(due_at=due)
    run_at(morning(due, 0))
    assert letters("clarification_near") == [("clarification_near", "lead"), ("clarification_near", "contributor")]


def test_a_withdrawn_assessment_is_not_asked_about(asked):
    case, _questions, due = asked
    submitting.withdraw(case, reason="Wish of the mayor.", by=cases.staff(), at=cases.NOW)
    run_at(morning(due, 2))
    assert letters("clarification_near") == []
