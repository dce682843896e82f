"""After an announcement: a result corrected, an award revoked; one director proposes, another confirms."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews import access
from reviews.actions import awarding, revoking
from reviews.forms import CorrectionForm, RevocationForm
from reviews.queries import results
from wwc.http import refusals_shown
from wwc.refusals import require


@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a correction of what was told."""
    found = get_object_or_404(results.awards_to(request.user).select_related("assessment__city", "score"), pk=pk)
    require(access.may_correct(request.user, found.assessment))
    form = CorrectionForm(request.POST, award=found)
    if not form.is_valid():
        messages.error(request, _("A decision, a reason and a public note are needed. Nothing was changed."))
        return redirect("reviews:award", found.assessment_id)
    with refusals_shown(request):
        awarding.correct(found.assessment, **form.values, by=request.user, at=now())
        messages.success(request, _("Proposed. Another director approves it; it is told with a round."))
    return redirect("reviews:award", found.assessment_id)


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to revoke an award."""
    found = get_object_or_404(results.awards_to(request.user).select_related("assessment__city"), pk=pk)
    require(access.may_revoke(request.user, found))
    form = RevocationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A reason and a public note are needed. Nothing was changed."))
        return redirect("reviews:award", found.assessment_id)
    with refusals_shown(request):
        revoking.propose_revocation(found, **form.cleaned_data, by=request.user, at=now())
        messages.success(request, _("Proposed. Nothing changes before another director confirms it."))
    return redirect("reviews:award", found.assessment_id)


@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke, as the second director."""
    found = get_object_or_404(results.revocations_to(request.user), pk=pk)
    with refusals_shown(request):
        revoking.confirm_revocation(found, by=request.user, at=now())
        messages.success(request, _("Revoked. The public pages say so, and the city has a letter."))
    return redirect("reviews:award", found.award.assessment_id)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Let it be."""
    found = get_object_or_404(results.revocations_to(request.user), pk=pk)
    with refusals_shown(request):
        revoking.drop_revocation(found, by=request.user, at=now())
        messages.success(request, _("Dropped. The award stands as it was."))
    return redirect("reviews:award", found.award.assessment_id)
