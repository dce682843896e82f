"""Write to many people at once: whom, what, a look at both, then send."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assessments.models import Cycle
from reviews import access
from reviews.actions import writing as actions
from reviews.forms import MessageForm
from reviews.queries import audiences, lists
from wwc.http import refusals_on
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def writing(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter and its readers; it goes out only after both were looked at."""
    require(access.may_write_to_many(request.user))
    cycle = get_object_or_404(Cycle.objects.select_related("standard"), slug=slug)
    asked = audiences.narrowing(request.GET)
    form = MessageForm(request.POST or None, initial={"audience": request.GET.get("to") or audiences.nearest(request.GET.get("stage", ""))})
    if form.is_valid() and request.POST.get("act") == "send":
        with refusals_on(form):
            n = actions.write(cycle, **form.cleaned_data, asked=asked, by=request.user, at=now())
        if not form.errors:
            messages.success(request, ngettext("%(n)d letter is on its way.", "%(n)d letters are on their way.", n) % {"n": n})
            return redirect("assessments:cycle", slug)
    people = audiences.recipients(request.user, cycle, form.cleaned_data["audience"], asked) if form.is_valid() else None
    only = [(lists.NAMES[name], value) for name, value in asked.items()]
    context = {"cycle": cycle, "form": form, "people": people, "seen": len(people or []), "only": only}
    return render(request, "reviews/writing.html", context, status=422 if form.errors else 200)
