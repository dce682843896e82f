"""Queue entrances of the front door."""

import logging
from typing import Any

from celery import shared_task

from wwc import invariants

log = logging.getLogger("wwc.invariants")


@shared_task(name="wwc.check_invariants")
def check_invariants(**_later: Any) -> None:
    """Nightly: name in the log every row that breaks a truth."""
    for truth, row in invariants.broken():
        log.error("truth %s is broken: %s", truth.number, row)
