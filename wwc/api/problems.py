"""Errors as `application/problem+json` (RFC 9457): what happened, and what to do."""

import math
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from wwc.api.rendering import Json
from wwc.refusals import NotFound, Refusal


class ProblemJson(Json):
    """JSON under its own media type."""

    media_type = "application/problem+json"


class Problem(serializers.Serializer):
    """One error."""

    type = serializers.CharField(help_text="The kind of problem: a short name that stays.")
    title = serializers.CharField(help_text="The kind in words.")
    status = serializers.IntegerField(help_text="The HTTP status, again.")
    detail = serializers.CharField(help_text="What happened here.")
    remedy = serializers.CharField(help_text="What to do.")
    field = serializers.CharField(required=False, help_text="The parameter that is wrong, where one is.")


KINDS = {
    400: ("bad-parameter", "A parameter is wrong", "Correct the parameter that is named; /api/docs/ lists what each address takes."),
    401: ("no-token", "This needs a token", "Send a live token as Authorization: Bearer. People make them under Your account, Tokens."),
    403: ("not-allowed", "This token may not read that", "Make a token with the scope that is named."),
    404: (
        "not-found",
        "Nothing is here",
        "Check the address, or begin from a list; /api/docs/ names them. What is not announced is not here.",
    ),
    405: ("read-only", "This address can only be read", "Use GET."),
    406: ("media-type", "Only JSON is spoken here", "Accept application/json."),
    429: ("too-many", "The limit of requests is reached", "Wait as Retry-After says. Nothing was changed."),
}


class BadParameter(exceptions.APIException):
    """A query parameter that the address does not take, or a value that it cannot read."""

    status_code = 400

    def __init__(self, field: str, detail: str) -> None:
        self.field = field
        super().__init__(detail)


def body(status: int, detail: str) -> dict[str, Any]:
    """The values of an error, without the parameter that is wrong."""
    kind, title, remedy = KINDS.get(status, ("problem", "This cannot be answered", "Look at the detail."))
    return {"type": kind, "title": title, "status": status, "detail": detail, "remedy": remedy}


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """What a client reads for an exception; None leaves what nobody foresaw to the 500 page."""
    if isinstance(error, Http404 | NotFound):
        error = exceptions.NotFound("Nothing is here, or it is not open to you.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, Refusal):
        error = exceptions.PermissionDenied(str(error.message))
    if not isinstance(error, exceptions.APIException):
        return None
    status = error.status_code
    field, detail = _said(error)
    said = body(status, detail) | ({"field": field} if field else {})
    response = Response(said, status=status, headers={"Cache-Control": "no-store"}, content_type=ProblemJson.media_type)
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(math.ceil(wait))
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _said(error: exceptions.APIException) -> tuple[str, str]:
    """The parameter that is wrong, "" without one, and what happened."""
    if isinstance(error, BadParameter):
        return error.field, str(error.detail)
    if isinstance(error.detail, dict):
        field, said = next(iter(error.detail.items()))
        return str(field), f"{field}: {' '.join(map(str, said))}"
    return "", " ".join(map(str, error.detail)) if isinstance(error.detail, list) else str(error.detail)
