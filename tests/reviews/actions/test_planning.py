"""A plan: changed by hand within the rules, kept as a draft, published once; nothing that is read moves by itself."""

from datetime import timedelta

import pytest

from assessments.models import City
from criteria.queries import areas_of
from reviews.actions import assigning, planning
from reviews.models import Assignment, PlanDraft
from reviews.queries import plan as plans
from tests.factories import reviews as make
from wwc.outbox.models import Letter
from wwc.refusals import NotFound

NOW = make.NOW


def plan_of(cycle, user, slot="first"):
    return plans.plan(cycle, user, areas_of(cycle.standard), slot=slot)


def who(plan):
    """The reader of each line by city and area."""
    return {(line.assessment.city.name, line.area.code): line.member and line.member.person.name for line in plan.lines}


@pytest.fixture
def other(cycle, assessment):
    """A second city."""
    return make.submitted("Port Lindell", cycle)


@pytest.fixture
def readers(cycle, assessment, other):
    """Two readers of everything."""
    return make.reader(cycle), make.reader(cycle, "second")


def change(cycle, line, member, staff, slot="first"):
    return planning.change(cycle, slot=slot, changes={line.key: member and member.pk}, by=staff, at=NOW)


def test_a_change_keeps_everything_else_as_it_was(cycle, readers, staff):
    before = plan_of(cycle, staff)
    line = before.lines[0]
    to = next(each for each in readers if each != line.member)
    assert change(cycle, line, to, staff) == 1
    after = plan_of(cycle, staff)
    assert who(after) == {**who(before), ("Alder Reach", line.area.code): to.person.name}
    assert [each.why for each in after.lines].count("by_hand") == 1
    assert not Assignment.objects.exists()
    assert change(cycle, after.lines[0], to, staff) == 0
    # Somebody new would be proposed, but a draft does not move by itself.
    make.reader(cycle, "third")
    assert who(plan_of(cycle, staff)) == who(after)


def test_nobody_yet_is_a_choice_that_stays(cycle, readers, staff):
    line = plan_of(cycle, staff).lines[0]
    change(cycle, line, None, staff)
    assert plan_of(cycle, staff).lines[0].member is None
    assert len(planning.publish(cycle, slot="first", seen=plan_of(cycle, staff).digest, by=staff, at=NOW)) == 6
    assert plan_of(cycle, staff).lines[0].member is not None, "proposed again once the rest is published"


def test_rules_stand_against_a_change(cycle, assessment, other, readers, staff):
    def refused(member, words, slot="first", number=0):
        line = plan_of(cycle, staff, slot).lines[number]
        with pytest.raises(planning.Unlawful, match=words):
            change(cycle, line, member, staff, slot)

    refused(make.reader(cycle, "narrow", areas=["B"]), "does not read this area")
    refused(make.reader(cycle, "silent", declares=False), "not declared")
    refused(make.reader(cycle, "small", cap=1), "more than the person takes on")
    City.objects.filter(pk=assessment.city_id).update(language="es")
    refused(readers[0], "does not read the language")
    City.objects.filter(pk=assessment.city_id).update(language="en")
    make.find(make.assign(make.answer(assessment, "A1"), readers[0]))
    refused(readers[0], "another turn", "second")
    assert not PlanDraft.objects.exists()


def test_two_who_are_full_can_exchange(cycle, assessment, other, staff):
    one, two = make.reader(cycle, "one", cap=4), make.reader(cycle, "two", cap=4)
    plan = plan_of(cycle, staff)
    mine, theirs = (next(line for line in plan.lines if line.member == each) for each in (one, two))
    with pytest.raises(planning.Unlawful, match="takes on"):
        change(cycle, mine, two, staff)
    assert planning.change(cycle, slot="first", changes={mine.key: two.pk, theirs.key: one.pk}, by=staff, at=NOW) == 2


def test_it_is_published_as_it_was_seen_and_once(cycle, assessment, readers, staff):
    seen = plan_of(cycle, staff).digest
    change(cycle, plan_of(cycle, staff).lines[0], None, staff)
    with pytest.raises(planning.PlanMoved):
        planning.publish(cycle, slot="first", seen=seen, by=staff, at=NOW)
    assert not Assignment.objects.exists()
    planning.start_over(cycle, slot="first", by=staff, at=NOW)
    assert plan_of(cycle, staff).digest == seen
    assert len(planning.publish(cycle, slot="first", seen=seen, by=staff, at=NOW)) == 8
    with pytest.raises(planning.PlanMoved):
        planning.publish(cycle, slot="first", seen=seen, by=staff, at=NOW)
    assert Letter.objects.filter(kind="assigned").count() == 2, "one letter for each reader"
    assert not PlanDraft.objects.exists()


