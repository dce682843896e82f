"""The two kinds of address: open to everybody, or for the person of a token. Both refuse what they do not know."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiResponse
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from wwc.accounts import tokens
from wwc.accounts.models import ApiToken
from wwc.api import throttles
from wwc.api.paging import Order, Pages, Sized
from wwc.api.problems import BadParameter, Problem, ProblemJson

PROBLEM = "application/problem+json"


def answers(serializer: Any, *codes: int) -> dict[Any, OpenApiResponse]:
    """What an address answers, for the schema: its rows, the errors that every address has, and these."""
    said = {
        400: "A parameter is wrong.",
        401: "The token is missing, unknown, revoked or expired.",
        403: "The token may not read this.",
        404: "Nothing is here.",
        406: "Only JSON is spoken here.",
        429: "The limit of requests is reached.",
    }
    errors = {(code, PROBLEM): OpenApiResponse(Problem, said[code]) for code in sorted({400, 401, 406, 429, *codes})}
    return {200: OpenApiResponse(serializer, "What was asked for."), **errors}


class Strict(GenericAPIView):
    """An address that takes the parameters it lists and no others."""

    throttle_classes = [throttles.Anonymous, throttles.Token]
    http_method_names = ["get", "head"]
    pagination_class: type[Sized] = Pages
    orders: ClassVar[dict[str, Order]] = {}
    token: ApiToken | None = None

    def parameters(self) -> list[str]:
        """The query parameters that this address takes."""
        known = list(getattr(getattr(self, "filterset_class", None), "base_filters", ()))
        if isinstance(self, ListAPIView):
            known += [*self.pagination_class.takes, *(["ordering"] if len(self.orders) > 1 else [])]
        return known

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Speak English to programs, whatever language the machine they run on asks for."""
        translation.activate("en")
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what is not known by its name, after the token and the limits were looked at."""
        super().initial(request, *args, **kwargs)
        self.token = request.auth if isinstance(request.auth, ApiToken) else None
        known = self.parameters()
        for name, values in request.query_params.lists():
            if name not in known:
                takes = ", ".join(known) or "none"
                raise BadParameter(name, f"{name!r} is not a parameter of this address. It takes: {takes}.")
            if len(values) > 1:
                raise BadParameter(name, f"{name!r} is given {len(values)} times. Give it once.")

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Errors under their own media type whatever was asked for; what a token reads is its person's alone."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code >= 400:
            response.accepted_renderer = ProblemJson()
        if self.token is not None:
            response["Cache-Control"] = "private, no-store"
            response.add_post_render_callback(_noting(self.token.pk))
        return response


@method_decorator(conditional_page, name="dispatch")
class Public(Strict):
    """Open to everybody, from any site, with a fingerprint so that what is unchanged is not sent again."""

    permission_classes = [AllowAny]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Say that any site may read it and that it holds for a minute."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
        if response.status_code == 200 and self.token is None:
            patch_cache_control(response, public=True, max_age=60)
        return response


class OfToken(Strict):
    """For the person of a token with one of the scopes that are needed; never kept by a cache."""

    permission_classes = [IsAuthenticated]
    scopes: ClassVar[tuple[ApiToken.Scope, ...]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask for the scope."""
        super().initial(request, *args, **kwargs)
        if self.token is None or not set(self.scopes) & set(self.token.scopes):
            raise PermissionDenied(f"This token has not the scope {' or '.join(repr(scope.value) for scope in self.scopes)}.")


def _noting(token_id: int) -> Callable[[Response], None]:
    """A call that notes the use of a token once the answer is written."""

    def note(_response: Response) -> None:
        tokens.note_use(token_id)

    return note
