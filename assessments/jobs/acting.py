"""The end of looking as a city does, where nobody ended it before its time."""

from assessments import queries
from assessments.models import City
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox.running import completing


class TooEarly(RuntimeError):
    """The time is not over by the clock of the database; the work comes back."""


def end_acting(began_id: int) -> None:
    """Put on record that its time was over; a second run, or one after the person ended it, writes nothing."""
    with completing():
        began = Event.objects.get(pk=began_id)
        User.objects.select_for_update().filter(pk=began.by_id or 0).first()
        now = under_lock()
        if queries.has_ended(began):
            return
        if now < queries.until_of(began):
            raise TooEarly(began_id)
        record(queries.ENDED, City(pk=began.subject_id), by=None, at=now, city_id=began.city_id, began=began.pk)
