"""Awards and the rounds in which they are announced."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle
from reviews.lifecycle import Kind
from reviews.models import Award
from reviews.queries.results import Decision, kind_of, suggest
from wwc.templatetags.display import tier_word


class FlipForm(forms.Form):
    """Verdicts to flip, only to see what would follow; the address carries them and nothing keeps them."""

    flip = forms.MultipleChoiceField(required=False, error_messages={"invalid_choice": _("%(value)s is no criterion of this edition.")})

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        """The criteria of the edition."""
        super().__init__(*args, **kwargs)
        self.fields["flip"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class AwardForm(forms.Form):
    """What a city is given: what its score comes to, or something else with a reason."""

    given = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect(attrs={"class": "choices"}), error_messages={"required": _("Choose a decision.")}
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where the decision is not what the score comes to. It stays with the decision."),
    )  # fmt: skip

    def __init__(self, *args: Any, decision: Decision, **kwargs: Any) -> None:
        """The tiers of the edition, the Honor Roll and no tier; what follows from the score is chosen."""
        super().__init__(*args, **kwargs)
        self.decision = decision
        score, follows = decision.score, decision.follows
        if score is None or follows is None:
            return
        follow = follows.tier or follows.kind
        tiers = [(reach["key"], tier_word(reach["key"])) for reach in reversed(score.result["tiers"])]
        choices = [*tiers, (Kind.NO_TIER.value, Kind.NO_TIER.label), (Kind.HONOR_ROLL.value, Kind.HONOR_ROLL.label)]
        said = {key: gettext("what the score comes to") if key == follow else gettext("needs a reason") for key, _word in choices}
        self.fields["given"].choices = [(key, f"{word}|{said[key]}") for key, word in choices]  # type: ignore[attr-defined]
        self.fields["given"].initial = follow

    @property
    def award(self) -> dict[str, Any]:
        """The decision as the action takes it: kind, tier and reason."""
        given, score, follows = self.cleaned_data["given"], self.decision.score, self.decision.follows
        if given in (Kind.NO_TIER, Kind.HONOR_ROLL) or score is None or follows is None:
            kind, tier = given, ""
        else:
            kind, tier = kind_of(given, score, follows.previous), given
        return {"kind": kind, "tier": tier, "reason": self.cleaned_data["reason"]}


class CorrectionForm(forms.Form):
    """What should have been told, why, and what the public reads of it."""

    given = forms.ChoiceField(label=_("Decision"), widget=forms.Select(attrs={"class": "input"}))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    note = forms.CharField(
        label=_("Public note"), max_length=500, help_text=_("The public reads it beside the award."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip

    def __init__(self, *args: Any, award: Award, **kwargs: Any) -> None:
        """The tiers of the edition and the Honor Roll."""
        super().__init__(*args, **kwargs)
        self.award = award
        tiers = [(reach["key"], tier_word(reach["key"])) for reach in reversed(award.score.result["tiers"])]
        self.fields["given"].choices = [*tiers, (Kind.HONOR_ROLL.value, Kind.HONOR_ROLL.label)]  # type: ignore[attr-defined]
        self.fields["given"].initial = award.tier or award.kind

    @property
    def values(self) -> dict[str, Any]:
        """The correction as the action takes it; a tier keeps the kind of award, as far as there was one."""
        given, out = self.cleaned_data["given"], self.award
        said = {"reason": self.cleaned_data["reason"], "note": self.cleaned_data["note"]}
        if given == Kind.HONOR_ROLL:
            return {"kind": given, "tier": "", **said}
        kind = out.kind if out.tier else kind_of(given, out.score, suggest(out.assessment, out.score).previous)
        return {"kind": kind, "tier": given, **said}


class RevocationForm(forms.Form):
    """Why an award ends before its time."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, help_text=_("The city reads it."), widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip
    note = forms.CharField(
        label=_("Public note"), max_length=500, help_text=_("The public reads it beside the award."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip


class RoundForm(forms.Form):
    """A round: its cycle, its public name, its address."""

    cycle = forms.ModelChoiceField(label=_("Cycle"), queryset=Cycle.objects.order_by("-opens_at"), empty_label=None)
    name = forms.CharField(label=_("Public name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"}))
    slug = forms.SlugField(
        label=_("Address"), max_length=60, help_text=_("Small letters, figures and hyphens: round-1-2026."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip


FIRST_HOUR, LAST_HOUR = datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, tzinfo=UTC)


# Hours before the announcement at which leads and signatories may read.
BEFORE = (1, 4, 24, 48, 72, 168)


class HourForm(forms.Form):
    """When a round is told, and whether its cities hear before."""

    announce_at = forms.DateTimeField(
        label=_("Announced at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        validators=[MinValueValidator(FIRST_HOUR), MaxValueValidator(LAST_HOUR)],
    )  # fmt: skip
    told_before = forms.TypedChoiceField(
        label=_("Cities read it before"), required=False, coerce=lambda hours: timedelta(hours=int(hours)), empty_value=None,
        help_text=_("Leads and signatories of every city of the round, no tier included, all in one minute and under embargo."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The hours to choose from, in words."""
        super().__init__(*args, **kwargs)
        hours = [(n, ngettext("%(n)d hour before", "%(n)d hours before", n) % {"n": n}) for n in BEFORE]
        self.fields["told_before"].choices = [("", _("No, with everybody")), *hours]  # type: ignore[attr-defined]
