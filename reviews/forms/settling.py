"""What stands after several readings, and rounds of calibration."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer
from criteria.models import Criterion
from reviews.lifecycle import Found, Settled


class SettlementForm(forms.Form):
    """A settled verdict with reasons that the city reads."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Settled.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a verdict: met or not met.")},
    )  # fmt: skip
    rationale = forms.CharField(
        label=_("Reasons"), help_text=_("The city reads them with its result."), max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": _("Give the reasons.")},
    )  # fmt: skip


class ItemForm(forms.Form):
    """An answer to practise on."""

    criterion = forms.ChoiceField(label=_("Criterion"), widget=forms.Select(attrs={"class": "input"}))
    narrative = forms.CharField(
        label=_("What the city says"), max_length=20000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Without names of the city, its people or places."), error_messages={"required": _("Write what the city says.")},
    )  # fmt: skip
    proof = forms.CharField(
        label=_("What the evidence shows"), required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In words: no document is opened here."),
    )  # fmt: skip
    expected = forms.ChoiceField(
        label=_("Expected verdict"), choices=Settled.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        help_text=_("Readers see it once they have filed their own."), error_messages={"required": _("Choose the expected verdict.")},
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why"), max_length=10000, widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": _("Say why.")}
    )

    def __init__(self, data: Any = None, *, criteria: Sequence[Criterion], source: Answer | None = None, settled: Any = None) -> None:
        """The criteria of the area, and what an earlier answer said that is copied."""
        initial = {}
        if source and source.current:
            initial = {"criterion": source.criterion.code, "narrative": source.current.narrative}
            initial |= {"expected": settled.verdict, "why": settled.rationale} if settled else {}
        super().__init__(data, initial=initial)
        self._criteria = {each.code: each for each in criteria}
        self.fields["criterion"].choices = [(each.code, f"{each.code} {each.text.title}") for each in criteria]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "criterion": self._criteria[self.cleaned_data["criterion"]]}


class PracticeForm(forms.Form):
    """A verdict for practice."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Found.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a verdict: met, not met or cannot judge.")},
    )  # fmt: skip
    rationale = forms.CharField(label=_("Reasons"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 4}))


class TalkForm(forms.Form):
    """What a talk about a round agreed."""

    talk = forms.CharField(
        label=_("What you agreed"), max_length=10000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Everybody who reads this area sees it."), error_messages={"required": _("Write down what you agreed.")},
    )  # fmt: skip
