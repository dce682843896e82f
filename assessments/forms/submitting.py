"""What a city attests and submits."""

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Consent


class SubmitForm(forms.Form):
    """What the public may see, chosen when the assessment is submitted."""

    consent = forms.ChoiceField(
        label=_("If your city is certified, what may the public see?"),
        help_text=_(
            "Tier, date and validity are always public. You can change this until you submit. Open data that is released stays as it is. "
            "Who is not certified is never named."
        ),
        choices=[
            (Consent.TIER, _("The tier only|Mark, date and how long it stands")),
            (Consent.AREAS, _("Points and areas too|How many points, and how they lie in the eight areas")),
            (Consent.CRITERIA, _("Every criterion too|Which criteria are met")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the public may see."), "invalid_choice": _("Choose what the public may see.")},
    )
    reason = forms.CharField(
        label=_("Why you submit for the city"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
