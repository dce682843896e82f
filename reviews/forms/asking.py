"""Questions to a city, and the letter that they go in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from assessments.models import Clarification
from reviews.queries.questions import Line


class QuestionForm(forms.Form):
    """A question to the city."""

    text = forms.CharField(
        label=_("Question to the city"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the question first.")},
    )  # fmt: skip
    required = forms.BooleanField(label=_("An answer is required"), required=False, initial=True)


class LetterForm(forms.Form):
    """The drafts of a letter: the words of each, whether it needs an answer, its place."""

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        """Three fields for each draft."""
        super().__init__(*args, **kwargs)
        self.lines = lines
        for place, line in enumerate(lines, 1):
            pk, text = line.question.pk, forms.Textarea(attrs={"class": "input", "rows": 4})
            missing = {"required": _("Write the question, or take it back.")}
            words = forms.CharField(initial=line.question.text, max_length=5000, widget=text, error_messages=missing, label=_("Question"))
            self.fields[f"text-{pk}"] = words
            self.fields[f"required-{pk}"] = forms.BooleanField(initial=line.question.required, required=False)
            number = forms.NumberInput(attrs={"class": "input short", "min": 1, "max": 999})
            self.fields[f"place-{pk}"] = forms.IntegerField(initial=place, min_value=1, max_value=999, widget=number, label=_("Place"))

    @property
    def rows(self) -> list[tuple[Line, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each draft with its fields."""
        named = [(line, line.question.pk) for line in self.lines]
        return [(line, self[f"text-{pk}"], self[f"required-{pk}"], self[f"place-{pk}"]) for line, pk in named]

    @property
    def ready(self) -> int:
        """How many can go now."""
        return sum(not line.why_not for line in self.lines)

    @property
    def edited(self) -> list[tuple[Clarification, str, bool]]:
        """The drafts in the order that was typed, with their words."""
        said = self.cleaned_data
        order = sorted(self.lines, key=lambda line: said[f"place-{line.question.pk}"])
        return [(line.question, said[f"text-{line.question.pk}"], said[f"required-{line.question.pk}"]) for line in order]

    @property
    def no_names(self) -> list[str]:
        """The words that the sender says are no names here."""
        return self.data.getlist("no_name") if isinstance(self.data, MultiValueDict) else []
