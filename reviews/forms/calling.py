"""Calls with a city, and notes that it never sees."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer
from reviews.actions.calling import StillAhead
from reviews.models import Call


class CallForm(forms.Form):
    """A call with a city: when, who took part, what was said, which answers it touches."""

    held_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], error_messages={"required": _("Say when it was.")},
    )  # fmt: skip
    participants = forms.CharField(
        label=_("Who took part"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("From the city and from us."), error_messages={"required": _("Say who took part.")},
    )  # fmt: skip
    said = forms.CharField(
        label=_("What was said"), max_length=10000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What the city said, not what you conclude: every reader of these criteria reads it."),
        error_messages={"required": _("Say what was said.")},
    )  # fmt: skip
    answers = forms.TypedMultipleChoiceField(
        label=_("Criteria that it touches"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, *, answers: Sequence[Answer], zone: str, call: Call | None = None, touched: Sequence[str] = ()
    ) -> None:
        """The answers of the case, and what an entry says that is corrected."""
        place = ZoneInfo(zone)
        initial: dict[str, Any] = {"answers": touched}
        if call:
            there = call.held_at.astimezone(place).replace(tzinfo=None)
            chosen = [answer.pk for answer in call.answers.all()]
            initial = {"held_at": there, "participants": call.participants, "said": call.said, "answers": chosen}
        super().__init__(data, initial=initial)
        self._zone, self._answers = place, answers
        self.fields["answers"].choices = [(answer.pk, answer.criterion.code) for answer in answers]  # type: ignore[attr-defined]

    def clean_held_at(self) -> datetime:
        """The hour as it was where the person is, not where the server stands."""
        typed: datetime = self.cleaned_data["held_at"]
        try:
            return typed.replace(tzinfo=self._zone).astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError(StillAhead.message) from None

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        said, chosen = self.cleaned_data, set(self.cleaned_data["answers"])
        touched = [answer for answer in self._answers if answer.pk in chosen]
        return {"held_at": said["held_at"], "participants": said["participants"], "said": said["said"], "answers": touched}


class NoteForm(forms.Form):
    """A note of the review team, and where it was written."""

    text = forms.CharField(max_length=5000)
    answer = forms.IntegerField(required=False)
    reading = forms.IntegerField(min_value=1, required=False)
