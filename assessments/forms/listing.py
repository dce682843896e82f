"""A place that no list has."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from assessments.forms.dates import day_field
from assessments.models import GovernmentForm
from wwc import geography


def countries() -> list[tuple[str, str]]:
    """The countries of the Americas, by their names in the reader's language."""
    return sorted(((code, geography.country_name(code)) for code in geography.COUNTRIES), key=lambda each: geography.fold(each[1]))


class PlaceForm(forms.Form):
    """A place that no list has: what it is, where, how many people, and who says so."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As its people write it, with accents."))
    country = forms.ChoiceField(label=_("Country"))
    subdivision = forms.ChoiceField(
        label=_("State or province"),
        required=False,
        help_text=_("Where the country is not on this list, leave it and write the name below."),
    )
    subdivision_name = forms.CharField(label=_("Name of the state or province"), max_length=80, required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Deadlines of the city are shown in it."))
    population = forms.IntegerField(label=_("Population"), min_value=1, max_value=50_000_000)
    population_as_of = day_field(_("Population of"), _("The day the number is for."))
    population_source = forms.CharField(
        label=_("Source of the population"), max_length=300, help_text=_("A census, a statistical office, an address.")
    )
    form = forms.ChoiceField(label=_("Form of government"), required=False, choices=[("", _("Not known")), *GovernmentForm.choices])
    source = forms.CharField(label=_("Source of the place"), max_length=300, help_text=_("Who says that this is a government of its own."))
    geoid = forms.RegexField(
        r"^\d{7,10}$",
        label=_("Census GEOID"),
        required=False,
        help_text=_("For places of the United States, with leading zeros."),
        error_messages={"invalid": _("A GEOID has seven to ten digits.")},
    )
    geonames_id = forms.IntegerField(label=_("GeoNames number"), required=False, min_value=1)
    another_of_the_name = forms.BooleanField(label=_("This is another place of the same name"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Countries in the reader's language, their states and provinces grouped, the zones of the Americas."""
        super().__init__(*args, **kwargs)
        known = countries()
        groups = [(name, _of(code)) for code, name in known if geography.subdivisions(code)]
        zones = sorted(zone for zone in available_timezones() if zone.startswith(("America/", "Pacific/Honolulu", "Atlantic/Stanley")))
        self.fields["country"].choices = known  # type: ignore[attr-defined]
        self.fields["subdivision"].choices = [("", _("None on this list")), *groups]  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [("", _("The usual one of the country")), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["timezone"].required = False

    def clean(self) -> dict[str, Any]:
        """A state belongs to its country: its code alone would not tell, since several countries use the same."""
        typed = super().clean() or {}
        country, _sep, code = typed.get("subdivision", "").partition("-")
        if code and country != typed.get("country"):
            self.add_error("subdivision", _("This state or province is not in that country. Choose one of its own."))
        if typed.get("country") and not code and geography.subdivisions(typed["country"]):
            self.add_error("subdivision", _("Choose the state or province."))
        if typed.get("country") in {"US", "CA", "BR", "MX"} and not typed.get("timezone"):
            self.add_error("timezone", _("This country has several time zones. Choose that of the place."))
        if typed.get("population_as_of") and typed["population_as_of"] > localdate():
            self.add_error("population_as_of", _("This day is still to come. Give the day the number is for."))
        return typed

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        typed = dict(self.cleaned_data)
        typed["subdivision"] = typed["subdivision"].partition("-")[2]
        return typed


def _of(country: str) -> list[tuple[str, str]]:
    """The states or provinces of a country, by name; the value says the country too."""
    known = sorted(geography.subdivisions(country).items(), key=lambda each: geography.fold(each[1]))
    return [(f"{country}-{code}", name) for code, name in known]
