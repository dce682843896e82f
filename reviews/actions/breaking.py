"""Breaking glass: a director looks at one city in an emergency, despite a conflict, for a short time that everybody above is told of."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import BrokenGlass, City
from reviews import access, letters
from reviews.actions.declaring import SayWhy
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require

LONGEST = 60  # minutes


class NobodyToTell(Refusal):
    """There is no other director."""

    message = _("Nobody else is a director, so nobody would be told. Nothing was opened.")


class TooLong(Refusal):
    """A short time, or none."""

    message = _("An emergency access lasts from 1 to 60 minutes. Nothing was opened.")


@transaction.atomic
def break_glass(city: City, *, reason: str, minutes: int, by: Any, at: datetime) -> BrokenGlass:
    """Open one city to look at for some minutes; every other director has a letter at once. A second press opens nothing twice."""
    require(access.may_break_glass(by, city))
    if not reason.strip():
        raise SayWhy()
    if not 1 <= minutes <= LONGEST:
        raise TooLong()
    User.objects.select_for_update().get(pk=by.pk)
    begun = under_lock()
    if (open_one := BrokenGlass.objects.filter(person=by, city=city, until__gt=begun, ended_at=None).first()) is not None:
        return open_one
    others = list(User.objects.filter(is_director=True, is_active=True).exclude(pk=by.pk).order_by("pk"))
    if not others:
        raise NobodyToTell()
    until = begun + timedelta(minutes=minutes)
    glass = BrokenGlass.objects.create(person=by, city=city, reason=reason.strip(), broken_at=begun, until=until)
    record("broke_glass", glass, by=by, at=at, city_id=city.pk, reason=glass.reason, until=until.isoformat())
    for person in others:
        letters.glass_broken(glass, to=person, at=at)
    return glass


@transaction.atomic
def end_glass(glass: BrokenGlass, *, by: Any, at: datetime) -> None:
    """End an emergency access before its time. Ending it twice changes nothing."""
    require(access.may_end_glass(by, glass))
    if BrokenGlass.objects.filter(pk=glass.pk, ended_at=None, until__gt=under_lock()).update(ended_at=at, ended_by=by):
        record("mended_glass", glass, by=by, at=at, city_id=glass.city_id)
