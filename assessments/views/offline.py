"""Work off-line: the questionnaire as a workbook and on paper, and the way back."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST, require_safe

from assessments import access, queries
from assessments.actions import printing
from assessments.models import Assessment, Paper, PaperKind
from assessments.papers import reading
from assessments.papers.questionnaire import questionnaire
from assessments.papers.workbook import workbook as made_workbook
from assessments.views import frame
from wwc.http import private_file, refusals_shown
from wwc.refusals import require
from wwc.uploads import CONTENT_TYPES

KINDS = (PaperKind.BLANK, PaperKind.FILLED, PaperKind.ANSWERS)


@require_safe
def offline(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be taken away, and the way to bring it back."""
    assessment = frame.assessment_or_404(request, pk)
    context = {
        "assessment": assessment,
        "city": assessment.city,
        "papers": _papers(assessment, frame.language()),
        "imports": queries.imports_of(assessment) if request.roles else [],  # type: ignore[attr-defined]
        "may_import": access.may_import(request.user, assessment),
        "is_open": queries.is_writable(assessment, now()),
        "limit": reading.MAX_BYTES,
    }
    return render(request, "assessments/offline.html", context)


def _papers(assessment: Assessment, language: str) -> list[dict[str, Any]]:
    """Each kind of paper with its state: not there, being made, ready, or of before the last change."""
    answers, known = queries.answers_of(assessment, language), queries.papers_of(assessment, language)
    rows = []
    for kind in KINDS:
        sheet, papers = questionnaire(assessment, kind, language, answers), known.get(kind, [])
        if sheet is None:
            continue
        current = next((paper for paper in papers if paper.content_hash == sheet.content_hash), None)
        older = next((paper for paper in papers if paper.made_at), None)
        state = "none" if current is None else "ready" if current.made_at else "stopped" if current.stopped else "waiting"
        rows.append({"kind": kind, "state": state, "paper": current if state == "ready" else older})
    return rows


@require_safe
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook, with what is saved; `?blank` without."""
    assessment = frame.assessment_or_404(request, pk)
    require(access.may_print(request.user, assessment))
    language, blank = frame.language(), "blank" in request.GET
    body = made_workbook(assessment, queries.answers_of(assessment, language), language, blank=blank)
    response = HttpResponse(body, content_type=CONTENT_TYPES[".xlsx"])
    name = f"{assessment.city.slug}-{assessment.cycle.slug}{'-blank' if blank else ''}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a paper."""
    assessment = frame.assessment_or_404(request, pk)
    with refusals_shown(request):
        printing.ask(assessment, kind=request.POST.get("kind", ""), language=frame.language(), by=request.user, at=now())
    return redirect(reverse("assessments:offline", args=[pk]) + "#paper")


@require_safe
def paper(request: HttpRequest, pk: int) -> FileResponse:
    """A paper that was made, as a download."""
    found = get_object_or_404(queries.papers_visible_to(request.user), pk=pk)
    return _file(found)


def _file(found: Paper) -> FileResponse:
    if found.made_at is None:
        raise Http404
    assessment = found.assessment
    name = f"{assessment.city.slug}-{assessment.cycle.slug}-{found.kind}.pdf"
    return private_file(found.stored, filename=name, content_type="application/pdf")
