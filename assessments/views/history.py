"""Everything an answer ever said, what changed between any two versions, and the way back to one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from assessments import access, queries
from assessments.actions import answering
from assessments.models import Answer, AnswerVersion, Assessment
from assessments.views import frame
from assessments.views.answering import asked_by, changes, two_texts
from wwc.http import refusals_shown


def _answer(assessment: Assessment, code: str) -> Answer:
    """The answer to one criterion."""
    return queries.answers_of(assessment, frame.language(), [asked_by(assessment, code).pk])[0]


@require_safe
def history(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """The versions of one answer, the newest first, and the difference between two of them."""
    assessment = frame.assessment_or_404(request, pk)
    one = _answer(assessment, code)
    earlier, later = _two(request, one)
    context = {
        "assessment": assessment,
        "city": assessment.city,
        "answer": one,
        "criterion": one.criterion,
        "page": Paginator(queries.versions_of(one), 25).get_page(request.GET.get("page")),
        "earlier": earlier,
        "later": later,
        "changed": changes(one, earlier, later),
        "writable": bool(access.may_answer(request.user, one)) and queries.is_open(one, now()) and not one.question,
    }
    return render(request, "assessments/history.html", context)


def _two(request: HttpRequest, one: Answer) -> tuple[AnswerVersion | None, AnswerVersion | None]:
    """The versions to compare, the older first: the last two if none are named. Before the first, nothing was said."""
    asked = [request.GET.get("from") or str(one.version - 1), request.GET.get("to") or str(one.version)]
    if not all(number.isdecimal() and len(number) < 10 for number in asked if number != "-1"):
        raise Http404
    low, high = sorted(int(number) for number in asked)
    found = {version.number: version for version in queries.versions_of(one).filter(number__in=[low, high])}
    if (low > 0 and low not in found) or (high > 0 and high not in found):
        raise Http404
    return found.get(low), found.get(high)


@require_POST
def restore(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """Say again what an earlier version said."""
    assessment = frame.assessment_or_404(request, pk)
    one = _answer(assessment, code)
    based_on = request.POST.get("based_on", "")
    with refusals_shown(request):
        try:
            seen = int(based_on) if based_on.isdecimal() else -1
            answering.restore(one, number=number, based_on=seen, by=request.user, at=now())
            messages.success(request, _t("Version %(n)s is the answer again. Nothing was removed.") % {"n": number})
        except answering.StaleSave as stale:
            return render(request, "assessments/answering_stale.html", two_texts(request, one, stale), status=409)
    return redirect("assessments:history", pk, code)
