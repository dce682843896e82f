"""All answers of an assessment at a glance: what each claims, whether it is proven, and what the people did lately."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from assessments.lifecycle import Asked, Status
from assessments.models import Answer, AnswerEvidence, AnswerVersion, Assessment, Clarification, Method
from criteria import queries as rulebooks
from criteria.models import Criterion
from wwc.accounts.models import called


class Said(NamedTuple):
    """The claim of a current version."""

    claim: str


class Copied(NamedTuple):
    """That an answer was copied from last time, and since when it is confirmed."""

    confirmed_at: datetime | None


@dataclass(eq=False, slots=True)
class Glance:
    """One answer as far as states, shares and scores ask of it; it is read like an answer of `answers_of`."""

    pk: int
    criterion: Criterion
    current: Said | None
    copy: Copied | None
    proof: bool
    question: Clarification | None

    @classmethod
    def of(
        cls, criterion: Criterion, row: tuple[int, str | None, int | None, datetime | None], proven: Collection[int],
        asked: Mapping[int, Clarification],
    ) -> "Glance":  # fmt: skip
        """From a row of key, claim, copy and when that was confirmed, the answers that are proven and those that are asked about."""
        pk, claim, copy, confirmed_at = row
        said, copied = None if claim is None else Said(claim), Copied(confirmed_at) if copy else None
        return cls(pk, criterion, said, copied, pk in proven, asked.get(pk))


def open_questions(assessment: Assessment) -> dict[int, Clarification]:
    """The open question on each answer, by the answer's key."""
    # A question is sent in review alone, and no way leads from there back to the first writing.
    if assessment.status == Status.DRAFTING:
        return {}
    return {each.answer_id: each for each in Clarification.objects.filter(status=Asked.SENT, answer__assessment=assessment)}


def glances_of(assessment: Assessment, language: str = "en") -> list[Any]:
    """The answers in the edition's order without their words: rows of five columns are much cheaper than 43 answers made whole."""
    rows = Answer.objects.filter(assessment=assessment)
    found = {row[0]: row[1:] for row in rows.values_list("criterion_id", "pk", "current__claim", "copy__pk", "copy__confirmed_at")}
    live = AnswerEvidence.objects.filter(answer__assessment=assessment, ended_at=None)
    uses = live.values_list("answer", "evidence__current__checked__is_clean").distinct()
    proven = {answer for answer, is_clean in uses if is_clean is not False}
    asked = open_questions(assessment)
    criteria = rulebooks.kept_criteria(assessment.cycle.standard, language)
    return [Glance.of(criterion, found[criterion.pk], proven, asked) for criterion in criteria if criterion.pk in found]


def recent_of(assessment: Assessment, answers: Sequence[Any], limit: int = 6) -> list[dict[str, Any]]:
    """The last things that the city's own people did on these answers, the newest first."""
    codes = {answer.pk: answer.criterion.code for answer in answers}
    saved = AnswerVersion.objects.filter(answer__assessment=assessment).order_by("-pk")
    saved_rows = saved.values_list("answer", "saved_at", "saved_by__name", "saved_by__email", "saved_by__formerly", "method")
    added = AnswerEvidence.objects.filter(answer__assessment=assessment).order_by("-pk")
    added_rows = added.values_list("answer", "added_at", "added_by__name", "added_by__email", "added_by__formerly", "evidence__title")
    found = [(*row, "copied" if method == Method.COPIED else "saved", "") for *row, method in saved_rows[:limit]]
    found += [(*row, "added", title) for *row, title in added_rows[:limit]]
    rows = [
        {"kind": kind, "at": at, "by": called(*map(str, who)), "code": codes[answer], "title": title}
        for answer, at, *who, kind, title in found
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)[:limit]
