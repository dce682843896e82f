"""Start from last time, and confirm what was copied."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import copying
from assessments.forms import SourceForm
from assessments.lifecycle import Status
from assessments.models import Answer, Assessment
from assessments.views import frame
from assessments.views.answering import said_lines
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import figure


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a start from last time would do to each criterion; do it when the person says so."""
    assessment = frame.assessment_or_404(request, pk)
    require(access.may_copy(request.user, assessment))
    earlier = queries.earlier_of(assessment)
    form = SourceForm(request.POST if request.method == "POST" else request.GET or None, earlier=earlier)
    source: Assessment | None = form.cleaned_data["source"] if form.is_valid() else next(iter(earlier), None)
    if request.method == "POST" and form.is_valid() and source:
        with refusals_shown(request):
            _told(request, copying.copy_forward(assessment, source=source, by=request.user, at=now()))
            return redirect("assessments:copied", pk)
    return render(request, "assessments/copying.html", _preview(assessment, source, earlier))


def _told(request: HttpRequest, filled: list[Answer]) -> None:
    """Say how many answers were copied."""
    if not filled:
        messages.info(request, _t("Nothing was copied: what last time has to say is here already."))
        return
    text = ngettext(
        "%(n)s answer was copied. It counts as yours once somebody of your city says that it still holds.",
        "%(n)s answers were copied. Each counts as yours once somebody of your city says that it still holds.",
        len(filled),
    )
    messages.success(request, text % {"n": figure(len(filled))})


def _preview(assessment: Assessment, source: Assessment | None, earlier: list[Assessment]) -> dict[str, Any]:
    """What would happen, criterion by criterion, before it happens."""
    window = queries.window_of(assessment)
    writing = assessment.status == Status.DRAFTING and assessment.cycle.status in queries.WRITABLE and window.is_open(now())
    begin_with = queries.beginning(assessment, source, frame.language()) if source else None
    return {
        "assessment": assessment,
        "city": assessment.city,
        "source": source,
        "earlier": earlier,
        "begin": begin_with,
        "withdrawn": withdrawn_lines(begin_with) if begin_with else [],
        "aims": queries.aims_of(assessment, frame.language()) if any(each.status == Status.ANNOUNCED for each in earlier) else [],
        "answers_at": reverse("assessments:answering", args=[assessment.pk, "-"]).removesuffix("-/"),
        "writing": writing,
    }


def withdrawn_lines(begin_with: queries.Beginning) -> list[dict[str, Any]]:
    """What is not asked any more, with the answer of then to read."""
    return [{"answer": old, "note": note, "lines": said_lines(old, old.current)} for old, note in begin_with.withdrawn]


@require_safe
def copied(request: HttpRequest, pk: int) -> HttpResponse:
    """The copied answers that nobody has confirmed yet, by area, and what came along no further."""
    assessment = frame.assessment_or_404(request, pk)
    answers = queries.answers_of(assessment, frame.language())
    waiting = [answer for answer in answers if queries.is_unconfirmed(answer)]
    source = queries.copied_from(assessment)
    begin_with = queries.beginning(assessment, source, frame.language(), answers) if source else None
    context = {
        "assessment": assessment,
        "city": assessment.city,
        "areas": _by_area(waiting),
        "waiting": len(waiting),
        "source": source,
        "begin": begin_with,
        "withdrawn": withdrawn_lines(begin_with) if begin_with else [],
        "writable": bool(waiting) and bool(access.may_answer(request.user, waiting[0])) and queries.is_open(waiting[0], now()),
    }
    return render(request, "assessments/copied.html", context)


def _by_area(answers: list[Answer]) -> list[dict[str, Any]]:
    """The answers in groups of their practice areas."""
    areas: dict[int, dict[str, Any]] = {}
    for answer in answers:
        area = areas.setdefault(answer.criterion.area_id, {"area": answer.criterion.area, "answers": []})
        area["answers"].append(answer)
    return list(areas.values())


@require_POST
def confirm(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Say of one copied answer that it still holds."""
    answer = frame.answer_or_404(request, pk, code)
    with refusals_shown(request):
        copying.confirm(answer, by=request.user, at=now())
        messages.success(request, _t("%(criterion)s is confirmed.") % {"criterion": code})
    if request.POST.get("back") == "list":
        return redirect(reverse("assessments:copied", args=[pk]) + "#waiting")
    return redirect("assessments:answering", pk, code)
