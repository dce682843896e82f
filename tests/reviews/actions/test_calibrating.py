"""A calibration round: frozen answers, practice that counts nowhere, comparing once one's own is in."""

import pytest
from django.db import DatabaseError, transaction

from assessments.lifecycle import CycleStatus
from assessments.models import Conflict
from criteria.models import Criterion, PracticeArea
from reviews.actions import calibrating
from reviews.models import CalibrationItem, Finding, PracticeFinding
from reviews.queries import calibration as rounds
from reviews.queries import quality
from tests.factories import reviews as make
from wwc.audit.models import Event
from wwc.refusals import NotAllowed, NotFound

NOW = make.NOW
SAID = {"narrative": "We have a draft.", "proof": "", "expected": "not_met", "why": "A draft is not in force."}


@pytest.fixture
def item(cycle):
    return make.practice(cycle)


def practise(item, by, verdict="met", why=""):
    return calibrating.practise(item, verdict=verdict, rationale=why, by=by, at=NOW)


def criterion(cycle, code="A1"):
    return Criterion.objects.get(standard=cycle.standard, code=code)


def earlier(cycle, name="Alder Reach"):
    """A settled answer of an announced assessment in an earlier cycle, and its city."""
    before = make.cycle("c23")
    case = make.submitted(name, before)
    reader = make.reader(before, "reader-of-then")
    answer = make.answer(case, "A2")
    make.find(make.assign(answer, reader), "not_met", rationale="No date.")
    make.resolving.agree(answer, by=reader.person, at=NOW)
    case.refresh_from_db()
    for status in ("ready", "decided", "announced"):
        case.move_to(status, by=make.person("staff"), at=NOW)
    return make.answer(case, "A2")


