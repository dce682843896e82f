"""Calls with a city, permanent and corrected by a new row; notes that no city reads and that betray no verdict."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from reviews.actions import calling, noting
from reviews.models import Call, InternalNote
from reviews.queries import dossier
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW
SAID = {"held_at": NOW, "participants": "The clerk and two of us", "said": "The policy is signed."}


@pytest.fixture
def core(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(core, member):
    return make.assign(core, member)


def log(case, by, *answers, **given):
    return calling.log_call(case, **{**SAID, **given}, answers=answers, by=by, at=NOW)


def test_readers_leads_and_staff_log_calls_that_all_who_judge_read(assessment, core, mine, member, second, cycle, staff, director):
    make.assign(make.answer(assessment, "B1"), second)
    lead = make.reader(cycle, "lead", part="lead", areas=["B"])
    for by in (member.person, lead.person, staff):
        log(assessment, by, core)
    with pytest.raises(NotAllowed, match="a practice lead or staff"):
        log(assessment, director)
    for who in (member.person, second.person, lead.person, staff, director):
        assert len(dossier.calls_of(who, assessment)) == 3
    assert len(dossier.calls_on(second.person, core)) == 3
    assert dossier.calls_on(second.person, make.answer(assessment, "B1")) == []
    assert Event.objects.filter(verb="logged_call", city_id=assessment.city_id).count() == 3


def test_who_does_not_judge_neither_logs_nor_reads(assessment, mine, second, stranger):
    log(assessment, mine.member.person)
    outside = (second.person, make.lead_of(assessment.city), stranger)
    for who in outside:
        with pytest.raises(NotFound):
            log(assessment, who)
        assert dossier.calls_of(who, assessment) == []
    make.declaring.declare(assessment.cycle, city=assessment.city, state="declared", reason="Mine.", by=mine.member.person, at=NOW)
    assert dossier.calls_of(mine.member.person, assessment) == []


@pytest.mark.parametrize(
    ("given", "refusal"),
    [({"said": " "}, calling.NothingSaid), ({"participants": ""}, calling.NothingSaid),
     ({"held_at": NOW + timedelta(hours=1)}, calling.StillAhead)],
)  # fmt: skip
def test_what_is_no_record_of_a_call(assessment, mine, given, refusal):
    with pytest.raises(refusal):
        log(assessment, mine.member.person, **given)
    assert not Call.objects.exists()


def test_a_call_touches_answers_of_its_own_city(assessment, mine, cycle):
    other = make.answer(make.submitted("Port Lindell", cycle), "A1")
    with pytest.raises(calling.OtherAnswers):
        log(assessment, mine.member.person, other)


def test_an_entry_is_permanent_and_corrected_by_a_new_row(assessment, core, mine, second, staff):
    make.assign(make.answer(assessment, "A2"), second)
    first = log(assessment, mine.member.person, core)
    with pytest.raises(DatabaseError), transaction.atomic():
        Call.objects.filter(pk=first.pk).update(said="Nothing.")
    with pytest.raises(DatabaseError), transaction.atomic():
        Call.objects.filter(pk=first.pk).delete()
    with pytest.raises(NotAllowed, match="Someone else logged this call"):
        calling.correct_call(first, **SAID, by=second.person, at=NOW)
    right = {**SAID, "said": "It will be signed in May."}
    then = calling.correct_call(first, **right, answers=[make.answer(assessment, "A2")], by=mine.member.person, at=NOW)
    with pytest.raises(calling.CorrectedMeanwhile):
        calling.correct_call(first, **right, by=staff, at=NOW)
    last = calling.correct_call(then, **{**right, "said": "In June."}, answers=[core], by=staff, at=NOW)
    (logged,) = dossier.calls_of(staff, assessment)
    assert (logged.call, logged.codes, logged.before) == (last, ("A1",), (then, first))
    assert dossier.calls_on(staff, make.answer(assessment, "A2")) == []  # the correction says that it was not about it


def texts(who, case):
    return set(dossier.notes_visible_to(who).filter(assessment=case).values_list("text", flat=True))


def test_another_readers_notes_are_hidden_until_ones_own_verdict(assessment, core, mine, member, second, cycle, staff):
    noting.note_on_answer(core, text="on the answer", by=member.person, at=NOW)
    noting.note_on_case(assessment, text="on the case", by=member.person, at=NOW)
    noting.note_on_case(assessment, text="of staff", by=staff, at=NOW)
    theirs = make.assign(core, second, "second")
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    elsewhere = make.reader(cycle, "elsewhere")
    make.assign(make.answer(assessment, "B1"), elsewhere)
    assert texts(second.person, assessment) == {"of staff"}
    for who in (member.person, lead.person, staff):
        assert texts(who, assessment) == {"on the answer", "on the case", "of staff"}
    assert texts(elsewhere.person, assessment) == {"on the case", "of staff"}  # reads no answer that the writer reads
    make.find(theirs)
    assert texts(second.person, assessment) == {"on the answer", "on the case", "of staff"}
    make.version(core)
    assert texts(second.person, assessment) == {"of staff"}  # to be judged anew
    assert texts(make.lead_of(assessment.city), assessment) == set()


def test_a_note_by_staff_on_an_answer_is_hidden_too(assessment, core, mine, staff):
    noting.note_on_answer(core, text="The first reader is right.", by=staff, at=NOW)
    assert texts(mine.member.person, assessment) == set()


def test_a_lead_who_reads_an_answer_does_not_see_the_notes_on_it(assessment, core, mine, member, cycle):
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    make.assign(core, lead, "second")
    noting.note_on_answer(core, text="hidden", by=member.person, at=NOW)
    noting.note_on_answer(make.answer(assessment, "A2"), text="of the area", by=lead.person, at=NOW)
    assert texts(lead.person, assessment) == {"of the area"}


def test_notes_need_words_and_a_part_in_judging(assessment, core, mine, stranger):
    with pytest.raises(noting.NoWords):
        noting.note_on_case(assessment, text=" ", by=mine.member.person, at=NOW)
    for act in (noting.note_on_case, noting.note_on_answer):
        with pytest.raises(NotFound):
            act(core if act is noting.note_on_answer else assessment, text="x", by=stranger, at=NOW)
    assert not InternalNote.objects.exists()
