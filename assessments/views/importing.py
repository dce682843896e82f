"""A workbook comes back: every difference is shown, and nothing is saved before somebody confirms."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from assessments import access, queries
from assessments.actions import importing
from assessments.forms import ImportForm
from assessments.models import NARRATIVE_LENGTH, Answer, AnswerVersion, Import
from assessments.papers import comparing
from assessments.papers.reading import Problem
from assessments.views import frame
from assessments.views.answering import changes, said_lines
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import figure
from wwc.uploads import received


@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a workbook and show what it says."""
    assessment = frame.assessment_or_404(request, pk)
    require(access.may_import(request.user, assessment))
    with refusals_shown(request):
        file = received(request)
        if file is None:
            messages.error(request, _t("Choose a file first. Nothing was read."))
        else:
            imported = importing.read(assessment, upload=file, by=request.user, at=now())
            return redirect("assessments:importing", imported.pk)
    return redirect(reverse("assessments:offline", args=[pk]) + "#back")


@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the workbook would change; or confirm it; or, once confirmed, what was saved, kept and left out."""
    imported = get_object_or_404(queries.imports_visible_to(request.user), pk=pk)
    require(access.may_import(request.user, imported.assessment))
    frame.set_frame(request, imported.assessment.city, imported.assessment)
    if request.method == "POST":
        form = ImportForm(request.POST, codes=[row.code for row in comparing.rows_of(imported)])
        if form.is_valid():
            with refusals_shown(request):
                if imported.applied_at is not None:
                    messages.info(request, _t("This workbook was confirmed before. Nothing was saved twice."))
                importing.confirm(imported, choices=form.choices(), by=request.user, at=now())
        else:
            messages.error(request, _t("This page is out of date. Nothing was saved. Choose again, then confirm."))
        return redirect("assessments:importing", pk)
    return render(request, "assessments/importing.html", _page(imported))


def _page(imported: Import) -> dict[str, Any]:
    """The differences, or what became of them."""
    assessment = imported.assessment
    answers = queries.answers_of(assessment, frame.language())
    compared = comparing.compare(imported, answers)
    problems = [problem_words(problem) for problem in compared.problems]
    page = {"imported": imported, "assessment": assessment, "city": assessment.city, "problems": problems}
    if imported.applied_at is not None:
        return page | {"outcome": _outcome(imported, answers)}
    return page | {
        "rows": [_row(line) for line in compared.differing],
        "same": [line.answer.criterion for line in compared.lines if line.kind == comparing.SAME],
        "absent": [answer.criterion for answer in compared.absent],
        "total": compared.rows,
        "is_open": queries.is_writable(assessment, now()),
    }


def _row(line: comparing.Line) -> dict[str, Any]:
    """One row beside the saved answer, with what is chosen at first: the file's, but where the saved one is newer."""
    claim, ticks, narrative = line.said
    version = AnswerVersion(claim=claim, ticks=ticks, narrative=narrative)
    return {
        "line": line,
        "criterion": line.answer.criterion,
        "newer": line.kind == comparing.NEWER,
        "saved": line.answer.current,
        "saved_lines": said_lines(line.answer, line.answer.current),
        "changed": changes(line.answer, line.answer.current, version),
    }


def _outcome(imported: Import, answers: list[Answer]) -> list[dict[str, Any]]:
    """What became of the rows, in the order of what matters."""
    titles = {answer.criterion.code: answer.criterion.text.title for answer in answers}
    heads = {
        "saved": _t("Saved"),
        "newer": _t("Somebody saved after the page was shown, so the saved answer stays"),
        "refused": _t("Left out"),
        "kept": _t("Kept as saved, as you chose"),
    }
    groups = []
    for word, head in heads.items():
        rows = [{**row, "title": titles.get(row["code"], "")} for row in imported.outcome.get(word, [])]
        groups.append({"word": word, "head": head, "rows": rows})
    return [group for group in groups if group["rows"]]


def problem_words(problem: Problem) -> str:
    """Why a row is left out, with its number."""
    said = {
        "choice": _t('Row %(row)s: "%(value)s" is not one of the choices. This row is left out; correct it and import again.'),
        "tick": _t('Row %(row)s: "%(value)s" is not a tick. Write x or nothing. This row is left out; correct it and import again.'),
        "off_checklist": _t("Row %(row)s: its checklist has no line %(value)s. This row is left out; correct it and import again."),
        "formula": _t("Row %(row)s: cell %(value)s holds a formula; none is calculated. This row is left out; type the text itself."),
        "error": _t("Row %(row)s: cell %(value)s shows an error. This row is left out; correct it and import again."),
        "unknown": _t('Row %(row)s: "%(value)s" is no criterion of this Standard. This row is left out.'),
        "elsewhere": _t("Row %(row)s belongs to another assessment. This row is left out."),
        "hidden": _t("Row %(row)s: its hidden columns were changed. This row is left out; copy its text into a new workbook."),
        "twice": _t("Row %(row)s: %(value)s is in the file more than once. Each of its rows is left out; keep one and import again."),
        "long": _t(
            "Row %(row)s: its text has %(value)s characters, the limit is %(limit)s. This row is left out; shorten it, import again."
        ),
    }[problem.kind]
    value = figure(int(problem.value)) if problem.kind == "long" else problem.value
    return said % {"row": problem.row, "value": value, "limit": figure(NARRATIVE_LENGTH)}