def test_an_item_is_frozen_once_the_round_is_open(cycle, staff, item):
    with pytest.raises(calibrating.Opened):
        calibrating.add_item(item.calibration, criterion=criterion(cycle), **SAID, by=staff, at=NOW)
    with pytest.raises(calibrating.Opened):
        calibrating.remove_item(item, by=staff, at=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        CalibrationItem.objects.filter(pk=item.pk).update(narrative="Otherwise.")
    assert Event.objects.filter(verb="opened_calibration").count() == 1


def test_a_draft_is_changed_and_not_practised_on(cycle, staff, member):
    item = make.practice(cycle, opened=False)
    with pytest.raises(NotFound):
        practise(item, member.person)
    calibrating.remove_item(item, by=staff, at=NOW)
    with pytest.raises(calibrating.NothingToPractise):
        calibrating.open_round(item.calibration, by=staff, at=NOW)


def test_items_are_of_the_area_and_have_words(cycle, staff):
    made = calibrating.draft_round(cycle, area=PracticeArea.objects.get(standard=cycle.standard, code="A"), by=staff, at=NOW)
    with pytest.raises(calibrating.OtherArea):
        calibrating.add_item(made, criterion=criterion(cycle, "B1"), **SAID, by=staff, at=NOW)
    with pytest.raises(calibrating.WordsMissing):
        calibrating.add_item(made, criterion=criterion(cycle), **{**SAID, "why": " "}, by=staff, at=NOW)


def test_a_copy_comes_from_an_announced_assessment_and_names_no_city(cycle, staff):
    source = earlier(cycle)
    made = calibrating.draft_round(cycle, area=source.criterion.area, by=staff, at=NOW)
    copy = {"criterion": source.criterion, "source": source, "by": staff, "at": NOW}
    assert list(rounds.candidates(staff, made)) == [source]
    assert rounds.verdict_on(source).verdict == "not_met"
    with pytest.raises(calibrating.NamesCity, match="Alder Reach"):
        calibrating.add_item(made, **{**SAID, "narrative": "In Álder  Reach, we have a draft."}, **copy)
    assert calibrating.add_item(made, **SAID, **copy).source == source.current
    now_read = make.answer(make.submitted("Port Lindell", cycle), "A2")
    with pytest.raises(calibrating.NotFromBefore):
        calibrating.add_item(made, **SAID, **{**copy, "source": now_read})


def test_what_comes_from_a_closed_city_is_closed_here_too(cycle, staff, member):
    source = earlier(cycle, "Quillon")
    made = calibrating.draft_round(cycle, area=source.criterion.area, by=staff, at=NOW)
    item = calibrating.add_item(made, criterion=source.criterion, source=source, **SAID, by=staff, at=NOW)
    calibrating.add_item(made, criterion=criterion(cycle), **SAID, by=staff, at=NOW)
    calibrating.open_round(made, by=staff, at=NOW)
    Conflict.objects.create(
        person=member.person, city=source.assessment.city, cycle=cycle, state="declared", reason="Mine.", said_at=NOW, said_by=staff
    )
    assert [each.source for each in rounds.items_visible_to(member.person, made)] == [None]
    with pytest.raises(NotFound):
        practise(item, member.person)


def test_practice_is_filed_once_with_reasons_by_readers_of_the_area(cycle, item, member, staff, stranger):
    other_area = make.reader(cycle, "of-b", areas=["B"])
    for who in (other_area.person, staff, stranger):
        with pytest.raises(NotFound):
            practise(item, who)
    with pytest.raises(calibrating.ReasonsMissing):
        practise(item, member.person, "not_met")
    practise(item, member.person, "not_met", "A draft.")
    with pytest.raises(calibrating.FiledAlready):
        practise(item, member.person)


def test_others_and_what_was_expected_show_once_ones_own_is_in(cycle, item, member, second, staff):
    practise(item, member.person, "met")
    blind = rounds.round_of(second.person, item.calibration)
    one = blind.items[0]
    assert (blind.compares, blind.left, one.others, one.item.expected, one.item.why) == (False, 1, (), "", "")
    assert not rounds.findings_visible_to(second.person, item.calibration).exists()
    practise(item, second.person, "not_met", "A draft.")
    seen = rounds.round_of(second.person, item.calibration)
    assert (seen.compares, [each.verdict for each in seen.items[0].others], seen.items[0].item.expected) == (True, ["met"], "not_met")
    assert ((seen.own.n, seen.own.of), (seen.all.n, seen.all.of), (seen.between.agreed.n, seen.between.pairs)) == ((1, 1), (1, 2), (0, 1))
    assert rounds.round_of(staff, item.calibration).compares


def test_the_lead_ends_the_round_with_what_was_agreed(cycle, item, member, staff):
    lead = make.reader(cycle, "lead", part="lead", areas=["A"])
    with pytest.raises(NotAllowed, match="The practice lead of this area"):
        calibrating.end_round(item.calibration, talk="x", by=member.person, at=NOW)
    assert not rounds.compares(lead.person, item.calibration)  # who leads the talk practises first
    calibrating.end_round(item.calibration, talk="A draft is no policy.", by=lead.person, at=NOW)
    item.calibration.refresh_from_db()
    assert item.calibration.talk == "A draft is no policy."
    assert rounds.compares(member.person, item.calibration)
    for act in (lambda: practise(item, member.person), lambda: calibrating.end_round(item.calibration, talk="y", by=staff, at=NOW)):
        with pytest.raises(calibrating.NotOpen):
            act()


def test_practice_counts_nowhere(cycle, assessment, item, member, second, staff):
    practise(item, member.person, "met")
    practise(item, second.person, "not_met", "A draft.")
    assert PracticeFinding.objects.count() == 2
    assert not Finding.objects.exists()
    found = quality.quality(cycle, staff)
    assert (found.readers, found.whole.found.pairs, [row.found.pairs for row in found.targeted]) == ((), 0, [0, 0, 0])


def test_staff_plan_a_round_before_the_cycle_opens(cycle, staff):
    type(cycle).objects.filter(pk=cycle.pk).update(status=CycleStatus.DRAFT)
    assert cycle in rounds.cycles(staff)
