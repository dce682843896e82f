"""A plan of who reads what: look at it, change it by hand or from a file, publish it once."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import Assessment, Cycle
from assessments.views.frame import language
from criteria.queries import areas_of
from reviews.actions import planning
from reviews.forms import PlanLineForm, TableForm
from reviews.lifecycle import Slot
from reviews.queries import desk, plan_table
from reviews.queries import plan as plans
from reviews.views.assigning import cycle_or_404
from wwc import tables
from wwc.http import refusals_shown


def _slot(asked: QueryDict) -> str:
    """The reading that the page plans: the first unless said."""
    slot = asked.get("slot", "")
    return slot if slot in Slot.values else Slot.FIRST


def _only(request: HttpRequest, asked: QueryDict) -> Assessment | None:
    """The one assessment that the page plans, where it names one."""
    pk = asked.get("city", "")
    return get_object_or_404(desk.assessments_judged_by(request.user), pk=pk) if pk.isdecimal() and len(pk) < 19 else None


def _plan(request: HttpRequest, cycle: Cycle, slot: str) -> plans.Plan:
    return plans.plan(cycle, request.user, areas_of(cycle.standard, language()), slot=slot)


def _back(cycle: Cycle, slot: str, **more: str) -> str:
    """The address of the plan."""
    return reverse("reviews:plan", args=[cycle.slug]) + "?" + urlencode({"slot": slot, **more})


@require_safe
def plan(request: HttpRequest, slug: str) -> HttpResponse:
    """A proposal of who reads what as a map of cities and areas, with loads against limits and a reason for each line."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.GET)
    only, areas = _only(request, request.GET), areas_of(cycle.standard, language())
    whole = plans.plan(cycle, request.user, areas, slot=slot)
    shown = whole.of(only)
    context = {
        "cycle": cycle,
        "areas": areas,
        "plan": shown,
        "seats": whole.seats,
        "slot": slot,
        "slot_name": Slot(slot).label,
        "only": only,
        "page": Paginator(shown.rows(areas), 25).get_page(request.GET.get("page")),
        "query": f"slot={slot}&",
    }
    return render(request, "reviews/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, slug: str, pk: int, area: str) -> HttpResponse:
    """Who reads one city in one area: whoever can, and why the others cannot."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.GET)
    whole = _plan(request, cycle, slot)
    found = next((each for each in whole.lines if each.assessment.pk == pk and each.area.code == area), None)
    if found is None:
        raise Http404
    form = PlanLineForm(request.POST if request.method == "POST" else None, choices=whole.choices(found))
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            planning.change(cycle, slot=slot, changes={found.key: form.cleaned_data["reader"] or None}, by=request.user, at=now())
            messages.success(request, _("Kept in the draft. Nothing is published yet."))
        return redirect(_back(cycle, slot, page=request.GET.get("page", "1")))
    context = {"cycle": cycle, "line": found, "form": form, "others": whole.others(found), "back": _back(cycle, slot)}
    return render(request, "reviews/plan_line.html", context, status=422 if form.errors else 200)


@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the plan true, once, as the person saw it."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.POST)
    only = _only(request, request.POST)
    with refusals_shown(request):
        made = planning.publish(cycle, slot=slot, seen=request.POST.get("seen", ""), only=only, by=request.user, at=now())
        said = ngettext("%(n)d reading is assigned.", "%(n)d readings are assigned.", len(made))
        messages.success(request, said % {"n": len(made)})
        return redirect("reviews:assigning", slug)
    return redirect(_back(cycle, slot))


@require_POST
def start_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Propose everything anew."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.POST)
    with refusals_shown(request):
        planning.start_over(cycle, slot=slot, by=request.user, at=now())
        messages.success(request, _("Everything is proposed anew."))
    return redirect(_back(cycle, slot))


@require_safe
def table(request: HttpRequest, slug: str) -> HttpResponse:
    """The plan as CSV."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.GET)
    text = tables.written(plan_table.COLUMNS, plan_table.rows_of(_plan(request, cycle, slot)))
    name = f"plan-{cycle.slug}-{slot}.csv"
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring a plan back as CSV: first what it would change, row by row, then the change."""
    cycle, slot = cycle_or_404(request, slug), _slot(request.GET)
    if "changes" in request.POST:
        with refusals_shown(request):
            changes = plan_table.changes_of(request.POST["changes"].split())
            n = planning.change(cycle, slot=slot, changes=changes, by=request.user, at=now())
            said = ngettext("%(n)d line is changed in the draft.", "%(n)d lines are changed in the draft.", n) % {"n": n}
            messages.success(request, " ".join([said, _("Nothing is published yet.")]))
        return redirect(_back(cycle, slot))
    form, found = (TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()), None
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            rows = tables.read(form.cleaned_data["file"].read(tables.MOST_BYTES + 1), plan_table.NEEDED)
            found = plan_table.differences(_plan(request, cycle, slot), rows)
    context = {"cycle": cycle, "slot": slot, "slot_name": Slot(slot).label, "form": form, "found": found, "back": _back(cycle, slot)}
    return render(request, "reviews/plan_file.html", context, status=422 if form.errors else 200)
