"""Calibration rounds: staff choose the answers, readers practise, then everybody compares."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.models import Answer
from assessments.views.frame import language
from criteria.queries import areas_of, criteria_of, criterion_of
from reviews import access
from reviews.actions import calibrating
from reviews.forms import ItemForm, PracticeForm, TalkForm
from reviews.models import Calibration, CalibrationItem
from reviews.queries import calibration as calibrations
from reviews.views.desk import at_desk
from wwc.http import refusals_on, refusals_shown
from wwc.refusals import require


def round_or_404(request: HttpRequest, pk: int) -> Calibration:
    """A round that the person may see, with the frame of the desk."""
    found = get_object_or_404(calibrations.rounds_visible_to(request.user), pk=pk)
    at_desk(request, found.cycle)
    return found


def item_or_404(request: HttpRequest, pk: int) -> CalibrationItem:
    """An item of such a round, from a city open to the person."""
    of = round_or_404(request, get_object_or_404(CalibrationItem.objects.only("calibration"), pk=pk).calibration_id)
    return get_object_or_404(calibrations.items_visible_to(request.user, of), pk=pk)


@require_safe
def rounds(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The rounds of one cycle; staff begin one for an area."""
    cycles = calibrations.cycles(request.user)
    cycle = next((each for each in cycles if slug in {"", each.slug}), None)
    if cycle is None:
        raise Http404
    at_desk(request, cycle)
    found = list(calibrations.rounds_visible_to(request.user).filter(cycle=cycle))
    progress = calibrations.progress_of(found)
    context = {
        "cycle": cycle,
        "cycles": cycles,
        "rounds": [(each, *progress[each.pk]) for each in found],
        "areas": areas_of(cycle.standard, language()) if access.may_manage_panel(request.user) else [],
    }
    return render(request, "reviews/calibrating.html", context)


@require_POST
def draft(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a round for an area."""
    require(access.may_manage_panel(request.user))
    cycle = next((each for each in calibrations.cycles(request.user) if each.slug == slug), None)
    if cycle is None:
        raise Http404
    area = next((each for each in areas_of(cycle.standard, language()) if each.code == request.POST.get("area")), None)
    if area is None:
        raise Http404
    made = calibrating.draft_round(cycle, area=area, by=request.user, at=now())
    return redirect("reviews:calibration", made.pk)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its answers, one's own practice, and everybody's once one's own is in."""
    return _page(request, round_or_404(request, pk), TalkForm())


def _page(request: HttpRequest, of: Calibration, talk: TalkForm) -> HttpResponse:
    context = {
        "round": of,
        "practice": calibrations.round_of(request.user, of),
        "practises": calibrations.practised_by(request.user).filter(pk=of.pk).exists(),
        "may_plan": access.may_manage_panel(request.user),
        "may_lead": access.may_lead_talk(request.user, of),
        "form": talk,
    }
    return render(request, "reviews/calibration.html", context, status=422 if talk.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an answer to practise on: one of an earlier cycle, with its names taken out, or an invented one."""
    require(access.may_manage_panel(request.user))
    of = round_or_404(request, pk)
    words = [each for each in criteria_of(of.cycle.standard, language()) if each.area_id == of.area_id]
    source = _source(request, of)
    form = ItemForm(request.POST if request.method == "POST" else None, criteria=words, source=source, settled=_settled(source))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            calibrating.add_item(of, **form.values(), source=source, by=request.user, at=now())
            messages.success(request, _("The answer is added."))
            return redirect("reviews:calibration", pk)
    page = Paginator(calibrations.candidates(request.user, of), 25).get_page(request.GET.get("page"))
    context = {"round": of, "form": form, "page": page, "source": source}
    return render(request, "reviews/calibration_add.html", context, status=422 if form.errors else 200)


def _source(request: HttpRequest, of: Calibration) -> Answer | None:
    """The answer that is copied, where one is."""
    number = request.POST.get("source") or request.GET.get("from", "")
    return get_object_or_404(calibrations.candidates(request.user, of), pk=number) if number.isdecimal() else None


def _settled(source: Answer | None) -> Any:
    return calibrations.verdict_on(source) if source else None


@require_http_methods(["GET", "HEAD", "POST"])
def practise(request: HttpRequest, pk: int) -> HttpResponse:
    """One answer to practise on; filing goes on to the next."""
    item = item_or_404(request, pk)
    form = PracticeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            calibrating.practise(item, **form.cleaned_data, by=request.user, at=now())
            return redirect(*_after(request, item))
    of = item.calibration
    compared = next(each for each in calibrations.round_of(request.user, of).items if each.item == item)
    context = {
        "item": compared.item,
        "round": round_or_404(request, of.pk),
        "criterion": criterion_of(item.criterion.standard, item.criterion.code, language()),
        "compared": compared,
        "may_file": access.may_practise(request.user, item) and not of.ended_at,
        "form": form,
    }
    return render(request, "reviews/practising.html", context, status=422 if form.errors else 200)


def _after(request: HttpRequest, item: CalibrationItem) -> tuple[str, int]:
    """The next answer without one's own verdict, else the round."""
    left = [each.item.pk for each in calibrations.round_of(request.user, item.calibration).items if each.mine is None]
    return ("reviews:practising", left[0]) if left else ("reviews:calibration", item.calibration_id)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an answer out of a draft."""
    item = item_or_404(request, pk)
    with refusals_shown(request):
        calibrating.remove_item(item, by=request.user, at=now())
        messages.success(request, _("The answer is taken out."))
    return redirect("reviews:calibration", item.calibration_id)


@require_POST
def open_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a round to its readers."""
    of = round_or_404(request, pk)
    with refusals_shown(request):
        calibrating.open_round(of, by=request.user, at=now())
        messages.success(request, _("The round is open. Its answers are frozen."))
    return redirect("reviews:calibration", pk)


@require_POST
def end_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the talk agreed, and end the round."""
    of = round_or_404(request, pk)
    form = TalkForm(request.POST)
    if not form.is_valid():
        require(access.may_lead_talk(request.user, of))
        return _page(request, of, form)
    with refusals_shown(request):
        calibrating.end_round(of, talk=form.cleaned_data["talk"], by=request.user, at=now())
        messages.success(request, _("The round is over. Everybody of the area reads what was agreed."))
    return redirect("reviews:calibration", pk)
