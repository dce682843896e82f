"""What a city says: its answer, its reply to a question, a note for colleagues."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments.models import NARRATIVE_LENGTH, Answer, Claim
from wwc.templatetags.display import figure


class AnswerForm(forms.Form):
    """What the city says of one criterion. Nothing is required: saving never fails on what is not there yet."""

    claim = forms.ChoiceField(
        label=_("Does your city meet this?"),
        choices=Claim.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"invalid_choice": _("Choose one of the three answers.")},
    )
    ticks = forms.TypedMultipleChoiceField(
        label=_("Tick what is in place"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("A tick does not belong to this checklist. Open the page again.")},
    )
    narrative = forms.CharField(
        label=_("In your own words"),
        help_text=_("How it works here, since when, and who uses it. Two or three paragraphs read best."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),  # without a longest length, at which a browser would cut what is pasted
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, answer: Answer, **kwargs: Any) -> None:
        """The checklist of the answer's criterion, and what its current version says."""
        if not args:
            kwargs.setdefault("initial", _said(answer))
        super().__init__(*args, **kwargs)
        criterion = answer.criterion
        lines = [(item.position, line) for item, line in zip(criterion.items, criterion.lines, strict=True)]
        self.fields["ticks"].choices = lines  # type: ignore[attr-defined]

    def clean_narrative(self) -> str:
        """Words of a length that an answer holds; a line ends once, however a browser sends it."""
        words: str = self.cleaned_data["narrative"].replace("\r\n", "\n")
        if too_long := too_long_in_words(len(words)):
            raise forms.ValidationError(too_long)
        return words

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("claim", "ticks", "narrative", "based_on")}


def too_long_in_words(length: int) -> str:
    """What a person reads of a text that an answer does not hold; "" where it does."""
    if length <= NARRATIVE_LENGTH:
        return ""
    words = _t("This text has %(n)s characters; an answer holds %(limit)s. Shorten it, or add the rest as a document. All of it is kept.")
    return words % {"n": figure(length), "limit": figure(NARRATIVE_LENGTH)}


def _said(answer: Answer) -> dict[str, Any]:
    version = answer.current
    return {
        "claim": version.claim if version else "",
        "ticks": version.ticks if version else [],
        "narrative": version.narrative if version else "",
        "based_on": answer.version,
    }


def as_typed(fields: QueryDict) -> dict[str, Any]:
    """What the fields of an answer hold, taken as it is: for text that is kept and not yet said."""
    based_on = fields.get("based_on", "")
    return {
        "claim": fields.get("claim", ""),
        "ticks": [int(tick) for tick in fields.getlist("ticks") if tick.isdecimal() and len(tick) < 10],
        "narrative": fields.get("narrative", ""),
        "based_on": int(based_on) if based_on.isdecimal() and len(based_on) < 10 else 0,
    }


class ReplyForm(AnswerForm):
    """The answer to a question: what was changed, and the answer as it is now."""

    text = forms.CharField(
        label=_("What did you change?"),
        help_text=_("In a few words for the review team. Say so too if nothing needs to change."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what you changed, or why nothing needs to change.")},
    )
    field_order = ["text", "claim", "ticks", "narrative", "based_on"]


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "short-text"})
    )
