"""Typed text into the values that drafting an edition takes."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

from criteria.models import Criterion, CriterionLink, CriterionText, Effort, Frequency, LinkKind, PracticeArea, Rounding, Standard, Tier
from criteria.queries import CheckQuestion

EDITION_CODE = RegexValidator(r"^[0-9A-Za-z][0-9A-Za-z-]{1,19}$", _("Use letters, digits and hyphens, at least two."))
CRITERION_CODE = RegexValidator(r"^[A-Z]{1,8}[0-9]{1,3}$", _("Use capital letters and a number, as in DM10."))
TIER_KEY = RegexValidator(r"^[a-z][a-z_]{1,19}$", _("Use small letters and underscores."))


class Lines(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """The list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """The lines that say something."""
        return [line.strip() for line in (super().clean(value) or "").splitlines() if line.strip()]


class Codes(forms.CharField):
    """A list of criteria by their codes."""

    def prepare_value(self, value: Any) -> Any:
        """The codes in one line."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        """Each code once, in capitals."""
        return list(dict.fromkeys(code.upper() for code in re.split(r"[\s,;]+", super().clean(value) or "") if code))


def _whole(low: int, high: int, **options: Any) -> forms.IntegerField:
    return forms.IntegerField(validators=[MinValueValidator(low), MaxValueValidator(high)], **options)


class DraftForm(forms.Form):
    """What starts the next edition."""

    code = forms.CharField(
        label=_("Code"), max_length=20, validators=[EDITION_CODE], help_text=_("It stands in addresses, for example 2025.")
    )
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("For example 2025 Standard."))


class StandardForm(forms.Form):
    """What an edition says of itself."""

    name = forms.CharField(label=_("Name"), max_length=120)
    in_force = forms.CharField(label=_("In force"), max_length=120, required=False, help_text=_("For example: awards from June 2023."))
    rounding = forms.ChoiceField(
        label=_("Rounding"),
        choices=Rounding.choices,
        help_text=_("Exact: a tier is reached when its lower bound is reached, never by rounding up."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea)

    @staticmethod
    def values_of(standard: Standard) -> dict[str, Any]:
        """What the form shows first."""
        return {"name": standard.name, "in_force": standard.in_force, "rounding": standard.rounding, "note": standard.note}


class AreaForm(forms.Form):
    """A practice area."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("A new name drops the translations of the old one."))
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea)
    partner = forms.CharField(label=_("Partner"), max_length=120, required=False)

    @staticmethod
    def values_of(area: PracticeArea) -> dict[str, Any]:
        """What the form shows first."""
        return {"name": area.name, "description": area.description, "partner": area.partner}


class WordsForm(forms.Form):
    """The English words of a criterion."""

    title = forms.CharField(label=_("Title"), max_length=200)
    statement = forms.CharField(label=_("What is asked"), widget=forms.Textarea)
    why = forms.CharField(label=_("Why it matters"), required=False, widget=forms.Textarea)
    evidence = Lines(label=_("Evidence that convinces"), required=False, help_text=_("One a line."))
    not_enough = Lines(label=_("Not enough by itself"), required=False, help_text=_("One a line."))
    reading_notes = Lines(label=_("How borderline cases are read"), required=False, help_text=_("One a line."))
    first_steps = Lines(label=_("First steps"), required=False, help_text=_("One a line."))
    departments = Lines(label=_("Departments that can help"), required=False, help_text=_("One a line."))

    @staticmethod
    def values_of(text: CriterionText) -> dict[str, Any]:
        """What the form shows first."""
        return {name: getattr(text, name) for name in WordsForm.base_fields}


class RulesForm(forms.Form):
    """What a criterion is worth and how it is read."""

    points = _whole(1, 100, label=_("Points"))
    core = forms.BooleanField(label=_("Core: no tier without it"), required=False)
    may_not_apply = forms.BooleanField(label=_("May not apply to a city, which takes its points out of the total"), required=False)
    lookback_months = _whole(1, 120, label=_("Look-back in months"), required=False)
    frequency = forms.ChoiceField(label=_("Frequency"), required=False, choices=[("", _("no rule")), *Frequency.choices])
    effort = forms.ChoiceField(label=_("Effort"), required=False, choices=[("", _("not said")), *Effort.choices])
    partner = forms.CharField(label=_("Partner"), max_length=120, required=False, help_text=_("Empty: the partner of the practice area."))

    @staticmethod
    def values_of(criterion: Criterion) -> dict[str, Any]:
        """What the form shows first."""
        return {name: getattr(criterion, name) for name in RulesForm.base_fields}


