"""Write to the people of a list: whom, what, a look at both, then send."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from reviews import access
from reviews.actions import writing as actions
from reviews.forms import MessageForm
from reviews.queries import audiences, lists
from wwc.http import refusals_on
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def writing(request: HttpRequest, name: str) -> HttpResponse:
    """The letter and its readers, those of the list that the address asks for; it goes out only after both were looked at."""
    listing = lists.LISTS.get(name)
    asked = lists.asked_of(listing, request.GET) if listing else {}
    require(access.may_write_to_many(request.user, name, asked))
    if listing is None:
        raise Http404
    try:
        whom = audiences.whom(name, asked, request.user, now())
    except ObjectDoesNotExist as error:
        raise Http404 from error
    back = f"{listing.page(asked)}?{urlencode(asked)}"
    form = MessageForm(request.POST or None)
    if form.is_valid() and request.POST.get("act") == "send":
        with refusals_on(form):
            n = actions.write(name, asked=asked, **form.cleaned_data, by=request.user, at=now())
        if not form.errors:
            messages.success(request, _sent(n, len(whom.people) - n))
            return redirect(back)
    context = {
        "form": form, "listing": listing, "whom": whom, "back": back, "only": lists.named(asked), "looked": form.is_valid(),
    }  # fmt: skip
    return render(request, "reviews/writing.html", context, status=422 if form.errors else 200)


def _sent(n: int, before: int) -> str:
    sent = ngettext("%(n)d letter is on its way.", "%(n)d letters are on their way.", n) % {"n": n}
    if not before:
        return sent
    had = ngettext("%(n)d person had the same words from you before.", "%(n)d people had the same words from you before.", before)
    return f"{sent} {had % {'n': before}}"
