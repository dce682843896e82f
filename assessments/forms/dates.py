"""Days as people type them, and as deadlines end."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

# Beyond them no clock of a city and no database agree on a day.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_OUT_OF_SIGHT = _("Enter a date from 1900 to 2199.")


class DateInput(forms.DateInput):
    """A day, chosen or typed."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        """Browsers read and write one form of dates."""
        super().__init__(format="%Y-%m-%d", **kwargs)


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A field for a day that every clock knows."""
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        validators=[MinValueValidator(FIRST_DAY, _OUT_OF_SIGHT), MaxValueValidator(LAST_DAY, _OUT_OF_SIGHT)],
        error_messages={
            "required": _("Enter a date like 12/14/2026."),
            "invalid": _("This is not a date of the calendar. Enter one like 12/14/2026."),
        },
    )


def five_on(day: date | None, zone: str) -> datetime | None:
    """Five in the afternoon of a day, as deadlines end in the zone of a city."""
    return datetime.combine(day, time(17), ZoneInfo(zone)) if day else None
