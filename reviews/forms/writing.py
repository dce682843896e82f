"""A letter to many."""

from django import forms
from django.utils.translation import gettext_lazy as _


class MessageForm(forms.Form):
    """Subject and words, and what stands for the people that were looked at."""

    subject = forms.CharField(
        label=_("Subject"), max_length=150, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Give the letter a subject.")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("Words"), max_length=5000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("It goes out as it stands, in the language in which you write it."),
        error_messages={"required": _("Write the letter first.")},
    )  # fmt: skip
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
