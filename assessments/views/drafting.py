"""What the page of an answer sends while somebody types: their text, and that they are there."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from assessments import queries
from assessments.actions import drafting
from assessments.forms import as_typed, too_long_in_words
from assessments.models import Answer, Draft
from assessments.views import frame
from wwc.templatetags.display import at_time, when


@require_POST
def draft(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Keep what is typed; without any fields, only say that the person is here. Answers who else is."""
    one, at, typed = frame.answer_or_404(request, pk, code), now(), as_typed(request.POST)
    if "narrative" in request.POST:
        kept = drafting.keep(one, **typed, by=request.user, at=at)
        frame.forget_kept(request, reverse("assessments:answering", args=[pk, code]))
    else:
        kept = drafting.be_here(one, by=request.user, at=at)
    said = _t("Saved %(at)s") % {"at": at_time(at, one.assessment.city.timezone)}
    there = here_too(request, queries.drafts_on(one, request.user), at)
    here = " ".join(filter(None, [too_long_in_words(len(kept.narrative)), _newer(one, typed["based_on"]), there]))
    return JsonResponse({"said": said, "draft": kept.saved_at is not None, "here": here})


@require_POST
def drop(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Leave what was typed and take the saved answer."""
    drafting.drop(frame.answer_or_404(request, pk, code), by=request.user, at=now())
    return redirect("assessments:answering", pk, code)


def typed_on(request: HttpRequest, one: Answer, at: datetime) -> dict[str, Any]:
    """What the page shows of text that was typed and not saved, and of who else is here."""
    drafts = queries.drafts_on(one, request.user)
    typed = queries.draft_of(drafts, request.user)
    return {"draft": typed, "saved_shown": request.GET.get("show") == "saved", "here": here_too(request, drafts, at)}


def here_too(request: HttpRequest, drafts: list[Draft], at: datetime) -> str:
    """Who else has the answer open now, and whether they have text that is not saved."""
    lines = []
    for each in queries.here_with(drafts, request.user, at):
        words = _t("%(person)s is here too, with unsaved text.") if each.saved_at else _t("%(person)s is here too.")
        lines.append(words % {"person": each.person})
    return " ".join(lines)


def _newer(one: Answer, based_on: int) -> str:
    """Whether somebody saved after the version that the page began with."""
    version = one.current
    if version is None or not based_on < version.number:
        return ""
    words = _t("%(person)s saved this answer (%(at)s). Your text is kept; when you save, you see both.")
    return words % {"person": version.saved_by, "at": when(version.saved_at, one.assessment.city.timezone)}
