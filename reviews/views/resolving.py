"""Settling: one assessment answer by answer, splits side by side, ready and back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments import queries as case
from assessments.models import Answer, Assessment
from assessments.views.frame import language
from criteria.queries import areas_of, criteria_of, criterion_of
from reviews import access
from reviews.actions import asking, drafting, resolving
from reviews.forms import QuestionForm, ReasonForm, SettlementForm
from reviews.lifecycle import DONE, Stage
from reviews.models import Accord
from reviews.queries import desk, dossier, plan, questions, verdicts
from reviews.views.desk import at_desk
from wwc.http import refusals_shown


def assessment_or_404(request: HttpRequest, pk: int) -> Assessment:
    """An assessment that the person steers, or in which they lead an area."""
    rows = desk.assessments_judged_by(request.user).select_related("city", "cycle__standard")
    found = get_object_or_404(rows, pk=pk)
    at_desk(request, found.cycle)
    return found


def answer_or_404(request: HttpRequest, pk: int) -> Answer:
    """An answer that the person may read, with the frame of the desk."""
    rows = Answer.objects.filter(pk__in=desk.answers_readable_by(request.user).values("pk")).select_related(
        "assessment__city", "assessment__cycle__standard", "criterion__area", "current"
    )
    found = get_object_or_404(rows, pk=pk)
    at_desk(request, found.assessment.cycle)
    return found


@require_safe
def splits(request: HttpRequest) -> HttpResponse:
    """The splits that the person may look at, in their cycles."""
    rows: list[Any] = []
    for cycle in desk.cycles_of(request.user)[:3]:
        at_desk(request, cycle)
        found = desk.splits_for(request.user, cycle)
        rows += desk.named(found, {criterion.pk: criterion for criterion in criteria_of(cycle.standard, language())} if found else {})
    response = render(request, "reviews/splits.html", {"rows": rows})
    if rows and request.method == "GET":
        drafting.see_other([row.standing.answer for row in rows], by=request.user, at=now())
    return response


@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """Where every answer of one assessment stands, by area."""
    one = assessment_or_404(request, pk)
    answers = Answer.objects.filter(pk__in=desk.answers_readable_by(request.user).filter(assessment=one).values("pk"))
    found = [each.seen_by(request.user.pk or 0) for each in verdicts.standings(answers)]
    words = {criterion.pk: criterion for criterion in criteria_of(one.cycle.standard, language())}
    required = verdicts.required_open(one)
    context = {
        "assessment": one,
        "areas": desk.by_area(found, areas_of(one.cycle.standard, language()), words, plan.panel(one.cycle)),
        "agreed": sum(each.stage == Stage.AGREED for each in found),
        "done": sum(each.stage in DONE for each in found),
        "total": len(found),
        "ruling": verdicts.ruling_on(found, required),
        "may_declare": access.may_declare_ready(request.user, one),
        "drafts": questions.to_send(request.user, one),
        "form": ReasonForm(),
    }
    return render(request, "reviews/resolving.html", context)


@require_POST
def agree_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Record all that is agreed."""
    one = assessment_or_404(request, pk)
    with refusals_shown(request):
        made = resolving.agree_all(one, by=request.user, at=now())
        said = ngettext("%(n)d verdict is recorded.", "%(n)d verdicts are recorded.", len(made))
        messages.success(request, said % {"n": len(made)})
    return redirect("reviews:resolving", pk)


