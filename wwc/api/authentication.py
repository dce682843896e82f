"""A token in the Authorization header acts as its person; nothing else signs in here, least of all a cookie."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from wwc.accounts import tokens
from wwc.accounts.models import ApiToken, User


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer wwc_...`"""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's person; None without a header; refused with words for a token that is not live."""
        kind, _space, presented = get_authorization_header(request).decode("latin-1").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = tokens.bearer(presented.strip(), at=datetime.now(UTC))
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired. Make a new one under Your account, Tokens.")
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        """What a client is asked for."""
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema says it."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}
