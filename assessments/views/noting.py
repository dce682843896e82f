"""Notes for colleagues on an answer, and in whose hands it is."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from assessments import queries
from assessments.actions import noting
from assessments.forms import NoteForm
from assessments.models import Answer
from assessments.views import frame
from wwc.http import refusals_shown


@frame.text_kept
@require_http_methods(["GET", "HEAD", "POST"])
def note(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Leave a note; the way back from signing in leads through here to the answer."""
    one = frame.answer_or_404(request, pk, code)
    form = NoteForm(request.POST)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            noting.note(one, **form.cleaned_data, by=request.user, at=now())
            frame.forget_kept(request)
    return redirect(reverse("assessments:answering", args=[pk, code]) + "#notes")


def shared_on(request: HttpRequest, one: Answer) -> dict[str, Any]:
    """What only colleagues see of an answer: their notes, and who has it by when."""
    if not queries.is_colleague(request.user, one.assessment.city):
        return {}
    kept = frame.kept_text(request, reverse("assessments:note", args=[one.assessment_id, one.criterion.code]))
    return {
        "notes": queries.notes_on(one, request.user)[:50],
        "note_form": NoteForm(initial={"text": kept.get("text", "")} if kept else None),
        "handed": queries.handed_on(one),
    }
