"""What cities ask of the program: more time, and to open one answer again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet

from assessments import clock
from assessments.lifecycle import Asked, Status
from assessments.models import Answer, Assessment, Clarification, ExtensionRequest, ReopenRequest
from assessments.queries.visible import assessments_for_programme, assessments_visible_to
from assessments.queries.windows import HOLDS_OPEN, OPEN_AGAIN, REOPENABLE, window_of

# Where more time can still be given; a request on anything else has settled itself.
UNSUBMITTED = (Status.DRAFTING, Status.LAPSED)
UNANSWERED = (Asked.SENT, Asked.EXPIRED)


def ask_by(assessment: Assessment, question: Clarification | None = None, window: clock.Window | None = None) -> datetime:
    """Until when more time can be asked for: some days after the date that is told, by the clocks of the city."""
    if question and question.due_at:
        kind, due = "question", question.due_at
    else:
        kind, due = "assessment", (window or window_of(assessment)).due_at
    return clock.days_after(due, settings.ASK_DAYS[kind], assessment.city.timezone)


def time_requests_of(assessment: Assessment, question: Clarification | None = None) -> list[ExtensionRequest]:
    """What was asked about the date of an assessment or of one question, the newest first."""
    rows = ExtensionRequest.objects.filter(assessment=assessment, clarification=question)
    return list(rows.select_related("asked_by", "decided_by").order_by("-pk"))


class TimeAsked(NamedTuple):
    """A request for more time as the pages that say the date tell of it."""

    until: datetime
    granted: bool | None
    decided_at: datetime | None


def time_asked(assessment: Assessment) -> list[TimeAsked]:
    """What was asked about the date of an assessment, the newest first, without who and why."""
    rows = ExtensionRequest.objects.filter(assessment=assessment, clarification=None).order_by("-pk")
    return [TimeAsked(*row) for row in rows.values_list("until", "granted", "decided_at")]


def reopen_requests_of(answer: Answer) -> list[ReopenRequest]:
    """What was asked about one answer, the newest first."""
    return list(ReopenRequest.objects.filter(answer=answer).select_related("asked_by", "decided_by", "closed_by").order_by("-pk"))


def reopened_in(assessment: Assessment, at: datetime) -> list[ReopenRequest]:
    """The answers of an assessment that are open again at this instant, by the order of the edition."""
    if assessment.status not in (*REOPENABLE, Status.ANNOUNCED):
        return []
    rows = ReopenRequest.objects.filter(OPEN_AGAIN & HOLDS_OPEN, open_until__gte=at, answer__assessment=assessment)
    return list(rows.select_related("answer__criterion").order_by("answer__criterion__position"))


def time_requests_for_programme(user: Any) -> QuerySet[ExtensionRequest]:
    """The requests for more time of the cities that a person of the program may see."""
    rows = ExtensionRequest.objects.filter(assessment__in=assessments_for_programme(user).values("pk"))
    return rows.select_related(
        "assessment__city", "assessment__cycle__standard", "clarification__answer__criterion", "asked_by", "decided_by"
    )


def reopen_requests_visible_to(user: Any) -> QuerySet[ReopenRequest]:
    """The requests to open an answer again, of the cities that a person may see."""
    rows = ReopenRequest.objects.filter(answer__assessment__in=assessments_visible_to(user).values("pk"))
    return rows.select_related(
        "answer__assessment__city", "answer__assessment__cycle__standard", "answer__criterion", "asked_by", "decided_by", "closed_by"
    )


def requests_open(user: Any, received: Collection[str] = ()) -> tuple[QuerySet[ExtensionRequest], QuerySet[ReopenRequest]]:
    """What waits for a decision of the program; what a submit, an answer or a withdrawal has settled does not wait any more.

    To its city a request waits longer than that: `received` are the stages after the receipt that count instead.
    """
    of_assessment = Q(clarification=None, assessment__status__in=UNSUBMITTED)
    of_question = Q(clarification__status__in=UNANSWERED, assessment__status__in=received or [Status.IN_REVIEW])
    times = time_requests_for_programme(user).filter(of_assessment | of_question, decided_at=None)
    reopenings = reopen_requests_for_programme(user).filter(decided_at=None, answer__assessment__status__in=received or REOPENABLE)
    return times, reopenings


def requests_decided(user: Any) -> tuple[QuerySet[ExtensionRequest], QuerySet[ReopenRequest]]:
    """What the program has decided."""
    decided = {"decided_at__isnull": False}
    return time_requests_for_programme(user).filter(**decided), reopen_requests_for_programme(user).filter(**decided, to_appeal=False)


def reopen_requests_for_programme(user: Any) -> QuerySet[ReopenRequest]:
    """The requests to open an answer again that the person may decide as one of the program."""
    return reopen_requests_visible_to(user).filter(answer__assessment__in=assessments_for_programme(user).values("pk"))
