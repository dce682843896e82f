"""Having a cycle scored again."""

import pytest

from reviews.actions import scoring
from reviews.models import Recomputation
from tests.factories import results as make
from wwc.audit.models import Event
from wwc.outbox.models import Work
from wwc.refusals import NotFound


@pytest.fixture
def case(db):
    return make.scored(make.city("Alder Reach"), 31)


def test_it_is_asked_of_the_worker(case, staff, now):
    row = scoring.recompute(case.cycle, by=staff, at=now)
    work = Work.objects.get(kind="recompute_cycle")
    assert (work.args, work.total, row.total) == ({"recomputation_id": row.pk}, 1, 1)
    assert Event.objects.filter(verb="recomputation_asked", by=staff, subject_id=row.pk).count() == 1


def test_one_at_a_time(case, staff, now):
    row = scoring.recompute(case.cycle, by=staff, at=now)
    with pytest.raises(scoring.RunsAlready):
        scoring.recompute(case.cycle, by=staff, at=now)
    Recomputation.objects.filter(pk=row.pk).update(finished_at=now)
    assert scoring.recompute(case.cycle, by=staff, at=now) != row


def test_nobody_else(case, now):
    for who in ("stranger", "alder-reach-lead", "reader"):
        with pytest.raises(NotFound):
            scoring.recompute(case.cycle, by=make.people.person(who), at=now)
    assert not Recomputation.objects.exists()
