"""Public pages of what was announced: cities, a city, rounds, verification. They read `announced` and nothing else of the judgement."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from criteria import queries as rulebooks
from reviews.queries import announced
from wwc import geography
from wwc.geography import BANDS
from wwc.http import private_file

CITIES_A_PAGE = 25
AWARDS_A_PAGE = 100
Row = tuple[str, str, int]
HEADS = [("name", _("City")), ("", _("State or country")), ("tier", _("Tier")), ("date", _("Last award")), ("population", _("Population"))]


@login_not_required
@require_safe
@announced.at_one_moment
def cities(request: HttpRequest) -> HttpResponse:
    """All cities that were named: a sentence, a search, a map, a list; every view of it has an address to share."""
    text, filters, shown = request.GET.get("q", "").strip()[:100], _filters(request.GET), announced.directory()
    facets, found = shown.facets, shown.search(text, filters)
    page = Paginator(found.awards, CITIES_A_PAGE).get_page(request.GET.get("page"))
    awards = announced.awards_of(list(page), with_areas=True)
    context = {
        "facets": facets,
        "text": text,
        "filters": filters,
        "page": page,
        "nearly": found.nearly,
        "rows": [(award, [_area(area, None) for area in award.areas or []]) for award in awards],
        "query": _query(request.GET, page=None),
        "elsewhere": _query(request.GET, page=None, state=None, country=None),
        "heads": [_head(request.GET, filters.sort, key, label) for key, label in HEADS],
        "with_areas": any(award.areas for award in awards),
        "states": _by_name((code, facets.state_names[code], n) for code, n in facets.states.items()),
        "countries": _by_number((code, geography.country_name(code), n) for code, n in facets.countries.items()),
        "tiers": [(tier, facets.tiers[tier]) for tier in (*announced.TIERS, announced.UNPUBLISHED, "honor_roll") if facets.tiers[tier]],
        "years": sorted(facets.years.items(), reverse=True),
        "bands": list(BANDS.items()),
    }
    return render(request, "directory/cities.html", context)


@login_not_required
@require_safe
@announced.at_one_moment
def city(request: HttpRequest, slug: str) -> HttpResponse:
    """One city: where it stands, its history year by year, its facts, each with its source."""
    found = announced.city(slug)
    if found is None:
        raise Http404
    history = announced.history_of(found)
    award = announced.last_of(history)
    edition = rulebooks.standards_shown().filter(code=award.edition).first() if award.points is not None else None
    context = {
        "city": found,
        "history": history,
        "award": award,
        "stands": announced.stands(award, announced.day_in(found, now())) and not award.is_revoked,
        "document_key": announced.document_key(award),
        "certificate_key": announced.certificate_key(award),
        "steps": rulebooks.tiers_of(edition, award.possible) if edition and award.possible else [],
        "areas": [_area(area, award.criteria) for area in award.areas or []],
    }
    return render(request, "directory/city.html", context)


@login_not_required
@require_safe
def scorecard(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """The public scorecard as a PDF. A key that is wrong, one that ended and one that never was are answered alike."""
    award = announced.document(slug, key)
    if award is None:
        raise Http404
    return private_file(award.document, filename=f"scorecard-{slug}-{award.announced_on:%Y}.pdf", content_type="application/pdf")


@login_not_required
@require_safe
def certificate(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """The certificate as a PDF, answered like the scorecard. That of an award which ended or was revoked is not there any more."""
    award = announced.certificate(slug, key)
    if award is None:
        raise Http404
    return private_file(award.certificate, filename=f"certificate-{slug}-{award.announced_on:%Y}.pdf", content_type="application/pdf")


@login_not_required
@require_safe
@announced.at_one_moment
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds, newest first."""
    return render(request, "directory/rounds.html", {"rounds": list(announced.directory().rounds.values())})


@login_not_required
@require_safe
@announced.at_one_moment
def round_(request: HttpRequest, slug: str) -> HttpResponse:
    """One round: who was named, with what, from which source."""
    shown = announced.directory()
    if slug not in shown.rounds:
        raise Http404
    page = Paginator(shown.of_round(slug), AWARDS_A_PAGE).get_page(request.GET.get("page"))
    context = {"round": shown.rounds[slug], "page": page, "awards": announced.awards_of(list(page))}
    return render(request, "directory/round.html", context)


@login_not_required
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """A field for the code that a certificate or a scorecard carries."""
    code = request.GET.get("code", "").strip()
    return redirect("directory:verification", code) if code and "/" not in code else render(request, "directory/verify.html", {"code": ""})


@login_not_required
@require_safe
@announced.at_one_moment
def verification(request: HttpRequest, code: str) -> HttpResponse:
    """What was given under a code, when, until when, and whether it stands today."""
    award = announced.award_by_code(code)
    if award is None:
        return render(request, "directory/verify.html", {"code": code[:40], "unknown": True}, status=404)
    later = announced.last_of(announced.history_of(award.city))
    context = {
        "award": award,
        "city": award.city,
        "stands": announced.stands(award, announced.day_in(award.city, now())) if not award.is_revoked else False,
        "later": later if later.pk != award.pk else None,
        "today": announced.day_in(award.city, now()),
        "document_key": announced.document_key(award),
        "certificate_key": announced.certificate_key(award),
    }
    return render(request, "directory/verification.html", context)


def _by_name(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row[1])


def _by_number(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (-row[2], row[1]))


def _filters(given: QueryDict) -> announced.Filters:
    """The filters of an address; what is not on offer is left out, so that an old link still shows something."""
    year = given.get("year", "")
    country, state = given.get("country", "").upper(), given.get("state", "").upper()
    return announced.Filters(
        tiers=tuple(tier for tier in given.getlist("tier") if tier in {*announced.TIERS, announced.UNPUBLISHED, "honor_roll"}),
        kind=given.get("event", "") if given.get("event") in announced.KINDS else "",
        year=int(year) if year.isascii() and year.isdigit() and 2000 <= int(year) <= 9999 else None,
        country=country if country in geography.COUNTRIES else "",
        state=state if state in geography.STATES else "",
        population=given.get("population", "") if given.get("population") in BANDS else "",
        sort=given.get("sort", "") if given.get("sort") in announced.SORTS else "name",
    )


def _query(given: QueryDict, **changes: str | None) -> str:
    """The address's own parameters with some changed, as text that ends in & for more to follow."""
    query = given.copy()
    for name in [name for name in query if not query[name]]:
        del query[name]
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    text = query.urlencode()
    return f"{text}&" if text else ""


def _head(given: QueryDict, sort: str, key: str, label: Any) -> dict[str, Any]:
    """The head of a column: which way it is sorted, and the address that sorts it, the other way when it already is."""
    if not key:
        return {"label": label}
    way = {key: "ascending", f"-{key}": "descending"}.get(sort, "")
    first, second = (key, f"-{key}") if key == "name" else (f"-{key}", key)
    return {"label": label, "way": way, "key": key, "query": _query(given, page=None, sort=second if sort == first else first).rstrip("&")}


def _area(area: dict[str, Any], criteria: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A practice area with a square for each criterion: those met first, as long as the city shows no more."""
    met, of = area["met"], area.get("criteria", area.get("of", 0))
    lines = [line for line in criteria or [] if line["area"] in (area["code"], area["name"])]
    states = ["met" if line["verdict"] == "met" else "dashed" for line in lines] or ["met"] * met + ["dashed"] * (of - met)
    return area | {"of": of, "states": states, "lines": lines}
