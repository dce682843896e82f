"""Text that somebody wrote on a page and could not send: it is carried past the sign-in page, back to the page it is from.

The session carries it. Where the form's own protection failed and nobody is signed in, anybody may have sent the form, so
nothing is written: the sign-in page itself holds the text until its person has signed in.
"""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

KEPT = "text_kept"
LENGTH = 250_000
"""The longest text of a page, as an address writes letters of any script."""


def typed_on(request: HttpRequest) -> QueryDict:
    """What the fields of a form held, without its protection."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Keep what was sent without a session, and ask its person to sign in."""
    if request.method == "POST" and keep(request, request.path, typed_on(request).urlencode()):
        messages.warning(request, _("You were signed out after a pause. Your text is kept; sign in and go on at the same line."))
    return redirect_to_login(request.get_full_path())


def back(request: HttpRequest) -> HttpResponse:
    """To the page itself, with what was sent from an old copy of it."""
    keep(request, request.path, typed_on(request).urlencode())
    return redirect(request.path)


def keep(request: HttpRequest, path: str, fields: str) -> bool:
    """Let the session carry the fields of a page."""
    if not fields or len(fields) > LENGTH:
        return False
    request.session[KEPT] = {"path": path, "fields": fields}
    return True


def kept(request: HttpRequest, path: str) -> QueryDict | None:
    """The fields that are carried to a page."""
    found = request.session.get(KEPT)
    return QueryDict(found["fields"]) if found and found["path"] == path else None


def forget(request: HttpRequest, path: str) -> None:
    """What was carried to a page is in better hands now."""
    found = request.session.get(KEPT)
    if found and found["path"] == path:
        del request.session[KEPT]
