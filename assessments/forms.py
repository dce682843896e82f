"""Typed text into values. Rules that need the case live in its actions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.timezone import localdate
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessments.models import NARRATIVE_LENGTH, Answer, Assessment, Claim, Consent, Cycle, Evidence, GovernmentForm, Role
from criteria import queries as rulebooks
from wwc import geography
from wwc.accounts.models import User
from wwc.templatetags.display import figure
from wwc.uploads import ACCEPT


class AnswerForm(forms.Form):
    """What the city says of one criterion. Nothing is required: saving never fails on what is not there yet."""

    claim = forms.ChoiceField(
        label=_("Does your city meet this?"),
        choices=Claim.choices,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "choices"}),
        error_messages={"invalid_choice": _("Choose one of the three answers.")},
    )
    ticks = forms.TypedMultipleChoiceField(
        label=_("Tick what is in place"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("A tick does not belong to this checklist. Open the page again.")},
    )
    narrative = forms.CharField(
        label=_("In your own words"),
        help_text=_("How it works here, since when, and who uses it. Two or three paragraphs read best."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 9}),  # without a longest length, at which a browser would cut what is pasted
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, answer: Answer, **kwargs: Any) -> None:
        """The checklist of the answer's criterion, and what its current version says."""
        if not args:
            kwargs.setdefault("initial", _said(answer))
        super().__init__(*args, **kwargs)
        criterion = answer.criterion
        lines = [(item.position, line) for item, line in zip(criterion.items, criterion.lines, strict=True)]
        self.fields["ticks"].choices = lines  # type: ignore[attr-defined]

    def clean_narrative(self) -> str:
        """Words of a length that an answer holds; a line ends once, however a browser sends it."""
        words: str = self.cleaned_data["narrative"].replace("\r\n", "\n")
        if too_long := too_long_in_words(len(words)):
            raise forms.ValidationError(too_long)
        return words

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("claim", "ticks", "narrative", "based_on")}


def too_long_in_words(length: int) -> str:
    """What a person reads of a text that an answer does not hold; "" where it does."""
    if length <= NARRATIVE_LENGTH:
        return ""
    words = _t("This text has %(n)s characters; an answer holds %(limit)s. Shorten it, or add the rest as a document. All of it is kept.")
    return words % {"n": figure(length), "limit": figure(NARRATIVE_LENGTH)}


def _said(answer: Answer) -> dict[str, Any]:
    version = answer.current
    return {
        "claim": version.claim if version else "",
        "ticks": version.ticks if version else [],
        "narrative": version.narrative if version else "",
        "based_on": answer.version,
    }


def as_typed(fields: QueryDict) -> dict[str, Any]:
    """What the fields of an answer hold, taken as it is: for text that is kept and not yet said."""
    based_on = fields.get("based_on", "")
    return {
        "claim": fields.get("claim", ""),
        "ticks": [int(tick) for tick in fields.getlist("ticks") if tick.isdecimal() and len(tick) < 10],
        "narrative": fields.get("narrative", ""),
        "based_on": int(based_on) if based_on.isdecimal() and len(based_on) < 10 else 0,
    }


