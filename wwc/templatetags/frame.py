"""The frame of every page: the way round for each kind of person, and the languages.

The frame knows routes by their names only and shows those that are mounted. A view or a middleware of a higher storey,
which knows more of the person, may set `request.nav` (a list of label and address) and `request.me` (the line of text
that says who one is and as what).
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

register = template.Library()

PUBLIC = [
    (gettext_lazy("Certified cities"), "directory:cities"),
    (gettext_lazy("The Standard"), "criteria:standards"),
    (gettext_lazy("Insights"), "insights:index"),
    (gettext_lazy("Data and API"), "api:docs"),
]
STAFF = [
    (gettext_lazy("Board"), "reviews:board"),
    (gettext_lazy("Cycles"), "assessments:cycles"),
    (gettext_lazy("Deciding"), "reviews:awarding"),
    (gettext_lazy("Announcing"), "reviews:announcing"),
    (gettext_lazy("The Standard"), "criteria:standards"),
    (gettext_lazy("Places"), "assessments:cities"),
    (gettext_lazy("Requests"), "assessments:join_requests"),
    (gettext_lazy("Letters"), "assessments:all_letters"),
]
# What everybody who is signed in finds at the end of their own way.
SHARED = [(gettext_lazy("The Standard"), "criteria:standards"), (gettext_lazy("Help"), "directory:help")]


@register.inclusion_tag("parts/_nav.html", takes_context=True)
def main_nav(context: template.Context) -> dict[str, Any]:
    """The main navigation: what the request says, else staff's or the public's, as far as it is mounted."""
    request = context.get("request")
    if request is None:
        return {"items": []}
    user = getattr(request, "user", None)
    items = getattr(request, "nav", None)
    if items is None:
        items = mounted(STAFF if getattr(user, "of_programme", False) else PUBLIC)
    return {"items": _marked(list(items), request.path)}


@register.simple_tag(takes_context=True)
def me_line(context: template.Context) -> str:
    """Who is signed in and as what; the name of the person where nobody knows more."""
    request = context.get("request")
    user = getattr(request, "user", None) or context.get("user")
    return str(getattr(request, "me", "") or getattr(user, "name", "") or getattr(user, "email", ""))


@register.simple_tag(takes_context=True)
def languages(context: template.Context) -> list[dict[str, Any]]:
    """The languages to choose from, each by its own name, with the one in use marked."""
    current = context.get("LANGUAGE_CODE", settings.LANGUAGE_CODE)
    return [{"code": code, "name": name, "current": code == current} for code, name in settings.LANGUAGES]


@register.simple_tag(takes_context=True)
def this_page(context: template.Context) -> str:
    """The address to come back to after a change of language: this page where it can be asked for again, else the first."""
    request: HttpRequest | None = context.get("request")
    return request.get_full_path() if request is not None and request.method in {"GET", "HEAD"} else "/"


def mounted(items: Iterable[tuple]) -> list[tuple[Any, str]]:
    """Label and address of each item whose route there is; an item is a label, the name of a route and its arguments."""
    found = []
    for label, name, *arguments in items:
        try:
            found.append((label, reverse(name, args=arguments)))
        except NoReverseMatch:
            continue
    return found


def _marked(items: list[tuple], path: str) -> list[dict[str, Any]]:
    """Mark the item whose address begins this page's own, the longest one where several do."""
    lengths = [len(url) if path == url or path.startswith(url.rstrip("/") + "/") else 0 for _, url, *_ in items]
    longest = max(lengths, default=0)
    return [
        {"label": label, "url": url, "current": bool(rest[0]) if rest else 0 < length == longest}
        for (label, url, *rest), length in zip(items, lengths, strict=True)
    ]
