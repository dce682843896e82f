"""The post office for staff: work that runs, waits or was set aside, and a letter that did not arrive."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from assessments import access, queries
from assessments.actions import posting
from wwc.http import refusals_shown
from wwc.refusals import require

SHOWN: dict[str, dict[str, Any]] = {
    "aside": {"parked_at__isnull": False},
    "waiting": {"done_at": None, "parked_at": None},
    "done": {"done_at__isnull": False},
}


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What machines were asked to do: set aside, waiting, done; each count is its rows."""
    require(access.may_schedule(request.user))
    rows = queries.work_visible_to(request.user)
    state = request.GET.get("state") if request.GET.get("state") in SHOWN else "aside"
    counts = {name: rows.filter(**which).count() for name, which in SHOWN.items()}
    page = Paginator(rows.filter(**SHOWN[str(state)]), 50).get_page(request.GET.get("page"))
    return render(request, "assessments/work.html", {"page": page, "state": state, "counts": counts, "query": f"state={state}&"})


@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a piece of work again that was set aside."""
    require(access.may_schedule(request.user))
    piece = get_object_or_404(queries.work_visible_to(request.user), pk=pk)
    with refusals_shown(request):
        posting.retry(piece, by=request.user, at=now())
        messages.success(request, _t("It is tried again now. Look here again in a moment."))
    return redirect("assessments:work")


@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a letter again that did not arrive."""
    require(access.may_schedule(request.user))
    letter = get_object_or_404(queries.letters_open_to(request.user), pk=pk)
    with refusals_shown(request):
        posting.send_again(letter, by=request.user, at=now())
        messages.success(request, _t("It is sent again now. Look here again in a moment."))
    return redirect("assessments:letter", pk)
