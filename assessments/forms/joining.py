"""Cities that ask to take part, and people who ask to lead one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.listing import countries
from wwc import geography


class AskerForm(forms.Form):
    """Who asks for something without an account: a name, and the address to which the answer goes."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Work email"),
        help_text=_("In the domain of your city where it has one. The answer goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter an email address like name@city.gov"),
            "invalid": _("Enter an email address like name@city.gov"),
        },
    )


class TakePartForm(AskerForm):
    """Who asks that a city take part."""

    work = forms.CharField(label=_("What you do there"), max_length=160, required=False)
    message = forms.CharField(label=_("What should we know?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("name", "email", "work", "message")}


class NotListedForm(TakePartForm):
    """The same, for a city that no list has."""

    place = forms.CharField(label=_("City"), max_length=80, help_text=_("As its people write it, with accents."))
    state = forms.CharField(label=_("State or province"), max_length=40, required=False)
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={"required": _("The program certifies cities of the Americas. This country is not among them. Nothing was sent.")},
    )
    field_order = ["place", "state", "country", "name", "email", "work", "message"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The countries of the Americas in the reader's language, and one line for all others."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [*countries(), ("", _("Another country"))]  # type: ignore[attr-defined]
        self.fields["country"].initial = "US"

    def values(self) -> dict[str, Any]:
        """What the action takes: the place in one line."""
        typed = self.cleaned_data
        parts = [typed["place"], typed["state"], geography.COUNTRIES[typed["country"]]]
        return {**super().values(), "place": ", ".join(filter(None, parts))}


class ChosenCityForm(forms.Form):
    """The city that somebody is about to name, where they name one."""

    city = forms.SlugField(max_length=120, required=False)


class DomainForm(forms.Form):
    """A domain of addresses that is the city's own, and who says so."""

    domain = forms.CharField(label=_("Domain"), max_length=120, help_text=_("For example city.gov. Addresses below it count too."))
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("Who says so: a page of the city, a letter, a call."))


class WordsForm(forms.Form):
    """Words that somebody else reads."""

    words = forms.CharField(
        label=_("Why not?"),
        max_length=2000,
        help_text=_("Who asked reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )
