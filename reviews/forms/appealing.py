"""What a city appeals with, and what becomes of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.dates import day_field, five_on
from reviews.forms.settling import SettlementForm
from reviews.models import APPEAL_LENGTH, PanelMember


class AppealForm(forms.Form):
    """What was overlooked, or which new evidence there is; of staff also why they file it for the city."""

    reason = forms.CharField(
        label=_("What should be read again, and why?"), max_length=APPEAL_LENGTH, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say where it is written, or which evidence you will add."), error_messages={"required": _("Say why, in a few words.")},
    )  # fmt: skip
    brings_evidence = forms.BooleanField(
        label=_("We have new evidence"), required=False,
        help_text=_("If the appeal is taken up, the answer opens so that you can add it."),
    )  # fmt: skip
    on_behalf = forms.CharField(
        label=_("Why you file it for the city"), max_length=1000, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Say in a few words why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, for_city: bool, **kwargs: Any) -> None:
        """A city says nothing of whom it files for."""
        super().__init__(*args, **kwargs)
        if not for_city:
            del self.fields["on_behalf"]


class AdmitForm(forms.Form):
    """Who reads an appeal, and until when; what is left out follows from the cycle."""

    reader = forms.ModelChoiceField(
        label=_("Read by"), queryset=PanelMember.objects.none(), required=False, empty_label=_("the practice lead of the area"),
        widget=forms.Select(attrs={"class": "input"}), help_text=_("Only who was not involved and has declared for the city is offered."),
    )  # fmt: skip
    evidence = day_field(_("Evidence until"), _("At 5:00 p.m. in the zone of the city. Left out, it follows from the cycle."))
    read = day_field(_("Read by this date"), _("At 5:00 p.m. in the zone of the city. Left out, it follows from the cycle."))

    def __init__(self, *args: Any, readers: Any, **kwargs: Any) -> None:
        """The people who may read it; both dates may be left out."""
        super().__init__(*args, **kwargs)
        self.fields["reader"].queryset = readers  # type: ignore[attr-defined]
        self.fields["reader"].label_from_instance = lambda member: str(member.person)  # type: ignore[attr-defined]
        self.fields["evidence"].required = self.fields["read"].required = False

    def dates(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """Until when there can be evidence, and by when it is read."""
        return five_on(self.cleaned_data["evidence"], zone), five_on(self.cleaned_data["read"], zone)


class HandForm(forms.Form):
    """Another reader."""

    reader = forms.ModelChoiceField(
        label=_("Reader"), queryset=PanelMember.objects.none(), empty_label=None, widget=forms.Select(attrs={"class": "input"}),
        error_messages={"required": _("Choose a reader."), "invalid_choice": _("Choose a reader.")},
    )  # fmt: skip

    def __init__(self, *args: Any, readers: Any, **kwargs: Any) -> None:
        """The people who may read it."""
        super().__init__(*args, **kwargs)
        self.fields["reader"].queryset = readers  # type: ignore[attr-defined]
        self.fields["reader"].label_from_instance = lambda member: str(member.person)  # type: ignore[attr-defined]


class WordsForm(forms.Form):
    """What the city reads."""

    words = forms.CharField(
        label=_("What the city reads"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Give the reasons.")},
    )  # fmt: skip


class HearingForm(SettlementForm):
    """What the reader of an appeal finds."""

    internal_note = forms.CharField(
        label=_("Note for the director"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("No city reads it."),
    )  # fmt: skip


class AppealsRoundForm(forms.Form):
    """The batch that tells the appeals of a round: its name for the program, its address."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"}))
    slug = forms.SlugField(label=_("Address"), max_length=60, widget=forms.TextInput(attrs={"class": "input"}))
