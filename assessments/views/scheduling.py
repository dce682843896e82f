"""Staff: cycles, who takes part, one case, more time."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import scheduling, submitting
from assessments.forms import CycleForm, ExtendForm, PolicyForm, ReopenForm
from assessments.lifecycle import CYCLE_MOVES, Asked, CycleStatus, Status
from assessments.models import Assessment, Consent, Role
from wwc.audit.models import Event
from wwc.http import refusals_shown
from wwc.refusals import Refusal, require

STEPS: dict[str, Callable[..., Any]] = {
    CycleStatus.OPEN: scheduling.open_cycle,
    CycleStatus.REVIEWING: scheduling.begin_review,
    CycleStatus.DECIDING: scheduling.begin_deciding,
    CycleStatus.ANNOUNCED: scheduling.mark_announced,
    CycleStatus.CLOSED: scheduling.close_cycle,
}


@require_safe
def cycles(request: HttpRequest) -> HttpResponse:
    """All cycles, the newest first."""
    require(access.may_schedule(request.user))
    rows = queries.cycles_counted(request.user)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "assessments/cycles.html", {"page": page, "zone": _zone(request)})


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest) -> HttpResponse:
    """Write down a cycle."""
    require(access.may_schedule(request.user))
    zone = _zone(request)
    initial = {"minimum_population": 30000, "validity_months": 36}
    form = CycleForm(request.POST if request.method == "POST" else None, zone=zone, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            cycle = scheduling.draft_cycle(**form.values(), by=request.user, at=now())
        except (scheduling.DatesOutOfOrder, scheduling.NameTaken) as refusal:
            form.add_error(_field_of(refusal), str(refusal.message))
        else:
            return redirect("assessments:cycle", cycle.slug)
    return render(request, "assessments/cycle_draft.html", {"form": form, "zone": zone}, status=422 if form.errors else 200)


def _zone(request: HttpRequest) -> str:
    """The zone in which the person plans."""
    return request.user.zone  # type: ignore[union-attr]


def _field_of(refusal: Refusal) -> str:
    """The field of the form that a refusal speaks of."""
    return {"due_at": "due", "withdraw_until": "withdraw"}.get(refusal.details["field"], refusal.details["field"])


@require_safe
def cycle(request: HttpRequest, slug: str) -> HttpResponse:
    """One cycle: its dates, its next step, the cities that take part."""
    one = get_object_or_404(queries.cycles_visible_to(request.user), slug=slug)
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "stage", "country", "population")}
    rows = queries.rows_of(one, request.user, asked)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    following = next((status for status in STEPS if status in CYCLE_MOVES[one.status]), None)
    context = {
        "cycle": one,
        "zone": _zone(request),
        "page": page,
        "asked": asked,
        "query": f"{kept}&" if (kept := urlencode({name: value for name, value in asked.items() if value})) else "",
        "narrowed": any(asked.values()),
        "stages": Status.choices,
        "following": following,
        "can_join": one.status == CycleStatus.OPEN,
        "counts": queries.counts_by_status(one, request.user),
    }
    return render(request, "assessments/cycle.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is read twice and how cities are asked: changed while the cycle is a draft, with the readings that it comes to."""
    one = get_object_or_404(queries.cycles_visible_to(request.user).select_related("standard"), slug=slug)
    require(access.may_schedule(request.user))
    typed = request.method == "POST"
    form = PolicyForm(request.POST) if typed else PolicyForm.shown(one, queries.cities_last_time(one, request.user))
    if typed and form.is_valid() and "look" not in request.POST:
        with refusals_shown(request):
            scheduling.set_policy(one, **form.values(), by=request.user, at=now())
            messages.success(request, _t("The rules of reading are saved."))
            return redirect("assessments:cycle", slug)
    cities = form.cleaned_data.get("cities", 100) if typed else form.initial["cities"]
    rule = form.rule if typed and not form.errors else one.policy["second_reading"]
    context = {
        "cycle": one, "form": form, "may_change": one.status == CycleStatus.DRAFT,
        "work": queries.workload(one, rule, cities, request.user),
    }  # fmt: skip
    return render(request, "assessments/policy.html", context, status=422 if form.errors else 200)


