"""Small public pages about the program's site: privacy, accessibility, status, help."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wwc.outbox.models import Work
from wwc.outbox.running import SEEN

LATE = timedelta(minutes=10)


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about whom, who sees it, and how to ask."""
    return render(request, "pages/privacy.html", {"hours": settings.SESSION_COOKIE_AGE // 3600})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site promises to everybody, how it is tested, and whom to tell."""
    return render(request, "pages/accessibility.html")


@login_not_required
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """How the site is now: pages, and the work that goes on behind them."""
    now = datetime.now(UTC)
    oldest = Work.objects.filter(done_at=None, parked_at=None, due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    late = oldest is not None and now - oldest > LATE
    context = {
        "at": now,
        "late_minutes": int((now - oldest).total_seconds() // 60) if late and oldest else 0,
        "worker_seen": bool(cache.get(SEEN)),
    }
    return render(request, "pages/status.html", context)


@login_not_required
@require_safe
def help_(request: HttpRequest) -> HttpResponse:
    """How to begin, for each kind of person, and where to write."""
    megabytes = settings.UPLOAD_MAX_BYTES // 2**20
    return render(request, "pages/help.html", {"megabytes": megabytes, "files": settings.UPLOAD_MAX_FILES})
