"""Staff try again what a worker gave up, and send again what did not arrive."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access
from wwc.audit.record import record
from wwc.outbox import post
from wwc.outbox.models import Letter, Work
from wwc.refusals import Refusal, require


class NotSetAside(Refusal):
    """Nothing to try again."""

    message = _("This is done or on its way. Nothing was changed.")


class DidNotFail(Refusal):
    """The letter was sent, canceled, or is on its way."""

    message = _("This letter was sent or is on its way. Nothing was changed.")


@transaction.atomic
def retry(work: Work, *, by: Any, at: datetime) -> Work:
    """Give a piece of work that was set aside its tries again, now."""
    require(access.may_schedule(by))
    waiting = Work.objects.filter(pk=work.pk, done_at=None, parked_at__isnull=False)
    if not waiting.update(parked_at=None, attempts=0, lease_until=None, due_at=at, woken_at=at):
        raise NotSetAside()
    record("tried_again", work, by=by, at=at, city_id=work.city_id, kind=work.kind)
    transaction.on_commit(post.wake_up(work.pk, work.kind))
    return work


@transaction.atomic
def send_again(letter: Letter, *, by: Any, at: datetime) -> Letter:
    """Send a letter again that did not arrive, to the address that its reader has now."""
    require(access.may_schedule(by))
    address = letter.to.email if letter.to else letter.address
    failed = Letter.objects.filter(pk=letter.pk, failed_at__isnull=False, sent_at=None, canceled_at=None)
    if not failed.update(failed_at=None, error="", address=address):
        raise DidNotFail()
    record("sent_again", letter, by=by, at=at, city_id=letter.city_id, kind=letter.kind)
    post.send_again(letter, at=at)
    return letter
