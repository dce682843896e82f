"""The panel and its plan: who reads what, and how much."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from criteria.models import PracticeArea
from reviews.models import Part
from reviews.queries.plan import Choice
from wwc.templatetags.display import figure


class MemberForm(forms.Form):
    """What somebody on the panel reads, and how much."""

    areas = forms.ModelMultipleChoiceField(
        label=_("Practice areas"), queryset=PracticeArea.objects.none(), to_field_name="code", required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None means all."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages they read"), choices=settings.LANGUAGES, initial=["en"], required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("They are given cities that write in these. None means English."),
    )  # fmt: skip
    cap = forms.IntegerField(
        label=_("Most answers to read"), initial=400, min_value=1, max_value=5000, widget=forms.NumberInput(attrs={"class": "input short"})
    )
    employers = forms.CharField(
        label=_("Earlier employers"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. A city named here is shown first where the person declares conflicts."),
    )  # fmt: skip

    def __init__(self, *args: Any, areas: Iterable[PracticeArea], **kwargs: Any) -> None:
        """The areas of the cycle's edition."""
        super().__init__(*args, **kwargs)
        shown = list(areas)
        self.fields["areas"].queryset = PracticeArea.objects.filter(pk__in=[area.pk for area in shown]).order_by("position")  # type: ignore[attr-defined]

    def clean_employers(self) -> list[str]:
        """One name a line."""
        return [" ".join(line.split()) for line in self.cleaned_data["employers"].splitlines() if line.strip()]


class PanelForm(MemberForm):
    """Somebody new on the panel, by their address."""

    email = forms.EmailField(label=_("Email"), help_text=_("A person who has no account yet gets one and sets a password at sign-in."))
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("Only for a person without an account."))
    part = forms.ChoiceField(label=_("Part"), choices=Part.choices, initial=Part.REVIEWER, widget=forms.RadioSelect)

    field_order = ["email", "name", "part", "areas", "languages", "cap", "employers"]


class PlanLineForm(forms.Form):
    """Who reads one line of a plan: whoever can, or nobody yet."""

    reader = forms.TypedChoiceField(
        label=_("Reader"), coerce=int, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a reader, or nobody yet.")},
    )  # fmt: skip

    def __init__(self, *args: Any, choices: Iterable[Choice], **kwargs: Any) -> None:
        """Each with how much they would read."""
        super().__init__(*args, **kwargs)
        able = list(choices)
        self.fields["reader"].choices = [*((each.member.pk, self._words(each)) for each in able), (0, gettext("Nobody yet"))]  # type: ignore[attr-defined]
        self.fields["reader"].initial = next((each.member.pk for each in able if each.chosen), 0)

    @staticmethod
    def _words(choice: Choice) -> str:
        member = choice.member
        reads = gettext("%(n)s of %(cap)s with this") % {"n": figure(choice.with_it), "cap": figure(member.cap)}
        return f"{member.person}|{reads}" + (f"; {member.get_part_display()}" if member.part == Part.LEAD else "")


class TableForm(forms.Form):
    """A table that comes back."""

    file = forms.FileField(
        label=_("Table (CSV)"), widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": _("Choose the file first."), "empty": _("The file is empty. Choose it again.")},
    )  # fmt: skip
