"""Hand criteria to a colleague, or take them back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments import access, queries
from assessments.actions import delegating
from assessments.forms import HandForm
from assessments.models import Assessment, Role
from assessments.views import frame
from wwc.http import refusals_shown
from wwc.refusals import require
from wwc.templatetags.display import figure, weekday


@require_http_methods(["GET", "HEAD", "POST"])
def hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose criteria, a colleague and a day."""
    assessment = frame.assessment_or_404(request, pk)
    require(access.may_hand(request.user, assessment))
    answers = queries.answers_of(assessment, frame.language())
    people = {person.pk: person for person in queries.people_with(assessment.city, Role.LEAD, Role.CONTRIBUTOR)}
    form = HandForm(request.POST if request.method == "POST" else None, people=people.values(), answers=answers)
    if request.method == "POST" and form.is_valid():
        to, due = people[form.cleaned_data["to"]], form.cleaned_data["due"]
        with refusals_shown(request):
            made = delegating.hand(assessment, answers=form.chosen(), to=to, due_on=due, by=request.user, at=now())
            words = ngettext(
                "%(n)s criterion is with %(person)s, by %(date)s.", "%(n)s criteria are with %(person)s, by %(date)s.", len(made)
            )
            messages.success(request, words % {"n": figure(len(made)), "person": to, "date": weekday(due)})
            return redirect("assessments:overview", pk)
    return render(request, "assessments/delegating.html", _page(request, assessment, answers, form), status=422 if form.is_bound else 200)


def _page(request: HttpRequest, assessment: Assessment, answers: list[Any], form: HandForm) -> dict[str, Any]:
    """The criteria by area, each with who has it now and whether it is ticked."""
    handed = {row.answer_id: row for row in queries.handed_in(assessment)}
    asked = request.POST if form.is_bound else request.GET
    areas: dict[int, dict[str, Any]] = {}
    for answer in answers:
        area = answer.criterion.area
        group = areas.setdefault(area.pk, {"area": area, "ticked": str(area.pk) in asked.getlist("areas"), "rows": []})
        ticked = answer.criterion.code in asked.getlist("criteria")
        group["rows"].append({"answer": answer, "handed": handed.get(answer.pk), "ticked": ticked})
    window = queries.window_of(assessment)
    return {"assessment": assessment, "city": assessment.city, "areas": list(areas.values()), "form": form, "window": window}


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one criterion back."""
    row = get_object_or_404(queries.delegations_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        delegating.take_back(row, by=request.user, at=now())
        messages.success(request, _t("%(code)s is no longer with %(person)s.") % {"code": row.answer.criterion.code, "person": row.person})
    return redirect("assessments:answering", row.answer.assessment_id, row.answer.criterion.code)
