"""What is due soon and what cities ask for, for the letters that remind."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, Subquery

from assessments import clock
from assessments.lifecycle import Asked, Status
from assessments.models import (
    Assessment,
    ClaimOutcome,
    ClaimRequest,
    Clarification,
    Extension,
    JoinRequest,
)
from assessments.queries.requests import requests_open
from assessments.queries.visible import cities_for_programme
from assessments.queries.windows import WRITABLE

# The first reminder comes a week before; a day more covers every zone.
AHEAD = timedelta(days=max(clock.REMINDED) + 1)
BEING_READ = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY)


def due_soon(at: datetime) -> Iterator[tuple[Assessment, datetime]]:
    """The assessments being written that are due within days, each with the date that holds now; one query, streamed."""
    latest = Extension.objects.filter(assessment=OuterRef("pk")).order_by("-due_at").values("due_at")[:1]
    soon = (at, at + AHEAD)
    rows = (
        Assessment.objects.filter(status=Status.DRAFTING, cycle__status__in=WRITABLE)
        .annotate(extended_to=Subquery(latest))
        .filter(Q(cycle__due_at__range=soon) | Q(extended_to__range=soon))
        .select_related("city", "cycle")
        .order_by("pk")
    )
    for row in rows.iterator(chunk_size=500):
        yield row, clock.window(row.cycle.opens_at, row.cycle.due_at, row.cycle.grace, row.extended_to).due_at


def questions_due_soon(at: datetime) -> Iterator[tuple[Assessment, datetime]]:
    """The assessments with open questions that are due within days, once for each date; one query, streamed."""
    asked = Clarification.objects.filter(status=Asked.SENT, due_at__range=(at, at + AHEAD), answer__assessment__status__in=BEING_READ)
    asked = asked.select_related("answer__assessment__city").order_by("answer__assessment", "due_at")
    seen = None
    for row in asked.iterator(chunk_size=500):
        if row.due_at and seen != (row.answer.assessment_id, row.due_at):
            seen = (row.answer.assessment_id, row.due_at)
            yield row.answer.assessment, row.due_at


def questions_due(assessment: Assessment, due_at: datetime) -> list[Clarification]:
    """The open questions of an assessment that are due at one instant, in the edition's order."""
    asked = Clarification.objects.filter(answer__assessment=assessment, status=Asked.SENT, due_at=due_at)
    return list(asked.select_related("answer__criterion", "answer__current__saved_by").order_by("answer__criterion__position"))


def requests_waiting(user: Any) -> int:
    """How many requests of cities open to a person of the program wait for a decision: joining, more time, an answer, a new lead."""
    cities = cities_for_programme(user).values("pk")
    return (
        sum(rows.count() for rows in requests_open(user))
        + JoinRequest.objects.filter(Q(city=None) | Q(city__in=cities), decided_at=None).count()
        + ClaimRequest.objects.filter(outcome=ClaimOutcome.OPEN, confirmed_at__isnull=False, city__in=cities).count()
    )
