"""Rounds: whole or not at all, by a second person, at their hour, and taken back for minutes."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from django.core.files.storage import default_storage

from assessments import clock
from assessments.lifecycle import Status
from assessments.models import Consent
from assessments.models.assessment import ReasonMissing
from reviews.actions import announcing, awarding
from reviews.actions.announcing import DayPassed, Empty, NameTaken, NotInReach, NotPrepared, PapersMissing, TooLate, Underway
from reviews.jobs.announcement import announce_due, publish
from reviews.lifecycle import AwardStatus, Batch
from reviews.models import Audience, Award, PublishedAward, PublishedCity, Scorecard
from reviews.queries import announced, results
from tests.factories import people
from tests.factories import results as make
from wwc.audit.record import history_of
from wwc.clock import staged_at
from wwc.outbox.models import Letter, Work
from wwc.refusals import NotAllowed, NotFound

pytestmark = pytest.mark.usefixtures("letter_texts")
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def awards_once(shared):
    """A Gold that shows its criteria, a Silver that shows its areas, a Certified that shows its tier, and one without a tier."""
    wanted = [
        ("Alder Reach", 31, Consent.CRITERIA),
        ("Lake Merriden", 24, Consent.AREAS),
        ("Ossery", 17, Consent.TIER),
        ("Quillon", 9, Consent.CRITERIA),
    ]
    staff, director = people.person("staff", is_staff=True), people.person("director", is_director=True)
    return [
        make.approved(make.scored(make.city(name), n, consent=consent), proposer=staff, director=director) for name, n, consent in wanted
    ]


@pytest.fixture
def awards(awards_once, db):
    """The four decisions, as each test finds them."""
    return deepcopy(awards_once)


@pytest.fixture
def batch(awards, staff, now):
    return make.prepared(awards, by=staff, announce_at=now)


@pytest.fixture
def whole(batch):
    make.rendered(batch)
    return batch


def release(batch, by, at):
    with staged_at(at):
        return announcing.release(batch, by=by, at=at)


def nothing_is_public():
    return (
        not PublishedAward.objects.filter(closed_at=None).exists() and not announced.awards().exists() and not announced.cities().exists()
    )


def test_two_rounds_cannot_share_an_address(batch, staff, now):
    with pytest.raises(NameTaken):
        announcing.draft_round(batch.cycle, slug=batch.slug, name="Another", by=staff, at=now)


def test_preparing_counts_validity_and_asks_for_every_paper(batch, awards):
    assert batch.status == Batch.PREPARED
    assert list(results.awards_of(batch).values_list("valid_until", flat=True)) == [
        date(2029, 3, 2),
        date(2029, 3, 2),
        date(2029, 3, 2),
        None,
    ]
    cards = Scorecard.objects.values_list("award__assessment__city__name", "kind", "audience", "consent")
    assert sorted(cards) == [
        ("Alder Reach", "certificate", "public", "criteria"),
        ("Alder Reach", "scorecard", "city", "criteria"), ("Alder Reach", "scorecard", "public", "criteria"),
        ("Lake Merriden", "certificate", "public", "areas"),
        ("Lake Merriden", "scorecard", "city", "criteria"), ("Lake Merriden", "scorecard", "public", "areas"),
        ("Ossery", "certificate", "public", "tier"),
        ("Ossery", "scorecard", "city", "criteria"), ("Ossery", "scorecard", "public", "tier"),
        ("Quillon", "scorecard", "city", "criteria"),
    ]  # fmt: skip
    works = Work.objects.filter(kind="render_scorecard")
    assert works.count() == 10
    assert set(works.values_list("city_id", flat=True)) == {None}
    codes = dict(Scorecard.objects.values_list("award__assessment__city__name", "code"))
    assert codes.pop("Quillon") == ""
    assert len(set(codes.values())) == 3


def test_an_empty_round_is_not_prepared(batch, staff, now):
    with staged_at(now):
        empty = announcing.draft_round(batch.cycle, slug="round-2", name="Round 2", by=staff, at=now)
        with pytest.raises(Empty):
            announcing.prepare(empty, announce_at=now, by=staff, at=now)


def test_a_decision_joins_one_round_of_its_own_cycle(batch, awards, staff, now):
    other = announcing.draft_round(batch.cycle, slug="round-2", name="Round 2", by=staff, at=now)
    with pytest.raises(NotInReach):
        announcing.add(other, awards=awards, by=staff, at=now)
    elsewhere = announcing.draft_round(make.cycle("2027"), slug="round-3", name="Round 3", by=staff, at=now)
    with pytest.raises(NotInReach):
        announcing.add(elsewhere, awards=awards[:1], by=staff, at=now)


def test_a_new_hour_asks_for_papers_of_that_day_under_the_same_code(batch, staff, now):
    first = dict(Scorecard.objects.filter(audience=Audience.PUBLIC).values_list("award", "code"))
    later = now + timedelta(days=1)
    announcing.prepare(batch, announce_at=later, by=staff, at=now)
    batch.refresh_from_db()
    cards = results.papers_of(batch)
    assert cards.count() == 10
    assert {card.announced_on for card in cards} == {later.date()}
    assert dict(cards.filter(audience=Audience.PUBLIC).values_list("award", "code")) == first
    assert set(results.awards_of(batch).exclude(kind="no_tier").values_list("valid_until", flat=True)) == {date(2029, 3, 3)}


def test_the_same_hour_again_asks_for_nothing_twice(batch, staff, now):
    announcing.prepare(batch, announce_at=now, by=staff, at=now)
    assert Scorecard.objects.count() == 10
    assert Work.objects.filter(kind="render_scorecard").count() == 10


@pytest.mark.parametrize("kind", ["scorecard", "certificate"])
def test_release_waits_for_every_paper(batch, director, now, kind):
    with pytest.raises(PapersMissing, match="10 scorecards and certificates are not rendered"):
        release(batch, director, now)
    make.rendered(batch)
    card = Scorecard.objects.filter(kind=kind).first()
    default_storage.delete(card.stored)
    with pytest.raises(PapersMissing, match="1 scorecard or certificate is not rendered"):
        release(batch, director, now)
    assert nothing_is_public()


def test_release_refuses_a_file_that_is_not_what_was_rendered(whole, director, now):
    card = Scorecard.objects.first()
    with open(default_storage.path(card.stored), "wb") as file:
        file.write(b"something else")
    with pytest.raises(PapersMissing):
        release(whole, director, now)


def test_a_paper_under_another_consent_does_not_count(whole, awards, director, now):
    type(awards[0].assessment).objects.filter(pk=awards[0].assessment_id).update(consent=Consent.TIER)
    with pytest.raises(PapersMissing):
        release(whole, director, now)
    assert nothing_is_public()


def test_the_preparer_does_not_release(awards, director, second_director, now):
    batch = make.prepared(awards, by=second_director, announce_at=now)
    make.rendered(batch)
    with pytest.raises(NotAllowed):
        release(batch, second_director, now)
    release(batch, director, now)


@pytest.mark.parametrize(("who", "refusal"), [("staff", NotAllowed), ("alder-reach-lead", NotFound), ("stranger", NotFound)])
def test_a_director_releases_and_nobody_else(whole, now, who, refusal):
    with pytest.raises(refusal):
        release(whole, people.person(who), now)


def test_a_day_that_has_passed_is_not_on_the_papers(whole, director, now):
    with pytest.raises(DayPassed):
        release(whole, director, now + timedelta(days=1))


def test_a_draft_is_not_released(awards, staff, director, now):
    batch = announcing.draft_round(awards[0].assessment.cycle, slug="round-9", name="Round 9", by=staff, at=now)
    with pytest.raises(NotPrepared):
        release(batch, director, now)


def test_before_release_nothing_is_public_and_after_it_everything_is(whole, awards, director, now):
    assert nothing_is_public()
    release(whole, director, now)
    whole.refresh_from_db()
    assert (whole.status, whole.number, whole.released_by) == (Batch.RELEASED, 1, director)
    assert {award.assessment.city.name for award in results.awards_of(whole)} == {"Alder Reach", "Lake Merriden", "Ossery", "Quillon"}
    assert set(Award.objects.values_list("status", flat=True)) == {AwardStatus.RELEASED}
    for award in Award.objects.select_related("assessment"):
        assert award.assessment.status == Status.ANNOUNCED
    assert sorted(announced.awards().values_list("city__name", flat=True)) == ["Alder Reach", "Lake Merriden", "Ossery"]


def test_the_public_rows_say_what_each_city_agreed_to(whole, director, now):
    release(whole, director, now)
    rows = {row.city.name: row for row in PublishedAward.objects.select_related("city")}
    assert set(rows) == {"Alder Reach", "Lake Merriden", "Ossery"}
    criteria, areas, tier = rows["Alder Reach"], rows["Lake Merriden"], rows["Ossery"]
    assert (criteria.tier, criteria.points, criteria.possible, len(criteria.areas), len(criteria.criteria)) == ("gold", 31, 43, 8, 43)
    assert (areas.tier, areas.points, len(areas.areas), areas.criteria) == ("silver", 24, 8, None)
    assert (tier.tier, tier.points, tier.possible, tier.areas, tier.criteria) == ("certified", None, None, None, None)
    assert sum(line["verdict"] == "met" for line in criteria.criteria) == 31
    assert "Reasons for" not in str(criteria.criteria)
    for row in rows.values():
        assert (row.valid_until, row.announced_on, row.kind) == (date(2029, 3, 2), now.date(), "new")
        cards = {card.kind: card for card in Scorecard.objects.filter(code=row.code, audience=Audience.PUBLIC)}
        assert (row.document, row.document_sha256) == (cards["scorecard"].stored, cards["scorecard"].sha256)
        assert (row.certificate, row.certificate_sha256) == (cards["certificate"].stored, cards["certificate"].sha256)
    place = criteria.city
    assert (place.population, place.form_of_government, place.is_invented) == (148310, "council-manager", True)


def test_a_city_that_was_public_before_keeps_its_row_and_what_only_the_row_knows(whole, awards, director, now):
    PublishedCity.objects.create(
        slug="alder-reach-ohio", name="Alder Reach", folded="alder reach", country="US", region="Midwest", population=1
    )
    release(whole, director, now)
    row = PublishedCity.objects.get(slug="alder-reach-ohio")
    assert (row.region, row.population, row.awards.count()) == ("Midwest", 148310, 1)


def test_lead_and_signatory_hear_in_the_same_words_and_minute(whole, director, now, settings):
    release(whole, director, now)
    letters = Letter.objects.filter(key__startswith="result:")
    assert letters.count() == 8
    assert set(letters.values_list("due_at", flat=True)) == {now + settings.LETTER_HOLD}
    assert {letter.subject for letter in letters} == {
        "Alder Reach, Ohio: your 2026 cycle result", "Lake Merriden, Ohio: your 2026 cycle result",
        "Ossery, Ohio: your 2026 cycle result", "Quillon, Ohio: your 2026 cycle result",
    }  # fmt: skip
    assert "31 of 43 points" in letters.get(address="alder-reach-lead@example.org").body
    assert "begins at 15 points" in letters.get(address="quillon-signatory@example.org").body
    assert not letters.filter(address__contains="contributor").exists()


def test_publishing_twice_writes_nothing_twice(whole, director, now):
    release(whole, director, now)
    assert publish(whole, at=now) is False
    assert PublishedAward.objects.count() == 3
    assert Letter.objects.filter(key__startswith="result:").count() == 8


def test_one_failure_leaves_the_whole_round_unannounced(whole, director, now, monkeypatch):
    calls = []

    def fail(*args, **kwargs):
        calls.append(args)
        if len(calls) == 3:
            raise RuntimeError("the lights went out")

    monkeypatch.setattr("reviews.jobs.announcement.letters.result", fail)
    with pytest.raises(RuntimeError):
        release(whole, director, now)
    whole.refresh_from_db()
    assert whole.status == Batch.PREPARED
    assert nothing_is_public()
    assert set(Award.objects.values_list("status", flat=True)) == {AwardStatus.IN_BATCH}
    assert not PublishedCity.objects.exists()


def test_the_schedule_publishes_at_the_hour_and_not_before(awards, staff, director, now):
    batch = make.prepared(awards, by=staff, announce_at=now + timedelta(hours=2))
    make.rendered(batch)
    release(batch, director, now)
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by) == (Batch.APPROVED, director)
    with staged_at(now + timedelta(hours=2) - MINUTE):
        announce_due()
    assert nothing_is_public()
    with staged_at(now + timedelta(hours=2)):
        announce_due()
        announce_due()
    batch.refresh_from_db()
    assert (batch.status, batch.released_by, batch.number) == (Batch.RELEASED, director, 1)
    assert announced.awards().count() == 3
    assert [event.after for event in history_of(batch) if event.verb == "moved"] == ["prepared", "approved", "released"]
    assert {event.by for event in history_of(batch) if event.after == "released"} == {director}


def test_a_round_that_fails_does_not_hold_up_another(awards, staff, director, now, monkeypatch):
    first, second = (
        make.prepared(awards[:1], by=staff, announce_at=now + MINUTE),
        make.prepared(awards[1:], by=staff, announce_at=now + MINUTE, slug="round-2"),
    )
    for batch in (first, second):
        make.rendered(batch)
        release(batch, director, now)
    real = publish
    monkeypatch.setattr("reviews.jobs.announcement.publish", lambda batch, *, at: real(batch, at=at) if batch.pk != first.pk else 1 / 0)
    with staged_at(now + MINUTE):
        announce_due()
    assert announced.awards().count() == 2


def test_a_new_hour_voids_the_approval(awards, staff, director, now):
    batch = make.prepared(awards, by=staff, announce_at=now + timedelta(hours=2))
    make.rendered(batch)
    release(batch, director, now)
    batch.refresh_from_db()
    announcing.prepare(batch, announce_at=now + timedelta(hours=3), by=staff, at=now)
    batch.refresh_from_db()
    assert (batch.status, batch.approved_by) == (Batch.PREPARED, None)


def test_taking_back_ends_the_rows_cancels_the_letters_and_moves_everything_back(whole, awards, director, second_director, now, settings):
    release(whole, director, now)
    whole.refresh_from_db()
    with staged_at(now + settings.LETTER_HOLD):
        with pytest.raises(ReasonMissing):
            announcing.take_back(whole, reason="", by=second_director, at=now)
        announcing.take_back(whole, reason="A wrong tier.", by=second_director, at=now + MINUTE)
    whole.refresh_from_db()
    assert whole.status == Batch.TAKEN_BACK
    assert nothing_is_public()
    assert set(PublishedAward.objects.values_list("closed_because", flat=True)) == {"taken_back"}
    assert not Letter.objects.filter(key__startswith="result:", canceled_at=None).exists()
    assert set(Award.objects.values_list("status", flat=True)) == {AwardStatus.IN_BATCH}
    assert {award.assessment.status for award in Award.objects.select_related("assessment")} == {Status.DECIDED}


def test_after_five_minutes_nothing_is_taken_back(whole, director, now, settings):
    release(whole, director, now)
    whole.refresh_from_db()
    with staged_at(now + settings.LETTER_HOLD + timedelta(seconds=1)), pytest.raises(TooLate):
        announcing.take_back(whole, reason="Too late.", by=director, at=now)
    assert announced.awards().count() == 3


def test_what_was_taken_back_goes_out_again_with_letters_of_its_own(whole, staff, director, second_director, now):
    release(whole, director, now)
    with staged_at(now + MINUTE):
        announcing.take_back(whole, reason="Not yet.", by=second_director, at=now + MINUTE)
        announcing.prepare(whole, announce_at=now + MINUTE, by=staff, at=now + MINUTE)
    release(whole, director, now + 2 * MINUTE)
    whole.refresh_from_db()
    assert whole.number == 2
    assert announced.awards().count() == 3
    assert Letter.objects.filter(key__startswith="result:round-1:2:", canceled_at=None).count() == 8
    assert PublishedAward.objects.filter(closed_at=None).exclude(code=None).count() == 3


def test_a_decision_can_leave_before_the_release(whole, awards, director, second_director, now):
    awarding.retract(awards[0], reason="Read again.", by=second_director, at=now)
    release(whole, director, now)
    assert sorted(announced.awards().values_list("city__name", flat=True)) == ["Lake Merriden", "Ossery"]


def test_a_released_round_takes_no_more(whole, director, staff, second_director, now):
    release(whole, director, now)
    late = make.approved(make.scored(make.city("Kestrel Point"), 33), proposer=staff, director=director)
    with pytest.raises(Underway):
        announcing.add(whole, awards=[late], by=staff, at=now)
    with pytest.raises(Underway):
        announcing.prepare(whole, announce_at=now, by=staff, at=now)


def test_adding_to_a_prepared_round_makes_it_a_draft_again(whole, director, staff, now):
    late = make.approved(make.scored(make.city("Kestrel Point"), 33), proposer=staff, director=director)
    announcing.add(whole, awards=[late], by=staff, at=now)
    with pytest.raises(NotPrepared):
        release(whole, director, now)


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 4, 14), 36, date(2029, 4, 14)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
    ],
)
def test_validity_ends_on_the_same_day_of_the_month_or_its_last(day, months, until):
    assert clock.months_after(day, months) == until
