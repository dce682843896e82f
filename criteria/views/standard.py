"""The Standard for everybody: its editions, one edition, one criterion, what changed."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from criteria import access, queries
from criteria.models import Criterion, LinkKind, Standard


@login_not_required
@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    """All editions, newest first."""
    editions = queries.standards_shown(request.user).select_related("drafted_from").annotate(criteria_count=Count("criteria"))
    may_draft = bool(access.may_draft(request.user))
    return render(request, "criteria/standards.html", {"editions": editions, "may_draft": may_draft})


@login_not_required
@require_safe
def standard(request: HttpRequest, code: str) -> HttpResponse:
    """One edition: its criteria by practice area, its tiers, and how points come about."""
    edition = edition_or_404(request, code)
    criteria = queries.criteria_of(edition, _language())
    possible = sum(criterion.points for criterion in criteria)
    context = {
        "standard": edition,
        "areas": by_area(criteria),
        "criteria": criteria,
        "core": [criterion for criterion in criteria if criterion.core],
        "core_codes": get_text_list([criterion.code for criterion in criteria if criterion.core], _("and")),
        "possible": possible,
        "tiers": queries.tiers_of(edition, possible),
        "example": queries.worked_example(queries.kept_rulebook(edition)),
        "may_edit": bool(access.may_edit(request.user, edition)),
    }
    return render(request, "criteria/standard.html", context)


@login_not_required
@require_safe
def criterion(request: HttpRequest, code: str, criterion: str) -> HttpResponse:
    """One criterion with all help there is."""
    edition = edition_or_404(request, code)
    criteria = queries.criteria_of(edition, _language())
    place = next((place for place, each in enumerate(criteria) if each.code == criterion), None)
    if place is None:
        raise Http404
    found = criteria[place]
    context = {
        "standard": edition,
        "criterion": found,
        "beside": [each for each in criteria if each.area_id == found.area_id],
        "needs": [each for each in criteria if each.code in found.needs_codes],
        "needed_by": [each for each in criteria if each.code in found.needed_codes],
        "previous": criteria[place - 1] if place else None,
        "next": criteria[place + 1] if place + 1 < len(criteria) else None,
        "partner": found.partner or found.area.partner,
        "links_back": queries.links_back(found, _language()),
        "links_onward": queries.links_onward(found, request.user),
    }
    return render(request, "criteria/criterion.html", context)


@login_not_required
@require_safe
def changes(request: HttpRequest, code: str, later: str) -> HttpResponse:
    """What changed from one edition to another: every link, withdrawn criteria last."""
    older, newer = edition_or_404(request, code), edition_or_404(request, later)
    links = queries.changes(older, newer, _language())
    if not links:
        raise Http404
    context = {
        "older": older,
        "newer": newer,
        "links": [link for link in links if link.kind != LinkKind.WITHDRAWN],
        "withdrawn": [link for link in links if link.kind == LinkKind.WITHDRAWN],
        "counts": [(label, sum(1 for link in links if link.kind == kind)) for kind, label in LinkKind.choices],
        "comparable": sum(1 for link in links if link.comparable),
        "all": len(links),
    }
    return render(request, "criteria/changes.html", context)


def edition_or_404(request: HttpRequest, code: str) -> Standard:
    """The edition with that code, where this person may see it."""
    return get_object_or_404(queries.standards_shown(request.user).select_related("drafted_from"), code=code)


def _language() -> str:
    return get_language() or queries.ENGLISH


def by_area(criteria: list[Criterion]) -> list[dict[str, Any]]:
    """Criteria under their practice areas, both in their order."""
    areas: dict[int, dict[str, Any]] = {}
    for each in criteria:
        areas.setdefault(each.area_id, {"area": each.area, "criteria": []})["criteria"].append(each)
    return list(areas.values())
