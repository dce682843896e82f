"""Trying an edition on past assessments: who would gain or lose a tier, and by which criterion. Nothing of it is kept."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.models import Cycle
from criteria.models import Standard
from criteria.scoring import RulebookError
from reviews import access
from reviews.dry_run import GAINS, LOSES, STAYS, UNDECIDED
from reviews.queries import dry_runs
from wwc import tables
from wwc.refusals import require


@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """The editions that can be tried."""
    require(access.may_try_edition(request.user))
    page = Paginator(dry_runs.editions_to_try(request.user), 25).get_page(request.GET.get("page"))
    return render(request, "reviews/dry_runs.html", {"page": page})


@require_safe
def dry_run(request: HttpRequest, code: str) -> HttpResponse:
    """One edition tried: totals, the criteria that move tiers, and each city."""
    standard, cycles, cycle = _asked(request, code)
    context: dict[str, Any] = {"standard": standard, "cycles": cycles, "cycle": cycle}
    try:
        found = dry_runs.dry_run(standard, request.user, cycle)
    except RulebookError:
        return render(request, "reviews/dry_run.html", context)
    show = request.GET.get("outcome", "")
    rows = [row for row in found.rows if show not in found.counts or row.tried.outcome == show]
    context |= {
        "found": found,
        "show": show,
        "outcomes": [(key, label, found.counts[key]) for key, label in _outcomes()],
        "page": Paginator(rows, 50).get_page(request.GET.get("page")),
        "of_cycle": urlencode({"cycle": cycle.slug}) + "&" if cycle else "",
        "of_outcome": urlencode({"outcome": show}) + "&" if show in found.counts else "",
    }
    return render(request, "reviews/dry_run.html", context)


@require_safe
def table(request: HttpRequest, code: str) -> HttpResponse:
    """All of it as CSV; the same dry run is the same file, byte for byte."""
    standard, _cycles, cycle = _asked(request, code)
    try:
        rows = list(dry_runs.as_table(dry_runs.dry_run(standard, request.user, cycle)))
    except RulebookError:
        rows = []
    name = f"dry-run-{standard.code}{f'-on-{cycle.slug}' if cycle else ''}.csv"
    said = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(tables.written(dry_runs.COLUMNS, rows), content_type="text/csv; charset=utf-8", headers=said)


def _asked(request: HttpRequest, code: str) -> tuple[Standard, list[Cycle], Cycle | None]:
    """The edition, the cycles it can be tried on, and the one that was chosen."""
    require(access.may_try_edition(request.user))
    standard = get_object_or_404(dry_runs.editions_to_try(request.user), code=code)
    cycles = list(dry_runs.cycles_with_scores(request.user))
    return standard, cycles, next((each for each in cycles if each.slug == request.GET.get("cycle")), None)


def _outcomes() -> list[tuple[str, str]]:
    return [(GAINS, _("Gain a tier")), (LOSES, _("Lose a tier")), (STAYS, _("Stay")), (UNDECIDED, _("Undecided"))]
