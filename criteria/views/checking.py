"""The self-check: eight questions that anybody can try. Answers live in the address alone; nothing is stored or counted."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from criteria import queries
from criteria.forms import SelfCheckForm


@login_not_required
@require_safe
def self_check(request: HttpRequest) -> HttpResponse:
    """The questions, and below them what the answers say, area by area, in words."""
    found = queries.self_check(get_language() or queries.ENGLISH)
    if found is None:
        raise Http404
    standard, questions = found
    asked = any(question.area.code in request.GET for question in questions)
    form = SelfCheckForm(request.GET if asked else None, questions=questions)
    answers = form.cleaned_data if asked and form.is_valid() else {}
    rows: list[dict[str, Any]] = [{"question": each, "answer": answers.get(each.area.code, "")} for each in questions]
    shown = [row for row in rows if row["answer"]]
    context = {"standard": standard, "form": form, "rows": shown, "left": len(rows) - len(shown)}
    return render(request, "criteria/self_check.html", context)
