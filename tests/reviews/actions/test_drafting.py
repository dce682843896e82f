"""Beside a verdict: typing is kept and never counts, looks are noted, items are put off, habits and phrases are one's own."""

import pytest

from reviews.actions import assigning, drafting
from reviews.models import Assignment, Finding, FindingDraft, Habit, Look, Phrase
from reviews.queries import desk, reading, verdicts
from tests.factories import people
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound, Refusal

NOW = make.NOW


@pytest.fixture
def answer(assessment):
    return make.answer(assessment, "A1")


@pytest.fixture
def mine(answer, member):
    return make.assign(answer, member)


def keep(mine, **typed):
    row = make.fresh(mine)
    return drafting.keep(row, version=row.answer.current, by=mine.member.person, at=NOW, **typed)


def test_typing_is_kept_whatever_it_is_and_counts_nowhere(mine, answer):
    kept = keep(mine, verdict="perhaps", ticks=[3, 1, 99], rationale="a\x00b\r\nc", internal_note="n", wants_second=True)
    assert (kept.verdict, kept.ticks, kept.rationale, kept.internal_note, kept.wants_second) == ("", [1, 3], "ab\nc", "n", True)
    assert kept.version == answer.current
    keep(mine, verdict="met")
    assert list(FindingDraft.objects.values_list("verdict", "rationale")) == [("met", "")]
    assert verdicts.state_of(answer) == "assigned"
    assert not Finding.objects.exists()


def test_nothing_typed_is_no_draft_and_filing_takes_it_away(mine):
    assert keep(mine) is None
    keep(mine, verdict="met", ticks=[1, 2])
    make.find(mine)
    assert not FindingDraft.objects.exists()


def test_what_arrives_after_filing_is_not_unfiled_again(mine):
    make.find(mine, "not_met", rationale="No date.", ticks=[1])
    assert keep(mine, verdict="not_met", ticks=[1], rationale="No date. \n") is None
    assert keep(mine, verdict="not_met", ticks=[1], rationale="No date, no name.").rationale == "No date, no name."


def test_a_draft_of_an_earlier_version_keeps_its_words_and_no_verdict(mine, answer):
    draft = keep(mine, verdict="met", ticks=[2], rationale="Seen.")
    begun = reading.begun(answer, draft, None)
    assert (begun["verdict"], begun["ticks"], begun["rationale"]) == ("met", [2], "Seen.")
    make.version(answer)
    begun = reading.begun(answer, draft, None)
    assert (begun["ticks"], begun["rationale"], begun["version"]) == ([2], "Seen.", answer.current_id)
    assert "verdict" not in begun


@pytest.mark.parametrize("act", ["keep", "look", "put_off", "take_up"])
def test_only_the_live_reader(mine, member, second, staff, act):
    more = {"keep": {"version": None}, "put_off": {"reason": "Later."}}.get(act, {})
    for who in (second.person, staff, make.lead_of(mine.answer.assessment.city)):
        with pytest.raises(NotFound):
            getattr(drafting, act)(make.fresh(mine), by=who, at=NOW, **more)
    assigning.recuse(mine, reason="Busy.", by=member.person, at=NOW)
    with pytest.raises(NotFound):
        getattr(drafting, act)(make.fresh(mine), by=member.person, at=NOW, **more)
    assert not FindingDraft.objects.exists()
    assert not Look.objects.exists()


def test_a_look_is_one_row_a_version_and_shows_what_changed_until_a_verdict(mine, answer, member):
    later = NOW.replace(hour=18)
    for at in (NOW, later):
        drafting.look(make.fresh(mine), by=member.person, at=at)
    assert list(Look.objects.values_list("version", "first_at", "last_at")) == [(answer.current_id, NOW, later)]
    assert reading.changed_since(answer, None, reading.looks_at(mine)) is None
    make.version(answer, claim="not_met", narrative="We do this since March.")
    drafting.look(make.fresh(mine), by=member.person, at=later)
    changed = reading.changed_since(make.fresh(mine).answer, None, reading.looks_at(mine))
    assert (changed.since, changed.number, changed.verdict, changed.claim_before) == (later, 1, "", "Yes, we do")
    assert ("new", " since March.") in changed.words or any(kind == "new" and "since March" in words for kind, words in changed.words)
    filed = make.find(mine, "not_met")
    assert reading.changed_since(make.fresh(mine).answer, filed, reading.looks_at(mine)) is None


def test_seeing_the_other_is_noted_for_ones_own_answers_alone(mine, answer, member, second):
    make.assign(answer, second, "second")
    drafting.see_other([answer.pk, 987654], by=member.person, at=NOW)
    drafting.see_other([answer.pk], by=member.person, at=NOW.replace(hour=23))
    assert list(Look.objects.values_list("assignment", "other_at")) == [(mine.pk, NOW)]
    assert reading.other_shown(mine, answer.current)


