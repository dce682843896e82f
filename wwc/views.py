"""Home sends each person to their own first page; health tells machines how the program is."""

import shutil
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from assessments import queries as case
from reviews.queries import announced, desk
from wwc.outbox.models import Work
from wwc.outbox.running import SEEN


@login_not_required
@require_safe
@announced.at_one_moment
def home(request: HttpRequest) -> HttpResponse:
    """What this is and who is certified; for a person who is signed in, their own first page."""
    if request.user.is_authenticated:
        if work := desk.first_page_of(request.user):
            return redirect(work)
        if own := case.first_page_of(request.user):
            return redirect(own[0], *own[1])
    shown = announced.directory()
    context = {"facets": shown.facets, "round": next(iter(shown.rounds.values()), None), "awards": shown.front}
    return render(request, "home.html", context)


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 while the database answers; the rest tells a watcher what to look at. Never kept by a cache."""
    now = datetime.now(UTC)
    try:
        oldest = Work.objects.filter(done_at=None, parked_at=None, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503, headers={"Cache-Control": "no-store", "Retry-After": "10"})
    seen = cache.get(SEEN)
    facts: dict[str, Any] = {
        "database": "here",
        "oldest_work_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "parked_work": Work.objects.exclude(parked_at=None).count(),
        "worker_seen_seconds": int(now.timestamp() - seen) if seen else None,
        "disk_free_mb": shutil.disk_usage(settings.DATA_DIR).free // 2**20,
    }
    return JsonResponse(facts, headers={"Cache-Control": "no-store"})


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection ran out: nothing was changed, and the page says how to go on; one that people write on keeps their text."""
    match = request.resolver_match
    if match is not None and hasattr(match.func, "unsent"):
        return match.func.unsent(request, *match.args, **match.kwargs)
    return render(request, "403_csrf.html", status=403)
