"""A letter to many."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.queries.audiences import LABELS


class MessageForm(forms.Form):
    """Whom to write to, subject and words, and how many people the list had when it was looked at."""

    audience = forms.ChoiceField(
        label=_("To"), choices=list(LABELS.items()), widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose whom to write to.")},
    )  # fmt: skip
    subject = forms.CharField(
        label=_("Subject"), max_length=150, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Give the letter a subject.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("Words"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It goes out as it stands, in the language in which you write it."),
        error_messages={"required": _("Write the letter first.")},
    )  # fmt: skip
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean_seen(self) -> int:
        """Nobody, where the list was not looked at."""
        return self.cleaned_data["seen"] or 0
