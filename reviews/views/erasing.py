"""The people of the program and its cities; one of them, and how they are erased: what goes, what stays, what comes first."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviews import access
from reviews.actions import erasing as actions
from reviews.forms import ReasonForm
from reviews.queries import audiences, traces
from reviews.queries import people as queries
from wwc.http import refusals_shown
from wwc.refusals import require


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account, by name or address, part and state."""
    require(access.may_see_people(request.user))
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "part", "state")}
    found = queries.people_listed(request.user, asked)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    parts = queries.parts_of(list(page), request.user)
    context = {
        "page": page, "rows": [(person, parts[person.pk]) for person in page], "asked": asked, "query": _kept(request),
        "parts": queries.PARTS.items(), "states": queries.STATES.items(), "writes": audiences.why_not("people", asked) is None,
    }  # fmt: skip
    return render(request, "reviews/people.html", context)


def _kept(request: HttpRequest) -> str:
    """The filters of the address, to go before a page's number."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: their parts, and what an erasure would take and leave."""
    found = get_object_or_404(queries.people_shown_to(request.user), pk=pk)
    erasure = queries.erasure_of(found)
    context = {
        "person": found, "parts": queries.parts_of([found], request.user)[found.pk], "erasure": erasure, "form": ReasonForm(),
        "stays": traces.stays(found),
    }  # fmt: skip
    if not found.erased_at:
        context |= {"gone": traces.gone(found), "mentions": traces.mentions(found), "duties": queries.duties_of(found)}
    if erasure is not None and not erasure.confirmed_at:
        context["may_confirm"] = access.may_confirm_erasure(request.user, erasure)
    return render(request, "reviews/person.html", context)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a person be erased."""
    found = get_object_or_404(queries.people_shown_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why, in a few words. Nothing was asked for."))
        return redirect("reviews:person", pk)
    with refusals_shown(request):
        actions.ask(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("Asked for. Nothing goes before a director who did not ask confirms it."))
    return redirect("reviews:person", pk)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase, as the second hand."""
    found = get_object_or_404(queries.erasures_to(request.user), pk=pk)
    with refusals_shown(request):
        actions.confirm(found, by=request.user, at=now())
        messages.success(request, _("Erased. What the person did stays, without who it was."))
    return redirect("reviews:person", found.person_id)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it be."""
    found = get_object_or_404(queries.erasures_to(request.user), pk=pk)
    with refusals_shown(request):
        actions.drop(found, by=request.user, at=now())
        messages.success(request, _("Dropped. The account stays as it is."))
    return redirect("reviews:person", found.person_id)
