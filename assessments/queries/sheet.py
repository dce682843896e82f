"""The page of one criterion: what its answer says, how those of its area stand, what proves them, what was said last time.

What is shown is asked once, in rows of what is shown: of the other answers neither words nor documents.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from assessments.lifecycle import Status
from assessments.models import Answer, AnswerVersion, Assessment
from assessments.queries.copies import LastTime, last_time
from assessments.queries.glance import Glance, open_questions
from assessments.queries.library import Use, uses_on
from criteria.models import Criterion

EARLIER = 3  # versions that are shown beside the current one


# Never read themselves and only narrowed: their columns are worked out once, and they hold no rows.
_ROWS = Answer.objects.values_list("criterion", "lock", "version", "pk", "current__claim", "copy", "copy__confirmed_at")
_SHOWN = ("answer", "number", "claim", "ticks", "narrative", "saved_at", "saved_by__name", "saved_by__email", "saved_by__formerly")
_VERSIONS = AnswerVersion.objects.select_related("saved_by").only(*_SHOWN).order_by("-number")


class Sheet(NamedTuple):
    """One answer with its question and its current version, and what its page shows around it."""

    answer: Answer
    area: list[Any]  # as `glances_of` gives them
    earlier: list[AnswerVersion]
    uses: list[Use]
    last: LastTime | None


def sheet_of(assessment: Assessment, criterion: Criterion, area: Sequence[Criterion], language: str = "en") -> Sheet:
    """The answer to one criterion as its page shows it; `area` are the criteria of its area, in the reader's words."""
    found = {row[0]: row[1:] for row in _ROWS.filter(assessment=assessment, criterion__in=[each.pk for each in area])}
    lock, version, pk, _claim, copy, _confirmed_at = found[criterion.pk]
    said = _said(pk) if version else []
    # Somebody may have saved between the two statements: the number goes with the words.
    answer = Answer(pk=pk, assessment=assessment, lock=lock, version=said[0].number if said else 0, current=said[0] if said else None)
    answer.criterion = criterion
    # What was said last time helps who writes; from review no way leads back to the first writing.
    last = last_time(answer, language, copy) if assessment.status == Status.DRAFTING else None
    old: list[Any] = [each.answer for each in last.before] if last else []
    answers = [row[2] for row in found.values()]
    uses = uses_on([*answers, *(each.pk for each in old)])
    for each in old:
        each.proof = [use for use in uses if use.answer_id == each.pk and not use.is_refused]
    asked = open_questions(assessment)
    answer.question = asked.get(pk)
    proven = {use.answer_id for use in uses if not use.is_refused}
    glances = [Glance.of(each, found[each.pk][2:], proven, asked) for each in area]
    return Sheet(answer, glances, said[1:], [use for use in uses if use.answer_id == answer.pk], last)


def _said(answer: int) -> list[AnswerVersion]:
    """The current version of an answer and the ones before it, with who saved them by name."""
    return list(_VERSIONS.filter(answer=answer)[: EARLIER + 1])
