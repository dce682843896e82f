"""The end of an award: reminders 12, 6 and 3 months before, one word the day after, none twice, and none that would betray a result."""

from datetime import UTC, datetime, timedelta

import pytest

from assessments.lifecycle import Status
from assessments.models import Assessment
from reviews.jobs.validity import tell_validity
from reviews.models import Award
from tests.conftest import NOW
from tests.factories import people
from tests.factories import results as make
from wwc.clock import staged_at
from wwc.outbox import preferences
from wwc.outbox.models import Letter

END = datetime(2029, 3, 2, 15, 0, tzinfo=UTC)  # 36 months after the announcement


@pytest.fixture
def award(staff, director):
    """Gold, announced on March 2, 2026."""
    given = make.approved(make.scored(make.city("Alder Reach"), 31), proposer=staff, director=director)
    make.released([given], by=staff, director=director)
    given.refresh_from_db()
    return given


def tell(moment):
    with staged_at(moment):
        tell_validity()
    return list(Letter.objects.filter(kind__in=["renewal", "lapsed"]).order_by("pk").values_list("kind", "key"))


def before(months, day=2, hour=15):
    year, month = divmod(2029 * 12 + 2 - months, 12)
    return datetime(year, month + 1, day, hour, 0, tzinfo=UTC)


def test_a_city_is_reminded_three_times_and_told_the_day_after(award):
    assert tell(before(12) - timedelta(days=1)) == []
    for months, so_far in ((12, 2), (6, 4), (3, 6)):
        assert len(tell(before(months))) == so_far
        assert len(tell(before(months) + timedelta(days=20))) == so_far, "once for lead and signatory"
    assert len(tell(END)) == 6, "on its last day it stands"
    found = tell(END + timedelta(days=1))
    assert [kind for kind, _key in found] == ["renewal"] * 6 + ["lapsed"] * 2
    assert tell(END + timedelta(days=400)) == found
    first, last = Letter.objects.filter(kind="renewal").first(), Letter.objects.filter(kind="lapsed").first()
    assert first.subject == "Alder Reach, Ohio's certification stands until March 2, 2029"
    assert "The award of March 2, 2026 stays in the public history" in last.body
    assert set(Letter.objects.filter(kind="lapsed").values_list("address", flat=True)) == {
        "alder-reach-lead@example.org", "alder-reach-signatory@example.org",
    }  # fmt: skip


def test_who_has_switched_the_reminders_off_has_none_and_hears_of_the_end_all_the_same(award):
    lead = people.person("alder-reach-lead")
    preferences.choose(lead, {"renewal": False}, by=lead, at=NOW)
    tell(before(12)), tell(END + timedelta(days=1))
    assert set(Letter.objects.filter(to=lead, kind__in=["renewal", "lapsed"]).values_list("kind", flat=True)) == {"lapsed"}
    assert Letter.objects.filter(kind="renewal").count() == 1


def test_nothing_goes_out_before_the_morning_of_the_city(award):
    assert tell(before(12, hour=6)) == []


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED])
@pytest.mark.parametrize("moment", [before(6), END + timedelta(days=1)])
def test_both_wait_while_an_assessment_is_submitted_and_not_announced(award, status, moment):
    lead = people.person("alder-reach-lead")
    again = make.cycle("2028")
    waits = Assessment.objects.create(city=award.assessment.city, cycle=again, status=status, started_at=NOW, started_by=lead)
    assert tell(moment) == []
    Assessment.objects.filter(pk=waits.pk).update(status=Status.WITHDRAWN)
    assert len(tell(moment)) == 2


def test_who_takes_part_already_needs_no_reminder(award):
    lead = people.person("alder-reach-lead")
    Assessment.objects.create(city=award.assessment.city, cycle=make.cycle("2028"), status=Status.DRAFTING, started_at=NOW, started_by=lead)
    assert tell(before(6)) == []
    assert [kind for kind, _key in tell(END + timedelta(days=1))] == ["lapsed"] * 2


def test_the_award_that_ends_last_counts(award, staff, director):
    of = make.cycle("2028")
    later = make.approved(make.scored(award.assessment.city, 32, in_cycle=of), proposer=staff, director=director)
    make.released([later], by=staff, director=director, at=before(11), slug="round-2")
    assert tell(before(6)) == []
    assert [kind for kind, _key in tell(END + timedelta(days=1))] == []
    assert Award.objects.filter(status="released").count() == 2


def test_what_has_no_end_is_never_reminded_of(staff, director):
    given = make.approved(make.scored(make.city("Quillon"), 9), proposer=staff, director=director)
    make.released([given], by=staff, director=director)
    assert tell(END + timedelta(days=1)) == []
