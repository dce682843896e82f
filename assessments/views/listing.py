"""Staff: the directory of places, and a place that no list has."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_safe

from assessments import access, queries
from assessments.actions import listing
from assessments.forms import PlaceForm
from assessments.models import City
from wwc.refusals import require


@require_safe
def cities(request: HttpRequest) -> HttpResponse:
    """The places on record, with a search; where they came from."""
    require(access.may_add_city(request.user))
    wanted = request.GET.get("q", "").strip()[:100]
    page = Paginator(queries.places_known(request.user, wanted), 50).get_page(request.GET.get("page"))
    context = {"wanted": wanted, "page": page, "query": f"q={wanted}&" if wanted else "", "lists": queries.lists_loaded()}
    return render(request, "assessments/cities.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_city(request: HttpRequest) -> HttpResponse:
    """Add a place; one that seems to be there already is shown before anything is stored."""
    require(access.may_add_city(request.user))
    form, same = PlaceForm(request.POST or None, initial={"name": request.GET.get("name", ""), "country": "US"}), []
    if request.method == "POST" and form.is_valid():
        try:
            city = listing.add_city(**form.values(), by=request.user, at=now())
        except listing.SameName as refusal:
            same = refusal.details["cities"]
            form.add_error("another_of_the_name", str(refusal.message))
        except (listing.PlaceUnclear, listing.NumberTaken) as refusal:
            form.add_error(refusal.details["field"], str(refusal.message))
        else:
            messages.success(request, _t("%(city)s is on record now.") % {"city": city})
            return _back(request, city)
    return render(request, "assessments/listing.html", {"form": form, "same": same}, status=422 if form.errors else 200)


def _back(request: HttpRequest, city: City) -> HttpResponse:
    """To the directory, or to the request to take part for whose sake the place was added."""
    asked = request.GET.get("request", "")
    if not asked.isdecimal():
        return redirect("assessments:cities")
    return redirect(f"{reverse('assessments:join_request', args=[int(asked)])}?{urlencode({'q': city.name})}")
