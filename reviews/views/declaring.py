"""Conflicts of interest: one screen for all cities of the cycle; staff look at, record and waive those of others."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import Cycle
from reviews import access
from reviews.actions import declaring
from reviews.forms import DeclarationForm, Declared, FoundForm, ReasonForm
from reviews.queries import declarations, hints
from reviews.views.desk import at_desk
from wwc.geography import fold
from wwc.http import refusals_shown
from wwc.refusals import require

TABS = (("waiting", gettext_lazy("To answer")), ("answered", gettext_lazy("Answered")), ("all", gettext_lazy("All")))


@require_http_methods(["GET", "HEAD", "POST"])
def declare(request: HttpRequest, slug: str) -> HttpResponse:
    """Say for every city of the cycle whether there is a conflict. None is an answer, silence is not."""
    cycle = get_object_or_404(Cycle.objects.select_related("standard"), slug=slug)
    require(access.may_declare(request.user, cycle))
    at_desk(request, cycle)
    screen = declarations.screen(request.user, cycle)
    found = hints.hints(request.user, cycle, screen.cities)
    form = DeclarationForm(
        request.POST or None, lines=(Declared(city, screen.said.get(city.pk), found.get(city.pk, [])) for city in screen.cities)
    )
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            count = declaring.declare_all(cycle, declared=form.declared, none=form.none, by=request.user, at=now())
            messages.success(
                request, ngettext("You have answered for %(n)d city.", "You have answered for %(n)d cities.", count) % {"n": count}
            )
        return redirect(request.get_full_path())
    return render(request, "reviews/declaring.html", _declaring(request, cycle, form, screen), status=422 if form.errors else 200)


def _declaring(request: HttpRequest, cycle: Cycle, form: DeclarationForm, screen: declarations.Screen) -> dict[str, Any]:
    """What the page shows: the cities that wait, those with a hint first, or those that are answered; and those closed already."""
    parts = {
        "waiting": [line for line in form.lines if line.on_record is None],
        "answered": [line for line in form.lines if line.on_record is not None],
        "all": form.lines,
    }
    show = request.GET.get("show", "")
    show = show if show in parts else "waiting" if parts["waiting"] else "answered"
    states = {line.city.subdivision: line.city.subdivision_name for line in form.lines if line.city.subdivision_name}
    state, wanted = request.GET.get("state", ""), request.GET.get("q", "")[:100]
    lines = [
        line
        for line in parts[show]
        if (state not in states or line.city.subdivision == state) and (not wanted or fold(wanted) in line.city.folded)
    ]
    return {
        "cycle": cycle,
        "form": form,
        "lines": sorted(lines, key=lambda line: not (line.hints and line.on_record is None)),
        "rest": sum(line.on_record is None and not line.hints for line in lines),
        "tabs": [(key, label, len(parts[key])) for key, label in TABS],
        "show": show,
        "states": sorted(states.items(), key=lambda each: each[1]),
        "state": state,
        "wanted": wanted,
        "closed": screen.closed,
        "may_break_glass": request.user.is_director and any(not own for _city, _said, own in screen.closed),  # type: ignore[union-attr]
    }


@require_safe
def person(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Staff look at what somebody on the panel has declared."""
    cycle = get_object_or_404(Cycle, slug=slug)
    require(access.may_manage_panel(request.user))
    people = declarations.people_of(cycle)
    who = get_object_or_404(people, pk=pk)
    shown = list(declarations.cities_shown(request.user, cycle))
    context = {
        "cycle": cycle,
        "person": who,
        "conflicts": declarations.conflicts_shown(request.user, who, cycle),
        "silent": declarations.silent([who.pk], cycle, to=request.user)[who.pk],
        "hinted": declarations.hinted(who, cycle, hints.hints(who, cycle, shown), shown),
        "form": FoundForm(cities=declarations.cities_shown(request.user, cycle)),
    }
    return render(request, "reviews/conflicts.html", context)


@require_POST
def found(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Staff record a conflict that somebody has not declared."""
    cycle = get_object_or_404(Cycle, slug=slug)
    who = get_object_or_404(declarations.people_of(cycle), pk=pk)
    form = FoundForm(request.POST, cities=declarations.cities_shown(request.user, cycle))
    if not form.is_valid():
        messages.error(request, _("Choose a city and say in a few words why. Nothing was changed."))
        return redirect("reviews:conflicts", slug, pk)
    with refusals_shown(request):
        declaring.record_found(cycle, person=who, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("The conflict is on record. This city is closed to the person now."))
    return redirect("reviews:conflicts", slug, pk)


@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Staff lift a conflict, with the reason."""
    conflict = get_object_or_404(declarations.conflicts_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    with refusals_shown(request):
        declaring.waive(conflict, reason=form.cleaned_data.get("reason", ""), by=request.user, at=now())
        messages.success(request, _("The conflict is waived. Readings that ended stay ended."))
    return redirect("reviews:conflicts", conflict.cycle.slug, conflict.person_id)
