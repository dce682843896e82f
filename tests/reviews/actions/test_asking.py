"""The letter of questions: edited, in order, no reader named, a letter of the alphabet for who asks."""

from datetime import UTC, datetime

import pytest

from assessments import queries as case
from assessments.actions import clarifying
from assessments.lifecycle import Asked
from assessments.models import Clarification, Cycle
from reviews.actions import asking
from reviews.queries import names, questions
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW


@pytest.fixture
def drafts(assessment, member):
    """Three drafts of one reader."""
    return [asking.ask_city(make.assign(make.answer(assessment, code), member), text=f"Why {code}?", by=member.person, at=NOW)
            for code in ("A1", "A2", "B1")]  # fmt: skip


def edited(*drafts, text=""):
    return [asking.Edited(each, text or each.text, True) for each in drafts]


def test_all_drafts_go_in_one_letter_in_the_order_given(assessment, member, drafts):
    one, two, three = drafts
    lines = [asking.Edited(three, "Why B1, and since when?", False), *edited(one, two)]
    sent = asking.send_letter(assessment, edited=lines, by=member.person, at=NOW)
    assert [each.pk for each in sent] == [three.pk, one.pk, two.pk]
    assert (sent[0].text, sent[0].required) == ("Why B1, and since when?", False)
    assert Letter.objects.filter(kind="clarification_waiting").count() == 1
    assert Event.objects.filter(verb="edited").count() == 1  # what was not changed is not edited
    assert [each.pk for each in case.questions_of(assessment)] == [three.pk, one.pk, two.pk]


def test_kept_is_not_sent(assessment, member, drafts):
    asking.arrange_letter(assessment, edited=edited(*drafts[::-1], text="Again?"), by=member.person, at=NOW)
    assert set(Clarification.objects.values_list("status", "text")) == {(Asked.DRAFT, "Again?")}
    assert [line.question for line in questions.letter_of(member.person, assessment)] == drafts[::-1]


def test_an_empty_text_or_a_draft_of_somebody_else_changes_nothing(assessment, member, second, drafts):
    with pytest.raises(clarifying.QuestionEmpty):
        asking.arrange_letter(assessment, edited=[*edited(drafts[0]), asking.Edited(drafts[1], "  ", True)], by=member.person, at=NOW)
    assert set(Clarification.objects.values_list("position", flat=True)) == {0}
    make.assign(make.answer(assessment, "B2"), second)
    with pytest.raises(asking.OtherLetter):
        asking.arrange_letter(assessment, edited=edited(drafts[0]), by=second.person, at=NOW)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Please ring Zoë Marín-Lund about it.", "Zoë Marín Lund"),
        ("zoe  marin lund asked", "zoe marin lund"),
        ("Write to ZOE.ML@Readers.example, or not at all.", "ZOE.ML@Readers.example"),
    ],
)
def test_a_full_name_or_an_address_of_the_panel_stops_the_letter(assessment, member, second, drafts, text, word):
    second.person.name, second.person.email = "Zoë Marín-Lund", "zoe.ml@readers.example"
    second.person.save()
    with pytest.raises(asking.NamesReader) as refused:
        asking.send_letter(assessment, edited=edited(*drafts, text=text), no_names=[word], by=member.person, at=NOW)
    assert word in str(refused.value)
    assert not Clarification.objects.exclude(status=Asked.DRAFT).exists()
    assert Clarification.objects.get(pk=drafts[0].pk).text == "Why A1?"  # what was typed stays with who typed it


def test_part_of_a_name_can_be_another_word(assessment, member, second, drafts):
    second.person.name = "June Short"
    second.person.save()
    lines = edited(*drafts, text="Since June, or for a short time?")
    with pytest.raises(asking.NamesReader) as refused:
        asking.send_letter(assessment, edited=lines, by=member.person, at=NOW)
    assert refused.value.details == {"word": "June", "unsure": True}
    assert asking.send_letter(assessment, edited=lines, no_names=["June"], by=member.person, at=NOW)


def test_a_letter_without_names_finds_none():
    people = [names.Person("Al Bo", "al@x.example"), names.Person("", "bo@x.example")]
    assert names.named_in("All of it, also about Bolivia. al@x.example.org", people) == []
    assert names.named_in("Al B​o", people) == [names.Named("Al Bo", True)]  # a mark of no width hides nothing


def test_who_asks_keeps_one_letter_all_through(assessment, member, second, staff):
    def asks(person, code, by):
        question = asking.ask_about(make.answer(assessment, code), text="Why?", by=by, at=NOW)
        return clarifying.send([question], by=by, at=NOW)[0].voice

    for person, codes in ((member, ("A1", "A2")), (second, ("B1",))):
        for code in codes:
            make.assign(make.answer(assessment, code), person)
    assert asks(member, "A1", member.person) == "A"
    assert asks(second, "B1", second.person) == "B"
    assert asks(member, "A2", member.person) == "A"
    assert asks(None, "B2", staff) == "C"
    other = make.submitted("Port Lindell", assessment.cycle)
    make.declaring.declare_all(assessment.cycle, declared={}, by=second.person, at=NOW)
    make.assign(make.answer(other, "A1"), second)
    question = asking.ask_about(make.answer(other, "A1"), text="Why?", by=second.person, at=NOW)
    assert clarifying.send([question], by=second.person, at=NOW)[0].voice == "A"