def test_put_off_goes_to_the_end_and_comes_back(mine, member, assessment):
    other = make.assign(make.answer(assessment, "A2"), member)
    with pytest.raises(drafting.NoReason):
        drafting.put_off(make.fresh(mine), reason="  ", by=member.person, at=NOW)
    drafting.put_off(make.fresh(mine), reason="The annex is in Portuguese.", by=member.person, at=NOW)
    place = reading.place_of(member.person, make.fresh(other), "criterion")
    assert [spot.pk for spot in place.spots] == [other.pk, mine.pk]
    queue = desk.queue(member.person, assessment.cycle)
    assert ([item.assignment.pk for item in queue.unread], [item.assignment.pk for item in queue.put_off]) == ([other.pk], [mine.pk])
    drafting.take_up(make.fresh(mine), by=member.person, at=NOW)
    drafting.take_up(make.fresh(mine), by=member.person, at=NOW)
    assert [spot.pk for spot in reading.place_of(member.person, make.fresh(other), "criterion").spots] == [mine.pk, other.pk]
    assert list(Event.objects.filter(verb__in=["put_off", "took_up"]).order_by("pk").values_list("verb", "reason")) == [
        ("put_off", "The annex is in Portuguese."), ("took_up", ""),
    ]  # fmt: skip


def test_filing_takes_an_item_up(mine, member):
    drafting.put_off(make.fresh(mine), reason="Later.", by=member.person, at=NOW)
    make.find(make.fresh(mine))
    assert Assignment.objects.get(pk=mine.pk).put_off_at is None


def test_next_is_what_can_be_read_now(member, cycle, assessment):
    """What the city does not claim has a list of its own; what is with the city comes back later; the end leads to the beginning."""
    first, unclaimed, asked, last = (make.assign(make.answer(assessment, code), member) for code in ("A1", "B2", "A2", "B1"))
    question = make.asking.ask_city(make.fresh(asked), text="Who signs?", by=member.person, at=NOW)
    make.asking.send_letter(assessment, by=member.person, at=NOW)
    assert question.pk
    assert unclaimed.pk
    assert reading.place_of(member.person, make.fresh(first), "criterion").after == last.pk
    assert reading.place_of(member.person, make.fresh(last), "criterion").after == first.pk
    make.find(first)
    assert reading.place_of(member.person, make.fresh(last), "criterion").after is None


def test_the_list_goes_by_criterion_or_by_city(member, cycle, assessment):
    other = make.submitted("Brook Haven", cycle)
    make.declaring.declare(cycle, city=other.city, state="none", by=member.person, at=NOW)
    a, b, c, d = (make.assign(make.answer(of, code), member) for code in ("A1", "A2") for of in (assessment, other))
    assert [spot.pk for spot in reading.place_of(member.person, make.fresh(a), "criterion").spots] == [a.pk, b.pk, c.pk, d.pk]
    assert [spot.pk for spot in reading.place_of(member.person, make.fresh(a), "city").spots] == [a.pk, c.pk, b.pk, d.pk]


def test_pace_counts_seven_days_against_what_is_left(member, assessment):
    rows = [make.assign(make.answer(assessment, code), member) for code in ("A1", "A2", "B1")]
    Assignment.objects.update(due_at=NOW.replace(day=23))  # three weeks
    make.find(rows[0])
    make.find(rows[0], "not_met")  # the same one again
    place = reading.place_of(member.person, make.fresh(rows[1]), "criterion")
    item = make.fresh(rows[1])
    assert reading.pace_of(item, place, NOW) == reading.Pace(left=2, did=1, needed=1, due_at=NOW.replace(day=23))
    assert reading.pace_of(item, place, NOW.replace(month=4)) == reading.Pace(left=2, did=0, needed=None, due_at=NOW.replace(day=23))


def test_habits_are_ones_own_and_remembered(member, second):
    drafting.choose(member.person, order="city", by=member.person, at=NOW)
    drafting.choose(member.person, single_keys=False, by=member.person, at=NOW)
    drafting.choose(member.person, order="by the moon", by=member.person, at=NOW)
    assert list(Habit.objects.values_list("order", "single_keys")) == [("city", False)]
    with pytest.raises(NotFound):
        drafting.choose(member.person, order="city", by=second.person, at=NOW)


def test_phrases_are_ones_own_or_the_programs(member, second, staff, director, stranger):
    own = drafting.add_phrase(" The policy has no date. ", by=member.person, at=NOW)
    assert drafting.add_phrase("The policy has no date.", by=member.person, at=NOW) == own
    shared = drafting.add_phrase("A draft does not count.", for_all=True, by=staff, at=NOW)
    assert list(reading.phrases_of(member.person)) == [own, shared]
    assert list(reading.phrases_of(second.person)) == [shared]
    for text in ("  ", "x" * 1001):
        with pytest.raises(drafting.NoPhrase):
            drafting.add_phrase(text, by=member.person, at=NOW)
    for who in (member.person, director):
        with pytest.raises(NotAllowed):
            drafting.add_phrase("For all.", for_all=True, by=who, at=NOW)
    with pytest.raises(NotFound):
        drafting.add_phrase("Mine.", by=stranger, at=NOW)
    with pytest.raises(NotFound):
        drafting.end_phrase(own, by=second.person, at=NOW)
    with pytest.raises(NotAllowed):
        drafting.end_phrase(shared, by=member.person, at=NOW)
    drafting.end_phrase(own, by=member.person, at=NOW)
    drafting.end_phrase(shared, by=staff, at=NOW)
    assert not reading.phrases_of(member.person).exists()
    assert Phrase.objects.exclude(ended_by=None).count() == 2


def test_a_list_of_phrases_stays_a_list(member, monkeypatch):
    monkeypatch.setattr(drafting, "MOST_PHRASES", 1)
    drafting.add_phrase("One.", by=member.person, at=NOW)
    with pytest.raises(Refusal, match="take one away first"):
        drafting.add_phrase("Two.", by=member.person, at=NOW)
    assert people.person("reader").phrases.count() == 1
