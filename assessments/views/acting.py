"""Seeing the program as a city does: the page that begins it, and the button on every page that ends it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from assessments import access, queries
from assessments.actions import acting
from assessments.forms import LookForm
from assessments.models import City
from assessments.views import frame
from wwc.http import refusals_on
from wwc.refusals import require


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Say why, and see every page as a lead of this city does from then on."""
    city = frame.city_or_404(request, slug)
    require(access.may_act_as(request.user, city))
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            request.session[queries.KEPT] = acting.begin(city, **form.cleaned_data, by=request.user, at=now()).pk
            return redirect("home")
    page = {"city": city, "form": form, "back": _page_of(city)}
    return render(request, "assessments/acting.html", page, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """See the pages as oneself again."""
    held = getattr(request, "acting", None)
    request.session.pop(queries.KEPT, None)
    if held is None:
        return redirect("home")
    acting.end(held.began, by=request.user, at=now())
    messages.success(request, _t("You see the program as yourself again."))
    return redirect(_page_of(held.city))


def _page_of(city: City) -> str:
    """The page that the program has of a city: its newest case, else its team."""
    newest = queries.newest_case_of(city)
    return reverse("assessments:case", args=[newest.pk]) if newest else reverse("assessments:team", args=[city.slug])
