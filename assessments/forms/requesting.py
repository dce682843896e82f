"""Wishes for time or for an answer, and what is decided on them."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.dates import day_field, five_on


class ExtendForm(forms.Form):
    """A later date for one assessment, and why."""

    due = day_field(_("New date"), _("At 5:00 p.m. in the zone of the city."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )

    def due_at(self, zone: str) -> datetime:
        """The instant that is meant."""
        return datetime.combine(self.cleaned_data["due"], time(17), ZoneInfo(zone))


class ReopenForm(forms.Form):
    """Why an assessment is opened again, and until when where its date has passed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("The city reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )
    due = day_field(_("New date"), _("Needed where the date has passed; at 5:00 p.m. in the zone of the city."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The date may be left out while the old one lies ahead."""
        super().__init__(*args, **kwargs)
        self.fields["due"].required = False

    def due_at(self, zone: str) -> datetime | None:
        """The instant that is meant, None where the date is left out."""
        return five_on(self.cleaned_data["due"], zone)


class WhyForm(forms.Form):
    """What a city wants to change in one submitted answer, and why."""

    reason = forms.CharField(
        label=_("What do you want to change, and why?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why, in a few words.")},
    )


class DecideForm(forms.Form):
    """What the program decides on a request of a city: until when, and what the city reads."""

    due = day_field(_("Until"), _("At 5:00 p.m. in the zone of the city."))
    words = forms.CharField(
        label=_("What the city reads"),
        max_length=2000,
        required=False,
        help_text=_("Needed to refuse; with a yes it may stay empty."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The date may be left out: then it is the one that the page names."""
        super().__init__(*args, **kwargs)
        self.fields["due"].required = False

    def due_at(self, zone: str) -> datetime | None:
        """The instant that is meant, None where the date is left out."""
        return five_on(self.cleaned_data["due"], zone)
