"""What somebody who reads types: a finding, a phrase to keep."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.lifecycle import Found
from reviews.models import PHRASE_LENGTH


class FindingForm(forms.Form):
    """A reader's verdict on one version of one answer."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Found.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a verdict: met, not met or cannot judge.")},
    )  # fmt: skip
    # Whether the checklist has such a line is for the action to say, which knows it.
    ticks = forms.TypedMultipleChoiceField(coerce=int, required=False, label=_("Checklist"), choices=[(n, str(n)) for n in range(1, 100)])
    rationale = forms.CharField(label=_("Reasons"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 2}))
    internal_note = forms.CharField(
        label=_("Note for the review team"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    wants_second = forms.BooleanField(label=_("Ask for a second reading"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def ticked(self) -> set[str]:
        """What is ticked, typed or from before, as text."""
        return {str(tick) for tick in self["ticks"].value() or []}


def as_typed(data: Any) -> dict[str, Any]:
    """The fields of a finding as somebody types them: whatever they are, nothing is refused."""
    ticks = [int(tick) for tick in data.getlist("ticks")[:100] if tick.isdecimal() and len(tick) < 5]
    version = data.get("version", "")
    return {
        "version": int(version) if version.isdecimal() and len(version) < 19 else 0, "verdict": data.get("verdict", ""), "ticks": ticks,
        "rationale": data.get("rationale", "")[:10000], "internal_note": data.get("internal_note", "")[:5000],
        "wants_second": "wants_second" in data,
    }  # fmt: skip


class PhraseForm(forms.Form):
    """A phrase to keep for reasons."""

    text = forms.CharField(
        label=_("Phrase"),
        max_length=PHRASE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write the phrase first.")},
    )
    for_all = forms.BooleanField(label=_("Offer it to everybody who reads"), required=False)
