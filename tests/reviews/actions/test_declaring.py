"""Declaring: silence is not an answer, a conflict closes the city everywhere and ends readings there."""

import pytest

from assessments.models import Conflict
from reviews.actions import assigning, declaring
from reviews.models import Assignment
from reviews.queries import board, declarations, desk
from tests.factories import reviews as make
from tests.factories.people import person
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW


def test_silence_is_no_answer(cycle, assessment):
    silent = make.reader(cycle, "silent", declares=False)
    with pytest.raises(assigning.NotDeclared):
        make.assign(make.answer(assessment, "A1"), silent)
    declaring.declare(cycle, city=assessment.city, state="none", by=silent.person, at=NOW)
    assert make.assign(make.answer(assessment, "A1"), silent).slot == "first"


def test_declare_all_answers_for_every_city(cycle, assessment):
    other = make.submitted("Port Lindell", cycle)
    member = make.reader(cycle, declares=False)
    assert declarations.undeclared(member.person, cycle) == 2
    declaring.declare_all(cycle, declared={other.city_id: "My sister works there."}, by=member.person, at=NOW)
    said = declarations.said_by(member.person, cycle)
    assert {pk: row.state for pk, row in said.items()} == {assessment.city_id: "none", other.city_id: "declared"}
    assert declarations.undeclared(member.person, cycle) == 0


def test_a_conflict_needs_words_and_a_city_of_the_cycle(cycle, assessment):
    member = make.reader(cycle, declares=False)
    with pytest.raises(declaring.SayWhy):
        declaring.declare_all(cycle, declared={assessment.city_id: "  "}, by=member.person, at=NOW)
    with pytest.raises(declaring.NotInCycle):
        declaring.declare(cycle, city=make.city("Elsewhere"), state="none", by=member.person, at=NOW)
    assert not Conflict.objects.exists()


def test_a_declared_conflict_is_lifted_by_staff_alone(cycle, assessment, member, staff):
    declaring.declare(cycle, city=assessment.city, state="declared", reason="Worked there.", by=member.person, at=NOW)
    with pytest.raises(declaring.OnlyWaived):
        declaring.declare(cycle, city=assessment.city, state="none", by=member.person, at=NOW)
    conflict = Conflict.objects.get(person=member.person)
    with pytest.raises(NotFound):
        declaring.waive(conflict, reason="Long ago.", by=member.person, at=NOW)
    with pytest.raises(declaring.SayWhy):
        declaring.waive(conflict, reason=" ", by=staff, at=NOW)
    assert declaring.waive(conflict, reason="Ten years ago.", by=staff, at=NOW).state == "waived"
    assert make.assign(make.answer(assessment, "A1"), member)
    # Declaring for all cities again later leaves the waiver as it is.
    declaring.declare_all(cycle, declared={}, by=member.person, at=NOW)
    assert Conflict.objects.get(pk=conflict.pk).state == "waived"


def test_nobody_waives_their_own(cycle, assessment, staff):
    declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=staff, at=NOW)
    with pytest.raises(NotAllowed):
        declaring.waive(Conflict.objects.get(person=staff), reason="Never mind.", by=staff, at=NOW)


def test_a_conflict_closes_the_city_everywhere(cycle, assessment, member):
    answer = make.answer(assessment, "A1")
    proof = make.document(answer)
    make.assign(answer, member)
    make.assign(make.answer(assessment, "A2"), member)
    assert desk.assignments_visible_to(member.person).count() == 2
    assert desk.evidence_readable_by(member.person).filter(pk=proof.pk).exists()
    declaring.declare(cycle, city=assessment.city, state="declared", reason="Worked there.", by=member.person, at=NOW)
    assert not Assignment.objects.filter(member=member, ended_at=None).exists()
    assert not desk.assignments_visible_to(member.person).exists()
    assert not desk.answers_readable_by(member.person).exists()
    assert not desk.evidence_readable_by(member.person).exists()
    ended = Event.objects.get(verb="recused")
    assert (ended.city_id, ended.data["criteria"], ended.by) == (assessment.city_id, ["A1", "A2"], member.person)


def test_staff_in_conflict_lose_the_city_from_board_and_actions(cycle, assessment, member, staff):
    other = make.submitted("Port Lindell", cycle)
    assert {row.pk for row in desk.assessments_judged_by(staff)} == {assessment.pk, other.pk}
    declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=staff, at=NOW)
    assert {row.pk for row in desk.assessments_judged_by(staff)} == {other.pk}
    assert board.counts(cycle, staff, NOW)["submitted"] == 1
    with pytest.raises(NotFound):
        assigning.assign(make.answer(assessment, "A1"), member=member, by=staff, at=NOW)


def test_members_of_a_city_are_in_conflict_by_rule(cycle, assessment):
    lead = make.lead_of(assessment.city)
    panelist = assigning.add_member(cycle, person=lead, by=person("staff"), at=NOW)
    declaring.declare_all(cycle, declared={}, by=lead, at=NOW)
    with pytest.raises(declaring.OwnCity):
        declaring.declare(cycle, city=assessment.city, state="none", by=lead, at=NOW)
    with pytest.raises(assigning.NotDeclared):
        make.assign(make.answer(assessment, "A1"), panelist)


def test_a_conflict_of_an_earlier_cycle_still_closes(cycle, assessment, member):
    earlier = make.cycle("c23")
    said = {"state": "declared", "reason": "x", "said_at": NOW, "said_by": member.person}
    Conflict.objects.create(person=member.person, city=assessment.city, cycle=earlier, **said)
    with pytest.raises(assigning.NotDeclared):
        make.assign(make.answer(assessment, "A1"), member)


def test_staff_record_what_was_found(cycle, assessment, member, staff):
    make.assign(make.answer(assessment, "A1"), member)
    with pytest.raises(NotFound):
        declaring.record_found(cycle, person=member.person, city=assessment.city, reason="Paid.", by=member.person, at=NOW)
    found = declaring.record_found(cycle, person=member.person, city=assessment.city, reason="Paid by them.", by=staff, at=NOW)
    assert (found.state, found.said_by) == ("found", staff)
    assert not desk.assignments_visible_to(member.person).exists()


def test_only_people_of_the_cycle_declare(cycle, assessment, stranger):
    with pytest.raises(NotFound):
        declaring.declare_all(cycle, declared={}, by=stranger, at=NOW)


def test_a_new_city_waits_for_a_word_and_events_name_no_unchanged_one(cycle, assessment, member):
    before = Event.objects.filter(verb="declared_none").count()
    declaring.declare_all(cycle, declared={}, by=member.person, at=NOW)
    assert Event.objects.filter(verb="declared_none").count() == before
    make.submitted("Port Lindell", cycle)
    assert declarations.undeclared(member.person, cycle) == 1
