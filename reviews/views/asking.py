"""The letter of questions to one city: every draft on one page, edited, put in order, dropped, sent at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments import queries as case
from assessments.models import Assessment
from reviews import access
from reviews.actions import asking
from reviews.forms import LetterForm
from reviews.queries import desk, questions
from reviews.views.desk import at_desk
from wwc.http import refusals_shown
from wwc.refusals import NotAllowed, NotFound, Refusal, require


@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """All drafts of one assessment that the person may send. A refusal keeps what was typed."""
    assessment = get_object_or_404(desk.assessments_readable_by(request.user), pk=pk)
    require(access.may_send_questions(request.user, assessment))
    at_desk(request, assessment.cycle)
    form = LetterForm(request.POST if request.method == "POST" else None, lines=questions.letter_of(request.user, assessment))
    if request.method != "POST" or not form.is_valid():
        return _page(request, assessment, form, status=422 if form.errors else 200)
    try:
        return _keep_or_send(request, assessment, form)
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))
        return _page(request, assessment, form, status=409, doubt=refusal.details.get("unsure") and refusal.details["word"])


def _keep_or_send(request: HttpRequest, assessment: Assessment, form: LetterForm) -> HttpResponse:
    """Keep the drafts as they were edited; where the person says so, send them."""
    edited = [asking.Edited(*each) for each in form.edited]
    if "keep" in request.POST:
        asking.arrange_letter(assessment, edited=edited, by=request.user, at=now())
        messages.success(request, _("The drafts are kept. Nothing was sent."))
        return redirect("reviews:asking", assessment.pk)
    sent = asking.send_letter(assessment, edited=edited, no_names=form.no_names, by=request.user, at=now())
    said = ngettext("%(n)d question is on its way to the city.", "%(n)d questions are on their way to the city.", len(sent))
    messages.success(request, said % {"n": len(sent)})
    return _back(request, assessment)


def _page(request: HttpRequest, assessment: Assessment, form: LetterForm, *, status: int, doubt: Any = "") -> HttpResponse:
    """The letter as it would go now, with the day by which the city answers in its own time."""
    due_at = case.question_due(assessment, now())
    doubts = [*dict.fromkeys([*form.no_names, *([doubt] if doubt else [])])]
    context = {"assessment": assessment, "city": assessment.city, "form": form, "due_at": due_at, "doubts": doubts, "doubt": doubt}
    return render(request, "reviews/asking.html", context, status=status)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a question back."""
    question = get_object_or_404(questions.questions_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        asking.drop_question(question, by=request.user, at=now())
        messages.success(request, _("The question is taken back."))
    if "letter" in request.POST:
        return redirect("reviews:asking", question.answer.assessment_id)
    reading = request.POST.get("reading", "")
    return redirect("reviews:validating", int(reading)) if reading.isdecimal() else redirect("reviews:settling", question.answer_id)


def _back(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """To the assessment for who steers it, else to the desk."""
    if desk.assessments_judged_by(request.user).filter(pk=assessment.pk).exists():
        return redirect("reviews:resolving", assessment.pk)
    return redirect("reviews:desk", assessment.cycle.slug)
