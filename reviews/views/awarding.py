"""Deciding: what is ready with its score, its reasons and its distance to the lines; propose, approve, retract."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reviews import access
from reviews.actions import awarding as actions
from reviews.forms import AwardForm, CorrectionForm, FlipForm, ReasonForm, RevocationForm
from reviews.lifecycle import AwardStatus
from reviews.models import Award, Score
from reviews.queries import results
from wwc.http import refusals_shown, typed
from wwc.refusals import require


@require_safe
def awarding(request: HttpRequest) -> HttpResponse:
    """What waits for a proposal, for an approval, for a round."""
    require(access.may_decide(request.user))
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("show", "tier", "country", "population")}
    show = asked["show"] or "ready"
    parts = [(key, label, results.deciding(request.user, key).count()) for key, label in _parts()]
    found = results.deciding_sought(request.user, asked).select_related("city", "cycle__standard")
    page = Paginator(found, 25).get_page(request.GET.get("page"))
    rows = [_with_ruling(request.user, decision) for decision in results.decisions(page.object_list)]
    context = {
        "rows": rows,
        "page": page,
        "parts": parts,
        "show": show,
        "asked": asked,
        "tiers": results.TIERS_SOUGHT,
        "query": f"{urlencode(asked)}&",
    }
    return render(request, "reviews/awarding.html", context)


@require_safe
def award(request: HttpRequest, pk: int) -> HttpResponse:
    """One assessment: its score with every reason, and the decision."""
    assessment = get_object_or_404(results.deciding_to(request.user), pk=pk)
    decision = results.decisions([assessment])[0]
    row = _with_ruling(request.user, decision)
    context: dict[str, Any] = {"row": row, "assessment": assessment, "score": decision.score, "history": results.versions(assessment)}
    if decision.score:
        context["areas"] = results.areas_of(decision.score, get_language() or "en")
        context["ladder"] = results.ladder(decision.score)
        context["form"] = AwardForm(decision=decision)
        context |= _what_if(request, decision.score)
    context |= _since(request.user, decision.award)
    return render(request, "reviews/awarding_one.html", context | {"retract_form": ReasonForm()})


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a decision."""
    assessment = get_object_or_404(results.deciding_to(request.user), pk=pk)
    decision = results.decisions([assessment])[0]
    shown = request.POST.get("score", "")
    score = get_object_or_404(Score, pk=shown if shown.isdecimal() else 0, assessment=assessment)
    form = AwardForm(request.POST, decision=decision)
    if not form.is_valid():
        messages.error(request, _("Choose a decision. Nothing was proposed."))
        return redirect("reviews:award", pk)
    with refusals_shown(request):
        actions.propose(assessment, score=score, by=request.user, at=now(), **form.award)
        messages.success(request, _("Proposed for %(city)s. Another person approves it.") % {"city": assessment.city})
    return redirect(_back(request) or "reviews:awarding")


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve what someone else proposed."""
    award = get_object_or_404(results.awards_to(request.user).select_related("assessment__city"), pk=pk)
    with refusals_shown(request):
        actions.approve(award, by=request.user, at=now())
        messages.success(request, _("Approved for %(city)s. Nothing is told before its round.") % {"city": award.assessment.city})
    return redirect(_back(request) or "reviews:awarding")


@require_POST
def retract(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a decision back before its round."""
    award = get_object_or_404(results.awards_to(request.user).select_related("assessment__city"), pk=pk)
    with refusals_shown(request):
        actions.retract(award, reason=typed(request, "reason", 1000), by=request.user, at=now())
        messages.success(request, _("Retracted for %(city)s. The assessment is ready again.") % {"city": award.assessment.city})
    return redirect("reviews:award", award.assessment_id)


def _what_if(request: HttpRequest, score: Score) -> dict[str, Any]:
    """What would follow if the verdicts that the address names were flipped; nothing where it names none, or others."""
    form = FlipForm(request.GET, codes=score.verdicts)
    flipped = form.cleaned_data["flip"] if form.is_valid() else []
    return {
        "flips": form,
        "flipped": flipped,
        "what_if": results.what_if(score, flipped) if flipped else None,
    }


def _since(user: Any, award: Award | None) -> dict[str, Any]:
    """What a director can still do about an award that is out: correct it, or end it before its time."""
    if award is None or award.status != AwardStatus.RELEASED or not access.may_revoke(user, award):
        return {}
    proposed = results.revocation_proposed(award)
    forms = {"correct_form": CorrectionForm(award=award, auto_id="correct_%s"), "revoke_form": RevocationForm(auto_id="revoke_%s")}
    return {"revocation": proposed, "may_confirm": access.may_confirm_revocation(user, proposed) if proposed else None, **forms}


def _parts() -> list[tuple[str, str]]:
    return [("ready", _("Ready")), ("proposed", _("Waits for approval")), ("decided", _("Decided"))]


def _back(request: HttpRequest) -> str:
    """Back to the part of the list that the button stood in."""
    show = request.POST.get("show", "")
    return f"{reverse('reviews:awarding')}?show={show}" if show in dict(_parts()) else ""


def _with_ruling(user: Any, decision: results.Decision) -> dict[str, Any]:
    """A decision and whether the person can approve it, with the reason where not."""
    waits = decision.award if decision.award and decision.award.status == AwardStatus.PROPOSED else None
    return {"decision": decision, "approval": access.second_hand(user, waits) if waits else None}
