"""A word of conflict beside an assignment, an emergency and a letter to many beside themselves."""

import pytest
from django.utils import timezone

from assessments.models import BrokenGlass, Conflict
from reviews.actions import breaking, declaring, writing
from reviews.models import Assignment, PanelMember
from reviews.queries import audiences
from tests.factories import people
from tests.factories import reviews as make
from tests.support.racing import at_once
from wwc.outbox.models import Letter

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("standing", "postgres")]


def test_a_conflict_said_beside_an_assignment_leaves_no_reading():
    """Whichever is first: the assignment is refused, or it ends with the word."""
    cycle = make.cycle()
    for turn in range(8):
        case = make.submitted(f"City {turn}", cycle)
        member = make.reader(cycle, f"reader-{turn}")
        at_once(
            lambda case=case, member=member: make.assign(make.answer(case, "A1"), PanelMember.objects.get(pk=member.pk)),
            lambda case=case, member=member: declaring.declare(
                cycle, city=case.city, state="declared", reason="My town.", by=member.person, at=make.NOW
            ),
        )
        assert Conflict.objects.get(person=member.person, city=case.city).state == "declared"
        assert not Assignment.objects.filter(member=member, ended_at=None).exists()


def test_one_emergency_opens_once():
    cycle = make.cycle()
    case = make.submitted("Alder Reach", cycle)
    director = people.person("director", is_director=True)
    people.person("second-director", is_director=True)
    declaring.declare(cycle, city=case.city, state="declared", reason="My town.", by=director, at=make.NOW)
    given = at_once(
        *[lambda: breaking.break_glass(case.city, reason="A leak.", minutes=15, by=director, at=timezone.now()) for _ in range(6)]
    )
    assert {each.pk for each in given} == {BrokenGlass.objects.get().pk}
    assert Letter.objects.filter(kind="glass_broken").count() == 1


def test_a_letter_to_many_that_is_pressed_twice_goes_once():
    staff = people.person("staff", is_staff=True)
    for n in range(40):
        people.person(f"reader-{n}")
    said = {"subject": "Soon", "words": "Soon.", "seen": audiences.whom("people", {}, staff, make.NOW).digest}
    given = at_once(*[lambda: writing.write("people", asked={}, **said, by=staff, at=timezone.now()) for _ in range(4)])
    assert sorted(given) == [0, 0, 0, Letter.objects.filter(kind="message").count()]
    assert Letter.objects.filter(kind="message").count() >= 41