class ChecklistForm(forms.Form):
    """A checklist and how many of its lines are needed."""

    items = Lines(label=_("Lines"), help_text=_("One a line."))
    required = _whole(1, 50, label=_("How many are needed"))

    def clean(self) -> dict[str, Any]:
        """No more are needed than there are."""
        values = super().clean() or {}
        if "items" in values and values.get("required", 0) > len(values["items"]):
            self.add_error("required", _("There are %(items)s lines.") % {"items": len(values["items"])})
        return values

    @staticmethod
    def values_of(criterion: Criterion) -> dict[str, Any]:
        """What the form shows first."""
        return {"items": [item.text for item in criterion.items], "required": criterion.checklist_required}


class PrerequisitesForm(forms.Form):
    """What a criterion needs."""

    needs = Codes(label=_("It needs"), required=False, help_text=_("Codes of this edition, for example DM1, DM2. Empty: nothing."))


class CriterionForm(ChecklistForm):
    """A new criterion."""

    code = forms.CharField(label=_("Code"), max_length=12, validators=[CRITERION_CODE], help_text=_("For example DM10."))
    title = forms.CharField(label=_("Title"), max_length=200)
    statement = forms.CharField(label=_("What is asked"), widget=forms.Textarea)

    field_order = ["code", "title", "statement", "items", "required"]


class LinkForm(forms.Form):
    """What a criterion comes from."""

    kind = forms.ChoiceField(label=_("It is"), choices=[choice for choice in LinkKind.choices if choice[0] != LinkKind.WITHDRAWN])
    origins = Codes(label=_("Comes from"), required=False, help_text=_("Codes of the last edition. New: leave empty."))
    comparable = forms.BooleanField(label=_("Comparable: papers that prove one would also prove the other"), required=False)
    note = forms.CharField(
        label=_("Note for cities"), required=False, widget=forms.Textarea, help_text=_("What changed, and what to check.")
    )

    @staticmethod
    def values_of(links: list[CriterionLink]) -> dict[str, Any]:
        """What the form shows first."""
        if not links:
            return {"kind": LinkKind.NEW}
        codes = [link.origin.code for link in links if link.origin]
        return {"kind": links[0].kind, "origins": codes, "comparable": links[0].comparable, "note": links[0].note}


class NoteForm(forms.Form):
    """A note for cities."""

    note = forms.CharField(label=_("Note for cities"), widget=forms.Textarea)


class TierForm(forms.Form):
    """Where a tier begins and what it asks beyond points."""

    name = forms.CharField(label=_("Name"), max_length=60)
    floor_percent = _whole(1, 100, label=_("Begins at, in percent of all points"))
    requires_core = forms.BooleanField(label=_("All core criteria must be met"), required=False)
    area_minimum_percent = _whole(0, 100, label=_("Least share of each practice area, in percent"), help_text=_("0: none."))
    required = Codes(label=_("Criteria that must be met besides"), required=False, help_text=_("Codes of this edition."))

    @staticmethod
    def values_of(tier: Tier) -> dict[str, Any]:
        """What the form shows first."""
        return {**{name: getattr(tier, name) for name in TierForm.base_fields if name != "required"}, "required": tier.required_codes}


class NewTierForm(forms.Form):
    """A tier to add."""

    key = forms.CharField(label=_("Key"), max_length=20, validators=[TIER_KEY], help_text=_("For machines, for example bronze."))
    name = forms.CharField(label=_("Name"), max_length=60)
    floor_percent = _whole(1, 100, label=_("Begins at, in percent of all points"))


class SelfCheckForm(forms.Form):
    """One answer for each practice area; none is required."""

    goes_without_saying = True  # that each may stay empty; what is left open is counted

    def __init__(self, *args: Any, questions: Sequence[CheckQuestion], **kwargs: Any) -> None:
        """A field for each question, named by its area."""
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.area.code] = forms.ChoiceField(
                label=question.text,
                help_text=question.area.name_shown,
                choices=[("yes", _("Yes")), ("partly", _("Partly")), ("not-yet", _("Not yet"))],
                required=False,
                widget=forms.RadioSelect(attrs={"class": "choices"}),
            )
