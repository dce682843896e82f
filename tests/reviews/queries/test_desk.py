"""The one question about one assignment and the one about all of them have the same answer."""

import itertools

import pytest

from assessments.lifecycle import Status
from assessments.models import Assessment, Conflict, ConflictState, Membership
from reviews.models import Assignment, PanelMember
from reviews.queries import desk
from tests.factories import reviews as make
from tests.factories.reviews import NOW

pytestmark = pytest.mark.django_db
SAID = [None, *ConflictState.values]


@pytest.fixture
def mine(assessment, member):
    """What the reader has to read."""
    return make.assign(make.answer(assessment, "A2"), member)


def conflict(person, city, cycle, state):
    """Whatever was said of the city in that cycle, where something was."""
    Conflict.objects.filter(person=person, city=city, cycle=cycle).delete()
    if state:
        Conflict.objects.create(person=person, city=city, cycle=cycle, state=state, reason="Known.", said_at=NOW, said_by=person)


@pytest.mark.parametrize(("here", "elsewhere"), list(itertools.product(SAID, SAID)))
def test_what_was_said_here_and_in_another_cycle(mine, member, assessment, cycle, here, elsewhere):
    other = make.cycle("c24")
    conflict(member.person, assessment.city, cycle, here)
    conflict(member.person, assessment.city, other, elsewhere)
    is_mine = desk.assignments_visible_to(member.person).filter(pk=mine.pk).exists()
    assert desk.is_reading(member.person, mine) is is_mine
    assert is_mine is (here in {"none", "waived"} and elsewhere not in {"declared", "found"})


@pytest.mark.parametrize("what", ["nothing", "ended", "left", "member", "withdrawn", "somebody else"])
def test_what_else_ends_it(mine, member, second, assessment, what):
    who = second.person if what == "somebody else" else member.person
    if what == "ended":
        Assignment.objects.filter(pk=mine.pk).update(ended_at=NOW, ended_by=who)
    elif what == "left":
        PanelMember.objects.filter(pk=member.pk).update(left_at=NOW, left_by=who)
    elif what == "member":
        Membership.objects.create(city=assessment.city, person=who, role="contributor", added_at=NOW, added_by=who)
    elif what == "withdrawn":
        Assessment.objects.filter(pk=assessment.pk).update(status=Status.WITHDRAWN)
    is_mine = desk.assignments_visible_to(who).filter(pk=mine.pk).exists()
    assert desk.is_reading(who, mine) is is_mine is (what == "nothing")