@require_POST
def declare_ready(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that everything is settled; a worker computes the score."""
    one = assessment_or_404(request, pk)
    with refusals_shown(request):
        resolving.declare_ready(one, by=request.user, at=now())
        messages.success(request, _("Declared ready. The score is being computed."))
    return redirect("reviews:resolving", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back into review."""
    one = assessment_or_404(request, pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    with refusals_shown(request):
        resolving.send_back(one, reason=form.cleaned_data.get("reason", ""), by=request.user, at=now())
        messages.success(request, _("The assessment is in review again."))
    return redirect("reviews:resolving", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The readings of one answer side by side; whoever may settles them here."""
    one = answer_or_404(request, pk)
    form = SettlementForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            resolving.settle(one, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("Settled. Both readings stay on record."))
            return redirect("reviews:settling", pk)
    page = _side_by_side(request, one, form)
    response = render(request, "reviews/settling.html", page, status=422 if form.errors else 200)
    if page["own"] and len(page["findings"]) > 1 and request.method != "HEAD":
        drafting.see_other([one.pk], by=request.user, at=now())
    return response


def _side_by_side(request: HttpRequest, one: Answer, form: SettlementForm) -> dict[str, Any]:
    """The answer, its readings as far as the person may see them, and what can be done."""
    standing = verdicts.standing_of(one).seen_by(request.user.pk or 0)
    own = standing.reading_of(request.user.pk or 0)
    criterion = criterion_of(one.assessment.cycle.standard, one.criterion.code, language())
    current = {reading.finding.pk for reading in standing.filed if reading.finding}
    findings = [each for each in desk.findings_visible(request.user, one) if each.pk in current]
    compared = len(findings) > 1
    return {
        "answer": one,
        "criterion": criterion,
        "standing": standing,
        "own": own,
        "own_finding": next((each for each in findings if own and each.pk == (own.finding.pk if own.finding else 0)), None),
        "findings": findings,
        "lines": desk.tick_by_tick(criterion, findings),
        "split": compared and standing.stage == Stage.SPLIT,
        "accord": verdicts.accord_on(standing) if compared else None,
        "resolution": verdicts.resolution_of(one),
        "proofs": case.evidence_of(one),
        "readings": len(standing.readings),
        "readers": desk.readers_of(request.user, one),
        "may_assign": access.may_assign(request.user, one.assessment),
        "questions": questions.asked_about(request.user, one),
        "may_settle": access.may_settle(request.user, one),
        "may_ask": access.may_ask_about(request.user, one),
        "form": form,
        **dossier.of_answer(request.user, one),
        "question_form": QuestionForm(),
    }


@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Record what the readings of one answer agree on."""
    one = answer_or_404(request, pk)
    with refusals_shown(request):
        resolving.agree(one, by=request.user, at=now())
        messages.success(request, _("The verdict is recorded."))
    return redirect("reviews:settling", pk)


@require_POST
def propose_consensus(request: HttpRequest, pk: int) -> HttpResponse:
    """One reader proposes what both could say."""
    one = answer_or_404(request, pk)
    form = SettlementForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            resolving.propose_consensus(one, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("Proposed. It is settled once the other reader agrees."))
            return redirect("reviews:settling", pk)
    return render(request, "reviews/settling.html", _side_by_side(request, one, form), status=422 if form.errors else 409)


@require_POST
def accept_consensus(request: HttpRequest, pk: int) -> HttpResponse:
    """The other reader agrees."""
    accord = get_object_or_404(Accord.objects.filter(answer__in=desk.answers_readable_by(request.user).values("pk")), pk=pk)
    with refusals_shown(request):
        resolving.accept_consensus(accord, by=request.user, at=now())
        messages.success(request, _("The consensus is recorded. Both readings stay on record."))
    return redirect("reviews:settling", accord.answer_id)


@require_POST
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """A reader gives the split to who can settle it."""
    one = answer_or_404(request, pk)
    with refusals_shown(request):
        resolving.pass_on(one, by=request.user, at=now())
        messages.success(request, _("Passed on. The practice lead has a letter; you can still agree until it is settled."))
    return redirect("reviews:settling", pk)


@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A practice lead or staff write a question to the city."""
    one = answer_or_404(request, pk)
    form = QuestionForm(request.POST)
    if form.is_valid():
        with refusals_shown(request):
            asking.ask_about(one, **form.cleaned_data, by=request.user, at=now())
            messages.success(request, _("The question waits as a draft. Send it with the others of this city."))
    else:
        messages.error(request, _("Write the question first. Nothing was saved."))
    return redirect("reviews:settling", pk)
