"""Times in the zone of the person who reads them."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone


class ZoneMiddleware:
    """Sets the clock of pages behind the sign-in by their reader. Pages of a city name its zone; open pages stay the same for all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on; the next request of this thread begins with the clock of the program."""
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Here it is known whether the page asks who reads it."""
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            timezone.activate(ZoneInfo(request.user.zone))
