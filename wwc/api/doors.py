"""The two kinds of address: open to everybody, or for the person of a token. Both refuse what they do not know."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.http import http_date
from django.views.decorators.http import conditional_page
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from reviews.queries import announced
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken
from wwc.api import examples, throttles
from wwc.api.paging import Order, Pages, Sized
from wwc.api.problems import KINDS, BadParameter, Problem, ProblemJson, body
from wwc.http import kept_public
from wwc.unchanged import Answer, fingerprint, kept, state_of, told_to_everybody

PROBLEM = "application/problem+json"
# The header knows whole seconds: of what changed just now it is left out, since more may change in the same second.
SETTLED = timedelta(seconds=2)


def answers(serializer: Any, *codes: int) -> dict[Any, OpenApiResponse]:
    """What an address answers, for the schema: its rows, the errors that every address has, and these."""
    said = {
        400: "A parameter is wrong.",
        401: "The token is missing, unknown, revoked or expired.",
        403: "The token may not read this.",
        404: "Nothing is here.",
        405: "This address can only be read.",
        406: "Only JSON is spoken here.",
        429: "The limit of requests is reached.",
    }
    errors = {
        (code, PROBLEM): OpenApiResponse(Problem, said[code], [OpenApiExample(KINDS[code][1], body(code, said[code]))])
        for code in sorted({400, 401, 405, 406, 429, *codes})
    }
    shape = getattr(serializer, "child", serializer)
    row = examples.OF[(shape if isinstance(shape, type) else type(shape)).__name__]
    # What one token may read and another may not is kept by nobody, so nobody has a mark of it to send.
    same = {} if 403 in codes else {304: OpenApiResponse(None, "Unchanged since the ETag or the time that was sent; without a body.")}
    return {200: OpenApiResponse(serializer, "What was asked for.", [OpenApiExample("One row", row)]), **same, **errors}


def header(kind: type, name: str, about: str, *codes: int) -> OpenApiParameter:
    """A header of the answers with these codes, for the schema."""
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=about, response=[*codes])


EVERYWHERE = [
    header(str, "WWW-Authenticate", "How a token is sent.", 401),
    header(str, "Allow", "The methods that this address takes.", 405),
    header(int, "Retry-After", "In how many seconds the next request is taken.", 429),
]
KEPT = [
    header(str, "ETag", "The mark of this answer, for If-None-Match.", 200, 304),
    header(str, "Last-Modified", "When anything told here changed last, for If-Modified-Since; missing just after a change.", 200, 304),
]


def wanted_of(fields: list[str]) -> OpenApiParameter:
    """The parameter that narrows rows to some of these fields, for the schema."""
    shape = {"type": "array", "items": {"type": "string", "enum": fields}, "minItems": 1}
    about = "The fields of a row that are wanted, by name with commas between; all without it."
    return OpenApiParameter("fields", shape, OpenApiParameter.QUERY, description=about, style="form", explode=False)


class Narrow(AutoSchema):
    """The schema of an address, whose rows can be narrowed to some fields."""

    def get_override_parameters(self) -> list[Any]:
        """What the address says of itself, `fields` where its rows have any, and the headers of its answers."""
        view: Any = self.view
        kept = KEPT if isinstance(view, Public) else []
        return [*([wanted_of(view.row_fields())] if view.row_fields() else []), *EVERYWHERE, *kept]

    def get_auth(self) -> list[Any]:
        """A token with any one of the scopes; that nothing is needed where the address is open."""
        found = super().get_auth()
        return [{"token": [scope.value]} for scope in self.view.scopes] if isinstance(self.view, OfToken) else found


class Plainly(DefaultContentNegotiation):
    """What nearly everybody asks for is not weighed against anything: whatever there is, or JSON where there is nothing else."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The renderer and the media type of the answer."""
        if request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", renderers[0].media_type):
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class Strict(GenericAPIView):
    """An address that takes the parameters it lists and no others."""

    schema = Narrow()

    content_negotiation_class = Plainly
    http_method_names = ["get", "head"]
    pagination_class: type[Sized] = Pages
    orders: ClassVar[dict[str, Order]] = {}
    token: ApiToken | None = None
    wanted: frozenset[str] = frozenset()

    def get_throttles(self) -> list[Any]:
        """Who comes with a token is counted as its person, who comes without one by address."""
        return [throttles.Anonymous() if self.request.auth is None else throttles.Token()]

    def row_fields(self) -> list[str]:
        """The names of the fields that a row of this address has; none where it answers no rows."""
        shape: Any = self.serializer_class if isinstance(self, ListAPIView | RetrieveAPIView) else None
        return list(shape._declared_fields) if shape else []

    def parameters(self) -> list[str]:
        """The query parameters that this address takes."""
        known = list(getattr(getattr(self, "filterset_class", None), "base_filters", ()))
        known += ["fields"] if self.row_fields() else []
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
        if str(request.method).lower() not in self.http_method_names:
            raise MethodNotAllowed(str(request.method))
        known = self.parameters()
        for name, values in request.query_params.lists():
            if name not in known:
                takes = ", ".join(known) or "none"
                raise BadParameter(name, f"{name!r} is not a parameter of this address. It takes: {takes}.")
            if len(values) > 1:
                raise BadParameter(name, f"{name!r} is given {len(values)} times. Give it once.")
            if not values[0]:
                raise BadParameter(name, f"{name!r} is given without a value. Give it one, or leave it out.")
        self.wanted = self._wanted(request.query_params.get("fields"))

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The shape of a row, narrowed to the fields that are wanted: the others are not even worked out."""
        made: Any = super().get_serializer(*args, **kwargs)
        row = getattr(made, "child", made)
        for name in set(row.fields) - self.wanted if self.wanted else ():
            row.fields.pop(name)
        return made

    def _wanted(self, said: str | None) -> frozenset[str]:
        """The fields that a client names, all of them there; none where it names none."""
        if said is None:
            return frozenset()
        there = self.row_fields()
        for name in said.split(","):
            if name not in there:
                raise BadParameter("fields", f"{name!r} is not a field of a row. It has: {', '.join(there)}.")
        return frozenset(said.split(","))

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
    """Open to everybody, from any site, with a fingerprint and a time so that what is unchanged is neither sent nor worked out again."""

    permission_classes = [AllowAny]
    http_method_names = ["get", "head", "options"]
    follows = ""  # one of the states whose change a short question tells; what follows none of them is worked out each time
    tag = ""

    def changed_at(self, request: Any) -> datetime | None:
        """When what is told here changed last, where that is known."""
        state = state_of(request, self.follows) if self.follows else None
        at: datetime | None = state.changed_at if isinstance(state, announced.Stamp) else state
        return at

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """What this process answered before goes out as it is, where nothing public changed since: its address was found good then."""
        if self.follows and request.method in ("GET", "HEAD") and "HTTP_AUTHORIZATION" not in request.META:
            self.tag = fingerprint(request, self.follows)
            answer = kept.get(self.tag)
            if answer is not None and throttles.Anonymous().allow_request(request, self):
                return with_cors(self._told(HttpResponse(answer.body, content_type=answer.kind), request))
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A browser that asks before it reads is counted and no more."""
        if request.method == "OPTIONS":
            self.check_throttles(request)
            return
        super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What a browser asks before a page of another site may read: methods and headers, and for how long that holds."""
        allowed = {"Allow-Methods": "GET, HEAD", "Allow-Headers": "Accept, If-Modified-Since, If-None-Match", "Max-Age": "86400"}
        return Response(status=204, headers={f"Access-Control-{name}": said for name, said in allowed.items()})

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Keep what was worked out, and say that any site may read it."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.status_code == 200 and self.token is None:
            if self.tag:
                response.add_post_render_callback(lambda done: kept.keep(self.tag, Answer(done.content, done["Content-Type"])))
            self._told(response, getattr(request, "_request", request))
        return with_cors(response)

    def _told(self, response: Any, request: Any) -> Any:
        """The answer as one that holds for a minute."""
        changed = self.changed_at(request)
        if changed and datetime.now(UTC) - changed > SETTLED:
            response["Last-Modified"] = http_date(changed.timestamp())
        return told_to_everybody(response, self.tag) if self.tag else kept_public(response)


def with_cors(response: Any) -> Any:
    """The answer as one that any site may read, with the headers that it needs."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Retry-After"
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
