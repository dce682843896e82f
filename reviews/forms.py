"""Typed text into values. Rules that need rows live in the actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.utils.datastructures import MultiValueDict
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, City, Clarification, Conflict, ConflictState, Cycle
from criteria.models import Criterion, PracticeArea
from reviews.actions.calling import StillAhead
from reviews.lifecycle import Found, Kind, Settled
from reviews.models import PHRASE_LENGTH, Call, Part
from reviews.queries.declarations import OPENING
from reviews.queries.plan import Choice
from reviews.queries.questions import Line
from reviews.queries.results import Decision, kind_of
from wwc.templatetags.display import figure, tier_word

REASON_LENGTH = 500


@dataclass
class Declared:
    """One city on the page of conflicts: what is on record, what hints at a conflict, what is typed now."""

    city: City
    on_record: Conflict | None
    hints: list[str]
    said: str = ""
    reason: str = ""
    error: Any = ""


class DeclarationForm(forms.Form):
    """For each city a word, none or a conflict with its reason; a city without a word is left as it is.

    Three hundred cities are two fields each, so the lines hold plain values and the page draws them itself.
    """

    def __init__(self, *args: Any, lines: Iterable[Declared], **kwargs: Any) -> None:
        """One line for each city."""
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        for line in self.lines:
            was = line.on_record.state if line.on_record else ""
            line.said = self.data.get(f"said-{line.city.pk}", ConflictState.NONE if was in OPENING else "")
            line.reason = self.data.get(f"reason-{line.city.pk}", "")

    def clean(self) -> dict[str, Any]:
        """A conflict needs a few words."""
        for line in self.lines:
            if line.said not in {"", ConflictState.NONE, ConflictState.DECLARED}:
                line.said = ""
            if line.said == ConflictState.DECLARED and not 0 < len(line.reason.strip()) <= REASON_LENGTH:
                line.error = _("Say in a few words what the conflict is.")
                self.add_error(None, format_lazy("{city}: {words}", city=str(line.city), words=line.error))
        return super().clean() or {}

    @property
    def declared(self) -> dict[int, str]:
        """The cities with a conflict and the reason."""
        return {line.city.pk: line.reason.strip() for line in self.lines if line.said == ConflictState.DECLARED}

    @property
    def none(self) -> set[int]:
        """The cities without one: those said so, and with the button for the rest all that the page shows without word and hint."""
        rest = "rest" in self.data
        return {line.city.pk for line in self.lines if line.said == ConflictState.NONE or (rest and self._is_left(line))}

    def _is_left(self, line: Declared) -> bool:
        """Whether a city is on the page that was sent and has no word and no hint."""
        return f"reason-{line.city.pk}" in self.data and not (line.said or line.on_record or line.hints)


class GlassForm(forms.Form):
    """Which city a director must look at, for how long and why."""

    city = forms.ModelChoiceField(
        label=_("City"), queryset=City.objects.none(), empty_label=_("Choose a city"), error_messages={"required": _("Choose a city.")}
    )
    minutes = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=15, widget=forms.RadioSelect(attrs={"class": "choices"}),
        choices=[(15, _("15 minutes")), (30, _("30 minutes")), (60, _("60 minutes"))], error_messages={"required": _("Choose a time.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("What is the emergency?"), help_text=_("The other directors and staff read it."), max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}), error_messages={"required": _("Say in a few words why.")},
    )  # fmt: skip

    def __init__(self, *args: Any, cities: QuerySet[City], **kwargs: Any) -> None:
        """The cities to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.TextInput(attrs={"class": "input"}),
        error_messages={"required": _("Say in a few words why.")},
    )  # fmt: skip


class FoundForm(ReasonForm):
    """A conflict that somebody has not declared."""

    city = forms.ModelChoiceField(label=_("City"), queryset=City.objects.none(), empty_label=_("Choose a city"))

    def __init__(self, *args: Any, cities: QuerySet[City], **kwargs: Any) -> None:
        """The cities to choose from."""
        super().__init__(*args, **kwargs)
        self.fields["city"].queryset = cities  # type: ignore[attr-defined]
        self.order_fields(["city", "reason"])


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


