"""Queue entrances of the front door."""

import logging
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils.timezone import now

from wwc import invariants
from wwc.audit import jobs as record

log = logging.getLogger("wwc.invariants")


@shared_task(name="wwc.check_invariants")
def check_invariants(**_later: Any) -> None:
    """Nightly: name in the log every row that breaks a truth."""
    for truth, row in invariants.broken():
        log.error("truth %s is broken: %s", truth.number, row)


@shared_task(name="wwc.seal_record")
def seal_record(**_later: Any) -> None:
    """Every few minutes: committed events join the chain."""
    record.seal(at=now())


@shared_task(name="wwc.verify_record")
def verify_record(**_later: Any) -> None:
    """Nightly: hold the record against itself and its anchors, and name in the log what does not hold."""
    for fault in record.verify(settings.RECORD_ANCHORS, at=now()):
        log.error("the record does not hold: %s", fault)
