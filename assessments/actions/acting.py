"""The program sees the pages as one city does, to look and change nothing; beginning and ending are on record."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, queries
from assessments.models import City
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.refusals import Refusal, require


class SayWhy(Refusal):
    """Nobody looks as a city without a reason."""

    message = _("Say why you look as this city does. Nothing was begun.")


@transaction.atomic
def begin(city: City, *, reason: str, by: Any, at: datetime) -> Event:
    """Begin to see the pages as a lead of the city does, for `settings.ACTING_LASTS`. Raises SayWhy."""
    require(access.may_act_as(by, city))
    if not reason.strip():
        raise SayWhy()
    until = under_lock() + settings.ACTING_LASTS
    began = record(queries.BEGAN, city, by=by, at=at, city_id=city.pk, reason=reason.strip(), until=until.isoformat())
    post.ask("end_acting", at=at, due_at=until, city_id=city.pk, began_id=began.pk)
    return began


@transaction.atomic
def end(began: Event, *, by: Any, at: datetime) -> None:
    """End it before its time. Ending it twice changes nothing."""
    require(access.may_end_acting(by, began))
    User.objects.select_for_update().get(pk=by.pk)
    if not queries.has_ended(began):
        record(queries.ENDED, City(pk=began.subject_id), by=by, at=at, city_id=began.city_id, began=began.pk)
