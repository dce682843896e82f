"""Calls with a city and the notes of the review team: one page for a case; no city reads any of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.models import Answer, Assessment
from reviews import access
from reviews.actions import calling, noting
from reviews.forms import CallForm, NoteForm
from reviews.models import Call
from reviews.queries import desk, dossier
from reviews.views.desk import at_desk
from wwc.http import refusals_on, refusals_shown
from wwc.refusals import require


def case_or_404(request: HttpRequest, pk: int) -> Assessment:
    """A case of which the person judges some answer, with the frame of the desk."""
    found = get_object_or_404(desk.assessments_readable_by(request.user), pk=pk)
    at_desk(request, found.cycle)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def calls(request: HttpRequest, pk: int) -> HttpResponse:
    """The calls with a city; one more is logged here."""
    case = case_or_404(request, pk)
    form = CallForm(
        request.POST if request.method == "POST" else None, answers=_answers(case), zone=_zone(request), touched=_touched(request)
    )
    if request.method == "POST":
        require(access.may_log_call(request.user, case))
        if form.is_valid() and _logged(request, form, lambda **said: calling.log_call(case, **said)):
            messages.success(request, _("The call is on record."))
            return redirect("reviews:calling", pk)
    return _page(request, case, form)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an entry: a new row says it right, the old one stays beside it."""
    call = get_object_or_404(dossier.calls_visible_to(request.user).select_related("assessment__city"), pk=pk)
    require(access.may_correct_call(request.user, call))
    case = case_or_404(request, call.assessment_id)
    form = CallForm(request.POST if request.method == "POST" else None, answers=_answers(case), zone=_zone(request), call=call)
    if request.method == "POST" and form.is_valid() and _logged(request, form, lambda **said: calling.correct_call(call, **said)):
        messages.success(request, _("Corrected. What it said before stays beside it."))
        return redirect("reviews:calling", case.pk)
    return _page(request, case, form, call)


def _logged(request: HttpRequest, form: CallForm, act: Any) -> bool:
    """Whether the call could be logged; a refusal stands on the form, and what was typed stays."""
    with refusals_on(form):
        act(**form.values(), by=request.user, at=now())
        return True
    return False


def _page(request: HttpRequest, case: Assessment, form: CallForm, call: Call | None = None) -> HttpResponse:
    """Everything that is kept about the case."""
    context = {
        "assessment": case, "city": case.city, "form": form, "correcting": call, "zone": _zone(request),
        "may_log": access.may_log_call(request.user, case), "note_form": NoteForm(), **dossier.of_case(request.user, case),
    }  # fmt: skip
    return render(request, "reviews/calling.html", context, status=422 if form.errors else 200)


def _answers(case: Assessment) -> list[Answer]:
    """The answers that a call can touch."""
    return list(Answer.objects.filter(assessment=case).select_related("criterion").order_by("criterion__position"))


def _touched(request: HttpRequest) -> list[str]:
    """The answers from whose page somebody came."""
    return [each for each in request.GET.getlist("answer") if each.isdecimal()]


def _zone(request: HttpRequest) -> str:
    return request.user.zone  # type: ignore[union-attr]


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note on the case, or on one of its answers, and go back to where it was written."""
    case = case_or_404(request, pk)
    form = NoteForm(request.POST)
    form.is_valid()
    answer = Answer.objects.select_related("assessment").filter(assessment=case, pk=form.cleaned_data.get("answer") or 0).first()
    with refusals_shown(request):
        if answer:
            noting.note_on_answer(answer, text=form.cleaned_data.get("text", ""), by=request.user, at=now())
        else:
            noting.note_on_case(case, text=form.cleaned_data.get("text", ""), by=request.user, at=now())
        messages.success(request, _("The note is kept. No city reads it."))
    if reading := form.cleaned_data.get("reading"):
        return redirect("reviews:validating", reading)
    return redirect("reviews:settling", answer.pk) if answer else redirect("reviews:calling", pk)