class ReplyForm(AnswerForm):
    """The answer to a question: what was changed, and the answer as it is now."""

    text = forms.CharField(
        label=_("What did you change?"),
        help_text=_("In a few words for the review team. Say so too if nothing needs to change."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say in a few words what you changed, or why nothing needs to change.")},
    )
    field_order = ["text", "claim", "ticks", "narrative", "based_on"]


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


class SubmitForm(forms.Form):
    """What the public may see, chosen when the assessment is submitted."""

    consent = forms.ChoiceField(
        label=_("If your city is certified, what may the public see?"),
        help_text=_("Tier, date and validity are always public. You can change this later. Who is not certified is never named."),
        choices=[
            (Consent.TIER, _("The tier only|Mark, date and how long it stands")),
            (Consent.AREAS, _("Points and areas too|How many points, and how they lie in the eight areas")),
            (Consent.CRITERIA, _("Every criterion too|Which criteria are met")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the public may see."), "invalid_choice": _("Choose what the public may see.")},
    )
    reason = forms.CharField(
        label=_("Why you submit for the city"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Words why."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False)


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


class AskerForm(forms.Form):
    """Who asks for something without an account: a name, and the address to which the answer goes."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Work email"),
        help_text=_("In the domain of your city where it has one. The answer goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Enter an email address like name@city.gov"),
            "invalid": _("Enter an email address like name@city.gov"),
        },
    )


class TakePartForm(AskerForm):
    """Who asks that a city take part."""

    work = forms.CharField(label=_("What you do there"), max_length=160, required=False)
    message = forms.CharField(label=_("What should we know?"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in ("name", "email", "work", "message")}


class NotListedForm(TakePartForm):
    """The same, for a city that no list has."""

    place = forms.CharField(label=_("City"), max_length=80, help_text=_("As its people write it, with accents."))
    state = forms.CharField(label=_("State or province"), max_length=40, required=False)
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={"required": _("The program certifies cities of the Americas. This country is not among them. Nothing was sent.")},
    )
    field_order = ["place", "state", "country", "name", "email", "work", "message"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The countries of the Americas in the reader's language, and one line for all others."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = [*_countries(), ("", _("Another country"))]  # type: ignore[attr-defined]
        self.fields["country"].initial = "US"

    def values(self) -> dict[str, Any]:
        """What the action takes: the place in one line."""
        typed = self.cleaned_data
        parts = [typed["place"], typed["state"], geography.COUNTRIES[typed["country"]]]
        return {**super().values(), "place": ", ".join(filter(None, parts))}


class DomainForm(forms.Form):
    """A domain of addresses that is the city's own, and who says so."""

    domain = forms.CharField(label=_("Domain"), max_length=120, help_text=_("For example city.gov. Addresses below it count too."))
    source = forms.CharField(label=_("Source"), max_length=300, help_text=_("Who says so: a page of the city, a letter, a call."))


class ChosenCityForm(forms.Form):
    """The city that somebody is about to name, where they name one."""

    city = forms.SlugField(max_length=120, required=False)


class WordsForm(forms.Form):
    """Words that somebody else reads."""

    words = forms.CharField(
        label=_("Why not?"),
        max_length=2000,
        help_text=_("Who asked reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
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


# Beyond them no clock of a city and no database agree on a day.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
_OUT_OF_SIGHT = _("Enter a date from 1900 to 2199.")


class DateInput(forms.DateInput):
    """A day, chosen or typed."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        """Browsers read and write one form of dates."""
        super().__init__(format="%Y-%m-%d", **kwargs)


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        widget=DateInput(),
        input_formats=["%Y-%m-%d", "%m/%d/%Y"],
        validators=[MinValueValidator(FIRST_DAY, _OUT_OF_SIGHT), MaxValueValidator(LAST_DAY, _OUT_OF_SIGHT)],
        error_messages={
            "required": _("Enter a date like 12/14/2026."),
            "invalid": _("This is not a date of the calendar. Enter one like 12/14/2026."),
        },
    )


class HandForm(forms.Form):
    """Criteria for a colleague: one by one or a whole area, and by when."""

    to = forms.TypedChoiceField(
        label=_("To whom"),
        coerce=int,
        error_messages={"required": _("Choose a colleague."), "invalid_choice": _("Choose a colleague of your team.")},
    )
    due = _day(pgettext_lazy("a date", "By"), _("A day before the assessment is due."))
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


class NoteForm(forms.Form):
    """A note for colleagues."""

    text = forms.CharField(
        label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "short-text"})
    )


def _five(day: date | None, zone: str) -> datetime | None:
    """Five in the afternoon of a day, as deadlines end in the zone of a city."""
    return datetime.combine(day, time(17), ZoneInfo(zone)) if day else None


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
    opens = _day(_("Opens"), _("At 9:00 a.m."))
    due = _day(_("Due"), _("At 5:00 p.m.; cities read this date."))
    withdraw = _day(_("Withdrawing closes"), _("At 5:00 p.m., on one day for every city."))
    results_expected = _day(_("Results expected"))
    minimum_population = forms.IntegerField(label=_("Minimum population"), min_value=0, max_value=50_000_000)
    validity_months = forms.IntegerField(label=_("Months an award stands"), min_value=1, max_value=240)

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
        return {
            **same,
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


class ExtendForm(forms.Form):
    """A later date for one assessment, and why."""

    due = _day(_("New date"), _("At 5:00 p.m. in the zone of the city."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )

    def due_at(self, zone: str) -> datetime:
        """The instant that is meant."""
        return datetime.combine(self.cleaned_data["due"], time(17), ZoneInfo(zone))


class ReopenForm(forms.Form):
    """Why an assessment is opened again, and until when where its date has passed."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("The city reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )
    due = _day(_("New date"), _("Needed where the date has passed; at 5:00 p.m. in the zone of the city."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The date may be left out while the old one lies ahead."""
        super().__init__(*args, **kwargs)
        self.fields["due"].required = False

    def due_at(self, zone: str) -> datetime | None:
        """The instant that is meant, None where the date is left out."""
        return _five(self.cleaned_data["due"], zone)


class WhyForm(forms.Form):
    """What a city wants to change in one submitted answer, and why."""

    reason = forms.CharField(
        label=_("What do you want to change, and why?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why, in a few words.")},
    )


class DecideForm(forms.Form):
    """What the program decides on a request of a city: until when, and what the city reads."""

    due = _day(_("Until"), _("At 5:00 p.m. in the zone of the city."))
    words = forms.CharField(
        label=_("What the city reads"),
        max_length=2000,
        required=False,
        help_text=_("Needed to refuse; with a yes it may stay empty."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The date may be left out: then it is the one that the page names."""
        super().__init__(*args, **kwargs)
        self.fields["due"].required = False

    def due_at(self, zone: str) -> datetime | None:
        """The instant that is meant, None where the date is left out."""
        return _five(self.cleaned_data["due"], zone)


def _countries() -> list[tuple[str, str]]:
    """The countries of the Americas, by their names in the reader's language."""
    return sorted(((code, geography.country_name(code)) for code in geography.COUNTRIES), key=lambda each: geography.fold(each[1]))


class PlaceForm(forms.Form):
    """A place that no list has: what it is, where, how many people, and who says so."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As its people write it, with accents."))
    country = forms.ChoiceField(label=_("Country"))
    subdivision = forms.ChoiceField(
        label=_("State or province"),
        required=False,
        help_text=_("Where the country is not on this list, leave it and write the name below."),
    )
    subdivision_name = forms.CharField(label=_("Name of the state or province"), max_length=80, required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Deadlines of the city are shown in it."))
    population = forms.IntegerField(label=_("Population"), min_value=1, max_value=50_000_000)
    population_as_of = _day(_("Population of"), _("The day the number is for."))
    population_source = forms.CharField(
        label=_("Source of the population"), max_length=300, help_text=_("A census, a statistical office, an address.")
    )
    form = forms.ChoiceField(label=_("Form of government"), required=False, choices=[("", _("Not known")), *GovernmentForm.choices])
    source = forms.CharField(label=_("Source of the place"), max_length=300, help_text=_("Who says that this is a government of its own."))
    geoid = forms.RegexField(
        r"^\d{7,10}$",
        label=_("Census GEOID"),
        required=False,
        help_text=_("For places of the United States, with leading zeros."),
        error_messages={"invalid": _("A GEOID has seven to ten digits.")},
    )
    geonames_id = forms.IntegerField(label=_("GeoNames number"), required=False, min_value=1)
    another_of_the_name = forms.BooleanField(label=_("This is another place of the same name"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Countries in the reader's language, their states and provinces grouped, the zones of the Americas."""
        super().__init__(*args, **kwargs)
        countries = _countries()
        groups = [(name, _of(code)) for code, name in countries if geography.subdivisions(code)]
        zones = sorted(zone for zone in available_timezones() if zone.startswith(("America/", "Pacific/Honolulu", "Atlantic/Stanley")))
        self.fields["country"].choices = countries  # type: ignore[attr-defined]
        self.fields["subdivision"].choices = [("", _("None on this list")), *groups]  # type: ignore[attr-defined]
        self.fields["timezone"].choices = [("", _("The usual one of the country")), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["timezone"].required = False

    def clean(self) -> dict[str, Any]:
        """A state belongs to its country: its code alone would not tell, since several countries use the same."""
        typed = super().clean() or {}
        country, _sep, code = typed.get("subdivision", "").partition("-")
        if code and country != typed.get("country"):
            self.add_error("subdivision", _("This state or province is not in that country. Choose one of its own."))
        if typed.get("country") and not code and geography.subdivisions(typed["country"]):
            self.add_error("subdivision", _("Choose the state or province."))
        if typed.get("country") in {"US", "CA", "BR", "MX"} and not typed.get("timezone"):
            self.add_error("timezone", _("This country has several time zones. Choose that of the place."))
        if typed.get("population_as_of") and typed["population_as_of"] > localdate():
            self.add_error("population_as_of", _("This day is still to come. Give the day the number is for."))
        return typed

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        typed = dict(self.cleaned_data)
        typed["subdivision"] = typed["subdivision"].partition("-")[2]
        return typed


def _of(country: str) -> list[tuple[str, str]]:
    """The states or provinces of a country, by name; the value says the country too."""
    known = sorted(geography.subdivisions(country).items(), key=lambda each: geography.fold(each[1]))
    return [(f"{country}-{code}", name) for code, name in known]


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
    expires_on = _day(_("Valid until"), _("If it ends or is renewed, such as a policy with a term. The page says so once it has passed."))

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