def test_one_city_is_published_alone_and_the_draft_keeps_the_rest(cycle, assessment, other, readers, staff):
    change(cycle, plan_of(cycle, staff).lines[-1], None, staff)
    before = who(plan_of(cycle, staff))
    seen = plan_of(cycle, staff).of(assessment).digest
    assert len(planning.publish(cycle, slot="first", seen=seen, only=assessment, by=staff, at=NOW)) == 4
    assert who(plan_of(cycle, staff)) == {key: name for key, name in before.items() if key[0] == "Port Lindell"}


def test_what_is_read_does_not_move_and_stepping_aside_opens_it_again(cycle, assessment, other, readers, staff):
    planning.publish(cycle, slot="first", seen=plan_of(cycle, staff).digest, by=staff, at=NOW)
    given = set(Assignment.objects.values_list("pk", "answer", "member"))
    late = make.submitted("Sable Point", cycle)
    for each in readers:
        make.declaring.declare_all(cycle, declared={}, by=each.person, at=NOW)
    plan = plan_of(cycle, staff)
    assert {line.assessment for line in plan.lines} == {late}
    with pytest.raises(planning.Unlawful, match="does not move"):
        planning.change(cycle, slot="first", changes={(assessment.pk, plan.lines[0].area.pk): None}, by=staff, at=NOW)
    planning.publish(cycle, slot="first", seen=plan.digest, by=staff, at=NOW)
    assert given <= set(Assignment.objects.filter(ended_at=None).values_list("pk", "answer", "member"))
    # One of the readers steps aside: the answer wants somebody again, and that is not the same person.
    mine = Assignment.objects.filter(member=readers[0]).first()
    assigning.recuse(mine, reason="I know the author.", by=readers[0].person, at=NOW)
    (line,) = plan_of(cycle, staff).lines
    assert (line.answers, line.member) == ((mine.answer_id,), readers[1])


def test_what_became_unlawful_in_a_draft_is_proposed_anew(cycle, assessment, other, readers, staff):
    line = plan_of(cycle, staff).lines[0]
    change(cycle, line, readers[0], staff) or change(cycle, line, readers[1], staff)
    chosen = plan_of(cycle, staff).lines[0].member
    city = line.assessment.city
    make.declaring.declare(cycle, city=city, state="declared", reason="My brother.", by=chosen.person, at=NOW + timedelta(hours=1))
    after = plan_of(cycle, staff).lines[0]
    assert after.member not in {None, chosen}
    assert after.why == "only_one"


def test_practice_leads_are_left_free_to_settle_but_can_be_chosen(cycle, assessment, staff):
    lead = make.reader(cycle, "area-lead", part="lead")
    plan = plan_of(cycle, staff)
    assert {line.member for line in plan.lines} == {None}
    assert [choice.member for choice in plan.choices(plan.lines[0])] == [lead]
    assert change(cycle, plan.lines[0], lead, staff) == 1
    assert plan_of(cycle, staff).lines[0].member == lead


def test_second_readers_change(cycle, staff):
    for number in range(6):
        make.submitted(f"City {number}", cycle)
    one, *others = (make.reader(cycle, name, cap=400) for name in ("one", "two", "three", "four"))
    for answer in make.Answer.objects.filter(criterion__code="A1"):
        make.find(make.assign(answer, one))
    plan = plan_of(cycle, staff, "second")
    given = [line.member for line in plan.lines]
    assert {given.count(each) for each in others} == {2}
    assert {line.why for line in plan.lines} == {"new_pair"}


def test_a_closed_city_is_in_no_plan_and_stays_in_the_draft(cycle, assessment, other, readers, staff):
    change(cycle, plan_of(cycle, staff).lines[0], None, staff)
    make.declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=staff, at=NOW)
    plan = plan_of(cycle, staff)
    assert {line.assessment for line in plan.lines} == {other}
    with pytest.raises(planning.Unlawful):
        planning.change(cycle, slot="first", changes={(assessment.pk, plan.lines[0].area.pk): None}, by=staff, at=NOW)
    planning.start_over(cycle, slot="first", by=staff, at=NOW)
    planning.publish(cycle, slot="first", seen=plan_of(cycle, staff).digest, by=staff, at=NOW)
    assert set(PlanDraft.objects.get().lines) == {plans.name((assessment.pk, area.pk)) for area in areas_of(cycle.standard)}
    assert not Assignment.objects.filter(answer__assessment=assessment).exists()


def test_only_the_program_plans(cycle, readers, director):
    line, reader = plan_of(cycle, director).lines[0], readers[0].person
    for act in (
        lambda: planning.change(cycle, slot="first", changes={line.key: None}, by=reader, at=NOW),
        lambda: planning.start_over(cycle, slot="first", by=reader, at=NOW),
        lambda: planning.publish(cycle, slot="first", seen="", by=reader, at=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    assert change(cycle, line, None, director) == 1
