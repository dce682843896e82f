"""Settling: agreement, splits, consensus, a third reader, a lead; ready and back."""

from datetime import UTC, datetime

import pytest

from assessments.actions import reopening
from assessments.lifecycle import Asked
from assessments.models import Assessment, Clarification
from reviews.actions import asking, resolving, validating
from reviews.jobs import splits
from reviews.models import Finding, Resolution
from reviews.queries import verdicts
from tests.factories import assessments as cases
from tests.factories import reviews as make
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW


@pytest.fixture
def core(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def plain(assessment):
    return make.answer(assessment, "A2")


@pytest.fixture
def split(core, member, second):
    """Two readings of the core criterion that differ."""
    first, other = make.assign(core, member), make.assign(core, second, "second")
    make.find(first)
    make.find(other, "not_met", rationale="The policy is a draft.")
    return core


def test_one_reading_is_enough_where_policy_says_so(plain, member):
    filed = make.find(make.assign(plain, member))
    settled = resolving.agree(plain, by=member.person, at=NOW)
    assert (settled.how, settled.verdict, settled.findings) == ("single", "met", [filed.pk])
    with pytest.raises(resolving.NothingToSettle):
        resolving.agree(plain, by=member.person, at=NOW)


def test_core_claims_need_two(core, member, second, staff):
    make.find(make.assign(core, member))
    assert verdicts.state_of(core) == "needs_second"
    with pytest.raises(resolving.ReadingMissing):
        resolving.agree(core, by=staff, at=NOW)
    make.find(make.assign(core, second, "second"))
    settled = resolving.agree(core, by=staff, at=NOW)
    assert (settled.how, settled.verdict, len(settled.findings)) == ("agreed", "met", 2)


def test_a_flag_and_a_second_assignment_and_doubt_ask_for_a_second(assessment, member, second):
    flagged, doubted = make.answer(assessment, "A2"), make.answer(assessment, "B1")
    make.find(make.assign(flagged, member), wants_second=True)
    make.find(make.assign(doubted, member), "cannot_judge")
    for answer in (flagged, doubted):
        assert verdicts.needs_second(answer)
        with pytest.raises(resolving.ReadingMissing):
            resolving.agree(answer, by=member.person, at=NOW)
    make.assign(flagged, second, "second")
    assert verdicts.state_of(flagged) == "first_in"


def test_agreed_not_met_carries_the_reasons_of_the_first(core, member, second):
    make.find(make.assign(core, member), "not_met", rationale="No date on it.")
    make.find(make.assign(core, second, "second"), "not_met", rationale="Old.")
    assert resolving.agree(core, by=member.person, at=NOW).rationale == "No date on it."


def test_a_split_is_not_agreed(split, staff):
    assert verdicts.state_of(split) == "split"
    with pytest.raises(resolving.StillSplit):
        resolving.agree(split, by=staff, at=NOW)


def test_a_director_settles_with_reasons(split, director):
    with pytest.raises(resolving.ReasonsMissing):
        resolving.settle(split, verdict="met", rationale=" ", by=director, at=NOW)
    settled = resolving.settle(split, verdict="met", rationale="Signed in March.", by=director, at=NOW)
    assert (settled.how, settled.verdict) == ("lead", "met")
    with pytest.raises(resolving.NoSplit):
        resolving.settle(split, verdict="met", rationale="Again.", by=director, at=NOW)


def test_who_settles_is_a_lead_of_the_area_or_director_and_no_reader(split, member, staff, cycle):
    with pytest.raises(NotAllowed):
        resolving.settle(split, verdict="met", rationale="x", by=member.person, at=NOW)
    with pytest.raises(NotAllowed):
        resolving.settle(split, verdict="met", rationale="x", by=staff, at=NOW)
    outside = make.reader(cycle, "lead-b", part="lead", areas=["B"])
    with pytest.raises(NotFound):
        resolving.settle(split, verdict="met", rationale="x", by=outside.person, at=NOW)
    also_lead = make.assigning.add_member(cycle, person=member.person, part="lead", by=staff, at=NOW)
    with pytest.raises(NotAllowed, match="read this answer yourself"):
        resolving.settle(split, verdict="met", rationale="x", by=also_lead.person, at=NOW)
    lead = make.reader(cycle, "lead-a", part="lead", areas=["A"])
    assert resolving.settle(split, verdict="not_met", rationale="A draft.", by=lead.person, at=NOW).how == "lead"


def propose(answer, by, verdict="not_met", why="It is a draft."):
    return resolving.propose_consensus(answer, verdict=verdict, rationale=why, by=by, at=NOW)


def test_a_consensus_is_proposed_by_one_and_accepted_by_the_other(split, member, second, staff):
    with pytest.raises(NotFound):
        propose(split, staff)
    with pytest.raises(resolving.ReasonsMissing):
        propose(split, member.person, why=" ")
    accord = propose(split, member.person)
    assert verdicts.state_of(split) == "split"  # a proposal settles nothing
    with pytest.raises(resolving.OnesOwn):
        resolving.accept_consensus(accord, by=member.person, at=NOW)
    with pytest.raises(NotFound):
        resolving.accept_consensus(accord, by=staff, at=NOW)
    settled = resolving.accept_consensus(accord, by=second.person, at=NOW)
    assert (settled.how, settled.verdict, settled.resolved_by) == ("consensus", "not_met", second.person)
    assert settled.rationale == "It is a draft."
    assert Finding.objects.filter(answer=split).count() == 2
    with pytest.raises(resolving.NoSplit):
        resolving.accept_consensus(accord, by=second.person, at=NOW)


def test_only_the_latest_proposal_is_accepted(split, member, second):
    first = propose(split, member.person)
    counter = propose(split, second.person, "met", "It was signed in March.")
    with pytest.raises(resolving.OtherProposal):
        resolving.accept_consensus(first, by=second.person, at=NOW)
    assert resolving.accept_consensus(counter, by=member.person, at=NOW).verdict == "met"


def test_a_proposal_is_on_one_version(split, member, second, assessment):
    accord = propose(split, member.person)
    make.version(split)
    for reading in split.assignments.order_by("pk"):
        make.find(reading, "met" if reading.member == member else "not_met")
    with pytest.raises(resolving.OtherProposal):
        resolving.accept_consensus(accord, by=second.person, at=NOW)


def test_with_a_third_reader_the_two_settle_no_more(split, cycle, member, second):
    accord = propose(split, member.person)
    make.assign(split, make.reader(cycle, "third"), "third")
    for act in (lambda: propose(split, member.person), lambda: resolving.accept_consensus(accord, by=second.person, at=NOW)):
        with pytest.raises(resolving.PassedOn):
            act()


def test_reasons_that_name_a_reader_settle_nothing(split, director, member, second):
    member.person.name = "Grace Long"
    member.person.save()
    for act in (
        lambda: resolving.settle(split, verdict="met", rationale="Grace Long was right.", by=director, at=NOW),
        lambda: propose(split, second.person, why="As grace long says."),
        lambda: make.find(make.assign(make.answer(split.assessment, "A2"), second), "not_met", rationale="Not what Grace Long saw."),
    ):
        with pytest.raises(asking.NamesReader):
            act()
    assert resolving.settle(split, verdict="met", rationale="It took a long time.", by=director, at=NOW)


def test_the_readers_of_a_split_hear_of_it_and_later_the_lead(core, cycle, assessment, member, second):
    lead = make.reader(cycle, "lead-a", part="lead", areas=["A"])
    make.reader(cycle, "lead-b", part="lead", areas=["B"])
    make.find(make.assign(core, member))
    assert not Letter.objects.filter(kind="split").exists()
    make.find(make.assign(core, second, "second"), "not_met")
    told = Letter.objects.filter(kind="split")
    assert set(told.values_list("to", flat=True)) == {member.person_id, second.person_id}
    work = Work.objects.get(kind="pass_on_split")
    assert work.due_at == datetime(2026, 3, 9, 21, tzinfo=UTC)  # five business days, five o'clock in the program's zone
    splits.pass_on(**work.args)
    splits.pass_on(**work.args)
    assert list(told.exclude(to__in=[member.person, second.person]).values_list("to", flat=True)) == [lead.person_id]


def test_passing_on_tells_the_lead_now_and_without_one_staff(split, member, staff):
    resolving.pass_on(split, by=member.person, at=NOW)
    work = Work.objects.get(key__endswith=":asked")
    assert work.due_at == NOW
    splits.pass_on(**work.args)
    assert Letter.objects.filter(kind="split", to=staff).count() == 1


def test_nobody_is_told_of_a_split_that_is_settled_or_read_by_a_third(split, cycle, member, second, staff):
    work = Work.objects.get(kind="pass_on_split")
    third = make.assign(split, make.reader(cycle, "third"), "third")
    splits.pass_on(**work.args)
    make.find(third, "not_met", rationale="A draft.")
    splits.pass_on(**work.args)
    assert not Letter.objects.filter(kind="split", to=staff).exists()


def test_a_third_reader_decides(split, cycle, staff):
    third = make.assign(split, make.reader(cycle, "third"), "third")
    with pytest.raises(resolving.StillSplit):
        resolving.agree(split, by=staff, at=NOW)
    with pytest.raises(resolving.ReadingMissing):
        resolving.settle(split, verdict="met", rationale="x", by=make.person("boss", is_director=True), at=NOW)
    make.find(third, rationale="Annex B is signed.")
    settled = resolving.agree(split, by=staff, at=NOW)
    assert (settled.how, settled.verdict, settled.rationale, len(settled.findings)) == ("third", "met", "Annex B is signed.", 3)


def test_a_third_who_cannot_judge_leaves_it_split(split, cycle, director):
    make.find(make.assign(split, make.reader(cycle, "third"), "third"), "cannot_judge")
    assert verdicts.state_of(split) == "split"
    assert resolving.settle(split, verdict="not_met", rationale="Nothing signed.", by=director, at=NOW)


def test_two_who_cannot_judge_are_a_split(core, member, second):
    make.find(make.assign(core, member), "cannot_judge")
    make.find(make.assign(core, second, "second"), "cannot_judge")
    assert verdicts.state_of(core) == "split"


def test_a_stale_reading_is_missing(core, member, second, staff):
    first = make.assign(core, member)
    make.find(first)
    make.find(make.assign(core, second, "second"))
    make.version(core)
    with pytest.raises(resolving.ReadingMissing):
        resolving.agree(core, by=staff, at=NOW)
    make.find(first)
    with pytest.raises(resolving.ReadingMissing):
        resolving.agree(core, by=staff, at=NOW)


def test_an_open_question_waits(split, member, director, assessment):
    Clarification.objects.create(
        answer=split, text="?", status=Asked.SENT, asked_at=NOW, asked_by=member.person, sent_at=NOW, sent_by=member.person, due_at=NOW
    )
    with pytest.raises(resolving.QuestionOpen):
        resolving.settle(split, verdict="met", rationale="x", by=director, at=NOW)


def test_agree_all_takes_what_is_agreed_and_leaves_the_rest(split, plain, assessment, member, second, staff):
    make.find(make.assign(plain, second))
    assert [row.answer for row in resolving.agree_all(assessment, by=staff, at=NOW)] == [plain]
    assert resolving.agree_all(assessment, by=staff, at=NOW) == []


def test_a_reader_agrees_only_what_they_read(plain, assessment, member, second, stranger):
    make.find(make.assign(plain, second))
    make.assign(make.answer(assessment, "B1"), member)
    assert resolving.agree_all(assessment, by=member.person, at=NOW) == []
    with pytest.raises(NotFound):
        resolving.agree(plain, by=member.person, at=NOW)
    with pytest.raises(NotFound):
        resolving.agree_all(assessment, by=stranger, at=NOW)


def read_all(assessment, member, second):
    """Everything of the assessment read and settled."""
    for code in ("A1", "A2", "B1", "B2"):
        answer = make.answer(assessment, code)
        first = make.assign(answer, member)
        if code == "B2":
            validating.confirm_as_city_says(assessment, answers=[answer], by=member.person, at=NOW)
            continue
        make.find(first)
        if code == "A1":
            make.find(make.assign(answer, second, "second"))
    resolving.agree_all(assessment, by=member.person, at=NOW)


def test_ready_asks_for_the_score_once_for_each_declaration(assessment, member, second, staff, director):
    read_all(assessment, member, second)
    assert verdicts.settled(assessment) == {"A1": "met", "A2": "met", "B1": "met", "B2": "not_met"}
    sent = set(Letter.objects.values_list("kind", flat=True))
    resolving.declare_ready(assessment, by=staff, at=NOW)
    assert Assessment.objects.get(pk=assessment.pk).status == "ready"
    work = Work.objects.get(kind="score_assessment")
    assert (work.args, work.city_id) == ({"assessment_id": assessment.pk}, assessment.city_id)
    # Nothing is told at this moment: a letter would betray it.
    assert set(Letter.objects.values_list("kind", flat=True)) == sent
    with pytest.raises(resolving.NotInReview):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    with pytest.raises(Exception, match="reason"):
        resolving.send_back(assessment, reason="", by=director, at=NOW)
    resolving.send_back(assessment, reason="One answer was read in haste.", by=director, at=NOW)
    assert assessment.status == "in_review"
    resolving.declare_ready(assessment, by=director, at=NOW.replace(hour=16))
    assert Work.objects.filter(kind="score_assessment").count() == 2


def test_ready_waits_for_every_answer_and_every_required_question(assessment, member, second, staff, plain):
    with pytest.raises(resolving.NotInReview):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    make.assign(make.answer(assessment, "B1"), make.reader(assessment.cycle, "extra"))
    assessment.refresh_from_db()
    with pytest.raises(resolving.NotReady, match="4 answers have no settled verdict"):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    with pytest.raises(verdicts.Incomplete):
        verdicts.settled(assessment)


def test_a_required_question_blocks_and_a_suggestion_does_not(assessment, member, second, staff, plain):
    read_all(assessment, member, second)
    asked = asking.ask_about(plain, text="Where?", by=staff, at=NOW)
    with pytest.raises(resolving.NotReady, match="1 required question"):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    Clarification.objects.filter(pk=asked.pk).update(required=False)
    resolving.declare_ready(assessment, by=staff, at=NOW)


def test_a_version_after_the_verdict_unsettles_it(assessment, member, second, staff, plain):
    read_all(assessment, member, second)
    make.version(plain)
    assert verdicts.state_of(plain) == "stale"
    with pytest.raises(resolving.NotReady):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    make.find(plain.assignments.get(), "not_met", rationale="It is gone.")
    resolving.agree(plain, by=member.person, at=NOW)
    assert verdicts.settled(assessment)["A2"] == "not_met"
    assert Resolution.objects.filter(answer=plain).count() == 2


def test_only_the_program_declares_ready(assessment, member, second):
    read_all(assessment, member, second)
    with pytest.raises(NotFound):
        resolving.declare_ready(assessment, by=member.person, at=NOW)


def test_an_answer_that_is_open_again_blocks_and_its_newer_version_unsettles(assessment, member, second, staff, plain):
    read_all(assessment, member, second)
    case = Assessment.objects.get(pk=assessment.pk)
    asked = cases.opened_again(case, "A2", by=make.lead_of(case.city))
    assert verdicts.state_of(plain) == "waiting"
    with pytest.raises(resolving.NotReady, match="1 answer is open again"):
        resolving.declare_ready(assessment, by=staff, at=NOW)
    make.version(plain)
    with pytest.raises(validating.QuestionOpen, match="open again"):
        make.find(plain.assignments.get())
    reopening.finish(asked, by=staff, at=NOW)
    assert verdicts.state_of(plain) == "stale"
    with pytest.raises(resolving.NotReady, match="no settled verdict"):
        resolving.declare_ready(assessment, by=staff, at=NOW)
