"""Whether the city may write now."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from assessments import clock
from assessments.lifecycle import Asked, CycleStatus, Lock, Status
from assessments.models import Answer, Assessment, Clarification, Extension, ReopenRequest, Reply, Snapshot

WRITABLE = (CycleStatus.OPEN, CycleStatus.REVIEWING, CycleStatus.DECIDING)
REOPENABLE = (Status.SUBMITTED, Status.IN_REVIEW)
OPEN_AGAIN = Q(granted=True, closed_at=None)
# A submitted answer opens again at the city's wish while it is read, one that is decided to an appeal once the result is out.
HOLDS_OPEN = Q(to_appeal=False, answer__assessment__status__in=REOPENABLE) | Q(to_appeal=True, answer__assessment__status=Status.ANNOUNCED)


def window_of(assessment: Assessment) -> clock.Window:
    """When the city may write its assessment, extensions included."""
    cycle = assessment.cycle
    latest = Extension.objects.filter(assessment=assessment).order_by("-due_at").values_list("due_at", flat=True).first()
    return clock.window(cycle.opens_at, cycle.due_at, cycle.grace, latest)


def window_at(assessment: Assessment, at: datetime) -> clock.Window:
    """The window as far as it matters at this instant: up to the cycle's own date an extension changes nothing and is not looked up."""
    cycle = assessment.cycle
    own = clock.window(cycle.opens_at, cycle.due_at, cycle.grace)
    return own if own.opens_at <= at <= own.due_at else window_of(assessment)


def reopened_by(answer: Answer, at: datetime) -> Clarification | ReopenRequest | None:
    """What holds a closed answer open at this instant: a question in time, a wish that was granted or an admitted appeal. One at most."""
    if answer.lock == Lock.OPEN:
        return None
    asked = Clarification.objects.filter(answer=answer, status=Asked.SENT, due_at__gte=at).first() if answer.lock == Lock.LOCKED else None
    return asked or reopening_of(answer, at)


def reopening_of(answer: Answer, at: datetime) -> ReopenRequest | None:
    """The granted request, or the admitted appeal, by which a closed answer is open at this instant."""
    status = answer.assessment.status
    wished = answer.lock == Lock.LOCKED and status in REOPENABLE
    appealed = answer.lock == Lock.FINAL and status == Status.ANNOUNCED
    if not wished and not appealed:
        return None
    return ReopenRequest.objects.filter(OPEN_AGAIN, answer=answer, to_appeal=appealed, open_until__gte=at).first()


def grants_now() -> QuerySet[ReopenRequest]:
    """The granted requests whose time has not run out as the database reads this; whoever asks knows that the assessment is reopenable."""
    return ReopenRequest.objects.filter(OPEN_AGAIN, open_until__gte=Now())


def reopenings_now() -> QuerySet[ReopenRequest]:
    """The granted requests by which an answer is open as the database reads this, for a question about many answers at once."""
    return grants_now().filter(HOLDS_OPEN)


def question_due(assessment: Assessment, now: datetime) -> datetime:
    """When an answer that is opened now closes again: the cycle's number of business days later in the city's own time zone."""
    return business_days_on(assessment, now, assessment.cycle.policy["question_days"])


def business_days_on(assessment: Assessment, now: datetime, days: int) -> datetime:
    """The instant so many business days of the cycle later, at the end of the working day in the city's own time zone."""
    holidays = [date.fromisoformat(day) for day in assessment.cycle.holidays]
    return clock.business_days_after(now, days, assessment.city.timezone, holidays)


def is_open(answer: Answer, at: datetime) -> bool:
    """Whether the city may change an answer at this instant."""
    assessment = answer.assessment
    if answer.lock == Lock.OPEN and assessment.status == Status.DRAFTING:
        return is_writable(assessment, at)
    return reopened_by(answer, at) is not None


def closed_at(answer: Answer) -> datetime | None:
    """When a locked answer closed: with the submission, or later with the end of what held it open."""
    sent = Snapshot.objects.filter(assessment=answer.assessment_id).order_by("-number").values_list("submitted_at", flat=True).first()
    replied = Reply.objects.filter(clarification__answer=answer).order_by("-pk").values_list("replied_at", flat=True).first()
    ended = Clarification.objects.filter(answer=answer, status=Asked.EXPIRED).order_by("-due_at").values_list("due_at", flat=True).first()
    again = ReopenRequest.objects.filter(answer=answer, granted=True).order_by("-pk").values_list("open_until", "closed_at").first()
    closed = min(at for at in again if at) if again else None
    return max((at for at in (sent, replied, ended, closed) if at), default=None)


def is_writable(assessment: Assessment, at: datetime) -> bool:
    """Whether the whole assessment is open for writing at this instant."""
    return assessment.status == Status.DRAFTING and assessment.cycle.status in WRITABLE and window_at(assessment, at).is_open(at)


def open_among(assessment: Assessment, answers: Sequence[Answer], at: datetime) -> list[Answer]:
    """Those of `answers_of` that the city may change at this instant."""
    if is_writable(assessment, at):
        return [answer for answer in answers if answer.lock == Lock.OPEN]
    again = set(reopenings_now().filter(answer__assessment=assessment).values_list("answer_id", flat=True))
    asked = {answer.pk for answer in answers if answer.question is not None and answer.question.due_at >= at}
    return [answer for answer in answers if answer.lock != Lock.OPEN and answer.pk in again | asked]
