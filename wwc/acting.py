"""While somebody of the program sees the pages as a city does: every page answers as to a lead of that city, and nothing can be changed.

One place decides it, before any page is asked: the person of the request is a stand-in who is nobody but a lead of the city, and
whatever is no reading is refused, but the two ways out. Who really looks stays on the request, for the bar and for the record.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext

from assessments import queries
from assessments.actions import acting

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ActingMiddleware:
    """Gives `request.acting`, and `request.user` as the pages are to see them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session only where there is one, so that an answer without a person stays the same for everybody."""
        request.acting = None  # type: ignore[attr-defined]
        began_id = request.session.get(queries.KEPT) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if began_id is None:
            return self.get_response(request)
        held = request.acting = queries.acting_of(request.user, began_id)  # type: ignore[attr-defined]
        leaves = request.method == "POST" and request.path in {reverse("assessments:end_acting"), reverse("account_logout")}
        if held is None:
            return self._over(request, leaves)
        if leaves:
            return self._leaving(request, held)
        request.user = queries.stand_in(held)
        if request.method in READING:
            return self.get_response(request)
        return _refused(request, gettext("You see the program as %(city)s does, and look only. End that first.") % {"city": held.city})

    def _over(self, request: HttpRequest, leaves: bool) -> HttpResponse:
        """Its time has ended, or the city was closed to the person: a form that was opened before changes nothing as oneself."""
        del request.session[queries.KEPT]
        words = gettext("You no longer see the program as the city does: its time has ended.")
        if request.method in READING or leaves:
            messages.info(request, words)
            return self.get_response(request)
        return _refused(request, words)

    def _leaving(self, request: HttpRequest, held: Any) -> HttpResponse:
        """By the button, or by signing out; the page behind the button puts it on record by itself."""
        response = self.get_response(request)
        if queries.KEPT not in request.session:
            acting.end(held.began, by=held.person, at=now())
        return response


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    """403 with the reason, for people and for programs."""
    if request.path.startswith("/api/"):
        said = {"type": "acting", "title": gettext("Nothing can be changed now"), "status": 403, "detail": reason}
        return JsonResponse(said, status=403, content_type="application/problem+json")
    return render(request, "403.html", {"reason": reason}, status=403)
