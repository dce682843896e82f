"""What the review team keeps about a case: calls with the city and notes, as far as independence lets a person read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from assessments.models import Answer, Assessment
from reviews.models import Assignment, Call, InternalNote
from reviews.queries import desk


@dataclass(frozen=True)
class Logged:
    """A call as it stands now, with what it said before it was corrected, and the criteria it touches."""

    call: Call
    codes: tuple[str, ...]
    before: tuple[Call, ...]


def calls_visible_to(user: Any) -> QuerySet[Call]:
    """The calls about cases that the person judges: everybody who does reads all of them."""
    return Call.objects.filter(assessment__in=desk.assessments_readable_by(user).order_by().values("pk"))


def calls_of(user: Any, assessment: Assessment) -> list[Logged]:
    """The calls about a case, the latest first."""
    return _logged(calls_visible_to(user).filter(assessment=assessment))


def calls_on(user: Any, answer: Answer) -> list[Logged]:
    """The calls that touch an answer, the latest first."""
    return [each for each in _logged(calls_visible_to(user).filter(assessment=answer.assessment_id)) if answer in each.call.answers.all()]


def _logged(rows: QuerySet[Call]) -> list[Logged]:
    every = list(rows.select_related("logged_by").prefetch_related("answers__criterion").order_by("pk"))
    by_number = {each.pk: each for each in every}
    corrected = {each.corrects_id for each in every}
    found = []
    for call in (each for each in every if each.pk not in corrected):
        before, number = [], call.corrects_id
        while number in by_number:
            before.append(by_number[number])
            number = by_number[number].corrects_id
        answers = sorted(call.answers.all(), key=lambda answer: answer.criterion.position)
        found.append(Logged(call, tuple(answer.criterion.code for answer in answers), tuple(before)))
    return sorted(found, key=lambda each: (each.call.held_at, each.call.pk), reverse=True)


def notes_visible_to(user: Any) -> QuerySet[InternalNote]:
    """The notes of the review team, one's own always. Before one has judged an answer those on it stay hidden, and so do notes
    on the case by whoever reads an answer that one has yet to judge: they could betray a verdict.
    """
    own, unfiled = Q(written_by=user), desk.unfiled_by(user)
    theirs = Assignment.objects.filter(answer__in=unfiled.values("answer"), answer__assessment=OuterRef("assessment"))
    beside = theirs.filter(member__person=OuterRef("written_by"))
    on_answer = Q(answer__in=desk.answers_readable_by(user).values("pk")) & ~Exists(unfiled.filter(answer=OuterRef("answer")))
    on_case = Q(answer=None) & ~Exists(beside)
    rows = InternalNote.objects.filter(assessment__in=desk.assessments_readable_by(user).order_by().values("pk"))
    return rows.filter(own | on_answer | on_case).select_related("written_by", "answer__criterion").order_by("pk")


def of_case(user: Any, assessment: Assessment) -> dict[str, Sequence[Any]]:
    """Calls and notes for the page of a case."""
    return {"calls": calls_of(user, assessment), "notes": list(notes_visible_to(user).filter(assessment=assessment))}


def of_answer(user: Any, answer: Answer) -> dict[str, Sequence[Any]]:
    """The calls that touch an answer, and the notes on it."""
    return {"calls": calls_on(user, answer), "notes": list(notes_visible_to(user).filter(answer=answer))}
