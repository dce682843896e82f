"""Who joins a city's team reads nothing of it any more, and the reading is free for somebody else."""

from assessments.models import Membership
from reviews.jobs.readings import end_readings_of_members
from reviews.queries import desk
from tests.factories import reviews as make
from wwc.audit.models import Event


def test_joining_a_team_ends_the_readings_there_once(cycle, assessment, member):
    other = make.submitted("Port Lindell", cycle)
    make.declaring.declare_all(cycle, declared={}, by=member.person, at=make.NOW)
    ended, kept = make.assign(make.answer(assessment, "A1"), member), make.assign(make.answer(other, "A1"), member)
    assert end_readings_of_members() == 0
    Membership.objects.create(city=assessment.city, person=member.person, role="contributor", added_at=make.NOW)
    assert list(desk.assignments_visible_to(member.person)) == [kept]
    assert end_readings_of_members() == 1
    assert end_readings_of_members() == 0
    ended.refresh_from_db()
    assert ended.ended_by == member.person
    event = Event.objects.get(verb="recused")
    assert (event.by, event.city_id, event.data["criteria"]) == (None, assessment.city_id, ["A1"])
    assert make.assign(make.answer(assessment, "A1"), make.reader(cycle, "other-reader")).slot == "first"
