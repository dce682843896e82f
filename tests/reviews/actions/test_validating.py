"""Reading: every refusal, independence, stale verdicts, the list of what the city does not claim, questions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments.lifecycle import Asked
from assessments.models import Answer, Assessment, Clarification
from reviews.actions import asking, assigning, declaring, drafting, resolving, validating
from reviews.models import Finding, Resolution
from reviews.queries import desk, questions, verdicts
from tests.factories import reviews as make
from wwc.outbox.models import Letter
from wwc.refusals import NotFound, Refusal

NOW = make.NOW


@pytest.fixture
def answer(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(answer, member):
    return make.assign(answer, member)


def test_a_finding_names_its_version_and_reading(mine, answer):
    found = make.find(mine, internal_note=" n ", confidence="sure")
    assert (found.version, found.assignment, found.verdict, found.ticks) == (answer.current, mine, "met", [1, 2])
    assert (found.internal_note, found.filed_by) == ("n", mine.member.person)


def test_few_queries(mine, answer, member):
    with CaptureQueriesContext(connection) as captured:
        validating.record_finding(mine, version=answer.current, verdict="met", ticks=[1, 2], by=member.person, at=NOW)
    sql = [q["sql"] for q in captured if "SAVEPOINT" not in q["sql"]]
    assert len(sql) == 11, sql  # one of them once for the edition


def test_only_the_live_reader(mine, second, staff, member):
    row = mine.answer
    for who in (second.person, staff, make.lead_of(row.assessment.city)):
        with pytest.raises(NotFound):
            validating.record_finding(mine, version=row.current, verdict="met", ticks=[1, 2], by=who, at=NOW)
    assigning.recuse(mine, reason="Busy.", by=member.person, at=NOW)
    with pytest.raises(NotFound):
        make.find(mine)
    assert not Finding.objects.exists()


def test_only_the_current_version(mine, answer):
    old = answer.current
    make.version(answer)
    with pytest.raises(validating.ChangedMeanwhile):
        validating.record_finding(mine, version=old, verdict="met", ticks=[1, 2], by=mine.member.person, at=NOW)


@pytest.mark.parametrize(("verdict", "ticks"), [("not_met", [1]), ("not_met", [1, 2, 3]), ("cannot_judge", []), ("met", [1]), ("met", [])])
def test_reasons_are_needed(mine, verdict, ticks):
    with pytest.raises(validating.RationaleMissing):
        make.find(mine, verdict, ticks=ticks, rationale="  ")
    assert make.find(mine, verdict, ticks=ticks, rationale="Because.").rationale == "Because."


def test_nonsense_is_refused(mine):
    for rationale in ("", "Seen."):
        with pytest.raises(validating.UnknownTick):
            make.find(mine, ticks=[1, 4], rationale=rationale)
    with pytest.raises(Refusal):
        make.find(mine, "perhaps")


def test_not_before_or_after_reading(mine, assessment):
    Assessment.objects.filter(pk=assessment.pk).update(status="ready")
    with pytest.raises(validating.NotReadNow):
        make.find(mine)


def test_not_once_settled(mine, answer, second, assessment):
    other = make.assign(answer, second, "second")
    make.find(mine)
    make.find(other)
    resolving.agree(answer, by=mine.member.person, at=NOW)
    with pytest.raises(validating.AlreadySettled):
        make.find(mine)


def test_a_later_finding_supersedes_until_the_other_is_shown(mine, answer, second):
    other = make.assign(answer, second, "second")
    make.find(mine)
    make.find(mine, "not_met")
    assert [f.verdict for f in verdicts.live_findings(answer)] == ["not_met"]
    make.find(other)
    make.find(mine, "cannot_judge")  # both are in, and neither has been shown to the other's reader
    drafting.look(make.fresh(mine), other=True, by=mine.member.person, at=NOW)
    with pytest.raises(validating.OtherShown):
        make.find(mine)
    make.find(other)
    assert Finding.objects.count() == 5
    make.version(answer)  # the next version is read blind again
    make.find(mine)
    make.find(other)
    make.find(mine, "not_met")


def test_another_reading_is_seen_only_after_ones_own(mine, answer, second, staff, director):
    other = make.assign(answer, second, "second")
    filed = make.find(mine)
    assert not desk.findings_visible(second.person, answer).exists()
    assert not desk.findings_visible(staff, answer).exists()
    assert not desk.findings_visible(director, answer).exists()
    own = make.find(other, "not_met")
    for who in (second.person, mine.member.person, staff, director):
        assert set(desk.findings_visible(who, answer)) == {filed, own}
    # The next version is read blind again; what both filed on the last one stays in sight.
    make.version(answer)
    fresh = make.find(mine)
    assert set(desk.findings_visible(second.person, answer)) == {filed, own}
    assert fresh in desk.findings_visible(mine.member.person, answer)


def test_a_third_reader_is_blind(mine, answer, second, cycle):
    make.find(mine)
    make.find(make.assign(answer, second, "second"), "not_met")
    third = make.assign(answer, make.reader(cycle, "third"), "third")
    assert not desk.findings_visible(third.member.person, answer).exists()
    with pytest.raises(validating.RationaleMissing):
        make.find(third)
    make.find(third, rationale="The annex shows it.")
    assert desk.findings_visible(third.member.person, answer).count() == 3


def test_a_practice_lead_sees_unless_reading_it(mine, answer, cycle, assessment):
    make.find(mine)
    lead = make.reader(cycle, "area-lead", part="lead", areas=["A"])
    other = make.reader(cycle, "other-lead", part="lead", areas=["B"])
    assert desk.findings_visible(lead.person, answer).count() == 1
    assert not desk.answers_readable_by(other.person).filter(pk=answer.pk).exists()
    assert not desk.findings_visible(other.person, answer).exists()
    reading = make.reader(cycle, "area-lead", areas=["A"])
    make.assign(answer, reading, "second")
    assert not desk.findings_visible(lead.person, answer).exists()


def test_a_newer_version_makes_a_verdict_stale_and_reaffirming_files_it_again(mine, answer):
    make.find(mine, "not_met", rationale="No date.")
    make.version(answer)
    assert verdicts.state_of(answer) == "stale"
    kept = validating.reaffirm(mine, by=mine.member.person, at=NOW)
    assert (kept.version, kept.verdict, kept.rationale) == (answer.current, "not_met", "No date.")
    assert Finding.objects.count() == 2


def test_reaffirming_nothing(mine):
    with pytest.raises(Refusal):
        validating.reaffirm(mine, by=mine.member.person, at=NOW)


def test_what_the_city_does_not_claim_is_confirmed_in_one_list(assessment, member):
    answer = make.answer(assessment, "B2")
    make.assign(answer, member)
    (settled,) = validating.confirm_as_city_says(assessment, answers=[answer], by=member.person, at=NOW)
    assert (settled.how, settled.verdict, settled.version) == ("as_city_says", "not_met", answer.current)
    assert settled.findings == [Finding.objects.get().pk]
    assert verdicts.state_of(answer) == "settled"
    with pytest.raises(validating.NotAsCitySays):
        validating.confirm_as_city_says(assessment, answers=[answer], by=member.person, at=NOW)


def test_only_own_and_only_unclaimed_can_be_confirmed(assessment, member, second):
    claimed, unclaimed = make.answer(assessment, "A2"), make.answer(assessment, "B2")
    make.assign(claimed, member)
    make.assign(unclaimed, second)
    with pytest.raises(validating.NotAsCitySays):
        validating.confirm_as_city_says(assessment, answers=[claimed], by=member.person, at=NOW)
    with pytest.raises(validating.NotAsCitySays):
        validating.confirm_as_city_says(assessment, answers=[unclaimed], by=member.person, at=NOW)
    assert not Resolution.objects.exists()


def test_asking_opens_the_answer_and_stops_filing(mine, answer, assessment, member):
    asked = asking.ask_city(mine, text="Who may sign?", by=member.person, at=NOW)
    assert asked.status == Asked.DRAFT
    assert asking.send_letter(assessment, by=member.person, at=NOW) == [asked]
    assert Clarification.objects.get().status == Asked.SENT
    assert verdicts.state_of(answer) == "waiting"
    assert Letter.objects.filter(kind="clarification_waiting").exists()
    with pytest.raises(validating.QuestionOpen):
        make.find(mine)


def test_filing_after_the_reply_closes_the_question(mine, answer, assessment, member):
    asking.ask_city(mine, text="Who may sign?", by=member.person, at=NOW)
    asking.send_letter(assessment, by=member.person, at=NOW)
    Clarification.objects.update(status=Asked.ANSWERED)
    make.version(answer)
    make.find(mine)
    assert Clarification.objects.get().status == Asked.CLOSED


def test_a_reader_sends_only_their_own_questions(mine, answer, assessment, member, second, staff):
    other = make.assign(make.answer(assessment, "A2"), second)
    first = asking.ask_city(mine, text="Who?", by=member.person, at=NOW)
    theirs = asking.ask_city(other, text="When?", by=second.person, at=NOW)
    assert questions.to_send(member.person, assessment) == [first]
    assert questions.to_send(staff, assessment) == [first, theirs]


def test_asking_belongs_to_reader_lead_and_staff(mine, answer, second, staff, director, cycle):
    with pytest.raises(NotFound):
        asking.ask_city(mine, text="Who?", by=second.person, at=NOW)
    with pytest.raises(Refusal):
        asking.ask_about(answer, text="Who?", by=director, at=NOW)
    assert asking.ask_about(answer, text="Who?", by=staff, at=NOW)
    lead = make.reader(cycle, "area-lead", part="lead", areas=["A"])
    assert asking.ask_about(answer, text="When?", by=lead.person, at=NOW)


def test_a_question_can_be_taken_back_by_its_writer_and_staff(mine, member, second, staff, answer):
    make.assign(answer, second, "second")
    asked = asking.ask_city(mine, text="Who?", by=member.person, at=NOW)
    with pytest.raises(Refusal):
        asking.drop_question(asked, by=second.person, at=NOW)
    asking.drop_question(asked, by=staff, at=NOW)
    assert Clarification.objects.get().status == Asked.CANCELED


def test_a_conflict_ends_the_right_to_file(mine, member, assessment):
    declaring.declare(assessment.cycle, city=assessment.city, state="declared", reason="Worked there.", by=member.person, at=NOW)
    with pytest.raises(NotFound):
        make.find(mine)


def test_final_answers_take_no_finding(mine, answer):
    Answer.objects.filter(pk=answer.pk).update(lock="final")
    with pytest.raises(validating.AlreadySettled):
        make.find(mine)