def test_after_z_comes_aa():
    taken: list[str] = []
    for _ in range(54):
        taken.append(case.next_voice(taken))
    assert (taken[0], taken[25], taken[26], taken[52], taken[53]) == ("A", "Z", "AA", "BA", "BB")


def test_what_cannot_go_now_says_why_and_stays(assessment, member, second, staff):
    answer = make.answer(assessment, "A1")
    make.assign(answer, member)
    make.assign(answer, second, "second")
    mine = asking.ask_about(answer, text="Why?", by=member.person, at=NOW)
    theirs = asking.ask_about(answer, text="Since when?", by=second.person, at=NOW)
    assert [line.why_not for line in questions.letter_of(staff, assessment)] == ["", questions.SECOND_ON_IT]
    asking.send_letter(assessment, by=staff, at=NOW)
    line = questions.letter_of(second.person, assessment)[0]
    assert (line.question, line.round, line.of, line.is_last, line.why_not) == (theirs, 2, 2, True, questions.OPEN_NOW)
    Clarification.objects.filter(pk=mine.pk).update(status=Asked.CLOSED)
    assert asking.send_letter(assessment, by=second.person, at=NOW) == [theirs]
    with pytest.raises(asking.NothingToSend):
        asking.send_letter(assessment, by=second.person, at=NOW)
    Clarification.objects.filter(pk=theirs.pk).update(status=Asked.CLOSED)
    with pytest.raises(clarifying.RoundsUsed):
        asking.ask_about(answer, text="Once more?", by=second.person, at=NOW)


def test_rounds_are_those_of_the_cycle(assessment, member, drafts):
    Cycle.objects.update(policy={**make.POLICY, "rounds_of_questions": 1})
    assessment.cycle.refresh_from_db()
    assert all(line.is_last for line in questions.letter_of(member.person, assessment))


def test_whoever_has_yet_to_judge_reads_the_reply_and_not_the_question(assessment, member, second, cycle):
    answer = make.answer(assessment, "A1")
    make.assign(answer, member)
    theirs = make.assign(answer, second, "second")
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    question = asking.ask_about(answer, text="It looks like a draft to me?", by=member.person, at=NOW)
    assert [heard.words for heard in questions.asked_about(member.person, answer)] == ["It looks like a draft to me?"]
    assert questions.asked_about(second.person, answer) == []
    clarifying.send([question], by=member.person, at=NOW)
    assert [(heard.words, heard.is_open) for heard in questions.asked_about(second.person, answer)] == [("", True)]
    assert [heard.words for heard in questions.asked_about(lead.person, answer)] == ["It looks like a draft to me?"]
    Clarification.objects.update(status=Asked.ANSWERED)
    make.find(theirs)
    assert [heard.words for heard in questions.asked_about(second.person, answer)] == ["It looks like a draft to me?"]


def test_a_lead_who_reads_the_answer_is_a_reader_first(assessment, member, cycle):
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    answer = make.answer(assessment, "A1")
    make.assign(answer, member)
    theirs = make.assign(answer, lead, "second")
    asking.ask_about(answer, text="Is it a draft?", by=member.person, at=NOW)
    assert questions.letter_of(lead.person, assessment) == []
    assert questions.asked_about(lead.person, answer) == []
    make.find(theirs)
    assert len(questions.letter_of(lead.person, assessment)) == 1


def test_the_due_day_is_the_citys_through_both_changes_of_the_clock(assessment, member):
    """Ten business days at five o'clock there: into summer time in March, out of it in November, a holiday left out."""
    Cycle.objects.update(holidays=["2026-11-11"])
    assessment.city.timezone = "America/Los_Angeles"
    assessment.city.save()
    due = {}
    for code, at in (("A1", datetime(2026, 3, 2, 15, tzinfo=UTC)), ("A2", datetime(2026, 10, 30, 6, 30, tzinfo=UTC))):
        make.assign(make.answer(assessment, code), member)
        question = asking.ask_about(make.answer(assessment, code), text="Why?", by=member.person, at=NOW)
        with staged_at(at):
            due[code] = clarifying.send([question], by=member.person, at=at)[0].due_at
    assert due["A1"] == datetime(2026, 3, 17, 0, tzinfo=UTC)  # Monday, March 16, 5 p.m. in summer time
    assert due["A2"] == datetime(2026, 11, 14, 1, tzinfo=UTC)  # asked late on Thursday, October 29; Friday, November 13, 5 p.m. in winter


def test_a_director_and_a_stranger_do_not_send(assessment, drafts, director, stranger):
    with pytest.raises(NotAllowed):
        asking.send_letter(assessment, by=director, at=NOW)
    with pytest.raises(NotFound):
        asking.arrange_letter(assessment, edited=edited(*drafts), by=stranger, at=NOW)
