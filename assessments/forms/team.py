"""Who works for a city, and on what."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.forms.dates import day_field
from assessments.models import Answer, Role
from wwc.accounts.models import User


class ReasonForm(forms.Form):
    """Words why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)


class LookForm(forms.Form):
    """Why somebody of the program looks as a city does."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why you look as this city does. Nothing was begun.")},
    )


class InviteForm(forms.Form):
    """An address and a part in the team."""

    email = forms.EmailField(
        label=_("Email"),
        help_text=_("We send one link that works for seven days."),
        error_messages={
            "required": _("Enter an email address like name@city.gov"),
            "invalid": _("Enter an email address like name@city.gov"),
        },
    )
    role = forms.ChoiceField(
        label=_("May"),
        choices=[
            (Role.CONTRIBUTOR, _("Answer and add evidence|Contributor")),
            (Role.LEAD, _("Also submit and invite|City lead")),
            (Role.SIGNATORY, _("Also attest for the city|Signatory")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what this person may do"), "invalid_choice": _("Choose what this person may do")},
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES, required=False)


class AddressForm(forms.Form):
    """The address with which somebody signs in, corrected, and why."""

    email = forms.EmailField(
        label=_("Email"),
        help_text=_("They sign in with it from now on; the old one and the new one each get a letter."),
        error_messages={
            "required": _("Enter an email address like name@city.gov"),
            "invalid": _("Enter an email address like name@city.gov"),
        },
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("How you know that it is theirs: a call, a letter of the city. It goes on record."),
        error_messages={"required": _("Say why, in a few words.")},
    )


class JoinForm(forms.Form):
    """The name and the password of a new person."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("A password"),
        help_text=_("At least 12 characters; a few words in a row are easy to remember."),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        """The address that the password must not resemble."""
        super().__init__(*args, **kwargs)
        self._email = email

    def clean_password(self) -> str:
        """A password that is long enough and not a common one."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self._email, name=self.cleaned_data.get("name", "")))
        return password


class HandForm(forms.Form):
    """Criteria for a colleague: one by one or a whole area, and by when."""

    to = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague of your team.")},
    )
    due = day_field(pgettext_lazy("a date", "By"), _("A day before the assessment is due."))
    areas = forms.TypedMultipleChoiceField(coerce=int, required=False)
    criteria = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, people: Iterable[User], answers: Iterable[Answer], **kwargs: Any) -> None:
        """Who can take a criterion, and the answers of the assessment."""
        super().__init__(*args, **kwargs)
        self._answers = list(answers)
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", _("Choose a colleague")), *((person.pk, str(person)) for person in people)]
        fields["areas"].choices = [(answer.criterion.area_id, "") for answer in self._answers]
        fields["criteria"].choices = [(answer.criterion.code, "") for answer in self._answers]

    def chosen(self) -> list[Answer]:
        """The answers that were ticked, by themselves or with their area."""
        areas, codes = self.cleaned_data["areas"], self.cleaned_data["criteria"]
        return [each for each in self._answers if each.criterion.area_id in areas or each.criterion.code in codes]
