"""A reviewer's first page: what is due, what changed, what arrived."""

from collections.abc import Sequence
from datetime import datetime

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.models import Cycle
from assessments.views.frame import language
from reviews.actions import drafting
from reviews.models import Order, PanelMember
from reviews.queries import calibration, declarations, reading
from reviews.queries import desk as desks
from wwc.templatetags.frame import SHARED, mounted


def at_desk(request: HttpRequest, cycle: Cycle) -> PanelMember | None:
    """Give readers their way round and say as what they are here. Their part in the cycle."""
    members = [member for member in declarations.panels_of(request.user) if member.cycle_id == cycle.pk]
    frame(request, cycle, members)
    return members[0] if members else None


def frame(request: HttpRequest, cycle: Cycle, members: Sequence[PanelMember]) -> None:
    """The same for parts that are known; the program keeps its own way round."""
    if not request.user.of_programme:  # type: ignore[union-attr]
        here = request.resolver_match.url_name if request.resolver_match else ""
        request.nav = [  # type: ignore[attr-defined]
            (_("Desk"), reverse("reviews:desk", args=[cycle.slug]), here in {"desk", "validating", "confirming"}),
            (_("Splits"), reverse("reviews:splits"), here in {"splits", "settling"}),
            (_("Appeals"), reverse("reviews:appealing"), here in {"appealing", "hearing"}),
            (_("Conflicts"), reverse("reviews:declaring", args=[cycle.slug]), here == "declaring"),
            *mounted(SHARED),
        ]
    if members:
        parts = " · ".join(str(member.get_part_display()).capitalize() for member in members)
        request.me = f"{parts} · {cycle.name}"  # type: ignore[attr-defined]


@require_safe
def desk(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The person's own work in one cycle, by criterion or by city."""
    cycles = desks.cycles_of(request.user)
    if not cycles:
        return redirect("home")
    cycle = next((each for each in cycles if each.slug == slug), None) if slug else cycles[0]
    cycle = cycle or get_object_or_404(Cycle.objects.none())
    member = at_desk(request, cycle)
    by = reading.habit_of(request.user).order
    queue = desks.queue(request.user, cycle, language(), order=by)
    unread, at = queue.unread, now()
    context = {
        "cycle": cycle,
        "at": at,
        "overdue": sum(item.assignment.due_at is not None and item.assignment.due_at < at for item in unread),
        "cycles": cycles,
        "member": member,
        "queue": queue,
        "now": [*queue.of("changed"), *queue.of("split")],
        "waiting": queue.of("waiting"),
        "led": desks.assessments_led_by(request.user, cycle),
        "by": by,
        "orders": Order,
        "just_filed": queue.item(request.GET.get("filed", "")),
        "page": Paginator(unread, 50).get_page(request.GET.get("page")),
        "undeclared": declarations.undeclared(request.user, cycle),
        "practised": calibration.practised_by(request.user).filter(cycle=cycle, ended_at=None) if member else (),
    }
    response = render(request, "reviews/desk.html", context)
    _other_seen(request, queue, at)
    return response


def _other_seen(request: HttpRequest, queue: desks.Queue, at: datetime) -> None:
    """Whoever opens the desk has been shown where another reading differs from theirs."""
    split = [item.assignment.answer_id for item in queue.of("split")]
    if split and request.method == "GET":
        drafting.see_other(split, by=request.user, at=at)
