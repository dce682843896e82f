"""The quality of reading: one's own figures, and those of what one steers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessments.models import Cycle
from assessments.views.frame import language
from reviews import access
from reviews.queries import quality as qualities
from wwc import tables
from wwc.refusals import require


def _cycle(request: HttpRequest, slug: str) -> tuple[Cycle, list[Cycle]]:
    """The cycle named, or the latest, and all of which the person may see something."""
    cycles = qualities.cycles(request.user)
    cycle = next((each for each in cycles if slug in {"", each.slug}), None)
    if cycle is None:
        raise Http404
    require(access.may_see_quality(request.user, cycle))
    return cycle, cycles


@require_safe
def quality(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Agreement by area, criterion and checklist, and how each reader's verdicts fared."""
    cycle, cycles = _cycle(request, slug)
    context = {"cycle": cycle, "cycles": cycles, "quality": qualities.quality(cycle, request.user, language())}
    return render(request, "reviews/quality.html", context)


@require_safe
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures about pairs as CSV."""
    cycle, _cycles = _cycle(request, slug)
    found = qualities.quality(cycle, request.user, language())
    text = tables.written(qualities.COLUMNS, qualities.as_table(found.rows if found.steers else []))
    said = {"Content-Disposition": f'attachment; filename="quality-{cycle.slug}.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=said)