class FindingForm(forms.Form):
    """A reader's verdict on one version of one answer."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Found.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a verdict: met, not met or cannot judge.")},
    )  # fmt: skip
    # Whether the checklist has such a line is for the action to say, which knows it.
    ticks = forms.TypedMultipleChoiceField(coerce=int, required=False, label=_("Checklist"), choices=[(n, str(n)) for n in range(1, 100)])
    rationale = forms.CharField(label=_("Reasons"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 2}))
    internal_note = forms.CharField(
        label=_("Note for the review team"), required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    wants_second = forms.BooleanField(label=_("Ask for a second reading"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @property
    def ticked(self) -> set[str]:
        """What is ticked, typed or from before, as text."""
        return {str(tick) for tick in self["ticks"].value() or []}


def as_typed(data: Any) -> dict[str, Any]:
    """The fields of a finding as somebody types them: whatever they are, nothing is refused."""
    ticks = [int(tick) for tick in data.getlist("ticks")[:100] if tick.isdecimal() and len(tick) < 5]
    version = data.get("version", "")
    return {
        "version": int(version) if version.isdecimal() and len(version) < 19 else 0, "verdict": data.get("verdict", ""), "ticks": ticks,
        "rationale": data.get("rationale", "")[:10000], "internal_note": data.get("internal_note", "")[:5000],
        "wants_second": "wants_second" in data,
    }  # fmt: skip


class PhraseForm(forms.Form):
    """A phrase to keep for reasons."""

    text = forms.CharField(
        label=_("Phrase"),
        max_length=PHRASE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write the phrase first.")},
    )
    for_all = forms.BooleanField(label=_("Offer it to everybody who reads"), required=False)


class QuestionForm(forms.Form):
    """A question to the city."""

    text = forms.CharField(
        label=_("Question to the city"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the question first.")},
    )  # fmt: skip
    required = forms.BooleanField(label=_("An answer is required"), required=False, initial=True)


class LetterForm(forms.Form):
    """The drafts of a letter: the words of each, whether it needs an answer, its place."""

    def __init__(self, *args: Any, lines: Sequence[Line], **kwargs: Any) -> None:
        """Three fields for each draft."""
        super().__init__(*args, **kwargs)
        self.lines = lines
        for place, line in enumerate(lines, 1):
            pk, text = line.question.pk, forms.Textarea(attrs={"class": "input", "rows": 4})
            missing = {"required": _("Write the question, or take it back.")}
            words = forms.CharField(initial=line.question.text, max_length=5000, widget=text, error_messages=missing, label=_("Question"))
            self.fields[f"text-{pk}"] = words
            self.fields[f"required-{pk}"] = forms.BooleanField(initial=line.question.required, required=False)
            number = forms.NumberInput(attrs={"class": "input", "min": 1, "max": 999})
            self.fields[f"place-{pk}"] = forms.IntegerField(initial=place, min_value=1, max_value=999, widget=number, label=_("Place"))

    @property
    def rows(self) -> list[tuple[Line, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Each draft with its fields."""
        named = [(line, line.question.pk) for line in self.lines]
        return [(line, self[f"text-{pk}"], self[f"required-{pk}"], self[f"place-{pk}"]) for line, pk in named]

    @property
    def ready(self) -> int:
        """How many can go now."""
        return sum(not line.why_not for line in self.lines)

    @property
    def edited(self) -> list[tuple[Clarification, str, bool]]:
        """The drafts in the order that was typed, with their words."""
        said = self.cleaned_data
        order = sorted(self.lines, key=lambda line: said[f"place-{line.question.pk}"])
        return [(line.question, said[f"text-{line.question.pk}"], said[f"required-{line.question.pk}"]) for line in order]

    @property
    def no_names(self) -> list[str]:
        """The words that the sender says are no names here."""
        return self.data.getlist("no_name") if isinstance(self.data, MultiValueDict) else []


