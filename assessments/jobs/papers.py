"""A questionnaire drawn once: what is said now, template, PDF, file, row."""

from django.template.loader import render_to_string
from django.utils import translation

from assessments.models import Paper
from assessments.papers.questionnaire import TEMPLATE, Questionnaire, questionnaire
from assessments.papers.words import Words
from wwc import paper as sheets
from wwc.outbox import files


def draw_paper(paper_id: int) -> None:
    """Draw a paper and note its file; a second run writes nothing.

    What was saved since it was asked for is on it too, and the row then says so by the hash of what was drawn. Where
    another paper already says the same, this row goes.
    """
    rows = Paper.objects.select_related("assessment__city", "assessment__cycle__standard")
    paper = rows.filter(pk=paper_id).first()
    if paper is None:
        return
    sheet = questionnaire(paper.assessment, paper.kind, paper.language)
    if sheet is None:
        return
    same = Paper.objects.filter(assessment=paper.assessment_id, kind=paper.kind, language=paper.language, content_hash=sheet.content_hash)
    if paper.made_at is None and same.exclude(pk=paper.pk).exists():
        paper.delete()
        return
    files.make(paper, moment="made_at", draw=lambda: rendered(sheet), content_hash=sheet.content_hash)


def rendered(sheet: Questionnaire) -> bytes:
    """The bytes of the paper, the same each time."""
    with translation.override(sheet.language):
        html = render_to_string(TEMPLATE, {"paper": sheet, "words": Words(sheet.language)})
    return sheets.pdf(html, css=sheets.style(), identifier=sheet.content_hash)
