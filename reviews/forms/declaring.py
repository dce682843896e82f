"""Conflicts of interest: what a person declares, what is found, what is opened in an emergency."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.models import City, Conflict, ConflictState
from reviews.queries.declarations import OPENING

REASON_LENGTH = 500


@dataclass
class Declared:
    """One city on the page of conflicts: what is on record, what hints at a conflict, what is typed now."""

    city: City
    on_record: Conflict | None
    hints: list[str]
    said: str = ""
    reason: str = ""
    error: Any = ""


class DeclarationForm(forms.Form):
    """For each city a word, none or a conflict with its reason; a city without a word is left as it is.

    Three hundred cities are two fields each, so the lines hold plain values and the page draws them itself.
    """

    def __init__(self, *args: Any, lines: Iterable[Declared], **kwargs: Any) -> None:
        """One line for each city."""
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            was = line.on_record.state if line.on_record else ""
            line.said = self.data.get(f"said-{line.city.pk}", ConflictState.NONE if was in OPENING else "")
            line.reason = self.data.get(f"reason-{line.city.pk}", "")

    def clean(self) -> dict[str, Any]:
        """A conflict needs a few words."""
        for line in self.lines:
            if line.said not in {"", ConflictState.NONE, ConflictState.DECLARED}:
                line.said = ""
            if line.said == ConflictState.DECLARED and not 0 < len(line.reason.strip()) <= REASON_LENGTH:
                line.error = _("Say in a few words what the conflict is.")
                self.add_error(None, format_lazy("{city}: {words}", city=str(line.city), words=line.error))
        return super().clean() or {}

    @property
    def declared(self) -> dict[int, str]:
        """The cities with a conflict and the reason."""
        return {line.city.pk: line.reason.strip() for line in self.lines if line.said == ConflictState.DECLARED}

    @property
    def none(self) -> set[int]:
        """The cities without one: those said so, and with the button for the rest all that the page shows without word and hint."""
        rest = "rest" in self.data
        return {line.city.pk for line in self.lines if line.said == ConflictState.NONE or (rest and self._is_left(line))}

    def _is_left(self, line: Declared) -> bool:
        """Whether a city is on the page that was sent and has no word and no hint."""
        return f"reason-{line.city.pk}" in self.data and not (line.said or line.on_record or line.hints)


class GlassForm(forms.Form):
    """Which city a director must look at, for how long and why."""

    city = forms.ModelChoiceField(
        label=_("City"), queryset=City.objects.none(), empty_label=_("Choose a city"), error_messages={"required": _("Choose a city.")}
    )
    minutes = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=15, widget=forms.RadioSelect(attrs={"class": "choices"}),
        choices=[(15, _("15 minutes")), (30, _("30 minutes")), (60, _("60 minutes"))], error_messages={"required": _("Choose a time.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("What is the emergency?"), help_text=_("The other directors and staff read it."), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": _("Say in a few words why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, cities: QuerySet[City], **kwargs: Any) -> None:
        """The cities to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Say in a few words why.")},
    )  # fmt: skip


class FoundForm(ReasonForm):
    """A conflict that somebody has not declared."""

    city = forms.ModelChoiceField(label=_("City"), queryset=City.objects.none(), empty_label=_("Choose a city"))

    def __init__(self, *args: Any, cities: QuerySet[City], **kwargs: Any) -> None:
        """The cities to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]
        self.order_fields(["city", "reason"])
