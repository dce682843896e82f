"""What the reading desk sends beside a verdict: typing, a look, an item put off, habits, phrases."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reviews.actions import drafting
from reviews.forms import PhraseForm, ReasonForm, as_typed
from reviews.models import Phrase
from reviews.queries import declarations, reading
from reviews.views.desk import at_desk
from reviews.views.validating import assignment_or_404, fetched, own_or_404, version_of
from wwc.http import refusals_shown
from wwc.refusals import HIDDEN, require
from wwc.templatetags.display import at_time


@require_POST
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed; it is never refused. Answers when it was kept."""
    assignment, at, typed = own_or_404(request, pk), now(), as_typed(request.POST)
    drafting.keep(assignment, version=version_of(assignment, typed.pop("version")), **typed, by=request.user, at=at)
    return JsonResponse({"said": _("Saved %(at)s") % {"at": at_time(at, request.user.zone)}})  # type: ignore[union-attr]


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """An item that was fetched ahead lies before the reader now."""
    drafting.look(own_or_404(request, pk), by=request.user, at=now())
    return HttpResponse(status=204)


@require_POST
def put_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave an item for later, with a reason, and go on to the next."""
    assignment = assignment_or_404(request, pk)
    form = ReasonForm(request.POST)
    form.is_valid()
    order = reading.habit_of(request.user).order
    after = reading.place_of(request.user, assignment, order).after
    with refusals_shown(request):
        drafting.put_off(assignment, reason=form.cleaned_data.get("reason", ""), by=request.user, at=now())
        messages.success(request, _("%(criterion)s is at the end of your list.") % {"criterion": assignment.answer.criterion.code})
        return redirect("reviews:validating", after) if after else redirect("reviews:desk", assignment.answer.assessment.cycle.slug)
    return redirect("reviews:validating", pk)


@require_POST
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an item back into its place in the list."""
    assignment = assignment_or_404(request, pk)
    drafting.take_up(assignment, by=request.user, at=now())
    messages.success(request, _("%(criterion)s is back in its place in your list.") % {"criterion": assignment.answer.criterion.code})
    return redirect("reviews:validating", pk)


@require_POST
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Remember in which order somebody goes through their list."""
    drafting.choose(request.user, order=request.POST.get("order", ""), by=request.user, at=now())
    return redirect("reviews:desk", slug)


@require_POST
def keys(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember whether single letters are keys; the page asks without leaving where it can."""
    assignment_or_404(request, pk)
    drafting.choose(request.user, single_keys="single_keys" in request.POST, by=request.user, at=now())
    return HttpResponse(status=204) if fetched(request) else redirect("reviews:validating", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def phrases(request: HttpRequest) -> HttpResponse:
    """The phrases somebody can put into their reasons: their own, and the program's."""
    panel = declarations.panels_of(request.user).first()
    if panel is None and not request.user.of_programme:  # type: ignore[union-attr]
        require(HIDDEN)
    if panel is not None:
        at_desk(request, panel.cycle)
    form = PhraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            drafting.add_phrase(form.cleaned_data["text"], for_all=form.cleaned_data["for_all"], by=request.user, at=now())
            messages.success(request, _("Kept. It is offered beside the reasons now."))
        return redirect("reviews:phrases")
    context = {"form": form, "phrases": list(reading.phrases_of(request.user))}
    return render(request, "reviews/phrases.html", context, status=422 if form.errors else 200)


@require_POST
def end_phrase(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a phrase away."""
    phrase = get_object_or_404(Phrase, pk=pk, ended_at=None)
    drafting.end_phrase(phrase, by=request.user, at=now())
    messages.success(request, _("Taken away. Reasons that were filed with it stay as they are."))
    return redirect("reviews:phrases")
