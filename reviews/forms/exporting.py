"""What is to be in an export."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle
from reviews.models import Format
from reviews.queries.exports import NAMES, TABLES


class ListForm(forms.Form):
    """In which form a list is taken away."""

    form = forms.ChoiceField(
        label=_("Form"), choices=Format.choices, initial=Format.CSV, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a form.")},
    )  # fmt: skip


class ExportForm(forms.Form):
    """A cycle, a form, and the tables; all of them unless some are taken out."""

    cycle = forms.ModelChoiceField(label=_("Cycle"), queryset=Cycle.objects.none(), to_field_name="slug", empty_label=None)
    form = forms.ChoiceField(
        label=_("Form"), choices=Format.choices, initial=Format.CSV, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a form.")},
    )  # fmt: skip
    tables = forms.MultipleChoiceField(
        label=_("Tables"), choices=[(table.name, table.label) for table in TABLES], initial=NAMES, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one table.")},
    )  # fmt: skip

    def __init__(self, *args: Any, cycles: QuerySet[Cycle], **kwargs: Any) -> None:
        """The cycles, the newest first."""
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = cycles  # type: ignore[attr-defined]
