"""A city starts from last time, and says of each copied answer that it still holds."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, queries
from assessments.actions import answering, documenting
from assessments.models import Answer, Assessment, Copy, Method
from wwc.audit.record import record
from wwc.refusals import Refusal, require


class NothingEarlier(Refusal):
    """The source is no earlier assessment of the city, or no crosswalk leads from its edition to this one."""

    message = _("This assessment cannot start from that one. Nothing was copied. Choose an earlier one of your city.")


class NothingClaimed(Refusal):
    """The copy makes no claim, so there is nothing to confirm."""

    message = _("The copied answer does not say whether your city meets this. Choose an answer and save it; nothing was changed.")


@transaction.atomic
def copy_forward(assessment: Assessment, *, source: Assessment, by: Any, at: datetime) -> list[Answer]:
    """Start from an earlier assessment: fill each answer that says nothing yet from the current versions of then, evidence included.

    What is written already stays. Each copy is unconfirmed until a person says that it still holds. Returns what was
    filled, which is nothing the second time.
    """
    require(access.may_copy(by, assessment))
    list(Answer.objects.select_for_update().filter(assessment=assessment).order_by("pk").values_list("pk"))
    assessment = Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment.pk)
    earlier = next((each for each in queries.earlier_of(assessment) if each.pk == source.pk), None)
    if earlier is None:
        raise NothingEarlier()
    begin = queries.beginning(assessment, earlier)
    rows = begin.copied
    if not rows:
        return []
    late = answering.require_open(rows[0].answer)
    copies = [_copy(row, late=late, by=by, at=at) for row in rows]
    link = Copy.sources.through
    link.objects.bulk_create(link(copy_id=copy.pk, answer_id=old.pk) for copy, row in zip(copies, rows, strict=True) for old in row.sources)
    record(
        "copied",
        assessment,
        by=by,
        at=at,
        city_id=assessment.city_id,
        source=earlier.pk,
        criteria=[row.answer.criterion.code for row in rows],
        withdrawn=[old.criterion.code for old, _note in begin.withdrawn],
    )
    return [row.answer for row in rows]


def _copy(row: queries.Begun, *, late: bool, by: Any, at: datetime) -> Copy:
    """Fill one held answer, with the evidence that it does not rest on yet."""
    said = answering.Said(row.claim, row.ticks, row.narrative)
    answering.add_version(row.answer, said, late=late, by=by, at=at, method=Method.COPIED)
    there = {use.evidence_id for use in row.answer.proof}
    for use in row.proof:
        if use.evidence_id not in there:
            documenting.put_to(row.answer, use.evidence, use.pages, by=by, at=at)
    return Copy.objects.create(answer=row.answer, kind=row.kind, copied_at=at, copied_by=by)


@transaction.atomic
def confirm(answer: Answer, *, by: Any, at: datetime) -> Answer:
    """A person says that a copied answer still holds. Confirmed already, or never copied, nothing happens."""
    require(access.may_answer(by, answer))
    answer = answering.locked(answer)
    if not queries.is_unconfirmed(answer):
        return answer
    answering.require_open(answer)
    if answer.current is None or not answer.current.claim:
        raise NothingClaimed()
    answering.confirm_copy(answer, by=by, at=at)
    return answer
