"""How pages speak HTTP: refusals shown, files served, headers set, the frame of every page."""

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.files.storage import default_storage
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header

from wwc.refusals import NotAllowed, NotFound, Refusal

_request_id: ContextVar[str] = ContextVar("request_id", default="")
Answer = Callable[[HttpRequest], HttpResponse]


@contextmanager
def refusals_shown(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal inside into a message on the next page. What is hidden or not allowed goes on to its own page."""
    try:
        yield
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal.message))


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """Turn a refusal inside into an error of the form that keeps what was typed. What is hidden or not allowed goes on to its own page."""
    try:
        yield
    except (NotFound, NotAllowed):
        raise
    except Refusal as refusal:
        form.add_error(None, str(refusal.message))


def typed(request: HttpRequest, name: str, most: int = 2000) -> str:
    """What was typed into a field that stands alone, as a database can keep it: no mark of zero, at most so many characters."""
    return request.POST.get(name, "").replace("\x00", "")[:most]


class RefusalMiddleware:
    """What is hidden is 404; what is yours but not now is 403, with the reason in words."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on. A mark of zero, which no database keeps, is in no address of ours; the API refuses it by the name of its parameter."""
        if request.path.startswith("/api/"):
            return self.get_response(request)
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("a mark of zero in the address")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal that no view has shown."""
        if isinstance(exception, NotFound):
            return render(request, "404.html", status=404)
        if isinstance(exception, Refusal):
            return render(request, "403.html", {"reason": exception.message}, status=403)
        return None


class RequestIdMiddleware:
    """Gives every request a number that its answer, its log lines and its error page show."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the number around the request."""
        number = uuid.uuid4().hex[:12]
        token = _request_id.set(number)
        request.number = number  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            _request_id.reset(token)
        response["X-Request-Id"] = number
        return response


class ContentSecurityPolicyMiddleware:
    """Sends SECURE_CSP with every answer. The setting is named as in Django 6, so that the move is free."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.policy = "; ".join(f"{name} {' '.join(values)}" for name, values in settings.SECURE_CSP.items())

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header where the view has not set a stricter one; pages of people are never kept by a shared cache."""
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self.policy)
        if getattr(request, "user", None) is not None and request.user.is_authenticated and "Cache-Control" not in response:
            patch_cache_control(response, private=True, no_store=True)
        return response


class JsonLogFormatter(logging.Formatter):
    """One JSON object a line, with the request's number."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": _request_id.get(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def private_file(stored: str, *, filename: str, content_type: str, inline: bool = False) -> FileResponse:
    """A guarded file: as a download, or (for what a browser shows safely) inline in a sandbox; never as a page of this site.

    The caller has asked permission. Raises Http404 where the file is gone.
    """
    if not stored or not default_storage.exists(stored):
        raise Http404
    response = FileResponse(default_storage.open(stored, "rb"), as_attachment=not inline, filename=filename, content_type=content_type)
    return sealed(response)


AGAIN = 5  # seconds


def render_running(request: HttpRequest, template: str, context: dict[str, Any], *, runs: bool) -> HttpResponse:
    """A page of long work; while it runs the browser asks for it again by itself, unless its reader wants it to stay."""
    response = render(request, template, {**context, "again": AGAIN})
    if runs and "stay" not in request.GET:
        response["Refresh"] = str(AGAIN)
    return response


Sealed = TypeVar("Sealed", bound=HttpResponseBase)


def sealed(response: Sealed, filename: str = "") -> Sealed:
    """The answer with what keeps a file from being a page of this site; with a name, as a download of that name."""
    if filename:
        response["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_cache_control(response, private=True, no_store=True)
    return response


PUBLIC_KEPT = 60  # seconds that others may keep what says the same to everybody
YEAR = 31_536_000  # seconds; longer means nothing to a cache
Kept = TypeVar("Kept", bound=HttpResponseBase)


def kept_public(response: Kept, *, for_ever: bool = False) -> Kept:
    """The answer as one that says the same to everybody: of the kind that it says it is, and for others to keep for a minute.

    What never changes at its address is theirs to keep for ever.
    """
    response["X-Content-Type-Options"] = "nosniff"
    kept: dict[str, Any] = {"max_age": YEAR, "immutable": True} if for_ever else {"max_age": PUBLIC_KEPT}
    patch_cache_control(response, public=True, **kept)
    return response


def chrome(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows besides the page: whether this is a demonstration, whom to write to."""
    return {"demo": settings.DEMO, "contact": settings.CONTACT_EMAIL, "request_number": getattr(request, "number", "")}
