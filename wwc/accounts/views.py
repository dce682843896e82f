"""One's own account, its letters and its tokens."""

from typing import Any
from urllib.parse import urlencode

from allauth.account import views as signing_in
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from wwc.accounts import carrying, people, tokens
from wwc.accounts.adapters import spoken
from wwc.accounts.forms import AccountForm, LettersForm, TokenForm
from wwc.accounts.models import User
from wwc.audit.record import through
from wwc.http import refusals_shown
from wwc.outbox import preferences


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """The sign-in page in answer to a form that nobody signed in has sent: it leads back to that page and carries what was typed."""
    request.carried = {"path": request.path, "fields": carrying.typed_on(request).urlencode()}  # type: ignore[attr-defined]
    request.method, request.GET = "GET", QueryDict(urlencode({"next": request.path}))
    response = signing_in.login(request)
    response.status_code = 403
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone; ways to password, second step and tokens."""
    person: Any = request.user
    form = AccountForm(request.POST or None, initial={"name": person.name, "language": person.language, "timezone": person.timezone})
    if request.method == "POST" and form.is_valid():
        people.change(person, **form.cleaned_data, by=person, at=timezone.now())
        messages.success(request, _("Your account is saved."))
        return spoken(redirect("people:account"), person.language)
    return render(request, "people/account.html", {"form": form}, status=200 if request.method != "POST" else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """Which letters come: reminders and digests can be switched off, the others say why not."""
    person: Any = request.user
    form = LettersForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST" and form.is_valid():
        preferences.choose(person, form.cleaned_data, by=person, at=timezone.now())
        messages.success(request, _("Your choice of letters is saved."))
        return redirect("people:letters")
    return render(request, "people/letters.html", {"form": form})


# A mail program presses this without cookies (RFC 8058), so the signature in the address is the guard, not a token of a form.
# Scanners open addresses and press nothing: a GET changes nothing.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """Switch off the kind of letter whose address this is, without signing in; undone on the same page."""
    named = preferences.read_token(token)
    person = User.objects.filter(pk=named[0], is_active=True).first() if named else None
    if named is None or person is None:
        raise Http404
    switch = named[1]
    if request.method == "POST":
        with through("letter"):
            preferences.choose(person, {switch.key: "again" in request.POST}, by=person, at=timezone.now())
    with override(person.language):
        return render(request, "people/stop_letters.html", {"switch": switch, "off": switch.key in preferences.off_for(person)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one shows its secret here, once."""
    person: Any = request.user
    form = TokenForm(request.POST or None, person=person)
    secret = ""
    if request.method == "POST" and form.is_valid():
        with refusals_shown(request):
            _token, secret = tokens.make(**form.cleaned_data, by=person, at=timezone.now())
            form = TokenForm(person=person)
    shown = {"form": form, "secret": secret, "tokens": tokens.tokens_of(person), "now": timezone.now()}
    return render(request, "people/tokens.html", shown, status=200 if secret or request.method != "POST" else 422)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    person: Any = request.user
    token = get_object_or_404(tokens.tokens_of(person), pk=pk)
    tokens.revoke(token, by=person, at=timezone.now())
    messages.success(request, _("The token is revoked. Programs that used it are refused from now on."))
    return redirect("people:tokens")


def not_offered(request: HttpRequest, **_rest: str) -> HttpResponse:
    """An address that the library knows by name and this program does not offer."""
    raise Http404
