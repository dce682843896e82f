"""The badge that a city shows on a page of its own: what stands today, as a picture that any site may show."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from reviews.lifecycle import Kind
from reviews.queries import announced
from wwc.templatetags.display import tier_word
from wwc.templatetags.drawing import badge as drawn
from wwc.templatetags.places import place
from wwc.unchanged import to_everybody

STYLES = ("flat", "large")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


@login_not_required
@require_safe
@conditional_page
@to_everybody("awards")
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a city stands today, as SVG: `style` is flat or large, `lang` one of the site's. The same for everybody who asks."""
    city, award = _last(slug)
    with translation.override(_one_of(LANGUAGES, request.GET.get("lang", ""))):
        body = drawn(_one_of(STYLES, request.GET.get("style", "")), *said(award), place=place(city))
    response = HttpResponse(body, content_type="image/svg+xml; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_safe
def embedding(request: HttpRequest, slug: str) -> HttpResponse:
    """How a city shows its badge: each style as it looks, with the lines to copy. The picture leads to what can be checked."""
    city, award = _last(slug)
    there = reverse("directory:verification", args=[award.code]) if award.code else reverse("directory:city", args=[slug])
    context = {"city": city, "award": award, "styles": STYLES, "site": settings.SITE_URL, "there": there}
    return render(request, "directory/badge.html", context)


def said(award: Any) -> tuple[str, str]:
    """Which mark a badge shows, and its words: the tier while the award stands, else since when it does not."""
    stands = announced.stands(award, announced.day_in(award.city, now()))
    if award.is_revoked:
        return "none", _("revoked %(year)s") % {"year": f"{award.closed_at:%Y}"}
    if award.kind == Kind.HONOR_ROLL:
        return "honor_roll", _("Honor Roll %(year)s") % {"year": f"{award.announced_on:%Y}"}
    if stands is False:
        return "none", _("until %(year)s") % {"year": f"{award.valid_until:%Y}"}
    word = tier_word(award.tier) if award.tier else _("Certified city")
    return award.tier or "none", f"{word} {award.announced_on:%Y}"


def _last(slug: str) -> tuple[Any, Any]:
    city = announced.city(slug)
    if city is None:
        raise Http404
    award = announced.last_of(announced.history_of(city))
    award.city = city
    return city, award


def _one_of(known: Sequence[str], given: str) -> str:
    """What was asked for where it is known, else the first: a badge on an old page goes on showing."""
    return given if given in known else known[0]
