"""Questions whose time has ended."""

from datetime import timedelta

import pytest

from assessments.jobs.questions import expire_clarification
from assessments.lifecycle import Asked
from tests.factories import assessments as cases
from wwc.audit.models import Event
from wwc.clock import staged_at
from wwc.outbox import running
from wwc.outbox.models import Letter

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    return cases.asked(cases.in_review())


def test_before_its_time_nothing_happens(asked):
    with staged_at(asked.due_at):
        expire_clarification(asked.pk)
    asked.refresh_from_db()
    assert asked.status == Asked.SENT


def test_after_its_time_it_is_expired_once(asked):
    with staged_at(asked.due_at + timedelta(seconds=1)):
        expire_clarification(asked.pk)
        expire_clarification(asked.pk)
    asked.refresh_from_db()
    assert (asked.status, asked.closed_by) == (Asked.EXPIRED, None)
    assert Event.objects.filter(verb="ended", by=None).count() == 1
    assert Letter.objects.filter(kind="clarification_closed").count() == 1


def test_the_work_waits_for_the_hour(asked):
    with staged_at(asked.due_at + timedelta(seconds=1)):
        assert running.drain(["expire_clarification"]) == 0
        assert running.drain(["expire_clarification"], until=asked.due_at) == 1
    asked.refresh_from_db()
    assert asked.status == Asked.EXPIRED
