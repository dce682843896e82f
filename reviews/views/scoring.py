"""Scoring a whole cycle again: ask for it, see how far it is, read what differs."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviews import access
from reviews.actions import scoring as actions
from reviews.queries import recomputations as rows_of
from wwc.http import refusals_shown, render_running
from wwc.refusals import require


@require_safe
def recomputations(request: HttpRequest) -> HttpResponse:
    """The cycles that can be scored again, and every time it was done."""
    require(access.may_recompute(request.user))
    page = Paginator(rows_of.recomputations(), 25).get_page(request.GET.get("page"))
    return render(request, "reviews/scoring.html", {"cycles": rows_of.cycles_to_score(request.user), "page": page})


@require_POST
def recompute(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask that a cycle be scored again."""
    require(access.may_recompute(request.user))
    cycle = get_object_or_404(rows_of.cycles_to_score(request.user), slug=slug)
    with refusals_shown(request):
        row = actions.recompute(cycle, by=request.user, at=now())
        messages.success(request, _("The worker scores it again now. No award changes by it."))
        return redirect("reviews:recomputation", row.pk)
    return redirect("reviews:recomputations")


@require_safe
def recomputation(request: HttpRequest, pk: int) -> HttpResponse:
    """How far one is and what differs; while it runs the browser asks again by itself, unless told to stay."""
    require(access.may_recompute(request.user))
    row = get_object_or_404(rows_of.recomputations(), pk=pk)
    report = rows_of.report(row, request.user)
    show = request.GET.get("show", "")
    page = Paginator(rows_of.differences(row, request.user, show), 50).get_page(request.GET.get("page"))
    context = {"report": report, "row": row, "page": page, "show": show, "kinds": _kinds(report)}
    return render_running(request, "reviews/recomputation.html", context, runs=report.runs)


def _kinds(report: rows_of.Report) -> list[tuple[str, str, int]]:
    """The kinds of what it found that are there, each with its words and number."""
    words = {
        "moved": _("Another tier"),
        "same": _("A new score, the same tier"),
        "first": _("Scored for the first time"),
        "award": _("The award has another tier"),
        "missing": _("Not scored, verdicts are missing"),
    }
    return [(kind, label, report.counts[kind]) for kind, label in words.items() if report.counts[kind]]
