"""The panel of a cycle, and who reads what."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import Cycle
from assessments.views.frame import language
from criteria.queries import areas_of
from reviews import access
from reviews.actions import assigning
from reviews.forms import MemberForm, PanelForm, ReasonForm
from reviews.lifecycle import Slot
from reviews.models import Assignment, PanelMember
from reviews.queries import board, desk
from reviews.queries import plan as plans
from wwc.http import refusals_shown
from wwc.refusals import require


def cycle_or_404(request: HttpRequest, slug: str) -> Cycle:
    """The cycle named, or the latest; for the program only."""
    require(access.may_manage_panel(request.user))
    cycles = board.cycles(request.user)
    return get_object_or_404(cycles, slug=slug) if slug else get_object_or_404(cycles[:1])


@require_safe
def panel(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Who is on the panel with their loads, and which city is read by whom."""
    cycle = cycle_or_404(request, slug)
    areas = areas_of(cycle.standard, language())
    whole, panel = board.board(cycle, request.user, now()), plans.panel(cycle)
    rows = [row for row in whole.map(areas) if row.assessment.status in board.READ_NOW]
    context = {
        "cycle": cycle,
        "cycles": board.cycles(request.user),
        "loads": board.loads(whole, panel),
        "areas": areas,
        "page": Paginator(board.who_reads(rows, panel), 25).get_page(request.GET.get("page")),
        "counts": whole.counts(),
        "seconds": plans.count(whole.standings, cycle, Slot.SECOND),
        "thirds": plans.count(whole.standings, cycle, Slot.THIRD),
        "form": PanelForm(areas=areas),
    }
    return render(request, "reviews/assigning.html", context)


@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Put somebody on the panel."""
    cycle = cycle_or_404(request, slug)
    form = PanelForm(request.POST, areas=areas_of(cycle.standard, language()))
    if not form.is_valid():
        return render(request, "reviews/add_member.html", {"cycle": cycle, "form": form}, status=422)
    with refusals_shown(request):
        member = assigning.invite_member(cycle, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("%(person)s is on the panel and is asked to declare conflicts.") % {"person": member.person})
    return redirect("reviews:assigning", slug)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """What somebody reads from now on, and how much."""
    require(access.may_manage_panel(request.user))
    member = get_object_or_404(PanelMember.objects.select_related("cycle__standard", "person"), pk=pk, left_at=None)
    now_so: dict[str, Any] = {"areas": [area.code for area in member.areas.all()], "languages": sorted(member.reads), "cap": member.cap}
    now_so["employers"] = "\n".join(member.employers)
    data = request.POST if request.method == "POST" else None
    form = MemberForm(data, areas=areas_of(member.cycle.standard, language()), initial=now_so)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            assigning.change_member(member, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("Changed for %(person)s. What they read already stays with them.") % {"person": member.person})
        return redirect("reviews:assigning", member.cycle.slug)
    context = {"member": member, "cycle": member.cycle, "form": form}
    return render(request, "reviews/member.html", context, status=422 if form.errors else 200)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End somebody's part in the cycle."""
    require(access.may_manage_panel(request.user))
    member = get_object_or_404(PanelMember.objects.select_related("cycle", "person"), pk=pk, left_at=None)
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            assigning.remove_member(member, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, _("%(person)s has left the panel. What they filed is kept.") % {"person": member.person})
    else:
        messages.error(request, _("Say in a few words why. Nothing was changed."))
    return redirect("reviews:assigning", member.cycle.slug)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one answer back from its reader."""
    rows = Assignment.objects.filter(answer__in=desk.answers_readable_by(request.user), ended_at=None)
    assignment = get_object_or_404(rows.select_related("member__person", "answer__assessment"), pk=pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    with refusals_shown(request):
        assigning.recuse(assignment, reason=form.cleaned_data.get("reason", ""), by=request.user, at=now())
        messages.success(request, _("The answer is free for another reader."))
    return redirect("reviews:resolving", assignment.answer.assessment_id)
