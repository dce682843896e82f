"""Forms of one's own account."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from wwc.accounts import tokens
from wwc.accounts.models import ApiToken, User
from wwc.outbox import preferences


class AccountForm(forms.Form):
    """Name, language and time zone."""

    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language of letters and pages"), choices=settings.LANGUAGES)
    timezone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        required=False,
        help_text=_("As America/Chicago. Empty: the zone of your city or of the program."),
    )

    def clean_timezone(self) -> str:
        """One that this machine knows."""
        said = self.cleaned_data["timezone"].strip()
        if said and said not in available_timezones():
            raise forms.ValidationError(_("This is not a time zone we know. Write it as America/Chicago."))
        return said


class TokenForm(forms.Form):
    """A new token."""

    label = forms.CharField(label=_("Name of the token"), max_length=80, help_text=_("What it is for, so that you know it again."))
    scopes = forms.MultipleChoiceField(label=_("It may read"), choices=ApiToken.Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("Days it lives"), min_value=1, max_value=366, initial=90)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes: Any = self.fields["scopes"]
        scopes.choices = tokens.scopes_for(person)


class WebhookForm(forms.Form):
    """A new webhook."""

    name = forms.CharField(label=_("Name of the webhook"), max_length=80, help_text=_("Whose program it is, so that you know it again."))
    url = forms.CharField(label=_("Address"), max_length=500, help_text=_("On the public internet, beginning with https://."))


class LettersForm(forms.Form):
    """Which of the letters that can be switched off still come: a box each."""

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for switch, on in preferences.switches_of(person):
            self.fields[switch.key] = forms.BooleanField(label=switch.name, help_text=switch.comes, initial=on, required=False)
