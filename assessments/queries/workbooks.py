"""Workbooks that came back, and papers: who may see which."""

from typing import Any

from django.db.models import QuerySet

from assessments.models import Assessment, Import, Paper, PaperKind, Snapshot
from assessments.queries.visible import assessments_visible_to
from wwc.outbox.models import Work


def imports_visible_to(user: Any) -> QuerySet[Import]:
    """The workbooks that came back, of the assessments a person may see."""
    rows = Import.objects.filter(assessment__in=assessments_visible_to(user))
    return rows.select_related("assessment__city", "assessment__cycle__standard", "read_by", "applied_by")


def papers_visible_to(user: Any) -> QuerySet[Paper]:
    """The papers of the assessments a person may see."""
    return Paper.objects.filter(assessment__in=assessments_visible_to(user)).select_related("assessment__city", "assessment__cycle")


def papers_of(assessment: Assessment, language: str) -> dict[str, list[Paper]]:
    """The papers of an assessment in a language by their kind, the newest first; `stopped` says that work on one was set aside."""
    papers: dict[str, list[Paper]] = {}
    parked = set(
        Work.objects.filter(kind=DRAW, city_id=assessment.city_id, parked_at__isnull=False).values_list("args__paper_id", flat=True)
    )
    for paper in Paper.objects.filter(assessment=assessment, language=language).order_by("-pk"):
        paper.stopped = paper.pk in parked
        papers.setdefault(paper.kind, []).append(paper)
    return papers


def paper_of(snapshot: Snapshot, language: str) -> Paper | None:
    """The paper of what was submitted: in the reader's language where there is one, else in that of the city."""
    papers = Paper.objects.filter(assessment=snapshot.assessment_id, kind=PaperKind.ANSWERS, asked_at__gte=snapshot.submitted_at)
    known = {paper.language: paper for paper in papers.order_by("pk")}
    return known.get(language) or next(iter(known.values()), None)


def imports_of(assessment: Assessment, limit: int = 5) -> list[Import]:
    """The last workbooks that came back, the newest first."""
    return list(Import.objects.filter(assessment=assessment).select_related("read_by", "applied_by").order_by("-pk")[:limit])


DRAW = "draw_paper"
"""The kind of work that draws a paper."""
