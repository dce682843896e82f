"""What is typed and not saved, and who is on the same answer now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects

from assessments.models import Answer, Assessment, Draft
from assessments.queries.visible import is_colleague

# A page says every 20 seconds that it is open.
HERE = timedelta(seconds=60)


def drafts_on(answer: Answer, person: Any) -> list[Draft]:
    """What is typed on an answer, by whomever; for its own city's people alone."""
    if not is_colleague(person, answer.assessment.city):
        return []
    return list(Draft.objects.filter(answer=answer).order_by("pk"))


def draft_of(drafts: Iterable[Draft], person: Any) -> Draft | None:
    """What the person typed and did not save."""
    return next((draft for draft in drafts if draft.person_id == person.pk and draft.saved_at), None)


def here_with(drafts: Iterable[Draft], person: Any, at: datetime) -> list[Draft]:
    """The rows of those who have the answer open beside the person."""
    here = [draft for draft in drafts if draft.person_id != person.pk and draft.seen_at > at - HERE]
    prefetch_related_objects(here, "person")
    return here


def unsaved_in(assessment: Assessment, person: Any) -> list[Draft]:
    """What anybody of the team typed in an assessment and did not save, in the edition's order; for its own city's people alone."""
    if not is_colleague(person, assessment.city):
        return []
    drafts = Draft.objects.filter(answer__assessment=assessment, saved_at__isnull=False)
    return list(drafts.select_related("person", "answer__criterion").order_by("answer__criterion__position", "pk"))
