"""How allauth works here: sign-up closed, letters through the outbox, a second factor where the role asks for one."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wwc.accounts import carrying
from wwc.outbox import post

RESET = "account/email/password_reset_key"
# The pages that somebody needs who has no second factor yet.
ON_THE_WAY = ("/accounts/", "/language/", "/static/", "/healthz")


def spoken(response: HttpResponse, language: str) -> HttpResponse:
    """Keep a language for the pages that follow, as choosing it under a page does."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=settings.SECURE)
    return response


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: an accepted invitation creates the person."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse | None:
        """People of a demonstration sign in to a demonstration only. Text that the sign-in page carried goes on with the session."""
        if user.is_invented and not settings.DEMO:
            messages.error(request, _("This account belongs to a demonstration and is closed here."))
            return redirect("account_login")
        carrying.keep(request, request.POST.get("kept_path", ""), request.POST.get("kept_fields", ""))
        return super().pre_login(request, user, **options)

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """Go on in the language of the account, unless one was chosen under a page of this browser."""
        response = super().post_login(request, user, **options)
        return response if settings.LANGUAGE_COOKIE_NAME in request.COOKIES else spoken(response, user.language)

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Not for a first second step in the minutes after signing in: the password was typed a moment ago."""
        request = context.request
        if request is None or is_mfa_enabled(request.user):
            return True
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        return not any(record["at"] > since for record in get_authentication_records(request, request.user))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a letter instead of sending a mail; the secret of its link is made when it is sent."""
        if template_prefix == RESET:
            now = datetime.now(UTC)
            person = context["user"]
            key = f"password:{person.pk}:{now.isoformat(timespec='minutes')}"
            post.post("password", key=key, to=person, at=now, values={}, link={"to": "account_reset_password_from_key", "reset": True})


class SecondFactorAdapter(DefaultMFAAdapter):
    """The names that an authenticator shows."""

    def get_totp_label(self, user: Any) -> str:
        """The person's address."""
        return user.email

    def get_totp_issuer(self) -> str:
        """The program."""
        return "What Works Cities Certification"


class SecondFactorMiddleware:
    """Sends people who need a second factor and have none to the page where they set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Staff, directors and reviewers, outside a demonstration; asked once a session."""
        person = request.user
        if settings.DEMO or not person.is_authenticated or not (person.of_programme or person.second_factor):
            return self.get_response(request)
        if request.session.get("second_factor") or request.path.startswith(ON_THE_WAY):
            return self.get_response(request)
        if not is_mfa_enabled(person):
            messages.warning(request, _("Your part in the program asks for a second step at sign-in. Set it up to go on."))
            return redirect("mfa_activate_totp")
        request.session["second_factor"] = True
        return self.get_response(request)
