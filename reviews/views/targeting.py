"""The page on which a city chooses from its result what it aims at next."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments import queries as case
from assessments.lifecycle import Status
from assessments.views.frame import set_frame
from reviews import access
from reviews.actions import targeting
from reviews.forms import TargetsForm
from reviews.queries import results
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import figure


@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: HttpRequest, pk: int) -> HttpResponse:
    """Every criterion that is not met, the shortest way up first; a lead marks the targets."""
    assessment = get_object_or_404(case.assessments_of_team(request.user), pk=pk)
    set_frame(request, assessment.city, assessment)
    award = results.result_to(request.user, assessment)
    if award is None or assessment.status != Status.ANNOUNCED:
        raise Http404
    require(access.may_target(request.user, assessment))
    shown = results.shown_to(award, "city", get_language() or "en")
    chosen = [target.answer.criterion.code for target in case.targets_of(assessment)]
    form = TargetsForm(request.POST if request.method == "POST" else None, choices=_choices(shown), initial={"codes": chosen})
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            n = len(targeting.choose(assessment, **form.cleaned_data, by=request.user, at=now()))
            messages.success(request, _told(n))
            return redirect("reviews:result", pk)
    context = {"assessment": assessment, "city": assessment.city, "form": form, "goal": shown["goal"]}
    return render(request, "reviews/targeting.html", context, status=422 if form.errors else 200)


def _told(n: int) -> str:
    if not n:
        return _("No targets are chosen.")
    return ngettext("%(n)s target is chosen.", "%(n)s targets are chosen.", n) % {"n": figure(n)}


def _choices(shown: dict[str, Any]) -> Sequence[tuple[str, str]]:
    """What is not met: what the shortest way names, with its months, then the others in the edition's order."""
    way = {each.line.code: (each.line, months) for months, lines in shown["road"] for each in lines}
    rest = [line for area in shown["areas"] for line in area.lines if not line.met and line.code not in way]
    first = [(code, f"{code} {line.title} · " + _("next %(n)s months") % {"n": figure(n)}) for code, (line, n) in way.items()]
    return [*first, *((line.code, f"{line.code} {line.title}") for line in rest)]