class CallForm(forms.Form):
    """A call with a city: when, who took part, what was said, which answers it touches."""

    held_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], error_messages={"required": _("Say when it was.")},
    )  # fmt: skip
    participants = forms.CharField(
        label=_("Who took part"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("From the city and from us."), error_messages={"required": _("Say who took part.")},
    )  # fmt: skip
    said = forms.CharField(
        label=_("What was said"), max_length=10000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What the city said, not what you conclude: every reader of these criteria reads it."),
        error_messages={"required": _("Say what was said.")},
    )  # fmt: skip
    answers = forms.TypedMultipleChoiceField(
        label=_("Criteria that it touches"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any = None, *, answers: Sequence[Answer], zone: str, call: Call | None = None, touched: Sequence[str] = ()
    ) -> None:
        """The answers of the case, and what an entry says that is corrected."""
        place = ZoneInfo(zone)
        initial: dict[str, Any] = {"answers": touched}
        if call:
            there = call.held_at.astimezone(place).replace(tzinfo=None)
            chosen = [answer.pk for answer in call.answers.all()]
            initial = {"held_at": there, "participants": call.participants, "said": call.said, "answers": chosen}
        super().__init__(data, initial=initial)
        self._zone, self._answers = place, answers
        self.fields["answers"].choices = [(answer.pk, answer.criterion.code) for answer in answers]  # type: ignore[attr-defined]

    def clean_held_at(self) -> datetime:
        """The hour as it was where the person is, not where the server stands."""
        typed: datetime = self.cleaned_data["held_at"]
        try:
            return typed.replace(tzinfo=self._zone).astimezone(UTC)
        except OverflowError:
            raise forms.ValidationError(StillAhead.message) from None

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        said, chosen = self.cleaned_data, set(self.cleaned_data["answers"])
        touched = [answer for answer in self._answers if answer.pk in chosen]
        return {"held_at": said["held_at"], "participants": said["participants"], "said": said["said"], "answers": touched}


class NoteForm(forms.Form):
    """A note of the review team, and where it was written."""

    text = forms.CharField(max_length=5000)
    answer = forms.IntegerField(required=False)
    reading = forms.IntegerField(min_value=1, required=False)


class SettlementForm(forms.Form):
    """A settled verdict with reasons that the city reads."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Settled.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a verdict: met or not met.")},
    )  # fmt: skip
    rationale = forms.CharField(
        label=_("Reasons"), help_text=_("The city reads them with its result."), max_length=10000,
        widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": _("Give the reasons.")},
    )  # fmt: skip


class ItemForm(forms.Form):
    """An answer to practise on."""

    criterion = forms.ChoiceField(label=_("Criterion"), widget=forms.Select(attrs={"class": "input"}))
    narrative = forms.CharField(
        label=_("What the city says"), max_length=20000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Without names of the city, its people or places."), error_messages={"required": _("Write what the city says.")},
    )  # fmt: skip
    proof = forms.CharField(
        label=_("What the evidence shows"), required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In words: no document is opened here."),
    )  # fmt: skip
    expected = forms.ChoiceField(
        label=_("Expected verdict"), choices=Settled.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        help_text=_("Readers see it once they have filed their own."), error_messages={"required": _("Choose the expected verdict.")},
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why"), max_length=10000, widget=forms.Textarea(attrs={"rows": 4}), error_messages={"required": _("Say why.")}
    )

    def __init__(self, data: Any = None, *, criteria: Sequence[Criterion], source: Answer | None = None, settled: Any = None) -> None:
        """The criteria of the area, and what an earlier answer said that is copied."""
        initial = {}
        if source and source.current:
            initial = {"criterion": source.criterion.code, "narrative": source.current.narrative}
            initial |= {"expected": settled.verdict, "why": settled.rationale} if settled else {}
        super().__init__(data, initial=initial)
        self._criteria = {each.code: each for each in criteria}
        self.fields["criterion"].choices = [(each.code, f"{each.code} {each.text.title}") for each in criteria]  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {**self.cleaned_data, "criterion": self._criteria[self.cleaned_data["criterion"]]}


class PracticeForm(forms.Form):
    """A verdict for practice."""

    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=Found.choices, widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"required": _("Choose a verdict: met, not met or cannot judge.")},
    )  # fmt: skip
    rationale = forms.CharField(label=_("Reasons"), required=False, max_length=10000, widget=forms.Textarea(attrs={"rows": 4}))


class TalkForm(forms.Form):
    """What a talk about a round agreed."""

    talk = forms.CharField(
        label=_("What you agreed"), max_length=10000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Everybody who reads this area sees it."), error_messages={"required": _("Write down what you agreed.")},
    )  # fmt: skip


# Awarding, announcing, scorecards


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


class RoundForm(forms.Form):
    """A round: its cycle, its public name, its address."""

    cycle = forms.ModelChoiceField(label=_("Cycle"), queryset=Cycle.objects.order_by("-opens_at"), empty_label=None)
    name = forms.CharField(label=_("Public name"), max_length=120, widget=forms.TextInput(attrs={"class": "input"}))
    slug = forms.SlugField(
        label=_("Address"), max_length=60, help_text=_("Small letters, figures and hyphens: round-1-2026."),
        widget=forms.TextInput(attrs={"class": "input"}),
    )  # fmt: skip


LAST_HOUR = datetime(2199, 12, 31, tzinfo=UTC)


class HourForm(forms.Form):
    """When a round is told."""

    announce_at = forms.DateTimeField(
        label=_("Announced at"), widget=forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], validators=[MaxValueValidator(LAST_HOUR)],
    )  # fmt: skip
