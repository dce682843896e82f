"""What colleagues tell each other about an answer. No reviewer and nobody of the program ever reads it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access
from assessments.models import Answer, Note
from wwc.refusals import Refusal, require


class NoteEmpty(Refusal):
    """A note without words."""

    message = _("Write the note first. Nothing was saved.")


@transaction.atomic
def note(answer: Answer, *, text: str, by: Any, at: datetime) -> Note:
    """Leave a note for colleagues. The row is its own record: the record of what happened is read by the program."""
    require(access.may_note(by, answer))
    if not text.strip():
        raise NoteEmpty()
    return Note.objects.create(answer=answer, text=text.strip(), written_at=at, written_by=by)
