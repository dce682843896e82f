"""The words of letters: which there are, one of them with its look before it is saved."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessments import access, queries
from assessments.actions import wording as actions
from assessments.forms import TextForm
from wwc.http import refusals_on
from wwc.outbox import texts
from wwc.outbox.kinds import name_of
from wwc.outbox.models import LetterText
from wwc.refusals import require


@require_safe
def wording(request: HttpRequest) -> HttpResponse:
    """Every letter with its languages, and which of them say other words than the program came with."""
    require(access.may_word(request.user))
    return render(request, "assessments/wording.html", {"letters": queries.letter_texts()})


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, key: str, language: str) -> HttpResponse:
    """The words of one letter: look at them first, then save them; or take those that the program came with."""
    require(access.may_word(request.user))
    row = get_object_or_404(LetterText, key=key, language=language)
    form = TextForm(request.POST or None, initial={"subject": row.subject, "body": row.body, "seen": actions.said(row)})
    if request.method == "POST" and form.is_valid() and request.POST.get("act") == "save":
        with refusals_on(form):
            actions.reword(row, **form.cleaned_data, by=request.user, at=now())
        if not form.errors:
            messages.success(request, _("Saved. Letters that are written from now on say this."))
            return redirect("assessments:letter_text", key, language)
    return render(request, "assessments/letter_text.html", _shown(row, form), status=409 if form.errors else 200)


def _shown(row: LetterText, form: TextForm) -> dict[str, object]:
    """The form with its look, the values by name, the words of the other languages and those it came with."""
    typed = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else form.initial
    subject, body = typed.get("subject", ""), typed.get("body", "")
    try:
        look = (texts.example(subject), texts.example(body))
    except ValueError:
        look = (subject, body)
    came = texts.shipped().get((row.key, row.language))
    return {
        "row": row,
        "form": form,
        "name": name_of(row.key),
        "look": look,
        "names": sorted(texts.allowed(row.key)),
        "others": LetterText.objects.filter(key=row.key).order_by("language"),
        "came": came if came and came != (row.subject, row.body) else None,
        "is_result": row.key.startswith(actions.RESULTS),
    }
