"""Have a whole cycle scored again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment, Cycle
from reviews import access
from reviews.models import Recomputation
from reviews.queries.results import DECIDING
from wwc.audit.record import record
from wwc.outbox import post
from wwc.refusals import Refusal, require


class RunsAlready(Refusal):
    """The cycle is being scored again now."""

    message = _("This cycle is being scored again already. Nothing was asked a second time.")


@transaction.atomic
def recompute(cycle: Cycle, *, by: Any, at: datetime) -> Recomputation:
    """Ask that every assessment with its verdicts be scored again. No award changes by it."""
    require(access.may_recompute(by))
    Cycle.objects.select_for_update(of=("self",)).get(pk=cycle.pk)
    if Recomputation.objects.filter(cycle=cycle, finished_at=None).exists():
        raise RunsAlready()
    total = Assessment.objects.filter(cycle=cycle, status__in=DECIDING).count()
    row = Recomputation.objects.create(cycle=cycle, asked_at=at, asked_by=by, total=total)
    record("recomputation_asked", row, by=by, at=at, after=cycle.slug)
    post.ask("recompute_cycle", at=at, total=total, recomputation_id=row.pk)
    return row
