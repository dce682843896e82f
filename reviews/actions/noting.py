"""Notes of the review team that no city reads."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, Assessment
from reviews import access
from reviews.models import InternalNote
from wwc.refusals import Refusal, require


class NoWords(Refusal):
    """An empty note."""

    message = _("Write the note first. Nothing was kept.")


@transaction.atomic
def note_on_answer(answer: Answer, *, text: str, by: Any, at: datetime) -> InternalNote:
    """Keep a note on one answer. Whoever reads it too sees it once they have filed."""
    require(access.may_read(by, answer))
    return _keep(answer.assessment, answer, text, by=by, at=at)


@transaction.atomic
def note_on_case(assessment: Assessment, *, text: str, by: Any, at: datetime) -> InternalNote:
    """Keep a note on a whole case."""
    require(access.may_judge(by, assessment))
    return _keep(assessment, None, text, by=by, at=at)


def _keep(assessment: Assessment, answer: Answer | None, text: str, *, by: Any, at: datetime) -> InternalNote:
    if not text.strip():
        raise NoWords()
    return InternalNote.objects.create(assessment=assessment, answer=answer, text=text.strip(), written_at=at, written_by=by)
