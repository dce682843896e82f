"""A paper is asked for; a worker draws it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access
from assessments.models import Assessment, Paper, PaperKind
from assessments.papers.questionnaire import questionnaire
from assessments.queries.workbooks import DRAW
from wwc.outbox import post
from wwc.refusals import Refusal, require


class NothingToPrint(Refusal):
    """A kind that is none of ours, or all answers where nothing was submitted."""

    message = _("This paper is there once the assessment is submitted. Nothing was asked for.")


@transaction.atomic
def ask(assessment: Assessment, *, kind: str, language: str, by: Any, at: datetime) -> Paper:
    """Ask for a paper; where one of the same content is there or on its way, it is that one."""
    require(access.may_print(by, assessment))
    if kind not in PaperKind.values:
        raise NothingToPrint()
    return ask_for(assessment, kind, language, by=by, at=at)


def ask_for(assessment: Assessment, kind: str, language: str, *, by: Any, at: datetime) -> Paper:
    """The row and its work, within an action that has asked permission."""
    sheet = questionnaire(assessment, kind, language)
    if sheet is None:
        raise NothingToPrint()
    paper, _new = Paper.objects.get_or_create(
        assessment=assessment,
        kind=kind,
        language=sheet.language,
        content_hash=sheet.content_hash,
        defaults={"asked_at": at, "asked_by": by},
    )
    post.ask(DRAW, at=at, city_id=assessment.city_id, paper_id=paper.pk)
    return paper
