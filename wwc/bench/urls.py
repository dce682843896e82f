"""The street plan of a measurement: the site itself, and an empty page to compare with."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_safe


@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    """The frame of the site with nothing in it, for a person who is signed in."""
    return render(request, "base.html")


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """No page at all: what session, person and middleware take by themselves."""
    return HttpResponse(f"Signed in as {request.user}.")


urlpatterns = [path("bench/empty/", empty, name="empty"), path("bench/bare/", bare, name="bare"), path("", include("wwc.urls"))]
