"""A cycle: its dates, and the rules of its reading."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.forms.dates import day_field
from assessments.models import Cycle
from criteria import queries as rulebooks


class CycleForm(forms.Form):
    """A cycle: its edition, its dates. Days begin at nine and end at five in the zone of who plans it."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As cities read it, for example 2027 cycle."))
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_("For addresses: lower-case letters, figures and hyphens."),
        error_messages={"invalid": _("Use lower-case letters, figures and hyphens only.")},
    )
    standard: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Edition"), queryset=None, empty_label=None)
    opens = day_field(_("Opens"), _("At 9:00 a.m."))
    due = day_field(_("Due"), _("At 5:00 p.m.; cities read this date."))
    withdraw = day_field(_("Withdrawing closes"), _("At 5:00 p.m., on one day for every city."))
    results_expected = day_field(_("Results expected"))
    minimum_population = forms.IntegerField(label=_("Minimum population"), min_value=0, max_value=50_000_000)
    validity_months = forms.IntegerField(label=_("Months an award stands"), min_value=1, max_value=240)
    appeal_days = forms.IntegerField(
        label=_("Days to appeal"), required=False, initial=30, min_value=1, max_value=365,
        help_text=_("After the announcement, until 5:00 p.m. where the city is."),
    )  # fmt: skip
    appeal_work_days = forms.IntegerField(
        label=_("Business days to read an appeal"), required=False, initial=10, min_value=1, max_value=60,
        help_text=_("To take it up, again to bring evidence, and again to read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        """The zone in which the days are meant, and the editions in force."""
        super().__init__(*args, **kwargs)
        self._zone = ZoneInfo(zone)
        self.fields["standard"].queryset = rulebooks.standards_shown().filter(status="published")  # type: ignore[attr-defined]
        self.fields["results_expected"].required = False

    def values(self) -> dict[str, Any]:
        """What the action takes, with days turned into instants."""
        typed = self.cleaned_data
        same = {name: typed[name] for name in ("name", "slug", "standard", "results_expected", "minimum_population", "validity_months")}
        chosen = {name: typed[name] for name in ("appeal_days", "appeal_work_days") if typed[name] is not None}
        return {
            **same,
            **chosen,
            "opens_at": self._at(typed["opens"], 9),
            "due_at": self._at(typed["due"], 17),
            "withdraw_until": self._at(typed["withdraw"], 17),
        }

    def _at(self, day: Any, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self._zone)


class PolicyForm(forms.Form):
    """Who is read twice in a cycle, how a city is asked, which days count; and for how many cities to foresee the work."""

    core = forms.BooleanField(label=_("Every core criterion that a city claims is read twice"), required=False)
    near_line = forms.IntegerField(
        label=_("Points from a line between tiers"), min_value=0, max_value=20,
        help_text=_("After the first pass every claim of a city that stands so near is read twice, once staff publish it. 0: none."),
    )  # fmt: skip
    share = forms.DecimalField(
        label=_("Per cent drawn by chance"), min_value=0, max_value=100, decimal_places=1,
        help_text=_("Of all other claims. The seed draws them, so the same seed always draws the same."),
    )  # fmt: skip
    seed = forms.IntegerField(label=_("Seed"), min_value=0, max_value=2_147_483_647)
    flagged = forms.BooleanField(label=_("What a reader asks a second reading for is read twice"), required=False)
    rounds_of_questions = forms.IntegerField(label=_("Questions on one answer, at most"), min_value=1, max_value=9)
    question_days = forms.IntegerField(label=_("Business days to answer a question"), min_value=1, max_value=60)
    holidays = forms.CharField(
        label=_("Days that are no business days"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One date a line, like 2026-11-26. Saturdays and Sundays never are."),
    )  # fmt: skip
    cities = forms.IntegerField(label=_("Foresee the work for so many cities"), min_value=1, max_value=100_000)

    @classmethod
    def shown(cls, cycle: Cycle, cities: int) -> "PolicyForm":
        """What holds now."""
        rule = cycle.policy["second_reading"]
        share = Decimal(str(rule["random_share"])) * 100
        same = {name: cycle.policy[name] for name in ("seed", "rounds_of_questions", "question_days")}
        chosen = {"core": rule["core"], "near_line": rule["near_line"], "flagged": rule["flagged"]}
        return cls(initial={**same, **chosen, "share": f"{share:g}", "holidays": "\n".join(cycle.holidays), "cities": cities})

    def clean_holidays(self) -> list[date]:
        """The dates, each a line."""
        days = []
        for line in self.cleaned_data["holidays"].split():
            try:
                days.append(date.fromisoformat(line))
            except ValueError:
                raise forms.ValidationError(_("“%(line)s” is not a date like 2026-11-26."), params={"line": line[:40]}) from None
        return days

    @property
    def rule(self) -> dict[str, Any]:
        """Who is read twice, as the cycle keeps it."""
        typed = self.cleaned_data
        same = {name: typed[name] for name in ("core", "near_line", "flagged")}
        return {**same, "random_share": float(typed["share"] / 100)}

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        same = {name: self.cleaned_data[name] for name in ("seed", "rounds_of_questions", "question_days", "holidays")}
        return {"second_reading": self.rule, **same}
