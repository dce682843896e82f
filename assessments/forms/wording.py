"""The words of a letter."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TextForm(forms.Form):
    """Subject and words of a letter in one language, and what stood on the page before."""

    subject = forms.CharField(
        label=_("Subject"), max_length=200, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Give the letter a subject.")},
    )  # fmt: skip
    body = forms.CharField(
        label=_("Words"), max_length=5000, strip=False, error_messages={"required": _("Write the letter first.")},
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("An empty line begins a paragraph. The address of the page and the ending are added below it."),
    )  # fmt: skip
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
