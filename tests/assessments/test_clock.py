"""Windows and business days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assessments.clock import business_days_after, days_left, hour_on, there, window

OPEN = datetime(2026, 1, 5, 14, tzinfo=UTC)
DUE = datetime(2026, 3, 2, 22, tzinfo=UTC)
GRACE = timedelta(minutes=30)


def test_a_window_is_open_up_to_the_end_of_its_grace():
    one = window(OPEN, DUE, GRACE)
    second = timedelta(seconds=1)
    assert [one.is_open(at) for at in (OPEN - second, OPEN, DUE, DUE + GRACE, DUE + GRACE + second)] == [False, True, True, True, False]
    assert [one.is_late(at) for at in (DUE, DUE + second, DUE + GRACE, DUE + GRACE + second)] == [False, True, True, False]


def test_an_extension_moves_the_date_and_never_shortens_it():
    assert window(OPEN, DUE, GRACE, DUE + timedelta(days=3)).closes_at == DUE + timedelta(days=3) + GRACE
    assert window(OPEN, DUE, GRACE, DUE - timedelta(days=3)).due_at == DUE


@pytest.mark.parametrize(
    ("start", "days", "zone", "holidays", "due"),
    [
        (datetime(2026, 3, 2, 15, tzinfo=UTC), 1, "America/Chicago", [], datetime(2026, 3, 3, 23, tzinfo=UTC)),
        (
            datetime(2026, 3, 6, 15, tzinfo=UTC),
            1,
            "America/Chicago",
            [],
            datetime(2026, 3, 9, 22, tzinfo=UTC),
        ),
        (
            datetime(2026, 3, 6, 15, tzinfo=UTC),
            1,
            "America/Phoenix",
            [],
            datetime(2026, 3, 10, 0, tzinfo=UTC),
        ),
        (datetime(2026, 3, 7, 15, tzinfo=UTC), 2, "America/Chicago", [date(2026, 3, 9)], datetime(2026, 3, 11, 22, tzinfo=UTC)),
        (datetime(2026, 3, 3, 3, tzinfo=UTC), 1, "America/Chicago", [], datetime(2026, 3, 3, 23, tzinfo=UTC)),
        (datetime(2026, 3, 2, 15, tzinfo=UTC), 10, "America/Sao_Paulo", [], datetime(2026, 3, 16, 20, tzinfo=UTC)),
    ],
)
def test_business_days_are_those_of_the_place(start, days, zone, holidays, due):
    """Over a weekend into summer time, in a zone without it, around a holiday, on a Monday evening that is Tuesday in UTC."""
    assert business_days_after(start, days, zone, holidays) == due


def test_days_left_are_counted_on_the_calendar_of_the_place():
    assert days_left(DUE, datetime(2026, 3, 2, 4, tzinfo=UTC), "America/Chicago") == 1
    assert days_left(DUE, datetime(2026, 3, 2, 7, tzinfo=UTC), "America/Chicago") == 0
    assert days_left(DUE, datetime(2026, 3, 4, 7, tzinfo=UTC), "America/Chicago") == -2


def test_an_instant_is_another_day_there_and_where_no_zone_is_known_that_of_utc():
    night = datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert [there(night, zone).isoformat() for zone in ("America/Chicago", "Europe/Lisbon", "")] == [
        "2026-03-01T21:30:00-06:00", "2026-03-02T03:30:00+00:00", "2026-03-02T03:30:00+00:00",
    ]  # fmt: skip
    begins = [hour_on(date(2026, 3, 8), zone, 0) for zone in ("America/Chicago", "")]  # the day on which summer time begins
    assert begins == [datetime(2026, 3, 8, 6, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)]
