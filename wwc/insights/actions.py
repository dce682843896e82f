"""Have the figures of a cycle computed again."""

from datetime import datetime
from typing import Any

from django.db import transaction

from assessments.models import Cycle
from wwc.audit.record import record
from wwc.insights import access, queries
from wwc.outbox import post
from wwc.refusals import require


@transaction.atomic
def recompute(cycle: Cycle, *, by: Any, at: datetime) -> None:
    """Ask for the figures of a cycle: for everybody, and for the person where cities are closed to them. Once a minute is enough."""
    require(access.may_recompute(by))
    for left_out in sorted({(), tuple(queries.left_out_for(by, cycle))}):
        key = f"write_insights:{cycle.pk}:{at:%Y%m%d%H%M}" + (f":for={by.pk}" if left_out else "")
        post.ask("write_insights", at=at, key=key, cycle_id=cycle.pk, left_out=list(left_out))
    record("asked_insights", cycle, by=by, at=at)
