"""Appeals: a city's page for each verdict, the program's list, and the page of who reads one."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import queries as case
from assessments.models import Answer
from assessments.views import frame
from criteria.queries import criterion_of
from reviews import access
from reviews.actions import appealing as actions
from reviews.forms import AdmitForm, AppealForm, HandForm, HearingForm, ReasonForm, WordsForm
from reviews.lifecycle import APPEAL_READS, AppealStatus
from reviews.models import Appeal, Award
from reviews.queries import appeals, results
from reviews.views.desk import at_desk
from wwc.http import refusals_shown, typed
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One verdict of a result and its appeal: file it, follow it, read the outcome on its day. Staff file for a city here."""
    answer = frame.answer_or_404(request, pk, code)
    award = _result(request, answer)
    may = access.may_appeal(request.user, answer)
    of_city = bool(case.roles_of(request.user, answer.assessment.city))
    form, status = AppealForm(request.POST or None, for_city=not of_city), 200
    if request.method == "POST":
        require(may)
        status = 422
        if form.is_valid():
            status = 409
            with refusals_shown(request):
                made = actions.file(answer, by=request.user, at=now(), **form.cleaned_data)
                messages.success(request, _("Filed, receipt %(receipt)s. The result stands meanwhile.") % {"receipt": made.receipt})
                return redirect("reviews:appeal", pk, code)
    context = _verdict(answer, award, now()) | {"form": form, "may": may, "of_city": of_city}
    return render(request, "reviews/scorecards_appeal.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an appeal back."""
    found = get_object_or_404(appeals.filed_in(request.user), pk=pk)
    with refusals_shown(request):
        actions.withdraw(found, by=request.user, at=now())
        messages.success(request, _("Taken back. The result stays as it is; the text is kept."))
    return redirect("reviews:appeal", found.answer.assessment_id, found.answer.criterion.code)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The appeals by what they wait for: the program's, or those that a reader is to read."""
    require(access.may_see_appeals(request.user))
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("show", "country")}
    rows, show = _all(request), appeals.part_of_list(request.user, asked)
    parts = [(key, label, rows.filter(status__in=appeals.PARTS[key]).count()) for key, label in _labels()]
    page = Paginator(appeals.listed(request.user, asked), 25).get_page(request.GET.get("page"))
    return render(
        request, "reviews/appealing.html", {"page": page, "parts": parts, "show": show, "asked": asked, "query": f"{urlencode(asked)}&"}
    )


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal as the program steers it."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    readers = appeals.readers_for(found.answer)
    context = _case(found) | {
        "may_admit": access.may_admit(request.user, found),
        "may_confirm": access.may_confirm_appeal(request.user, found),
        "admit_form": AdmitForm(readers=readers),
        "hand_form": HandForm(readers=readers),
        "words_form": WordsForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "reviews/appealing_one.html", context)


@require_POST
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it to a reader."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    form = AdmitForm(request.POST, readers=appeals.readers_for(found.answer))
    if not form.is_valid():
        messages.error(request, _("A reader or a date is not one that can be chosen. Nothing was changed."))
        return redirect("reviews:appeal_case", pk)
    with refusals_shown(request):
        until, due = form.dates(found.answer.assessment.city.timezone)
        actions.admit(found, reader=form.cleaned_data["reader"], open_until=until, due_at=due, by=request.user, at=now())
        messages.success(request, _("Taken up. The answer is open for evidence, and the leads have a letter."))
    return redirect("reviews:appeal_case", pk)


@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Do not take it to a reader."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    with refusals_shown(request):
        actions.refuse(found, words=typed(request, "words"), by=request.user, at=now())
        messages.success(request, _("Not taken up. The leads have a letter with your words."))
    return redirect("reviews:appeal_case", pk)


