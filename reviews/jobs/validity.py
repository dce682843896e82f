"""The end of an award: reminders months before, one word the day after. Both wait while the city has an assessment in review."""

from datetime import date, datetime, time

from django.db import transaction

from assessments import clock
from assessments import queries as case
from assessments.models import Cycle
from reviews import letters
from reviews.models import Award
from reviews.queries import results
from wwc.clock import under_lock
from wwc.outbox.models import Letter

# How many months before the end of an award its city is reminded.
REMINDED = (12, 6, 3)
MORNING = time(8)
KINDS = ("renewal", "lapsed")


def tell_validity() -> int:
    """Write the letters about the end of awards that are true now and were not written; how many awards had one."""
    cycle, told = case.cycle_to_join(under_lock()), 0
    written = {f"{key.rpartition(':')[0]}:" for key in Letter.objects.filter(kind__in=KINDS).values_list("key", flat=True)}
    for award in results.standing_awards():
        step = _step(award, under_lock())
        if step is not None and _key(award, step) not in written:
            told += _tell(award.pk, step, cycle)
    return told


@transaction.atomic
def _tell(award_id: int, step: int, cycle: Cycle | None) -> bool:
    """Write one of them, asked again under the lock: whoever is being read waits, and whoever writes needs no reminder."""
    Award.objects.select_for_update().only("pk").get(pk=award_id)
    award = results.standing_awards().filter(pk=award_id).first()
    now = under_lock()
    if award is None or _step(award, now) != step or results.is_awaited(award.assessment.city):
        return False
    if step == 0:
        letters.lapsed(award, at=now)
    elif results.takes_part(award.assessment.city):
        return False
    else:
        letters.renewal(award, cycle, months=step, at=now)
    return True


def _key(award: Award, step: int) -> str:
    return letters.renewal_key(award, step) if step else letters.lapsed_key(award)


def _step(award: Award, now: datetime) -> int | None:
    """Which letter is true, by the city's own calendar and from its morning on: months before the end, 0 after it, None long before."""
    there = clock.there(now, award.assessment.city.timezone)
    if award.valid_until is None or there.time() < MORNING:
        return None
    if there.date() > award.valid_until:
        return 0
    return next((months for months in sorted(REMINDED) if there.date() >= _before(award.valid_until, months)), None)


def _before(day: date, months: int) -> date:
    return clock.months_after(day, -months)
