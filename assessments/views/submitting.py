"""Check, attest, submit once, read the receipt, withdraw."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import access, queries
from assessments.actions import submitting
from assessments.forms import ReasonForm, SubmitForm
from assessments.lifecycle import Status
from assessments.models import Assessment, Role
from assessments.views import frame, requesting
from assessments.views.documenting import today_in
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import when_year


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that is missing, each with a link; with nothing missing, the button that submits."""
    assessment = frame.assessment_or_404(request, pk)
    form = SubmitForm(request.POST if request.method == "POST" else None, initial={"consent": assessment.consent})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            return _submit(request, assessment, form)
    elif assessment.status != Status.DRAFTING and queries.receipt_of(assessment):
        return redirect("assessments:receipt", pk)
    return render(request, "assessments/submitting.html", _page(request, assessment, form))


def _submit(request: HttpRequest, assessment: Assessment, form: SubmitForm) -> HttpResponse:
    """Submit, or say that it was received already."""
    at = now()
    snapshot = submitting.submit(assessment, **form.cleaned_data, by=request.user, at=at)
    if snapshot.submitted_at != at:
        words = _t("Already received on %(at)s, receipt %(receipt)s. Nothing was sent twice; you need to do nothing.")
        received = when_year(snapshot.submitted_at, assessment.city.timezone)
        messages.info(request, words % {"at": received, "receipt": snapshot.receipt})
    return redirect("assessments:receipt", assessment.pk)


def _page(request: HttpRequest, assessment: Assessment, form: SubmitForm) -> dict[str, Any]:
    """What is missing, who signs, who submits, and by when."""
    answers, window, at = queries.answers_of(assessment, frame.language()), queries.window_of(assessment), now()
    gaps = queries.gaps_in_answers(assessment, answers)
    return {
        "assessment": assessment,
        "city": assessment.city,
        "gaps": gaps,
        "unsaved": queries.unsaved_in(assessment, request.user),
        "expired": queries.expired(answers, today_in(assessment.city)),
        "attestation": queries.live_attestation(assessment, answers),
        "areas": queries.progress(assessment, answers),
        "standing": queries.standing(assessment, answers),
        "possible": len(answers),
        "window": window,
        "is_open": window.is_open(at) and assessment.cycle.status in queries.WRITABLE,
        **requesting.asked_shown(assessment, window, at),
        "may_attest": access.may_attest(request.user, assessment),
        "may_call": access.may_call_signatories(request.user, assessment),
        "may_submit": access.may_submit(request.user, assessment),
        "for_city": not request.roles,  # type: ignore[attr-defined]
        "signatories": queries.people_with(assessment.city, Role.SIGNATORY),
        "leads": queries.people_with(assessment.city, Role.LEAD),
        "form": form,
    }


@require_POST
def attest(request: HttpRequest, pk: int) -> HttpResponse:
    """The signatory attests."""
    assessment = frame.assessment_or_404(request, pk)
    with refusals_shown(request):
        submitting.attest(assessment, by=request.user, at=now())
        messages.success(request, _t("Attested. Any later change asks for your signature again."))
    return redirect("assessments:submitting", pk)


@require_POST
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead asks those who sign to attest."""
    assessment = frame.assessment_or_404(request, pk)
    with refusals_shown(request):
        people = submitting.call_signatories(assessment, by=request.user, at=now())
        messages.success(request, _t("Asked by letter: %(names)s.") % {"names": ", ".join(str(person) for person in people)})
    return redirect("assessments:submitting", pk)


@require_safe
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What arrived, when, under which number, with which hash."""
    assessment = frame.assessment_or_404(request, pk)
    snapshot = queries.receipt_of(assessment)
    if snapshot is None:
        raise Http404
    claims = {answer["criterion"]: answer for answer in snapshot.content["answers"]}
    answers = queries.answers_of(assessment, frame.language())
    rows = [{"criterion": answer.criterion, "said": claims.get(answer.criterion.code)} for answer in answers]
    context = {"assessment": assessment, "city": assessment.city, "receipt": snapshot, "rows": rows, "areas": _areas(rows)}
    context["paper"] = queries.paper_of(snapshot, frame.language())
    return render(request, "assessments/receipt.html", context)


def _areas(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a receipt by practice area."""
    areas: dict[int, dict[str, Any]] = {}
    for row in rows:
        area = areas.setdefault(row["criterion"].area_id, {"area": row["criterion"].area, "rows": []})
        area["rows"].append(row)
    return list(areas.values())


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the assessment out of its cycle, after a page that says what follows."""
    assessment = frame.assessment_or_404(request, pk)
    require(access.may_withdraw(request.user, assessment))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            submitting.withdraw(assessment, reason=form.cleaned_data["reason"], by=request.user, at=now())
            messages.success(request, _t("Withdrawn. Answers and evidence are kept."))
            return redirect("assessments:overview", pk)
    context = {"assessment": assessment, "city": assessment.city, "form": form, "for_city": not request.roles}  # type: ignore[attr-defined]
    return render(request, "assessments/withdrawing.html", context)
