"""Appeals: inside their window, by other hands, told together, and taken back whole."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from assessments.actions import answering, reopening
from assessments.models import Conflict, Consent
from assessments.models.assessment import ReasonMissing
from reviews.actions import announcing, appealing, awarding
from reviews.actions.announcing import AppealsBegun, AppealsOpen, DecisionMissing, Empty, NotInReach
from reviews.actions.appealing import (
    AppealedAlready,
    EvidenceStillOpen,
    NoLongerWithdrawn,
    NotFree,
    NothingToWin,
    NotOpenYet,
    OtherStep,
    WindowClosed,
)
from reviews.jobs import duties
from reviews.lifecycle import AppealStatus, AwardStatus
from reviews.models import Appeal, Award, PanelMember, PublishedAward, Resolution
from reviews.queries import appeals, results
from tests.conftest import NOW
from tests.factories import people, reviews
from tests.factories import results as make
from wwc.clock import staged_at
from wwc.outbox import running
from wwc.outbox.links import address_of
from wwc.outbox.models import Letter
from wwc.refusals import NotAllowed, NotFound

DAY = timedelta(days=1)
WHY = "It stands in the annex."


@pytest.fixture(scope="module")
def case_once(shared):
    """Silver with 24 points, out since NOW in round 1, which a second city shares."""
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    cases = [make.scored(make.city(name), n, consent=Consent.AREAS) for name, n in (("Alder Reach", 29), ("Quillon", 24))]
    awards = [make.approved(each, proposer=staff, director=director) for each in cases]
    make.released(awards, by=staff, director=director)
    cases[0].refresh_from_db()
    return cases[0]


@pytest.fixture
def case(case_once, db):
    """The first of the two, as each test finds it."""
    return deepcopy(case_once)


@pytest.fixture
def round_(case):
    return results.released_award(case).announcement


@pytest.fixture
def lead(case):
    return people.person("alder-reach-lead")


@pytest.fixture
def reader(case, staff):
    return member(case, "fresh", staff)


def member(case, name, staff):
    person = people.person(name)
    Conflict.objects.create(cycle=case.cycle, city=case.city, person=person, state="none", said_at=NOW, said_by=person)
    return PanelMember.objects.create(cycle=case.cycle, person=person, part="reviewer", joined_at=NOW, joined_by=staff)


def at(day, act, *args, **fields):
    moment = NOW + day * DAY
    with staged_at(moment):
        return act(*args, at=moment, **fields)


def missed(case, n=0):
    have = make.met(29)
    return reviews.answer(case, [code for code in make.met(43) if code not in have][n])


def file(case, by, n=0, day=2, **more):
    return at(day, appealing.file, missed(case, n), reason=WHY, by=by, **more)


def upheld(case, lead, reader, staff, director, verdict="met"):
    """An appeal that was read and confirmed, and the score of it."""
    appeal = file(case, lead)
    at(3, appealing.admit, appeal, reader=reader, by=staff)
    at(20, appealing.settle, appeal, verdict=verdict, rationale="The annex settles it.", by=reader.person)
    at(21, appealing.confirm, appeal, by=director)
    make.score_assessment(case.pk)
    return Appeal.objects.get(pk=appeal.pk)


def decided(case, staff, director):
    """The decision on the new score, approved."""
    score = results.current_score(case)
    follows = results.suggest(case, score)
    award = at(40, awarding.propose, case, score=score, kind=follows.kind, tier=follows.tier, by=staff)
    return at(40, awarding.approve, award, by=director)


def batch_of(round_, awards, staff, day=41):
    batch = at(day, announcing.draft_appeals, round_, slug="heard", name="Heard", by=staff)
    if awards:
        at(day, announcing.add, batch, awards=awards, by=staff)
    at(day, announcing.prepare, batch, announce_at=NOW + day * DAY, by=staff)
    make.rendered(batch)
    return batch


def test_the_window_opens_with_the_letters_and_ends_at_five_thirty_days_later(case, lead, settings):
    with staged_at(NOW + settings.LETTER_HOLD / 2), pytest.raises(NotOpenYet):
        appealing.file(missed(case), reason=WHY, by=lead, at=NOW)
    end = results.announced_on(results.released_award(case).announcement) + 30 * DAY
    with staged_at(NOW + 31 * DAY), pytest.raises(WindowClosed, match="Appeals for Round 1, 2026 closed April 1, 2026"):
        appealing.file(missed(case), reason=WHY, by=lead, at=NOW)
    assert f"{end:%Y-%m-%d}" == "2026-04-01"
    assert file(case, lead, day=30).status == AppealStatus.FILED


def test_one_appeal_a_verdict_of_not_met_on_what_the_city_claims(case, lead, staff):
    file(case, lead)
    with pytest.raises(AppealedAlready):
        file(case, lead)
    with pytest.raises(NothingToWin):
        at(2, appealing.file, reviews.answer(case, make.met(1)[0]), reason=WHY, by=lead)
    own = missed(case, 1)
    words = {"how": "as_city_says", "verdict": "not_met", "rationale": "They say so.", "resolved_at": NOW, "resolved_by": staff}
    Resolution.objects.create(answer=own, version=own.current, **words)
    with pytest.raises(NothingToWin):
        file(case, lead, 1)


@pytest.mark.parametrize(("who", "refusal"), [("alder-reach-contributor", NotAllowed), ("quillon-lead", NotFound), ("reader", NotFound)])
def test_nobody_but_a_lead_files_it(case, who, refusal):
    with pytest.raises(refusal):
        file(case, people.person(who))


def test_staff_file_for_a_city_and_say_why(case, staff, director):
    with pytest.raises(ReasonMissing):
        file(case, staff)
    with pytest.raises(NotAllowed):
        file(case, director)
    assert file(case, staff, on_behalf="Their lead is ill.").on_behalf == "Their lead is ill."


def test_it_is_read_by_somebody_not_involved_and_confirmed_by_another(case, lead, reader, staff, director):
    involved = member(case, "reader", staff)  # who settled the verdicts of the factory
    appeal = file(case, lead)
    with pytest.raises(NotFree):
        at(3, appealing.admit, appeal, reader=involved, by=staff)
    silent = PanelMember.objects.create(cycle=case.cycle, person=people.person("silent"), part="reviewer", joined_at=NOW, joined_by=staff)
    with pytest.raises(NotFree):
        at(3, appealing.admit, appeal, reader=silent, by=staff)
    at(3, appealing.admit, appeal, reader=reader, by=staff)
    with pytest.raises(EvidenceStillOpen):
        at(4, appealing.settle, appeal, verdict="met", rationale=WHY, by=reader.person)
    with pytest.raises(NotFound):
        at(20, appealing.settle, appeal, verdict="met", rationale=WHY, by=silent.person)
    type(director).objects.filter(pk=reader.person_id).update(is_director=True)
    at(20, appealing.settle, appeal, verdict="met", rationale=WHY, by=reader.person)
    reader.person.refresh_from_db()
    with pytest.raises(NotAllowed, match="You settled this verdict yourself"):
        at(21, appealing.confirm, appeal, by=reader.person)
    at(21, appealing.confirm, appeal, by=director)
    with pytest.raises(OtherStep):
        at(21, appealing.confirm, appeal, by=director)


def waits_for(person, day):
    return appeals.waiting_for(person, NOW + day * DAY)


def test_the_daily_summary_counts_for_each_what_waits_for_them_at_each_step(case, lead, reader, staff, director):
    closed = people.person("torn", is_staff=True, is_director=True)
    Conflict.objects.create(cycle=case.cycle, city=case.city, person=closed, state="declared", said_at=NOW, said_by=closed)
    everybody = (staff, director, reader.person, lead, closed)
    appeal = file(case, lead)
    assert [waits_for(each, 2) for each in everybody] == [1, 0, 0, 0, 0], "filed: staff take it up"
    at(3, appealing.admit, appeal, reader=reader, by=staff)
    assert [waits_for(each, 4) for each in everybody] == [0, 0, 0, 0, 0], "the city can still bring evidence"
    assert [waits_for(each, 20) for each in everybody] == [0, 0, 1, 0, 0], "its reader reads it"
    at(20, appealing.settle, appeal, verdict="met", rationale=WHY, by=reader.person)
    assert [waits_for(each, 20) for each in everybody] == [0, 1, 0, 0, 0], "a director confirms it"
    type(director).objects.filter(pk=reader.person_id).update(is_director=True)
    reader.person.refresh_from_db()
    assert waits_for(reader.person, 20) == 0, "never what one found oneself"
    at(21, appealing.confirm, appeal, by=director)
    assert [waits_for(each, 22) for each in everybody] == [0, 0, 0, 0, 0]


@pytest.mark.usefixtures("letter_texts")
def test_a_director_hears_in_the_morning_of_an_appeal_to_confirm(case, lead, reader, staff, director):
    appeal = file(case, lead)
    at(3, appealing.admit, appeal, reader=reader, by=staff)
    at(20, appealing.settle, appeal, verdict="met", rationale=WHY, by=reader.person)
    morning = NOW.replace(hour=14) + 21 * DAY
    with staged_at(morning):
        duties.ask_digests()
        running.drain(["tell_waiting"], until=morning)
    letter = Letter.objects.get(kind="digest", to=director)
    assert letter.subject == "Today, things that wait for you: 1"
    assert letter.body.endswith("Appeals: 1.")
    assert str(case.city) not in letter.body
    assert address_of(letter).endswith(reverse("reviews:appealing"))


def test_it_is_taken_back_until_the_time_for_evidence_ends(case, lead, reader, staff):
    appeal = file(case, lead)
    at(2, appealing.withdraw, appeal, by=lead)
    again = file(case, lead)
    at(3, appealing.admit, again, reader=reader, by=staff)
    at(4, appealing.withdraw, again, by=lead)
    with staged_at(NOW + 4 * DAY), pytest.raises(answering.AnswerClosed):
        answering.save(missed(case), claim="met", ticks=[], narrative="More.", based_on=1, by=lead, at=NOW)
    third = file(case, lead, day=5)
    at(6, appealing.admit, third, reader=reader, by=staff)
    third.refresh_from_db()
    at(7, reopening.finish, third.opened, by=lead)
    with pytest.raises(NoLongerWithdrawn):
        at(8, appealing.withdraw, third, by=lead)


def test_appeals_are_told_together_and_not_before_all_are_settled(case, round_, lead, reader, staff, director):
    upheld(case, lead, reader, staff, director)
    late = file(case, lead, 1, day=29)
    batch = at(30, announcing.draft_appeals, round_, slug="heard", name="Heard", by=staff)
    with pytest.raises(AppealsBegun):
        at(30, announcing.draft_appeals, round_, slug="heard-2", name="Heard", by=staff)
    with pytest.raises(AppealsOpen):
        at(30, announcing.prepare, batch, announce_at=NOW + 50 * DAY, by=staff)
    with pytest.raises(AppealsOpen):
        at(40, announcing.prepare, batch, announce_at=NOW + 50 * DAY, by=staff)
    at(40, appealing.refuse, late, words="It was read already.", by=staff)
    with pytest.raises(DecisionMissing):
        at(40, announcing.prepare, batch, announce_at=NOW + 50 * DAY, by=staff)
    award = decided(case, staff, director)
    other = at(40, announcing.draft_round, case.cycle, slug="round-2", name="Round 2", by=staff)
    with pytest.raises(NotInReach):
        at(40, announcing.add, other, awards=[award], by=staff)
    at(40, announcing.add, batch, awards=[award], by=staff)
    at(40, announcing.prepare, batch, announce_at=NOW + 50 * DAY, by=staff)


def test_a_round_without_settled_appeals_has_nothing_to_tell(round_, staff):
    batch = at(40, announcing.draft_appeals, round_, slug="heard", name="Heard", by=staff)
    with pytest.raises(Empty):
        at(40, announcing.prepare, batch, announce_at=NOW + 50 * DAY, by=staff)


def test_a_rejected_appeal_is_told_with_its_reasons_and_changes_nothing(case, round_, lead, reader, staff, director):
    appeal = upheld(case, lead, reader, staff, director, verdict="not_met")
    assert case.scores.count() == 1
    with pytest.raises(awarding.NotReady):
        decided(case, staff, director)
    batch = batch_of(round_, [], staff)
    at(41, announcing.release, batch, by=director)
    appeal.refresh_from_db()
    assert (appeal.status, appeal.resolution.verdict) == (AppealStatus.TOLD, "not_met")
    assert list(Award.objects.filter(assessment=case).values_list("status", flat=True)) == [AwardStatus.RELEASED]
    assert Letter.objects.filter(kind="appeal_settled").count() == 1
    assert "The annex settles it." not in str(results.areas_of(results.released_award(case).score, "en"))


def test_a_higher_score_without_another_tier_makes_a_new_public_row_all_the_same(case, round_, lead, reader, staff, director):
    upheld(case, lead, reader, staff, director)
    award = decided(case, staff, director)
    batch = batch_of(round_, [award], staff)
    at(41, announcing.release, batch, by=director)
    rows = PublishedAward.objects.filter(city__slug="alder-reach-ohio").order_by("pk")
    assert [(row.points, row.closed_because) for row in rows] == [(29, "superseded"), (30, "")]


def test_taken_back_the_version_of_before_stands_again_and_its_round_is_untouched(case, round_, lead, reader, staff, director):
    appeal = upheld(case, lead, reader, staff, director)
    award = decided(case, staff, director)
    batch = batch_of(round_, [award], staff)
    before = list(PublishedAward.objects.order_by("pk").values())
    known = [row["id"] for row in before]
    at(41, announcing.release, batch, by=director)
    assert PublishedAward.objects.filter(closed_at=None).count() == 2
    at(41, announcing.take_back, batch, reason="Wrong day.", by=director)
    assert list(PublishedAward.objects.filter(pk__in=known).order_by("pk").values()) == before
    assert PublishedAward.objects.exclude(pk__in=known).get().closed_because == "taken_back"
    appeal.refresh_from_db()
    case.refresh_from_db()
    states = list(Award.objects.filter(assessment=case).order_by("version").values_list("status", flat=True))
    assert (appeal.status, case.status, states) == (AppealStatus.CONFIRMED, "announced", ["released", "in_batch"])
    assert not Letter.objects.filter(kind="appeal_settled", canceled_at=None).exists()
    at(41, announcing.prepare, batch, announce_at=NOW + 42 * DAY, by=staff)
    make.rendered(batch)
    at(42, announcing.release, batch, by=director)
    assert list(Award.objects.filter(assessment=case).order_by("version").values_list("status", flat=True)) == ["superseded", "released"]