@require_POST
def hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Give it to another reader."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    form = HandForm(request.POST, readers=appeals.readers_for(found.answer))
    if not form.is_valid():
        messages.error(request, _("A reader or a date is not one that can be chosen. Nothing was changed."))
        return redirect("reviews:appeal_case", pk)
    with refusals_shown(request):
        actions.hand(found, reader=form.cleaned_data["reader"], by=request.user, at=now())
        messages.success(request, _("Given to the reader, who has a letter."))
    return redirect("reviews:appeal_case", pk)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm what was found."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    with refusals_shown(request):
        actions.confirm(found, by=request.user, at=now())
        messages.success(request, _("Confirmed. The score is being computed; nothing is told before the appeals of the round are."))
    return redirect("reviews:appeal_case", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it read again."""
    found = get_object_or_404(appeals.appeals_to(request.user), pk=pk)
    with refusals_shown(request):
        actions.send_back(found, reason=typed(request, "reason", 1000), by=request.user, at=now())
        messages.success(request, _("Sent back. It is read again; what was found stays on record."))
    return redirect("reviews:appeal_case", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def hearing(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal as its reader has it: what the city says now, what was said before, and the verdict anew."""
    found = get_object_or_404(_all(request), pk=pk)
    at_desk(request, found.answer.assessment.cycle)
    may = access.may_hear(request.user, found)
    form = HearingForm(request.POST or None)
    if request.method == "POST":
        require(may)
        if form.is_valid():
            with refusals_shown(request):
                actions.settle(found, by=request.user, at=now(), **form.cleaned_data)
                messages.success(request, _("Filed. A director confirms it, or asks you to read again."))
                return redirect("reviews:hearing", pk)
    open_now = case.reopening_of(found.answer, now()) is not None
    context = _case(found) | {"form": form, "may": may, "open_now": open_now}
    return render(request, "reviews/appealing_reading.html", context, status=422 if form.errors else 200)


def _result(request: HttpRequest, answer: Answer) -> Award:
    """The result that the person may read now, of their city or as one of the program; before it is out there is none."""
    user, assessment = request.user, answer.assessment
    award = results.result_to(user, assessment)
    if award is None and user.of_programme and not case.roles_of(user, assessment.city):  # type: ignore[union-attr]
        award = results.released_award(assessment)
    if award is None:
        raise Http404
    return award


def _verdict(answer: Answer, award: Award, at: datetime) -> dict[str, Any]:
    """One verdict with its reasons, the window, and what the city may read of its appeal."""
    code, language = answer.criterion.code, frame.language()
    line = next(line for area in results.areas_of(award.score, language) for line in area.lines if line.code == code)
    filed = (
        Appeal.objects.filter(answer=answer).select_related("opened", "resolution", "filed_by", "award__announcement").order_by("pk").last()
    )
    live = filed if filed and filed.status != AppealStatus.WITHDRAWN else None
    window = appeals.window_of(award)
    opened = case.reopening_of(answer, at) if live and live.opened else None
    return {
        "assessment": answer.assessment, "city": answer.assessment.city, "answer": answer, "award": award, "line": line,
        "appeal": filed, "reads": APPEAL_READS[AppealStatus(filed.status)] if filed else "", "told": bool(filed and filed.told_at),
        "opened": opened, "can_withdraw": live is not None and (live.status == AppealStatus.FILED or opened is not None),
        "window": window, "can_file": live is None and line.can_be_appealed and window is not None and window.is_open(at),
        "answer_by": appeals.work_due(answer.assessment, filed.filed_at) if filed else None,
    }  # fmt: skip


def _case(found: Appeal) -> dict[str, Any]:
    """Everything that the program and a reader see of an appeal: the answer as it is, the verdict before, what was found."""
    answer = found.answer
    return {
        "appeal": found,
        "answer": answer,
        "assessment": answer.assessment,
        "city": answer.assessment.city,
        "criterion": criterion_of(answer.assessment.cycle.standard, answer.criterion.code, frame.language()),
        "proofs": case.evidence_of(answer),
        "before": appeals.verdict_before(found),
        "hearings": appeals.hearings_of(found),
    }


def _all(request: HttpRequest) -> QuerySet[Appeal]:
    return appeals.appeals_to(request.user) if request.user.of_programme else appeals.heard_by(request.user)  # type: ignore[union-attr]


def _labels() -> list[tuple[str, str]]:
    return [
        ("filed", _("To be admitted")), ("reading", _("Being read")), ("confirm", _("To be confirmed")), ("tell", _("To be told")),
        ("over", _("Over")),
    ]  # fmt: skip
