"""Answers with what they rest on, and how far an assessment is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from assessments.models import Answer, AnswerEvidence, AnswerVersion, Assessment, Claim
from assessments.queries.glance import open_questions
from criteria import queries as rulebooks
from criteria.models import PracticeArea


def answers_of(
    assessment: Assessment,
    language: str = "en",
    criteria: Collection[int] | None = None,
) -> list[Answer]:
    """The answers in the edition's order, each with its criterion in words, its current version and what proves it.

    `answer.proof` lists the live evidence that counts (not what the virus check stopped), `answer.live` all of it;
    `answer.question` is the open question on it or None. `criteria` names some by key.
    """
    worded = {criterion.pk: criterion for criterion in rulebooks.kept_criteria(assessment.cycle.standard, language)}
    rows = Answer.objects.filter(assessment=assessment)
    rows = rows if criteria is None else rows.filter(criterion__in=criteria)
    rows = rows.select_related("current__saved_by", "copy")
    answers: list[Any] = sorted(rows, key=lambda answer: worded[answer.criterion_id].position)
    asked, live = open_questions(assessment), _live([answer.pk for answer in answers])
    for answer in answers:
        answer.assessment = assessment
        answer.criterion = worded[answer.criterion_id]
        answer.live = live.get(answer.pk, [])
        answer.proof = [use for use in answer.live if not (use.evidence.current and use.evidence.current.is_refused)]
        answer.question = asked.get(answer.pk)
    return answers


def _live(keys: list[int]) -> dict[int, list[Any]]:
    """The live evidence of each answer, in the order it was added."""
    live = AnswerEvidence.objects.filter(answer__in=keys, ended_at=None)
    found: dict[int, list[Any]] = {}
    for use in live.select_related("evidence__current__checked", "added_by").order_by("pk"):
        found.setdefault(use.answer_id, []).append(use)
    return found


def positions_in(answer: Answer) -> set[int]:
    """The lines of the checklist of an answer's criterion, by their position."""
    criteria = rulebooks.kept_criteria(answer.assessment.cycle.standard)
    return {item.position for criterion in criteria if criterion.pk == answer.criterion_id for item in criterion.items}


def versions_of(answer: Answer) -> QuerySet[AnswerVersion]:
    """Everything an answer ever said, the newest first."""
    return AnswerVersion.objects.filter(answer=answer).select_related("saved_by").order_by("-number")


def is_unconfirmed(answer: Answer) -> bool:
    """Whether an answer was copied from last time and nobody has said yet that it still holds."""
    copy = getattr(answer, "copy", None)
    return copy is not None and copy.confirmed_at is None


def state_of_claim(answer: Answer, at: datetime | None = None) -> str:
    """How an answer from `answers_of` stands, as a square: ask, copied, met, half, struck or dashed."""
    question = answer.question
    if question is not None and (at is None or question.due_at >= at):
        return "ask"
    return "copied" if is_unconfirmed(answer) else claimed_state(answer)


def claimed_state(answer: Answer) -> str:
    """What an answer from `answers_of` claims, whatever is asked about it: met, half, struck or dashed."""
    claim = answer.current.claim if answer.current else ""
    if claim == Claim.MET:
        return "met" if answer.proof else "half"
    return "struck" if claim else "dashed"


@dataclass(frozen=True)
class AreaProgress:
    """One practice area as the city stands in it."""

    area: PracticeArea
    answers: tuple[Answer, ...]
    states: tuple[str, ...]
    answered: int
    proven: int
    questions: int
    unconfirmed: int

    @property
    def total(self) -> int:
        """How many criteria the area has."""
        return len(self.answers)


def progress(assessment: Assessment, answers: Sequence[Answer] | None = None, at: datetime | None = None) -> list[AreaProgress]:
    """How far each practice area is: answered, proven, questions open, copies not confirmed."""
    areas: dict[int, list[Answer]] = {}
    for answer in answers_of(assessment) if answers is None else answers:
        areas.setdefault(answer.criterion.area_id, []).append(answer)
    return [_area_progress(group, at) for group in areas.values()]


def _area_progress(answers: list[Answer], at: datetime | None) -> AreaProgress:
    claimed = [answer for answer in answers if answer.current and answer.current.claim]
    states = tuple(state_of_claim(answer, at) for answer in answers)
    return AreaProgress(
        area=answers[0].criterion.area,
        answers=tuple(answers),
        states=states,
        answered=len(claimed),
        proven=sum(1 for answer in claimed if answer.current and answer.current.claim == Claim.MET and answer.proof),
        questions=states.count("ask"),
        unconfirmed=states.count("copied"),
    )
