"""Staff: the editions in work, the next one, what keeps it from being published; a director publishes and retires."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now

from criteria import access, queries
from criteria.actions import publishing
from criteria.forms import DraftForm
from criteria.models import EditionStatus, Standard
from wwc.audit.record import history_of
from wwc.http import refusals_shown
from wwc.refusals import require


def drafts(request: HttpRequest) -> HttpResponse:
    """All editions by stage."""
    require(access.may_draft(request.user))
    editions = list(queries.standards_shown(request.user).select_related("drafted_from"))
    context = {
        "drafts": [each for each in editions if each.is_draft],
        "published": [each for each in editions if each.status == EditionStatus.PUBLISHED],
        "retired": [each for each in editions if each.status == EditionStatus.RETIRED],
    }
    return render(request, "criteria/drafts.html", context)


def draft_next(request: HttpRequest, code: str) -> HttpResponse:
    """Start the next edition from this one."""
    last = _edition(request, code)
    form = DraftForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            draft = publishing.draft_next(last, **form.cleaned_data, by=request.user, at=now())
            return redirect("criteria:draft", draft.code)
    return render(request, "criteria/draft_next.html", {"form": form, "standard": last})


def draft(request: HttpRequest, code: str) -> HttpResponse:
    """One draft: its criteria and tiers to edit, and what keeps it from being published."""
    edition = _edition(request, code)
    require(access.may_edit(request.user, edition))
    criteria = queries.criteria_of(edition)
    possible = sum(criterion.points for criterion in criteria)
    context = {
        "standard": edition,
        "areas": queries.areas_of(edition),
        "criteria": criteria,
        "possible": possible,
        "tiers": queries.tiers_of(edition, possible),
        "problems": queries.problems(edition),
        "may_publish": access.may_publish(request.user, edition),
        "history": history_of(edition).select_related("by").reverse()[:20],
    }
    return render(request, "criteria/draft.html", context)


def compare(request: HttpRequest, code: str) -> HttpResponse:
    """A draft beside the edition it was drafted from: only what differs."""
    edition = _edition(request, code)
    last = get_object_or_404(Standard, pk=edition.drafted_from_id)
    links = queries.changes(last, edition)
    context = {
        "standard": edition,
        "last": last,
        "changed": [link for link in links if link.changed or not (link.origin and link.successor)],
        "unchanged": sum(1 for link in links if not link.changed and link.origin and link.successor),
        "tiers": queries.tiers_of(edition, sum(edition.criteria.values_list("points", flat=True))),
        "tiers_before": queries.tiers_of(last, sum(last.criteria.values_list("points", flat=True))),
    }
    return render(request, "criteria/compare.html", context)


def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish a draft, after one last look at what it would mean."""
    edition = _edition(request, code)
    require(access.may_edit(request.user, edition))
    require(access.may_publish(request.user, edition))
    if request.method == "POST":
        with refusals_shown(request):
            publishing.publish(edition, by=request.user, at=now())
        return redirect("criteria:draft" if edition.is_draft else "criteria:standard", edition.code)
    return render(request, "criteria/publishing.html", {"standard": edition, "problems": queries.problems(edition)})


def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Take a published edition out of force."""
    require(access.may_draft(request.user))
    edition = get_object_or_404(Standard, code=code, status=EditionStatus.PUBLISHED)
    require(access.may_retire(request.user, edition))
    if request.method == "POST":
        with refusals_shown(request):
            publishing.retire(edition, by=request.user, at=now())
        return redirect("criteria:drafts")
    return render(request, "criteria/retiring.html", {"standard": edition})


def _edition(request: HttpRequest, code: str) -> Standard:
    """An edition that this person may see, for pages of staff alone."""
    require(access.may_draft(request.user))
    return get_object_or_404(queries.standards_shown(request.user).select_related("drafted_from"), code=code)
