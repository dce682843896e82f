"""The street plan of a measurement: the site itself, and what to compare with: an empty page, and bare views."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
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


@login_not_required
@require_safe
def sized(request: HttpRequest, size: int) -> HttpResponse:
    """So many bytes for anybody: what the site takes by itself to answer as many as a page has."""
    return HttpResponse(b"x" * size)


@login_not_required
@require_safe
def unchanged(request: HttpRequest) -> HttpResponse:
    """Nothing, because nothing changed: the least that can be answered."""
    return HttpResponseNotModified()


urlpatterns = [
    path("bench/empty/", empty, name="empty"),
    path("bench/bare/", bare, name="bare"),
    path("bench/sized/<int:size>/", sized, name="sized"),
    path("bench/unchanged/", unchanged, name="unchanged"),
    path("", include("wwc.urls")),
]
