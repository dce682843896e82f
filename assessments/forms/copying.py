"""Answers that come from elsewhere: from an earlier assessment, from a workbook."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment


class SourceForm(forms.Form):
    """The earlier assessment to start from."""

    source = forms.ChoiceField(label=_("Start from"), error_messages={"invalid_choice": _("Choose an earlier assessment of your city.")})

    def __init__(self, *args: Any, earlier: Sequence[Assessment], **kwargs: Any) -> None:
        """The assessments that may be chosen."""
        super().__init__(*args, **kwargs)
        self._earlier = {str(each.pk): each for each in earlier}
        self.fields["source"].choices = [(pk, str(each.cycle)) for pk, each in self._earlier.items()]  # type: ignore[attr-defined]

    def clean_source(self) -> Assessment:
        """The assessment itself."""
        return self._earlier[self.cleaned_data["source"]]


class ImportForm(forms.Form):
    """What was chosen for each row of a workbook: the file's text or the saved one, and the version that was seen beside it."""

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        """The criteria of the rows; whatever else was sent is no row of this workbook."""
        super().__init__(*args, **kwargs)
        self.codes = list(codes)
        for code in self.codes:
            self.fields[f"take-{code}"] = forms.ChoiceField(choices=[("file", "file"), ("saved", "saved")], required=False)
            self.fields[f"seen-{code}"] = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)

    def choices(self) -> dict[str, tuple[bool, int]]:
        """What the action takes, for the rows about which something was chosen."""
        said = {code: (self.cleaned_data[f"take-{code}"], self.cleaned_data[f"seen-{code}"]) for code in self.codes}
        return {code: (take == "file", seen) for code, (take, seen) in said.items() if take and seen is not None}
