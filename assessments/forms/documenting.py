"""Evidence: files, links and how they are handled."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.dates import day_field
from assessments.models import Answer, Evidence
from wwc.uploads import ACCEPT


class PagesForm(forms.Form):
    """Where in the document a reader should look."""

    pages = forms.CharField(label=_("See page"), max_length=60, required=False, help_text=_("For example 4, 7 or 12-14."))


class HandlingForm(forms.Form):
    """How a document is handled: who may read of it, until when it is valid."""

    confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_("It is for the review team alone, and they do not quote from it. Nothing you add here is ever published."),
    )
    expires_on = day_field(
        _("Valid until"), _("If it ends or is renewed, such as a policy with a term. The page says so once it has passed.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Most documents do not end."""
        super().__init__(*args, **kwargs)
        self.fields["expires_on"].required = False


class Files(forms.FileInput):
    """A chooser for several files."""

    allow_multiple_selected = True


class FileForm(HandlingForm, PagesForm):
    """Files that prove an answer. The files themselves are taken one by one, each with its own outcome."""

    file = forms.FileField(label=_("Files"), required=False, widget=Files(attrs={"accept": ACCEPT}))
    field_order = ["file", "pages", "confidential", "expires_on"]

    def values(self) -> dict[str, Any]:
        """What the action takes, besides the file."""
        return {name: self.cleaned_data[name] for name in ("pages", "confidential", "expires_on")}


class LinkForm(HandlingForm, PagesForm):
    """A link that proves an answer, with what a reader finds there."""

    url = forms.CharField(
        label=_("Address"),
        help_text=_("A public page, beginning with https://"),
        max_length=1000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={"required": _("Enter the address of the page.")},
    )
    note = forms.CharField(
        label=_("What is there"), max_length=1000, required=False, help_text=_("Pages change; say what a reader finds and since when.")
    )
    field_order = ["url", "note", "pages", "confidential", "expires_on"]


class DescribeForm(HandlingForm):
    """What a document is called, and how it is handled."""

    title = forms.CharField(label=_("Title"), max_length=200, error_messages={"required": _("Enter a title.")})
    field_order = ["title", "confidential", "expires_on"]


class ReuseForm(PagesForm):
    """A document that the city has already."""

    evidence = forms.ChoiceField(
        label=_("Document"),
        error_messages={"required": _("Choose a document."), "invalid_choice": _("Choose one of the documents in the list.")},
    )
    field_order = ["evidence", "pages"]

    def __init__(self, *args: Any, choices: Iterable[Evidence], **kwargs: Any) -> None:
        """The documents that may be chosen."""
        super().__init__(*args, **kwargs)
        self._documents = {str(evidence.pk): evidence for evidence in choices}
        named = [(key, evidence.title) for key, evidence in self._documents.items()]
        self.fields["evidence"].choices = [("", _("Choose a document")), *named]  # type: ignore[attr-defined]

    def clean_evidence(self) -> Evidence:
        """The document that is meant."""
        return self._documents[self.cleaned_data["evidence"]]


class UseForm(PagesForm):
    """The answers that one document proves, several at once."""

    answers = forms.TypedMultipleChoiceField(
        label=_("Criteria"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a criterion first."), "invalid_choice": _("Choose among the criteria of the list.")},
    )
    field_order = ["answers", "pages"]

    def __init__(self, *args: Any, choices: Iterable[Answer], **kwargs: Any) -> None:
        """The answers that are open and without this document."""
        super().__init__(*args, **kwargs)
        named = [(answer.pk, f"{answer.criterion.code} {answer.criterion.text.title}") for answer in choices]
        self.fields["answers"].choices = named  # type: ignore[attr-defined]
