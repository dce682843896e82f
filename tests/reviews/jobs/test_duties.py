"""Daily letters: in the morning of their reader, once a day, not if empty, in numbers that name no city."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.models import Conflict, ReopenRequest
from reviews.actions import declaring
from reviews.jobs import duties
from reviews.models import Assignment, PanelMember
from reviews.queries.digest import Waiting, waiting_for
from tests.factories import people, reviews
from wwc.accounts.models import User
from wwc.clock import staged_at
from wwc.outbox import running
from wwc.outbox.links import address_of
from wwc.outbox.models import Letter, Work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letter_texts")]
DAY = datetime(2026, 3, 9, tzinfo=UTC)
KINDS = ["tell_waiting", "tell_bounced"]


def run_at(hour: float, day: int = 0) -> None:
    """What beat and a worker do at an hour of universal time."""
    moment = DAY + timedelta(days=day, hours=hour)
    with staged_at(moment):
        duties.ask_digests()
        running.drain(KINDS, until=moment)


def told(kind: str = "digest") -> list[str]:
    return sorted(Letter.objects.filter(kind=kind).values_list("address", flat=True))


def give(member, *answers, due=None):
    for each in answers:
        reviews.assigning.assign(each, member=member, slot="first", due_at=due, by=people.person("staff", is_staff=True), at=reviews.NOW)


@pytest.fixture
def reading(assessment, member):
    """A reader with two answers to read, one of them late."""
    give(member, reviews.answer(assessment, "A1"), due=reviews.NOW + timedelta(days=2))
    give(member, reviews.answer(assessment, "A2"), due=reviews.NOW + timedelta(days=90))
    User.objects.filter(pk=member.person_id).update(timezone="America/Chicago")
    return assessment


def test_a_reader_hears_in_their_morning_once_a_day(reading, member):
    for hour in (12.5, 13, 13.25, 15, 16.9, 18):  # Chicago is five hours behind since March 8
        run_at(hour)
    letter = Letter.objects.get(kind="digest")
    assert letter.subject == "Today, things that wait for you: 2"
    assert letter.body == "To read: 2. Answers arrived: 0. Changed since your verdict: 0. Overdue: 1. Appeals: 0."
    assert address_of(letter).endswith("/reviews/desk/")
    run_at(13, day=1)
    assert told() == [member.person.email] * 2


def test_nothing_before_the_morning_and_nothing_after_noon(reading):
    run_at(12.9)
    run_at(17)
    assert not Work.objects.filter(kind="tell_waiting", key__contains="reader").exists()
    assert told() == []


def test_nothing_comes_on_a_day_when_nothing_waits(assessment, member):
    run_at(14)
    assert Work.objects.filter(kind="tell_waiting").exists()
    assert told() == []


def test_work_that_is_taken_up_the_next_day_speaks_of_no_today(reading):
    with staged_at(DAY + timedelta(hours=14)):
        duties.ask_digests()
    later = DAY + timedelta(days=1, hours=20)
    with staged_at(later):
        running.drain(KINDS, until=later)
    assert told() == []


def test_what_is_filed_waits_no_more_and_what_changed_since_waits_again(reading, member):
    answer = reviews.answer(reading, "A1")
    reviews.find(answer.assignments.get())
    assert waiting_for(member.person, reviews.NOW) == Waiting(unread=1)
    reviews.version(answer, narrative="Something else.")
    late = reviews.NOW + timedelta(days=3)
    assert waiting_for(member.person, late) == Waiting(unread=1, stale=1, overdue=1)


def test_a_practice_lead_hears_of_the_readings_in_their_areas(reading, cycle):
    lead = reviews.reader(cycle, "lead", part="lead", areas=["A"])
    other = reviews.reader(cycle, "other lead", part="lead", areas=["B"])
    assert waiting_for(lead.person, reviews.NOW) == Waiting(unread=2)
    assert waiting_for(other.person, reviews.NOW) == Waiting()


def test_staff_hear_of_all_and_of_what_cities_ask_for(reading, member):
    staff = people.person("staff", is_staff=True)
    one = reading.answers.order_by("pk")[0]
    ReopenRequest.objects.create(answer=one, reason="A flood.", asked_at=reviews.NOW, asked_by=reading.started_by)
    run_at(14)
    letter = Letter.objects.get(kind="digest_program")
    assert letter.address == staff.email
    assert letter.body == "Requests of cities: 1. Appeals: 0. To read: 2. Answers arrived: 0. Changed since their verdict: 0. Overdue: 1."
    assert "Alder" not in letter.subject + letter.body


def test_a_conflict_takes_a_city_out_of_the_numbers(reading):
    staff = people.person("staff", is_staff=True)
    assert waiting_for(staff, reviews.NOW) == Waiting(unread=2)
    said = {"said_at": reviews.NOW, "said_by": staff}
    Conflict.objects.create(person=staff, city=reading.city, cycle=reading.cycle, state="declared", **said)
    assert waiting_for(staff, reviews.NOW) == Waiting()


def test_a_city_that_came_late_is_asked_about_once(reading, cycle, member):
    PanelMember.objects.update(joined_at=reviews.NOW - timedelta(days=1))
    run_at(15)
    first = told("conflict_request")
    assert first == [member.person.email], "who has answered for every city is not asked again"
    reviews.submitted("Port Lindell", cycle)
    run_at(15, day=1)
    run_at(15, day=2)
    assert told("conflict_request") == first * 2
    reviews.submitted("Quillon", cycle)
    run_at(15, day=3)
    assert told("conflict_request") == first * 3
    declaring.declare_all(cycle, declared={}, by=member.person, at=DAY)
    reviews.submitted("Wexley", cycle)
    Assignment.objects.all().delete()
    run_at(15, day=4)
    assert told("conflict_request") == first * 3, "before a plan is published the first letter is enough"


def test_staff_hear_of_letters_that_did_not_arrive_since_the_morning_before(staff):
    def failed(key, at):
        given = {"kind": "ready", "to": staff, "address": "x@example.org", "subject": "S", "body": "B", "written_at": at, "due_at": at}
        Letter.objects.create(key=key, failed_at=at, error="550", **given)

    morning = DAY + timedelta(hours=12)  # 8 in New York
    failed("too old", morning - timedelta(days=1, minutes=1))
    failed("counted", morning - timedelta(days=1))
    failed("too", morning - timedelta(minutes=1))
    failed("tomorrow", morning)
    run_at(12.1)
    run_at(13)
    letter = Letter.objects.get(kind="bounced")
    assert letter.subject == "Letters that did not arrive: 2"
    assert address_of(letter).endswith("/assessments/letters/?state=failed")
    run_at(12.1, day=1)
    assert Letter.objects.filter(kind="bounced").order_by("pk").last().subject == "Letters that did not arrive: 1"


def test_asking_takes_the_same_queries_for_1_and_30_people(cycle):
    with staged_at(DAY + timedelta(hours=14)), CaptureQueriesContext(connection) as for_few:
        duties.ask_digests()
    for n in range(29):
        people.person(f"more-{n}", is_staff=True)
    with staged_at(DAY + timedelta(hours=14)), CaptureQueriesContext(connection) as for_many:
        assert duties.ask_digests() == 58
    assert len(for_few) == len(for_many) == 5
    assert date(2026, 3, 9).isoformat() in Work.objects.first().key
