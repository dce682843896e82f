"""Windows of a cycle and business days, in whole instants. Pure: the instants come from the caller."""

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Window:
    """When a city may write: from opens_at up to and including closes_at; due_at is what it is told."""

    opens_at: datetime
    due_at: datetime
    closes_at: datetime

    def is_open(self, at: datetime) -> bool:
        """Whether a save at this instant counts."""
        return self.opens_at <= at <= self.closes_at

    def is_late(self, at: datetime) -> bool:
        """Whether it counts and comes within the grace after the date that was told."""
        return self.due_at < at <= self.closes_at


def window(opens_at: datetime, due_at: datetime, grace: timedelta, extended_to: datetime | None = None) -> Window:
    """The window of one assessment. An extension moves the date and never shortens it; the grace follows it."""
    due = max(due_at, extended_to) if extended_to else due_at
    return Window(opens_at, due, due + grace)


def there(instant: datetime, zone: str) -> datetime:
    """An instant as clocks in the zone show it; where no zone is known, as UTC."""
    return instant.astimezone(_place(zone))


def business_days_after(start: datetime, days: int, zone: str, holidays: Collection[date] = (), hour: int = 17) -> datetime:
    """The instant (UTC) `days` business days after `start`, at `hour` o'clock in the zone.

    Business days are Monday to Friday less the holidays; the day of `start` in that zone is not counted.
    """
    day = there(start, zone).date()
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return hour_on(day, zone, hour)


def days_after(start: datetime, days: int, zone: str) -> datetime:
    """The instant (UTC) so many calendar days later at the same hour, as clocks in the zone show it."""
    return (there(start, zone) + timedelta(days=days)).astimezone(UTC)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or earlier, or the last one that month has."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def hour_on(day: date, zone: str, hour: int = 17) -> datetime:
    """The instant (UTC) at `hour` o'clock of a day in the zone."""
    return datetime.combine(day, time(hour), _place(zone)).astimezone(UTC)


def _place(zone: str) -> ZoneInfo:
    return ZoneInfo(zone or "UTC")


def days_left(due: datetime, at: datetime, zone: str) -> int:
    """Calendar days from `at` to `due` as people in the zone count them; negative once the day has passed."""
    return (there(due, zone).date() - there(at, zone).date()).days


# How many days before a date people are reminded of it: of their assessment, and of the questions of the review team.
REMINDED = (7, 2, 0)
REMINDED_OF_QUESTIONS = (2, 0)
MORNING = time(8)


def rung(due: datetime, at: datetime, zone: str, rungs: Collection[int]) -> int | None:
    """Which reminder is true now, as its number of days before the due date; None where none is.

    One is true on its own day, from 8 in the morning of the zone, so that after an outage no letter speaks of days that are gone.
    """
    days = days_left(due, at, zone)
    return days if days in rungs and at <= due and there(at, zone).time() >= MORNING else None