@require_POST
def move(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a cycle's next step."""
    one = get_object_or_404(queries.cycles_visible_to(request.user), slug=slug)
    step = STEPS.get(request.POST.get("to", ""))
    if step is not None:
        with refusals_shown(request):
            step(one, by=request.user, at=now())
            messages.success(request, _t("The cycle is now: %(state)s.") % {"state": one.get_status_display()})
    return redirect("assessments:cycle", slug)


@require_safe
def joining(request: HttpRequest, slug: str) -> HttpResponse:
    """Look for a city to start an assessment for."""
    one = get_object_or_404(queries.cycles_visible_to(request.user), slug=slug)
    wanted = request.GET.get("q", "").strip()
    found = queries.cities_to_join(request.user, one, wanted) if wanted else []
    return render(request, "assessments/joining.html", {"cycle": one, "wanted": wanted, "found": found})


@require_POST
def start(request: HttpRequest, slug: str, city: str) -> HttpResponse:
    """Start a city's assessment."""
    one = get_object_or_404(queries.cycles_visible_to(request.user), slug=slug)
    place = get_object_or_404(queries.cities_visible_to(request.user), slug=city)
    with refusals_shown(request):
        assessment = submitting.start(place, one, by=request.user, at=now())
        return redirect("assessments:case", assessment.pk)
    return redirect("assessments:joining", slug)


@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One city's case for the program: what is known, who works on it, everything that happened."""
    assessment = get_object_or_404(queries.assessments_for_programme(request.user), pk=pk)
    return render(request, "assessments/case.html", _case(request, assessment, ExtendForm(), ReopenForm()))


def _case(request: HttpRequest, assessment: Assessment, extending: ExtendForm, reopening: ReopenForm) -> dict[str, Any]:
    """What the page of a case shows."""
    opened = assessment.cycle.opens_at.date()
    events = Paginator(queries.timeline_of(assessment), 50).get_page(request.GET.get("page"))
    return {
        "assessment": assessment,
        "city": assessment.city,
        "window": queries.window_of(assessment),
        "population": queries.population(assessment.city, opened),
        "form_of_government": queries.form_of_government(assessment.city, opened),
        "team": queries.memberships_visible_to(request.user).filter(city=assessment.city).order_by("added_at", "pk"),
        "leads": queries.people_with(assessment.city, Role.LEAD),
        "receipt": queries.receipt_of(assessment),
        "areas": queries.progress(assessment),
        "asked": queries.questions_of(assessment),
        "events": events,
        "timeline": [{"event": event, "words": _in_words(event)} for event in events.object_list],
        "extending": extending,
        "reopening": reopening,
    }


WORDS = {**dict(Status.choices), **dict(Role.choices), **dict(Consent.choices), **dict(Asked.choices)}


def _in_words(event: Event) -> str:
    """One line of the timeline: what happened, to what, from where to where."""
    about = " · ".join(str(event.data[name]) for name in ("criterion", "title") if event.data.get(name))
    steps = ", ".join(str(WORDS.get(step, "")) for step in (event.before, event.after) if step in WORDS)
    return " · ".join(part for part in (str(queries.TIMELINE[event.verb]), about, steps) if part)


@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one assessment more time."""
    assessment = get_object_or_404(queries.assessments_for_programme(request.user), pk=pk)
    form = ExtendForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            due_at = form.due_at(assessment.city.timezone)
            scheduling.extend(assessment, due_at=due_at, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, _t("The new date holds, and the leads have a letter."))
            return redirect("assessments:case", pk)
    return render(request, "assessments/case.html", _case(request, assessment, form, ReopenForm()), status=422)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an assessment again."""
    assessment = get_object_or_404(queries.assessments_for_programme(request.user), pk=pk)
    form = ReopenForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            due_at = form.due_at(assessment.city.timezone)
            submitting.reopen(assessment, reason=form.cleaned_data["reason"], due_at=due_at, by=request.user, at=now())
            messages.success(request, _t("It is open again, and the leads have a letter."))
            return redirect("assessments:case", pk)
    return render(request, "assessments/case.html", _case(request, assessment, ExtendForm(), form), status=422)
