"""Letters: of one city, of the whole program for staff, and one of them as it was sent."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from assessments import access, queries
from assessments.views import frame
from wwc.outbox import texts
from wwc.outbox.kinds import name_of
from wwc.outbox.models import Letter
from wwc.refusals import require


@require_safe
def letters(request: HttpRequest, slug: str) -> HttpResponse:
    """What was sent to the reader about this city; to the program, all of it."""
    city = frame.city_or_404(request, slug)
    found = sought(request, queries.letters_visible_to(request.user, city).order_by("-pk"))
    own = bool(request.roles)  # type: ignore[attr-defined]
    return render(request, "assessments/letters.html", {"city": city, "own": own, **found})


@require_safe
def all_letters(request: HttpRequest) -> HttpResponse:
    """Every letter, by what became of it, by kind, language and address."""
    require(access.may_schedule(request.user))
    found = sought(request, queries.all_letters_visible_to(request.user), state="waiting")
    return render(request, "assessments/all_letters.html", found)


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as it was sent, without the addresses that only its reader may hold."""
    found = get_object_or_404(queries.letters_open_to(request.user), pk=pk)
    again = found.status == Letter.Status.FAILED and bool(access.may_schedule(request.user))
    return render(request, "assessments/letter.html", {"letter": found, "text": texts.as_sent(found), "again": again})


def sought(request: HttpRequest, rows: QuerySet[Letter], state: str = "") -> dict[str, Any]:
    """What the address of the page asks for among these letters: the page, the filters, the counts of each state."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("kind", "language", "q")}
    wanted = request.GET.get("state", state)
    state = wanted if wanted in queries.STATES else state
    kinds = [(kind, name_of(kind)) for kind in queries.kinds_among(rows)]
    found = queries.letters_sought(rows, kind=asked["kind"], language=asked["language"], address=asked["q"])
    shown = found.filter(queries.STATES[state]) if state else found
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in asked.items() if value})
    return {
        "page": Paginator(shown, 50).get_page(request.GET.get("page")),
        "state": state,
        "counts": queries.letters_counted(found),
        "kinds": sorted(kinds, key=lambda entry: str(entry[1])),
        "kept": f"{kept.urlencode()}&" if kept else "",
        "query": f"{kept.urlencode()}&state={state}&" if kept else f"state={state}&",
        "asked": asked,
    }
