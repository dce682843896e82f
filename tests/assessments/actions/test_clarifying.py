"""Questions to a city: one answer opens, the reply closes it again."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest

from assessments import queries
from assessments.actions import clarifying
from assessments.lifecycle import Asked, Status
from assessments.models import AnswerVersion, Assessment, Clarification, Conflict, Cycle, Reply, ReplyDraft
from tests.conftest import NOW
from tests.factories import assessments as cases
from tests.factories import people
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def case_once(shared):
    return cases.in_review()


@pytest.fixture
def case(case_once, db):
    """The assessment, as each test finds it."""
    return deepcopy(case_once)


def _ask(case, code="DM1", **given):
    return clarifying.ask(cases.answer(case, code), **{"text": "Which ones?", "by": cases.staff(), "at": NOW, **given})


def _reply(asked, by, **given):
    return cases.replied(asked, by=by, **given)


def test_a_question_is_a_draft_that_the_city_does_not_see(case):
    asked = _ask(case)
    assert (asked.status, asked.round, asked.required) == (Asked.DRAFT, 1, True)
    assert asked not in queries.clarifications_visible_to(cases.lead(case.city))
    assert asked in queries.clarifications_visible_to(cases.staff())
    assert not Letter.objects.filter(kind="clarification_waiting").exists()


def test_questions_are_asked_while_it_is_read():
    case = cases.submitted(cases.started("Alder Reach")).assessment
    with pytest.raises(clarifying.NotBeingRead):
        _ask(case)


def test_a_question_has_words(case):
    with pytest.raises(clarifying.QuestionEmpty):
        _ask(case, text="  ")


def test_nobody_asks_their_own_city_or_one_in_conflict(case, stranger):
    with pytest.raises(NotAllowed, match="belong to this city"):
        _ask(case, by=cases.lead(case.city))
    Conflict.objects.create(person=stranger, city=case.city, cycle=case.cycle, state="declared", said_at=NOW, said_by=stranger)
    with pytest.raises(NotFound):
        _ask(case, by=stranger)


def test_questions_are_sent_together_with_one_letter_to_each_person(case, staff):
    drafts = [_ask(case, "DM1"), _ask(case, "DM2")]
    sent = clarifying.send(drafts, by=staff, at=NOW)
    assert {each.status for each in sent} == {Asked.SENT}
    letter = Letter.objects.get(kind="clarification_waiting")
    assert letter.to == cases.lead(case.city)
    assert "2" in letter.subject
    assert "DM1, DM2" in letter.body
    assert Work.objects.filter(kind="expire_clarification").count() == 2
    assert queries.is_open(cases.answer(case, "DM1"), NOW)
    assert not queries.is_open(cases.answer(case, "DM3"), NOW)


def test_the_city_has_business_days_of_its_own_zone(case, staff):
    Cycle.objects.filter(pk=case.cycle_id).update(holidays=["2026-03-05"])
    draft = _ask(case)
    with staged_at(datetime(2026, 3, 3, 3, 0, tzinfo=UTC)):  # still Monday evening in Chicago
        sent = clarifying.send([draft], by=staff, at=NOW)
    # Ten business days after Monday, March 2, less one holiday: Tuesday, March 17, 5 p.m., by then in summer time.
    assert sent[0].due_at == datetime(2026, 3, 17, 22, 0, tzinfo=UTC)


def test_a_date_that_is_past_is_refused(case, staff):
    with pytest.raises(clarifying.DueTooSoon):
        clarifying.send([_ask(case)], due_at=NOW - timedelta(days=400), by=staff, at=NOW)


def test_all_are_sent_or_none(case, staff):
    drafts = [_ask(case, "DM1"), _ask(case, "DM1")]
    with pytest.raises(clarifying.AlreadyAsked):
        clarifying.send(drafts, by=staff, at=NOW)
    assert Clarification.objects.filter(status=Asked.SENT).count() == 0


def test_one_question_is_open_per_answer(case, staff):
    cases.asked(case)
    second = _ask(case)
    with pytest.raises(clarifying.AlreadyAsked, match="waits as a draft"):
        clarifying.send([second], by=staff, at=NOW)


def test_what_was_sent_is_not_sent_again(case, staff):
    with pytest.raises(clarifying.NotADraft):
        clarifying.send([cases.asked(case)], by=staff, at=NOW)
    with pytest.raises(clarifying.NotADraft):
        clarifying.send([], by=staff, at=NOW)


def test_questions_of_two_cities_are_not_mixed(case, staff):
    other = cases.in_review("Alder Reach")
    with pytest.raises(clarifying.NotADraft, match="one assessment"):
        clarifying.send([_ask(case), _ask(other)], by=staff, at=NOW)


def test_a_city_is_asked_as_often_as_the_cycle_allows(case, staff):
    for _ in range(2):
        asked = cases.asked(case)
        _reply(asked, cases.lead(case.city))
        clarifying.close(asked, by=staff, at=NOW)
    with pytest.raises(clarifying.RoundsUsed, match="2 times"):
        _ask(case)
    assert _ask(case, "DM2").round == 1


def test_a_question_taken_back_uses_no_round(case, staff):
    clarifying.cancel(cases.asked(case), by=staff, at=NOW)
    assert cases.asked(case).round == 1


def test_a_reply_is_a_new_version_and_closes_the_answer(case):
    asked = cases.asked(case)
    reply = _reply(asked, cases.contributor(case.city))
    one = cases.answer(case)
    assert (one.version, reply.version.number, reply.text) == (2, 2, "We added a page.")
    asked.refresh_from_db()
    assert asked.status == Asked.ANSWERED
    assert not queries.is_open(one, NOW)
    assert Letter.objects.get(kind="answers_received").to == cases.lead(case.city)
    assert Event.objects.get(verb="replied").before == Asked.SENT
    with pytest.raises(clarifying.QuestionClosed):
        _reply(asked, cases.lead(case.city))


def test_a_reply_that_changes_nothing_is_a_version_too(case):
    asked = cases.asked(case)
    current = cases.answer(case).current
    reply = _reply(asked, cases.lead(case.city), claim=current.claim, ticks=current.ticks, narrative=current.narrative)
    assert reply.version.number == 2


def test_a_reply_says_what_changed(case):
    with pytest.raises(clarifying.ReplyEmpty):
        _reply(cases.asked(case), cases.lead(case.city), text=" ")
    assert AnswerVersion.objects.filter(number=2).count() == 0


def test_the_time_of_a_question_ends_and_its_text_is_kept(case):
    asked = cases.asked(case)
    late = "Your text is kept as a draft. Ask for more time"
    with staged_at(asked.due_at + timedelta(microseconds=1)), pytest.raises(clarifying.QuestionClosed, match=late):
        _reply(asked, cases.lead(case.city))
    assert asked.draft.text == "We added a page."
    with staged_at(asked.due_at):
        _reply(asked, cases.lead(case.city))


# Written, marked ready, sent once


def test_what_is_written_is_kept_and_nothing_is_sent(case):
    asked = cases.asked(case)
    cases.written(asked, text="  Half a sen\r\ntence", narrative="Half.")
    assert asked.draft.text == "Half a sen\ntence"
    assert cases.answer(case).version == 1
    with pytest.raises(clarifying.NothingReady):
        clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)
    assert Reply.objects.count() == 0


def test_all_that_is_ready_is_sent_together_and_the_rest_stays(case):
    first, second, third, fourth = (cases.asked(case, code) for code in ("DM1", "DM2", "DM3", "DM4"))
    cases.ready(first, text="One.", by=cases.contributor(case.city), narrative="Newer one.")
    cases.ready(second, text="Two.")
    cases.written(third, text="Three.")
    given = clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)
    assert [(reply.text, reply.replied_by) for reply in given] == [("One.", cases.lead(case.city)), ("Two.", cases.lead(case.city))]
    assert cases.answer(case, "DM1").current.narrative == "Newer one."  # as the colleague wrote it
    letter = Letter.objects.get(kind="answers_received")
    assert ": 2." in letter.body
    states = Clarification.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == [Asked.ANSWERED, Asked.ANSWERED, Asked.SENT, Asked.SENT]
    with pytest.raises(clarifying.NothingReady, match="Nothing was sent twice"):
        clarifying.send_replies(case, by=cases.contributor(case.city), at=NOW)
    assert third.draft.text == "Three."
    assert queries.is_open(cases.answer(case, "DM4"), NOW)
    assert fourth.status == Asked.SENT


def test_writing_on_takes_the_mark_back(case):
    asked = cases.asked(case)
    cases.ready(asked)
    cases.written(asked, text="Not yet.")
    with pytest.raises(clarifying.NothingReady):
        clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)
    clarifying.mark_ready(asked, by=cases.lead(case.city), at=NOW)
    clarifying.write_on(asked, by=cases.lead(case.city), at=NOW)
    with pytest.raises(clarifying.NothingReady):
        clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)


def test_the_same_words_once_more_leave_the_mark(case):
    """What a page sent while the person pressed Ready may arrive after it."""
    asked = cases.asked(case)
    marked = cases.ready(asked).ready_at
    assert cases.written(asked).ready_at == marked
    assert cases.written(asked, narrative="More, and more.").ready_at is None
    clarifying.mark_ready(asked, by=cases.lead(case.city), at=NOW)
    assert cases.written(asked, narrative="More, and more.", text="We added two pages.").ready_at is None
    clarifying.mark_ready(asked, by=cases.lead(case.city), at=NOW)
    by = cases.contributor(case.city)
    assert cases.written(asked, narrative="More, and more.", text="We added two pages.", by=by, seen_at=NOW).ready_at is None


def test_what_is_ready_and_too_late_stays_as_a_draft(case):
    late, in_time = cases.asked(case, "DM1"), cases.asked(case, "DM2")
    cases.ready(late), cases.ready(in_time)
    Clarification.objects.filter(pk=late.pk).update(due_at=NOW - timedelta(days=400))
    assert len(clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)) == 1
    with pytest.raises(clarifying.QuestionClosed, match="kept as a draft"):
        clarifying.send_replies(case, by=cases.lead(case.city), at=NOW)
    assert late.draft.text == "We added a page."


def test_a_colleagues_text_is_not_overwritten_unseen(case):
    asked, lead, colleague = cases.asked(case), cases.lead(case.city), cases.contributor(case.city)
    cases.written(asked, text="Mine.", by=colleague)
    with pytest.raises(clarifying.ReplyMoved) as moved:
        cases.written(asked, text="Other.", by=lead, seen_at=NOW - timedelta(seconds=1))
    assert moved.value.theirs.text == "Mine."
    assert ReplyDraft.objects.get().text == "Mine."
    cases.written(asked, text="Both.", by=lead, seen_at=NOW)
    cases.written(asked, text="Mine again.", by=lead, seen_at=NOW - timedelta(days=1))  # one's own is no surprise
    assert ReplyDraft.objects.get().text == "Mine again."


def test_only_the_team_replies(case, staff, stranger):
    asked = cases.asked(case)
    with pytest.raises(NotAllowed):
        _reply(asked, staff)
    with pytest.raises(NotFound):
        _reply(asked, stranger)


def test_every_ending_has_the_same_letter(case, staff):
    clarifying.cancel(cases.asked(case, "DM2"), by=staff, at=NOW)
    asked = cases.asked(case, "DM3")
    _reply(asked, cases.lead(case.city))
    clarifying.close(asked, by=staff, at=NOW)
    first, second = Letter.objects.filter(kind="clarification_closed").order_by("pk")
    assert first.subject.replace("DM2", "") == second.subject.replace("DM3", "")
    assert first.body[:20] == second.body[:20]


def test_a_draft_taken_back_leaves_no_trace_with_the_city(case, staff):
    draft = _ask(case)
    clarifying.cancel(draft, by=staff, at=NOW)
    assert not Letter.objects.filter(kind="clarification_closed").exists()
    assert draft not in queries.clarifications_visible_to(cases.lead(case.city))


def test_only_what_was_answered_is_closed(case, staff):
    with pytest.raises(clarifying.QuestionClosed):
        clarifying.close(cases.asked(case), by=staff, at=NOW)


def test_nothing_is_sent_once_the_reading_is_over(case, staff):
    draft = _ask(case)
    Assessment.objects.filter(pk=case.pk).update(status=Status.READY)
    with pytest.raises(clarifying.NotBeingRead):
        clarifying.send([draft], by=staff, at=NOW)


def test_who_wrote_the_answer_is_told_too(case, staff):
    writer = cases.contributor(case.city)
    clarifying.cancel(cases.asked(case, "DM2"), by=staff, at=NOW)
    asked = cases.asked(case, "DM1")
    _reply(asked, writer)
    clarifying.close(asked, by=staff, at=NOW)
    Letter.objects.all().delete()
    cases.asked(case, "DM1")
    assert {letter.to for letter in Letter.objects.filter(kind="clarification_waiting")} == {writer, cases.lead(case.city)}
    assert people.person("stranger") not in {letter.to for letter in Letter.objects.all()}
