"""The pages of the data and the details: for everybody what is announced, for the program the same with small groups."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assessments.models import Cycle
from wwc import tables
from wwc.insights import access, actions, queries, showing
from wwc.refusals import require


@login_not_required
@require_safe
def index(request: HttpRequest, cycle: str = "") -> HttpResponse:
    """All figures of a cycle, the latest one unless named."""
    found = list(queries.releases())
    release = next((each for each in found if cycle in {"", each.cycle.slug}), None)
    if release is None:
        if cycle:
            raise Http404
        return render(request, "insights/index.html", {"cycles": []})
    context = _page(release.cycle, release.content, release.sha256, release.released_at)
    return render(request, "insights/index.html", context | {"cycles": [each.cycle for each in found]})


@login_not_required
@require_safe
def figure(request: HttpRequest, cycle: str, figure: str) -> HttpResponse:
    """One figure with its definition and its whole table."""
    release = _release(cycle, figure)
    return render(request, "insights/figure.html", _one(figure, release.cycle, release.content, release.released_at))


@login_not_required
@require_safe
def table(request: HttpRequest, cycle: str, figure: str) -> HttpResponse:
    """One figure as CSV."""
    release = _release(cycle, figure)
    return _csv(figure, release.cycle, release.content, release.released_at)


@login_not_required
@require_safe
def dataset(request: HttpRequest, cycle: str) -> HttpResponse:
    """All figures of a cycle as canonical JSON, byte for byte what the hash on the page is of."""
    release = _release(cycle)
    said = {"Content-Disposition": f'attachment; filename="insights-{release.cycle.slug}.json"'}
    return HttpResponse(queries.canonical(release.content), content_type="application/json", headers=said)


@require_safe
def whole(request: HttpRequest, cycle: str = "") -> HttpResponse:
    """The program's figures of a cycle, in which the cities closed to the person are in no number."""
    require(access.may_see_whole(request.user))
    cycles = list(queries.cycles_told())
    chosen = next((each for each in cycles if cycle in {"", each.slug}), None)
    if chosen is None and cycle:
        raise Http404
    found = queries.dataset_to(request.user, chosen) if chosen else None
    context = _page(chosen, found.content, found.sha256, found.computed_at) if chosen and found else {"cycle": chosen}
    public = queries.releases().filter(cycle=chosen).first() if chosen else None
    left_out = len(queries.left_out_for(request.user, chosen)) if chosen else 0
    return render(request, "insights/whole.html", context | {"cycles": cycles, "public": public, "left_out": left_out})


@require_safe
def whole_figure(request: HttpRequest, cycle: str, figure: str) -> HttpResponse:
    """One of the program's figures."""
    found = _dataset(request, cycle, figure)
    return render(request, "insights/figure.html", _one(figure, found.cycle, found.content, found.computed_at) | {"whole": True})


@require_safe
def whole_table(request: HttpRequest, cycle: str, figure: str) -> HttpResponse:
    """One of the program's figures as CSV."""
    found = _dataset(request, cycle, figure)
    return _csv(figure, found.cycle, found.content, found.computed_at)


@require_POST
def recompute(request: HttpRequest, cycle: str) -> HttpResponse:
    """Ask for the figures of a cycle again."""
    require(access.may_recompute(request.user))
    actions.recompute(get_object_or_404(Cycle, slug=cycle), by=request.user, at=timezone.now())
    messages.success(request, _("The figures are being computed. Open this page again in a minute."))
    return redirect("insights:whole_of", cycle)


def _release(cycle: str, figure: str = "") -> Any:
    if figure and figure not in showing.NAMES:
        raise Http404
    return get_object_or_404(queries.releases(), cycle__slug=cycle)


def _dataset(request: HttpRequest, cycle: str, figure: str) -> Any:
    require(access.may_see_whole(request.user))
    if figure not in showing.NAMES:
        raise Http404
    found = queries.dataset_to(request.user, get_object_or_404(queries.cycles_told(), slug=cycle))
    if found is None:
        raise Http404
    return found


def _language() -> str:
    return get_language() or "en"


def _page(cycle: Cycle, content: Mapping[str, Any], sha256: str, at: datetime) -> dict[str, Any]:
    figures = [showing.shown(key, content, cycle, _language(), short=True) for key in showing.NAMES]
    return {"cycle": cycle, "figures": figures, "sha256": sha256, "at": at}


def _one(key: str, cycle: Cycle, content: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {"cycle": cycle, "figure": showing.shown(key, content, cycle, _language()), "at": at, "names": showing.NAMES.items()}


def _csv(key: str, cycle: Cycle, content: Mapping[str, Any], at: datetime) -> HttpResponse:
    columns, rows = showing.as_table(key, content, cycle, _language(), at)
    text = tables.head(columns) + tables.lines([row.get(column) for column in columns] for row in rows)
    said = {"Content-Disposition": f'attachment; filename="insights-{cycle.slug}-{key}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=said)
