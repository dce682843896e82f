"""What a city asks of the program, and what staff decide: more time, and one answer opened again."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import reopening, requesting
from assessments.clock import Window
from assessments.forms import DecideForm, ExtendForm, WhyForm
from assessments.models import Answer, Assessment, Clarification, ExtensionRequest, ReopenRequest
from assessments.views import frame
from wwc.http import refusals_shown
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def more_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a later date for the assessment."""
    return _more_time(request, frame.assessment_or_404(request, pk), None)


@require_http_methods(["GET", "HEAD", "POST"])
def more_time_for_question(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a later date for one question."""
    asked = get_object_or_404(queries.clarifications_visible_to(request.user), pk=pk)
    frame.set_frame(request, asked.answer.assessment.city, asked.answer.assessment)
    return _more_time(request, asked.answer.assessment, asked)


def _more_time(request: HttpRequest, assessment: Assessment, question: Clarification | None) -> HttpResponse:
    """The form, what was asked before, and what became of it."""
    may = access.may_ask_for_time(request.user, assessment)
    form = ExtendForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        require(may)
        status = 422
        if form.is_valid():
            until, reason = form.due_at(assessment.city.timezone), form.cleaned_data["reason"]
            with refusals_shown(request):
                requesting.ask_for_time(assessment, until=until, reason=reason, question=question, by=request.user, at=now())
                messages.success(request, _t("Asked. The answer comes here and by letter; until then the date stays."))
                return redirect(request.path)
            status = 409
    context = {"form": form, "may": may, "question": question, **_time_asked(assessment, question, now())}
    return render(request, "assessments/more_time.html", context, status=status)


def _time_asked(assessment: Assessment, question: Clarification | None, at: datetime) -> dict[str, Any]:
    """The date as it is, until when it can be asked about, what was asked."""
    asked = queries.time_requests_of(assessment, question)
    last = queries.ask_by(assessment, question)
    return {
        "assessment": assessment,
        "city": assessment.city,
        "due_at": question.due_at if question else queries.window_of(assessment).due_at,
        "ask_by": last,
        "in_time": at <= last and (question.status in queries.UNANSWERED if question else assessment.status in queries.UNSUBMITTED),
        "waiting": next((each for each in asked if each.decided_at is None), None),
        "decided": [each for each in asked if each.decided_at is not None],
    }


def asked_shown(assessment: Assessment, window: Window, at: datetime) -> dict[str, Any]:
    """For the pages that say the date: whether more time can be asked for, what waits or was decided last, which answers are open again."""
    dated = assessment.status in queries.UNSUBMITTED
    asked = queries.time_asked(assessment) if dated else []
    return {
        "can_ask_for_time": dated and at <= queries.ask_by(assessment, window=window),
        "time_waits": next((each for each in asked if each.decided_at is None), None),
        "time_decided": next((each for each in asked if each.decided_at is not None), None),
        "reopened": queries.reopened_in(assessment, at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def ask_to_reopen(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Ask to open one submitted answer again."""
    answer = frame.answer_or_404(request, pk, code)
    may = access.may_ask_to_reopen(request.user, answer)
    form = WhyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        require(may)
        status = 422
        if form.is_valid():
            with refusals_shown(request):
                reopening.ask_to_reopen(answer, reason=form.cleaned_data["reason"], by=request.user, at=now())
                messages.success(request, _t("Asked. The answer comes here and by letter; until then the answer stays as submitted."))
                return redirect("assessments:answering", pk, code)
            status = 409
    context = {"form": form, "may": may, "answer": answer, "assessment": answer.assessment, "city": answer.assessment.city}
    return render(request, "assessments/ask_to_reopen.html", {**context, **reopening_shown(answer, now())}, status=status)


def reopening_shown(answer: Answer, at: datetime) -> dict[str, Any]:
    """What was asked about opening a submitted answer again: the request that waits, what holds it open, what was decided last."""
    asked = queries.reopen_requests_of(answer) if answer.lock != "open" else []
    held = queries.reopening_of(answer, at) if asked else None
    return {
        "reopening": held,
        "reopening_waits": next((each for each in asked if each.decided_at is None), None),
        "reopening_refused": asked[0] if asked and asked[0].granted is False else None,
        "can_ask_to_reopen": answer.lock == "locked" and answer.assessment.status in queries.REOPENABLE and held is None,
    }


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an answer that was opened again before its time."""
    asked = get_object_or_404(queries.reopen_requests_visible_to(request.user), pk=pk)
    answer = asked.answer
    with refusals_shown(request):
        reopening.finish(asked, by=request.user, at=now())
        messages.success(request, _t("Closed again. The latest saved version counts, and earlier ones are kept."))
    if request.user.of_programme:  # type: ignore[union-attr]
        return redirect("assessments:decide_reopening", pk)
    return redirect("assessments:answering", answer.assessment_id, answer.criterion.code)


# What staff decide

SHOWN = {"waiting": queries.requests_open, "decided": queries.requests_decided}
KINDS = {"time": 0, "answer": 1}


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What cities ask: what waits, the oldest first, or what was decided, the newest first; of one kind or both."""
    require(access.may_schedule(request.user))
    state = request.GET.get("state") if request.GET.get("state") in SHOWN else "waiting"
    kind = request.GET.get("kind") if request.GET.get("kind") in KINDS else ""
    counts = {name: sum(rows.count() for rows in of(request.user)) for name, of in SHOWN.items()}
    found = SHOWN[str(state)](request.user)
    rows: list[Any] = [row for place, each in enumerate(found) if not kind or KINDS[str(kind)] == place for row in each]
    rows.sort(key=lambda row: row.asked_at, reverse=state == "decided")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    query = f"state={state}&kind={kind}&"
    return render(request, "assessments/requests.html", {"page": page, "state": state, "kind": kind, "counts": counts, "query": query})


@require_http_methods(["GET", "HEAD", "POST"])
def decide_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant more time or say why not."""
    asked = get_object_or_404(queries.time_requests_for_programme(request.user), pk=pk)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words, until = form.cleaned_data["words"], form.due_at(asked.assessment.city.timezone) or asked.until
        with refusals_shown(request):
            if "refuse" in request.POST:
                requesting.refuse_time(asked, words=words, by=request.user, at=now())
            else:
                requesting.grant_time(asked, until=until, words=words, by=request.user, at=now())
            return _told(request)
    assessment, question = asked.assessment, asked.clarification
    due_at = question.due_at if question else queries.window_of(assessment).due_at
    context = {"due_at": due_at, "criterion": question.answer.criterion if question else None, "until": asked.until}
    return _decide_page(request, asked, assessment, form, context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide_reopening(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one answer again or say why not; close it before its time."""
    asked = get_object_or_404(queries.reopen_requests_for_programme(request.user), pk=pk)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words, until = form.cleaned_data["words"], form.due_at(asked.answer.assessment.city.timezone)
        with refusals_shown(request):
            if "refuse" in request.POST:
                reopening.refuse_reopening(asked, words=words, by=request.user, at=now())
            else:
                reopening.grant_reopening(asked, words=words, open_until=until, by=request.user, at=now())
            return _told(request)
    at, assessment = now(), asked.answer.assessment
    context = {"criterion": asked.answer.criterion, "answer": asked.answer, "until": queries.question_due(assessment, at)}
    return _decide_page(request, asked, assessment, form, {**context, "open_now": queries.reopening_of(asked.answer, at) == asked})


def _told(request: HttpRequest) -> HttpResponse:
    messages.success(request, _t("Decided, and the leads have a letter."))
    return redirect("assessments:requests")


def _decide_page(
    request: HttpRequest, asked: ExtensionRequest | ReopenRequest, assessment: Assessment, form: DecideForm, more: dict[str, Any]
) -> HttpResponse:
    """One request: what the city asks and why, and the two answers to it."""
    context = {"asked": asked, "assessment": assessment, "city": assessment.city, "form": form, **more}
    return render(request, "assessments/decide_request.html", context, status=422 if form.errors else 200)
