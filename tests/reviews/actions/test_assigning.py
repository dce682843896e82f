"""Assigning: every rule that stands against it, the first one moves into review, one letter."""

from datetime import timedelta

import pytest

from assessments.models import Assessment, City
from reviews.actions import assigning
from reviews.models import Assignment
from reviews.queries import desk
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.outbox.models import Letter
from wwc.refusals import NotFound, Refusal

NOW = make.NOW


def answers(assessment):
    return list(assessment.answers.select_related("assessment", "criterion").order_by("criterion__position"))


def test_the_first_assignment_moves_into_review(assessment, member, staff):
    first, second = answers(assessment)[:2]
    made = assigning.assign(first, member=member, by=staff, at=NOW)
    assert made.due_at == NOW + timedelta(days=28)
    assert Assessment.objects.get(pk=assessment.pk).status == "in_review"
    assigning.assign(second, member=member, by=staff, at=NOW + timedelta(minutes=1))
    assert Event.objects.filter(verb="moved", subject_id=assessment.pk).count() == 1


def test_many_at_once_are_one_event_and_one_letter_that_names_no_city(assessment, member, staff):
    made = assigning.assign_many(assessment, member=member, answers=answers(assessment), by=staff, at=NOW)
    assert len(made) == 4
    assert assessment.status == "in_review"
    event = Event.objects.get(verb="assigned")
    assert (event.city_id, event.data["criteria"]) == (assessment.city_id, ["A1", "A2", "B1", "B2"])
    letter = Letter.objects.get(kind="assigned")
    assert letter.to == member.person
    assert letter.city_id is None
    assert "Alder" not in letter.subject + letter.body
    assert desk.loads([member.pk]) == {member.pk: 4}


def test_only_staff_assign(assessment, member):
    with pytest.raises(NotFound):
        assigning.assign(answers(assessment)[0], member=member, by=member.person, at=NOW)


def test_rules_of_area_cap_slot_and_cycle(cycle, assessment, member, second):
    first = answers(assessment)[0]
    narrow = make.reader(cycle, "narrow", areas=["B"])
    with pytest.raises(assigning.OtherArea):
        make.assign(first, narrow)
    small = make.reader(cycle, "small", cap=1)
    make.assign(answers(assessment)[2], small)
    with pytest.raises(assigning.OverCap):
        make.assign(answers(assessment)[3], small)
    make.assign(first, member)
    with pytest.raises(assigning.Taken):
        make.assign(first, second)
    with pytest.raises(assigning.Taken):
        make.assign(first, member, "second")
    with pytest.raises(assigning.NotAssignable, match="differ"):
        make.assign(first, second, "third")
    elsewhere = make.reader(make.cycle("c23"), "elsewhere")
    with pytest.raises(assigning.NotAssignable, match="panel"):
        make.assign(first, elsewhere, "second")


def test_a_reader_reads_the_language_of_the_city(cycle, assessment, member):
    City.objects.filter(pk=assessment.city_id).update(language="es")
    with pytest.raises(assigning.OtherLanguage):
        make.assign(answers(assessment)[0], member)
    assert make.assign(answers(assessment)[0], make.reader(cycle, "both", languages=["en", "es"]))


def test_a_drafting_assessment_is_not_assigned(cycle, member, assessment):
    Assessment.objects.filter(pk=assessment.pk).update(status="drafting")
    with pytest.raises(assigning.NotRead):
        make.assign(answers(assessment)[0], member)


def test_all_or_nothing(cycle, assessment, member, second, staff):
    make.assign(answers(assessment)[3], second)
    with pytest.raises(assigning.Taken):
        assigning.assign_many(assessment, member=member, answers=answers(assessment), by=staff, at=NOW)
    assert Assignment.objects.count() == 1


def test_a_plan_is_published_whole_with_one_letter_for_each_reader(cycle, assessment, member, second, staff):
    other = make.submitted("Port Lindell", cycle)
    for each in (member, second):
        make.declaring.declare_all(cycle, declared={}, by=each.person, at=NOW)
    mine, theirs = answers(assessment), answers(other)
    picks = [
        assigning.Picked(assessment, member, mine[:2]), assigning.Picked(assessment, second, mine[2:]),
        assigning.Picked(other, member, theirs[:2]), assigning.Picked(other, second, theirs[2:]),
    ]  # fmt: skip
    assert len(assigning.publish_plan(cycle, picks=picks, by=staff, at=NOW)) == 8
    assert set(Letter.objects.filter(kind="assigned").values_list("to__name", flat=True)) == {"Reader", "Second"}
    assert {assessment.status, other.status} == {"in_review"}
    with pytest.raises(assigning.Taken):
        assigning.publish_plan(cycle, picks=picks, by=staff, at=NOW)


def test_the_cap_counts_the_whole_plan(cycle, assessment, staff):
    small = make.reader(cycle, "small", cap=3)
    mine = answers(assessment)
    picks = [assigning.Picked(assessment, small, mine[:2]), assigning.Picked(assessment, small, mine[2:])]
    with pytest.raises(assigning.OverCap):
        assigning.publish_plan(cycle, picks=picks, by=staff, at=NOW)


def test_stepping_aside_frees_the_reading_and_keeps_the_row(assessment, member, second):
    answer = answers(assessment)[0]
    mine = make.assign(answer, member)
    make.find(mine)
    with pytest.raises(Refusal):
        assigning.recuse(mine, reason=" ", by=member.person, at=NOW)
    with pytest.raises(NotFound):
        assigning.recuse(mine, reason="Busy.", by=second.person, at=NOW)
    assigning.recuse(mine, reason="I know the author.", by=member.person, at=NOW)
    assert make.assign(answer, second)
    assert Assignment.objects.filter(answer=answer).count() == 2
    assert Event.objects.get(verb="recused").reason == "I know the author."
    # Somebody who has filed once is not blind any more.
    with pytest.raises(assigning.Taken):
        make.assign(answer, member, "second")


def test_panel(cycle, member, staff, stranger):
    with pytest.raises(assigning.OnPanel):
        assigning.add_member(cycle, person=member.person, by=staff, at=NOW)
    with pytest.raises(NotFound):
        assigning.add_member(cycle, person=stranger, by=stranger, at=NOW)
    assert Letter.objects.filter(kind="conflict_request", to=member.person).count() == 1
    assigning.remove_member(member, reason="Moved on.", by=staff, at=NOW)
    assert assigning.add_member(cycle, person=member.person, by=staff, at=NOW).pk != member.pk


def test_settled_answers_are_not_assigned_again(assessment, member, second):
    answer = answers(assessment)[1]
    make.find(make.assign(answer, member))
    make.resolving.agree(answer, by=member.person, at=NOW)
    with pytest.raises(assigning.NotAssignable, match="verdict already"):
        make.assign(answer, second, "second")
