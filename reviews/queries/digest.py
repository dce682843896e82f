"""What waits for one person this morning, in a few numbers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from assessments import queries as case
from assessments.lifecycle import Asked, CycleStatus, Status
from assessments.models import Answer, Clarification
from reviews.lifecycle import DONE, Stage
from reviews.models import PanelMember
from reviews.queries import appeals, desk, verdicts
from wwc.accounts.models import User

READ_NOW = (Status.SUBMITTED, Status.IN_REVIEW)
WHILE = (CycleStatus.OPEN, CycleStatus.REVIEWING, CycleStatus.DECIDING)


@dataclass(frozen=True)
class Waiting:
    """How much is to read, of that how much the city has answered, how much changed, how much is late; requests; appeals."""

    unread: int = 0
    arrived: int = 0
    stale: int = 0
    overdue: int = 0
    requests: int = 0
    appeals: int = 0

    @property
    def n(self) -> int:
        """How many things wait."""
        return self.unread + self.stale + self.requests + self.appeals


def people() -> QuerySet[User]:
    """Who may get a digest: staff, directors, and everybody with a part in the panel of a cycle that is not over."""
    panel = PanelMember.objects.filter(left_at=None, cycle__status__in=WHILE).values("person")
    return User.objects.filter(Q(is_staff=True) | Q(is_director=True) | Q(pk__in=panel), is_active=True).order_by("pk")


def waiting_for(person: User, at: datetime) -> Waiting:
    """One's own readings; for a practice lead all in the areas they lead; for staff all in cities open to them, and requests; appeals."""
    led = desk.led_by(person).values("pk")
    if person.is_staff:
        answers = Answer.objects.filter(assessment__in=desk.assessments_judged_by(person).values("pk"))
    else:
        answers = Answer.objects.filter(Q(pk__in=desk.assignments_visible_to(person).values("answer")) | Q(pk__in=led))
    answers = answers.filter(assessment__status__in=READ_NOW)
    steered = None if person.is_staff else set(led.values_list("pk", flat=True))
    replied = set(Clarification.objects.filter(status=Asked.ANSWERED, answer__in=answers.values("pk")).values_list("answer_id", flat=True))
    found = [
        (standing, reading)
        for standing in verdicts.standings(answers)
        if standing.stage not in {*DONE, Stage.WAITING}
        for reading in standing.readings
        if reading.finding is None and (steered is None or standing.answer in steered or reading.person == person.pk)
    ]
    return Waiting(
        unread=sum(not reading.is_stale for _standing, reading in found),
        arrived=sum(standing.answer in replied for standing, _reading in found),
        stale=sum(reading.is_stale for _standing, reading in found),
        overdue=sum(reading.due_at is not None and reading.due_at < at for _standing, reading in found),
        requests=case.requests_waiting(person) if person.is_staff else 0,
        appeals=appeals.waiting_for(person, at),
    )


def failed_between(person: Any, begin: datetime, end: datetime) -> int:
    """How many letters did not arrive in that time, in cities open to the person."""
    rows: Any = case.all_letters_visible_to(person).filter(case.STATES["failed"], failed_at__gte=begin, failed_at__lt=end)
    return rows.count()
