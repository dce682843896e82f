"""Staff: the cycle as a map, counts that are links, what waits, what runs."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.views.frame import language
from criteria.queries import areas_of
from reviews import access
from reviews.queries import audiences, declarations, plan
from reviews.queries import board as boards
from reviews.views.assigning import cycle_or_404

MORE = ("waits", "unassigned", "unread", "late", "needs_second", "arrived", "stale", "agreed")


@require_safe
def board(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The cycle at work."""
    if access.may_manage_panel(request.user) and not slug and not boards.cycles(request.user):
        return redirect("assessments:cycles")  # a new installation begins by drafting one
    cycle = cycle_or_404(request, slug)
    whole, panel = boards.board(cycle, request.user, now()), plan.panel(cycle)
    counts, areas = whole.counts(), areas_of(cycle.standard, language())
    context = {
        "cycle": cycle,
        "cycles": boards.cycles(request.user),
        "board": whole,
        "counts": counts,
        "more": [(what, boards.ROWS[what].name, counts[what]) for what in MORE],
        "areas": areas,
        "page": Paginator(whole.map(areas), 25).get_page(request.GET.get("page")),
        "longest": boards.named(whole.longest(), whole, panel),
        "loads": boards.loads(whole, panel),
        "running": whole.running(),
        "undeclared": declarations.undeclared(request.user, cycle),
    }
    return render(request, "reviews/board.html", context)


@require_safe
def rows(request: HttpRequest, slug: str, what: str) -> HttpResponse:
    """The rows behind one count of the board."""
    cycle = cycle_or_404(request, slug)
    if what not in boards.ROWS:
        raise Http404
    whole = boards.board(cycle, request.user, now())
    kind = boards.ROWS[what].kind
    found = whole.rows(what)
    if kind == "answers":
        found = boards.named(found, whole, plan.panel(cycle))
    if kind == "assessments":
        found = [(each, whole.by_assessment[each.pk]) for each in found]
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    asked = {"cycle": slug, "what": what}
    ways = ("board", f"{urlencode(asked)}&", audiences.why_not("board", asked) is None)
    context = {"ways": ways, "cycle": cycle, "what": what, "name": boards.ROWS[what].name, "kind": kind, "page": page}
    return render(request, "reviews/rows.html", context)


@require_safe
def reader(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """What one member of the panel reads now, or has filed of it."""
    cycle = cycle_or_404(request, slug)
    panel = plan.panel(cycle)
    if pk not in panel:
        raise Http404
    filed = "filed" in request.GET
    whole = boards.board(cycle, request.user, now())
    page = Paginator(boards.named(whole.read_by(pk, filed=filed), whole, panel), 50).get_page(request.GET.get("page"))
    name = (_("Filed by %(person)s") if filed else _("With %(person)s")) % {"person": panel[pk].person}
    ways = ("assignments", f"{urlencode({'cycle': slug, 'reader': pk})}&", True)
    context = {"ways": ways, "cycle": cycle, "name": name, "kind": "answers", "page": page, "query": "filed=1&" if filed else ""}
    return render(request, "reviews/rows.html", context)
