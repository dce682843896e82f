"""The published shape of standards, cities, awards and scores. A field that may not be told is null, with a `why`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assessments.lifecycle import Asked, CycleStatus, Status
from assessments.models import Assessment, Cycle, FileState
from criteria import queries as rulebooks
from criteria.models import CriterionLink, Standard, Tier
from criteria.scoring import Score, Verdict, as_data
from reviews.lifecycle import AwardStatus, Kind
from reviews.models import Award
from reviews.models.published import ChangeKind, PublishedAward, PublishedChange, PublishedCity
from reviews.queries import announced, results
from wwc.insights import showing
from wwc.insights.models import Release

TIER_ONLY = "The city agreed to publish its tier and no points."
AREAS_ONLY = "The city agreed to publish points and areas and no single criteria."
NOT_KNOWN = "No source of this award states it."
EDITIONS = [("published", "published"), ("retired", "retired")]


def address(name: str, *args: str) -> str:
    """The full address of a page or of a row here."""
    return settings.SITE_URL + reverse(name, args=args)


class StandardRow(serializers.Serializer):
    """An edition of the Standard."""

    code = serializers.CharField(help_text="Its code, as 2022.")
    name = serializers.CharField(help_text="Its name.")
    status = serializers.ChoiceField(EDITIONS, help_text="Whether assessments still use it.")
    rounding = serializers.ChoiceField(["exact", "half_up"], help_text="How a share of points is compared with a floor.")
    in_force = serializers.CharField(help_text="When it was or is in force, in words.")
    note = serializers.CharField(help_text="What a reader of it has to know; empty where nothing.")
    sources = serializers.ListField(child=serializers.CharField(), help_text="Where it was published.")
    url = serializers.SerializerMethodField()

    def get_url(self, row: Standard) -> str:
        """Where the whole edition is."""
        return address("api:standard", row.code)


class TierRow(serializers.Serializer):
    """A step of the ladder."""

    key = serializers.CharField(help_text="Its key, as gold.")
    name = serializers.CharField(help_text="Its name.")
    floor_percent = serializers.IntegerField(help_text="The share of points from which it begins.")
    floor_points = serializers.IntegerField(source="at", help_text="The fewest points that reach it.")
    requires_core = serializers.BooleanField(help_text="Whether every core criterion has to be met.")
    required = serializers.ListField(
        source="required_codes", child=serializers.CharField(), help_text="Criteria that have to be met besides."
    )  # type: ignore[assignment]
    area_minimum_percent = serializers.IntegerField(help_text="The share of points that every practice area has to reach; 0 for none.")
    provenance = serializers.CharField(help_text="Where its rule comes from.")


class CriterionRow(serializers.Serializer):
    """A criterion with all its help. `derived_fields` names what is this project's own and not published."""

    code = serializers.CharField(help_text="Its code, as DM1.")
    area = serializers.CharField(source="area.code", help_text="Code of its practice area.")
    title = serializers.CharField(source="text.title", help_text="Its title.")
    points = serializers.IntegerField(help_text="What it is worth.")
    core = serializers.BooleanField(help_text="Whether it is a core criterion.")
    needs = serializers.ListField(
        source="needs_codes",
        child=serializers.CharField(),
        help_text="Its prerequisites: codes of criteria without which it earns nothing.",
    )
    statement = serializers.CharField(source="text.statement", help_text="What is asked.")
    why = serializers.CharField(source="text.why", help_text="Why it matters.")
    checklist_required = serializers.IntegerField(help_text="How many lines of the checklist have to hold.")
    checklist = serializers.ListField(source="lines", child=serializers.CharField(), help_text="The lines of the checklist.")
    evidence = serializers.ListField(source="text.evidence", child=serializers.CharField(), help_text="Evidence that convinces.")
    not_enough = serializers.ListField(source="text.not_enough", child=serializers.CharField(), help_text="What does not convince.")
    lookback_months = serializers.IntegerField(allow_null=True, help_text="How far back counts; null where nothing is said.")
    frequency = serializers.CharField(help_text="How often it has to take place; empty where nothing is said.")
    effort = serializers.CharField(help_text="A rough guess for a city that starts from nothing.")
    partner = serializers.CharField(help_text="Who helps with it; empty where nobody is named.")
    provenance = serializers.CharField(help_text="How sure its text is: published, partly, reconstructed or derived.")
    checklist_provenance = serializers.CharField(help_text="How sure the checklist is.")
    prerequisites_provenance = serializers.CharField(help_text="How sure the prerequisites are.")
    derived_fields = serializers.ListField(child=serializers.CharField(), help_text="What is this project's own and was not published.")
    may_not_apply = serializers.BooleanField(help_text="Whether a city can be told that it does not apply.")
    sources = serializers.ListField(child=serializers.CharField(), help_text="Where it was published.")


class AreaRow(serializers.Serializer):
    """A practice area."""

    code = serializers.CharField(help_text="Its code, as DM.")
    name = serializers.CharField(help_text="Its name.")
    description = serializers.CharField(help_text="What it is about.")
    partner = serializers.CharField(help_text="Who helps with it; empty where nobody is named.")


class LinkRow(serializers.Serializer):
    """How a criterion relates to one of the edition before."""

    origin = serializers.CharField(
        source="origin.code", allow_null=True, default=None, help_text="Code in the edition before; null for a new one."
    )
    successor = serializers.CharField(
        source="successor.code", allow_null=True, default=None, help_text="Code in this edition; null for a withdrawn one."
    )
    kind = serializers.CharField(help_text="What became of it: same, reworded, split, merged, new or withdrawn.")
    comparable = serializers.BooleanField(help_text="Whether results of both editions can be compared.")
    note = serializers.CharField(help_text="What changed, in words.")


class StandardWhole(StandardRow):
    """An edition with its areas, criteria, tiers and its links to the edition before."""

    areas = serializers.SerializerMethodField(help_text="Its practice areas in their order.")
    criteria = serializers.SerializerMethodField(help_text="Its criteria in their order, in English.")
    tiers = serializers.SerializerMethodField(help_text="Its tiers from the lowest up.")
    links_back = serializers.SerializerMethodField(help_text="How its criteria relate to the edition before; empty for the first.")

    @extend_schema_field(AreaRow(many=True))
    def get_areas(self, row: Standard) -> Any:
        """In their order."""
        return AreaRow(rulebooks.areas_of(row), many=True).data

    @extend_schema_field(CriterionRow(many=True))
    def get_criteria(self, row: Standard) -> Any:
        """In their order, in English."""
        return CriterionRow(rulebooks.criteria_of(row), many=True).data

    @extend_schema_field(TierRow(many=True))
    def get_tiers(self, row: Standard) -> Any:
        """From the lowest up."""
        possible = sum(rule.points for rule in rulebooks.rulebook(row).rules)
        tiers: list[Tier] = rulebooks.tiers_of(row, possible)
        return TierRow(tiers, many=True).data

    @extend_schema_field(LinkRow(many=True))
    def get_links_back(self, row: Standard) -> Any:
        """From the edition it was drafted from; none for the first."""
        found: list[CriterionLink] = rulebooks.links(row.drafted_from, row) if row.drafted_from else []
        return LinkRow(found, many=True).data


class CycleRow(serializers.Serializer):
    """A cycle, as cities are told of it."""

    slug = serializers.CharField(help_text="Its slug.")
    name = serializers.CharField(help_text="Its name.")
    edition = serializers.CharField(source="standard.code", help_text="Code of the edition that its assessments answer.")
    opens_at = serializers.DateTimeField(help_text="From when on cities can take part.")
    due_at = serializers.DateTimeField(help_text="By when an assessment has to be submitted.")
    open = serializers.SerializerMethodField(help_text="Whether cities work on their assessments now.")
    results_expected = serializers.DateField(allow_null=True, help_text="The day on which results are expected; null where none was told.")
    minimum_population = serializers.IntegerField(help_text="How many people a city needs to have to take part.")
    validity_months = serializers.IntegerField(help_text="How many months an award of it stands.")

    def get_open(self, row: Cycle) -> bool:
        """By act of the program, not by the clock."""
        return row.status == CycleStatus.OPEN


class CityRow(serializers.Serializer):
    """A city that an announced award names, with the facts shown of it and their sources."""

    slug = serializers.CharField(help_text="The last part of its address.")
    name = serializers.CharField(help_text="Its name.")
    country = serializers.CharField(help_text="ISO 3166 code.")
    subdivision = serializers.CharField(help_text="Code of the state or province; empty where none is on record.")
    subdivision_name = serializers.CharField(help_text="The state or province in full.")
    geoid = serializers.CharField(help_text="US Census GEOID; empty elsewhere.")
    latitude = serializers.FloatField(allow_null=True, help_text="Degrees north.")
    longitude = serializers.FloatField(allow_null=True, help_text="Degrees east.")
    timezone = serializers.CharField(help_text="IANA name; empty where it is not known.")
    population = serializers.IntegerField(allow_null=True, help_text="People; null where it is not known.")
    population_as_of = serializers.DateField(allow_null=True, help_text="The day it was counted or estimated for.")
    population_source = serializers.CharField(help_text="Where the population comes from.")
    form_of_government = serializers.CharField(help_text="council-manager, mayor-council or another; empty where it is not known.")
    form_source = serializers.CharField(help_text="Where the form of government comes from; empty where it was not checked.")
    form_checked = serializers.BooleanField(help_text="Whether the form of government was checked against a source.")
    invented = serializers.BooleanField(source="is_invented", help_text="True for cities of a demonstration, which do not exist.")
    page = serializers.SerializerMethodField(help_text="The city's page for people.")

    def get_page(self, row: PublishedCity) -> str:
        """The city's page."""
        return address("directory:city", row.slug)


class AwardRow(serializers.Serializer):
    """One announced award."""

    number = serializers.CharField(help_text="Its own number here, which stays.")
    city = serializers.CharField(source="city.slug", help_text="Slug of the city.")
    city_name = serializers.CharField(source="city.name", help_text="Name of the city.")
    country = serializers.CharField(source="city.country", help_text="ISO 3166 code.")
    subdivision = serializers.CharField(source="city.subdivision", help_text="Code of the state or province.")
    invented = serializers.BooleanField(source="city.is_invented", help_text="True for cities of a demonstration, which do not exist.")
    kind = serializers.ChoiceField(list(announced.KINDS), help_text="What the award is for the city.")
    tier = serializers.SerializerMethodField(help_text="Null where no source states it, and on the Honor Roll.")
    previous_tier = serializers.SerializerMethodField(help_text="The tier of before, where the award moved the city up from one.")
    round = serializers.CharField(source="round_slug", help_text="Slug of the round.")
    round_name = serializers.CharField(help_text="Name of the round.")
    announced_on = serializers.DateField(help_text="The first day of the month or year where only that is known; see precision.")
    precision = serializers.ChoiceField(PublishedAward.Precision.values, help_text="How exactly the date is known.")
    valid_until = serializers.DateField(allow_null=True, help_text="Null where it is not published.")
    edition = serializers.CharField(help_text="Code of the edition of the Standard.")
    source = serializers.CharField(  # type: ignore[assignment]
        help_text="Where an award of before this program was published; empty for its own."
    )
    stands = serializers.SerializerMethodField(
        help_text="Whether it stands today, by the calendar of its city; null where its validity is not published."
    )
    note = serializers.CharField(help_text="What the public reads of a correction; empty without one.")
    replaces = serializers.SerializerMethodField(help_text="Number of the award whose place it took; null for none.")
    replaced_because = serializers.SerializerMethodField(help_text="Whether it corrects that award or supersedes it.")
    scorecard = serializers.SerializerMethodField(help_text="The public scorecard as PDF, where there is one.")
    certificate = serializers.SerializerMethodField(help_text="The certificate as PDF, where there is one: the Honor Roll has none.")
    verification = serializers.SerializerMethodField(help_text="The page that says whether it stands today, for awards of this program.")

    def get_tier(self, row: PublishedAward) -> str | None:
        """The tier's key."""
        return row.tier or None

    def get_stands(self, row: PublishedAward) -> bool | None:
        """By the day it is in the city."""
        return announced.stands(row, announced.day_in(row.city, timezone.now()))

    def get_replaces(self, row: PublishedAward) -> str | None:
        """The number of before."""
        return row.replaces.number if row.replaces else None

    @extend_schema_field({"type": ["string", "null"], "enum": [*sorted(announced.REPLACED), None]})
    def get_replaced_because(self, row: PublishedAward) -> str | None:
        """How the row of before ended."""
        return row.replaces.closed_because if row.replaces else None

    def get_previous_tier(self, row: PublishedAward) -> str | None:
        """The key of the tier of before."""
        return row.previous_tier or None

    def get_scorecard(self, row: PublishedAward) -> str | None:
        """Its address."""
        key = announced.document_key(row)
        return address("directory:scorecard", row.city.slug, key) if key else None

    def get_certificate(self, row: PublishedAward) -> str | None:
        """Its address."""
        key = announced.certificate_key(row)
        return address("directory:certificate", row.city.slug, key) if key else None

    def get_verification(self, row: PublishedAward) -> str | None:
        """The page that says whether it stands today."""
        return address("directory:verification", row.code) if row.code else None


class ChangeRow(serializers.Serializer):
    """One change of what is public. Whoever applies all of them in order has what the list of awards has."""

    number = serializers.IntegerField(help_text="Its place among all changes: from 1 on, without a gap.")
    kind = serializers.ChoiceField(
        ChangeKind.values,
        help_text=(
            "announced: the award is public from now on. rewritten: something is told otherwise, of it or of its city. lapsed: its "
            "last day is over. corrected, superseded: another award took its place. revoked: it ended before its time. taken_back: the "
            "announcement was undone within minutes. restored: it is public again."
        ),
    )
    at = serializers.DateTimeField(help_text="When it became public, in UTC.")
    award_number = serializers.CharField(source="award.number", help_text="The award's number.")
    award = serializers.SerializerMethodField(help_text="The award as it stands now; null where it is not public any more.")
    note = serializers.SerializerMethodField(help_text="What the public reads of it now; empty where nothing.")

    @extend_schema_field(AwardRow(allow_null=True))
    def get_award(self, row: PublishedChange) -> Any:
        """The row of the list of awards, where it is in the list."""
        return AwardRow(row.award).data if row.award.closed_at is None else None

    def get_note(self, row: PublishedChange) -> str:
        """Of what stands in the history of its city: open, or revoked."""
        return row.award.note if row.award.closed_at is None or row.award.is_revoked else ""


class AreaOfScore(serializers.Serializer):
    """Points of one practice area, as validated."""

    code = serializers.CharField(help_text="Code of the area.")
    name = serializers.CharField(help_text="Its name.")
    points = serializers.IntegerField(help_text="Points earned.")
    possible = serializers.IntegerField(help_text="Points possible.")
    met = serializers.IntegerField(help_text="Criteria met.")
    criteria = serializers.IntegerField(help_text="Criteria of the area.")


class CriterionOfScore(serializers.Serializer):
    """The settled verdict on one criterion."""

    code = serializers.CharField(help_text="Code of the criterion.")
    title = serializers.CharField(help_text="Its title.")
    area = serializers.CharField(help_text="Code of its practice area.")
    core = serializers.BooleanField(help_text="Whether it is a core criterion.")
    verdict = serializers.ChoiceField(["met", "not_met"], help_text="The settled verdict.")
    earned = serializers.IntegerField(help_text="Points earned; none where a prerequisite is not met.")


class AsStored(serializers.Field):
    """What was published in the very shape in which it is told: worked over piece by piece it would take most of the time."""

    def __init__(self, shape: type[serializers.Serializer], **said: Any) -> None:
        super().__init__(allow_null=True, **said)
        documented: Any = self
        extend_schema_field(shape(many=True))(documented)

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


class ScoreRow(serializers.Serializer):
    """What was scored for an announced award, as far as the city agreed to show it."""

    number = serializers.CharField(help_text="The award's number.")
    city = serializers.CharField(source="city.slug", help_text="Slug of the city.")
    invented = serializers.BooleanField(source="city.is_invented", help_text="True for cities of a demonstration, which do not exist.")
    edition = serializers.CharField(help_text="Code of the edition of the Standard.")
    tier = serializers.SerializerMethodField(help_text="Null where no source states it, and on the Honor Roll.")
    announced_on = serializers.DateField(help_text="The day of the announcement, as exact as it is known.")
    points = serializers.IntegerField(allow_null=True, help_text="Points earned.")
    possible = serializers.IntegerField(allow_null=True, help_text="Points possible.")
    areas = AsStored(AreaOfScore, help_text="Points by practice area.")
    criteria = AsStored(CriterionOfScore, help_text="The verdict on each criterion.")
    why = serializers.SerializerMethodField(help_text="Why something above is null; null where nothing is.")

    def get_tier(self, row: PublishedAward) -> str | None:
        """The tier's key."""
        return row.tier or None

    def get_why(self, row: PublishedAward) -> str | None:
        """The reason in words."""
        if row.points is not None and row.criteria is not None:
            return None
        if not row.code:
            return NOT_KNOWN
        return TIER_ONLY if row.points is None else AREAS_ONLY


FIGURES = [(key, key) for key in showing.NAMES]


class InsightsRow(serializers.Serializer):
    """The public figures of a cycle, as they were released last."""

    cycle = serializers.CharField(source="cycle.slug", help_text="Slug of the cycle.")
    cycle_name = serializers.CharField(source="cycle.name", help_text="Name of the cycle.")
    edition = serializers.CharField(source="content.edition", help_text="Code of the edition of the Standard.")
    released_at = serializers.DateTimeField(help_text="When they became public, in UTC.")
    sha256 = serializers.CharField(help_text="SHA-256 of the dataset, byte for byte as dataset leads to it.")
    shown = serializers.SerializerMethodField(help_text="The figures that have rows: all, less those of which too few cities may be shown.")
    url = serializers.SerializerMethodField()
    dataset = serializers.SerializerMethodField(help_text="The dataset as one file of canonical JSON.")
    page = serializers.SerializerMethodField(help_text="The page for people.")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(FIGURES)))
    def get_shown(self, row: Release) -> list[str]:
        """Their names, in the order of the page."""
        return [key for key in showing.NAMES if row.content["figures"][key]["base"]]

    def get_url(self, row: Release) -> str:
        """Where the figures are."""
        return address("api:cycle-insights", row.cycle.slug)

    def get_dataset(self, row: Release) -> str:
        """Its address."""
        return address("insights:dataset", row.cycle.slug)

    def get_page(self, row: Release) -> str:
        """Its address."""
        return address("insights:cycle", row.cycle.slug)


class FigureLine(serializers.Serializer):
    """One row of a figure. A column that its figure has not is null, and so is a number that would tell of too few cities."""

    code = serializers.CharField(allow_null=True, default=None, help_text="Code of the criterion.")
    area = serializers.CharField(allow_null=True, default=None, help_text="Code of the practice area.")
    by = serializers.CharField(
        allow_null=True, default=None, help_text="What the group is of, in spread: all, areas, forms, bands or regions."
    )
    group = serializers.CharField(
        allow_null=True, default=None, help_text="Form of government, region, or the fewest people of a band of population."
    )
    tier = serializers.CharField(allow_null=True, default=None, help_text="Key of the tier.")
    against = serializers.CharField(allow_null=True, default=None, help_text="The group below that the tier is compared with.")
    step = serializers.CharField(allow_null=True, default=None, help_text="How far the cities came, in funnel.")
    edition_before = serializers.CharField(allow_null=True, default=None, help_text="The edition that a change is measured from.")
    criteria = serializers.IntegerField(allow_null=True, default=None, help_text="Criteria that are counted.")
    criteria_compared = serializers.IntegerField(allow_null=True, default=None, help_text="Criteria of both editions that can be compared.")
    cities = serializers.IntegerField(allow_null=True, default=None, help_text="Cities that are counted.")
    of = serializers.IntegerField(allow_null=True, default=None, help_text="What a share is of.")
    met = serializers.IntegerField(allow_null=True, default=None, help_text="How many of these were validated as met.")
    claimed = serializers.IntegerField(allow_null=True, default=None, help_text="How many of these the cities claimed.")
    share = serializers.FloatField(allow_null=True, default=None, help_text="Met of all, from 0 to 1.")
    low = serializers.FloatField(allow_null=True, default=None, help_text="Where the 95% interval of the share begins.")
    high = serializers.FloatField(allow_null=True, default=None, help_text="Where the 95% interval of the share ends.")
    claimed_share = serializers.FloatField(allow_null=True, default=None, help_text="Claimed of all, from 0 to 1.")
    before = serializers.FloatField(allow_null=True, default=None, help_text="Mean share in the assessment before.")
    after = serializers.FloatField(allow_null=True, default=None, help_text="Mean share in this assessment.")
    difference = serializers.FloatField(allow_null=True, default=None, help_text="Of two shares; which ones the figure says in counted.")
    difference_low = serializers.FloatField(allow_null=True, default=None, help_text="Where the 95% interval of the difference begins.")
    difference_high = serializers.FloatField(allow_null=True, default=None, help_text="Where the 95% interval of the difference ends.")
    by_chance = serializers.BooleanField(
        allow_null=True, default=None, help_text="Whether the difference may be chance: its interval holds nought."
    )
    lower = serializers.FloatField(allow_null=True, default=None, help_text="Lower quartile of the share.")
    median = serializers.FloatField(allow_null=True, default=None, help_text="Median of the share.")
    upper = serializers.FloatField(allow_null=True, default=None, help_text="Upper quartile of the share.")


class FigureRow(serializers.Serializer):
    """One figure with its definition, its base and its rows."""

    figure = serializers.ChoiceField(FIGURES, help_text="Its key.")
    name = serializers.CharField(help_text="Its name.")
    counted = serializers.CharField(help_text="What is counted.")
    base_cities = serializers.IntegerField(allow_null=True, help_text="Cities in it; null where too few may be shown.")
    base_assessments = serializers.IntegerField(allow_null=True, help_text="Assessments in it.")
    base_cycles = serializers.ListField(child=serializers.CharField(), help_text="Slugs of the cycles in it.")
    rows = FigureLine(many=True, help_text="Its rows in their order.")


def figures_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a dataset in the order of the page, each with its base and its rows."""
    found = []
    for key, name in showing.NAMES.items():
        figure = content["figures"][key]
        base = figure["base"] or {"cities": None, "assessments": None, "cycles": []}
        about = {"figure": key, "name": str(name), "counted": str(showing.COUNTED[key]), "rows": showing.rows_of(key, figure)}
        found.append(about | {f"base_{what}": base[what] for what in ("cities", "assessments", "cycles")})
    return found


class InsightsWhole(InsightsRow):
    """The public figures of a cycle with their rows."""

    figures = serializers.SerializerMethodField(help_text="The figures that were asked for, all unless narrowed.")

    @extend_schema_field(FigureRow(many=True))
    def get_figures(self, row: Release) -> Any:
        """In the order of the page, with the rows that are asked for."""
        wanted: Mapping[str, str] = self.context.get("wanted", {})
        asked, columns = wanted.get("figure"), {name: value for name, value in wanted.items() if name != "figure"}
        found = [figure for figure in figures_of(row.content) if asked in (None, figure["figure"])]
        for figure in found:
            figure["rows"] = [line for line in figure["rows"] if columns.items() <= line.items()]
        return FigureRow(found, many=True).data


DECISIONS, STATUSES = ([(value, value) for value in each.values] for each in (Kind, Status))
STAGES = {
    Status.DRAFTING: "in_progress",
    Status.SUBMITTED: "received",
    Status.IN_REVIEW: "under_review",
    Status.READY: "under_review",
    Status.DECIDED: "under_review",
    Status.ANNOUNCED: "your_result",
    Status.WITHDRAWN: "closed",
    Status.LAPSED: "closed",
}


class AssessmentRow(serializers.Serializer):
    """An assessment that the token's person works on."""

    cycle = serializers.CharField(source="cycle.slug", help_text="Slug of the cycle.")
    city = serializers.CharField(source="city.slug", help_text="Slug of the city.")
    edition = serializers.CharField(source="cycle.standard.code", help_text="Code of the edition of the Standard.")
    stage = serializers.SerializerMethodField(help_text="As the city reads it; the same from receipt to announcement whatever is found.")
    draft_score = serializers.SerializerMethodField(help_text="Where the draft score is.")
    evidence = serializers.SerializerMethodField(help_text="Where the list of evidence is.")
    questions = serializers.SerializerMethodField(help_text="Where the questions are.")
    result = serializers.SerializerMethodField(help_text="Where the result will be.")

    @extend_schema_field({"type": "string", "enum": sorted(set(STAGES.values()))})
    def get_stage(self, row: Assessment) -> str:
        """The key of what the city reads."""
        return STAGES[Status(row.status)]

    def get_draft_score(self, row: Assessment) -> str:
        """Its address."""
        return address("api:draft-score", row.cycle.slug, row.city.slug)

    def get_evidence(self, row: Assessment) -> str:
        """Its address."""
        return address("api:evidence", row.cycle.slug, row.city.slug)

    def get_questions(self, row: Assessment) -> str:
        """Its address."""
        return address("api:questions", row.cycle.slug, row.city.slug)

    def get_result(self, row: Assessment) -> str:
        """Its address."""
        return address("api:result", row.cycle.slug, row.city.slug)


class AreaPoints(serializers.Serializer):
    """Points of one practice area, as claimed."""

    area = serializers.CharField(help_text="Code of the practice area.")
    points = serializers.IntegerField(help_text="Points earned if every claim is validated.")
    possible = serializers.IntegerField(help_text="Points possible.")
    met = serializers.IntegerField(help_text="Criteria claimed met.")
    criteria = serializers.IntegerField(help_text="Criteria of the area.")


class ReasonRow(serializers.Serializer):
    """Why a criterion earns its points or not."""

    code = serializers.CharField(help_text="Code of the criterion.")
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict], help_text="What the claim comes to.")
    earned = serializers.IntegerField(help_text="Points earned.")
    worth = serializers.IntegerField(help_text="Points possible.")
    why = serializers.CharField(help_text="Why, in one word.")
    blocked_by = serializers.ListField(child=serializers.CharField(), help_text="Prerequisites that are not met.")


class DraftScore(serializers.Serializer):
    """What the claims come to if every one of them is validated. It is the city's own reckoning and says nothing of the outcome."""

    edition = serializers.CharField(help_text="Code of the edition of the Standard.")
    points = serializers.IntegerField(help_text="Points earned if every claim is validated.")
    possible = serializers.IntegerField(help_text="Points possible.")
    tier = serializers.CharField(allow_null=True, help_text="Key of the tier that they reach; null for none.")
    by_area = AreaPoints(many=True, help_text="The same by practice area.")
    reasons = ReasonRow(many=True, help_text="A reason for every criterion.")


def draft_score(score: Score) -> Any:
    """The core's score in the published shape."""
    return DraftScore(as_data(score)).data


class UseRow(serializers.Serializer):
    """What a document proves."""

    cycle = serializers.CharField(source="answer.assessment.cycle.slug", help_text="Slug of the cycle.")
    criterion = serializers.CharField(source="answer.criterion.code", help_text="Code of the criterion.")
    pages = serializers.CharField(help_text="Where to look in it; empty where nothing is said.")


class EvidenceRow(serializers.Serializer):
    """A document or link of the city, as the version in use is."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    title = serializers.CharField(help_text="What it is called.")
    kind = serializers.CharField(source="current.kind", help_text="pdf, docx, xlsx, csv, text, image or link, decided by content.")
    state = serializers.ChoiceField(
        FileState.values, source="current.state", help_text="added, or what the virus check says of it: checking or refused."
    )
    version = serializers.IntegerField(source="current.number", help_text="The number of the version in use, from 1 on.")
    filename = serializers.CharField(source="current.filename", help_text="The name of the file; empty for a link.")
    size = serializers.IntegerField(source="current.size", help_text="Bytes; 0 for a link.")
    sha256 = serializers.CharField(source="current.sha256", help_text="Hash of the file in hex; empty for a link.")
    url = serializers.CharField(source="current.url", help_text="Where a link leads; empty for a file.")
    link_note = serializers.CharField(source="current.note", help_text="What is said of a link.")
    confidential = serializers.BooleanField(help_text="Whether the city called it confidential.")
    expires_on = serializers.DateField(allow_null=True, help_text="Until when it is valid; null where nothing is said.")
    added_at = serializers.DateTimeField(source="current.added_at", help_text="When the version in use was added, in UTC.")
    used_for = UseRow(source="proves", many=True, help_text="What it proves now.")


class ReplyRow(serializers.Serializer):
    """What the city replied."""

    text = serializers.CharField(help_text="What it changed, in its words.")
    replied_at = serializers.DateTimeField(help_text="When it was sent, in UTC.")


class QuestionRow(serializers.Serializer):
    """A question that was sent to the city."""

    id = serializers.IntegerField(source="pk", help_text="Its number.")
    criterion = serializers.CharField(source="answer.criterion.code", help_text="Code of the criterion.")
    voice = serializers.CharField(help_text="A letter for who asks, the same all through the assessment.")
    text = serializers.CharField(help_text="The question.")
    required = serializers.BooleanField(help_text="Whether it has to be answered.")  # type: ignore[assignment]
    status = serializers.ChoiceField(
        [each for each in Asked.values if each != Asked.DRAFT], help_text="sent, answered, closed, expired or canceled."
    )
    sent_at = serializers.DateTimeField(help_text="When it was sent, in UTC.")
    due_at = serializers.DateTimeField(help_text="Until when it can be answered, in UTC.")
    replies = ReplyRow(many=True, help_text="What the city replied.")


class LineRow(serializers.Serializer):
    """The verdict on one criterion, with the reasons that the city reads."""

    code = serializers.CharField(help_text="Code of the criterion.")
    title = serializers.CharField(help_text="Its title.")
    core = serializers.BooleanField(help_text="Whether it is a core criterion.")
    met = serializers.BooleanField(help_text="The settled verdict.")
    earned = serializers.IntegerField(help_text="Points earned; none where a prerequisite is not met.")
    blocked_by = serializers.ListField(child=serializers.CharField(), help_text="Prerequisites that are not met.")
    reasons = serializers.CharField(help_text="Why.")


class AreaOfResult(serializers.Serializer):
    """One practice area of a result."""

    code = serializers.CharField(help_text="Code of the practice area.")
    name = serializers.CharField(help_text="Its name.")
    points = serializers.IntegerField(help_text="Points earned.")
    possible = serializers.IntegerField(help_text="Points possible.")
    met = serializers.IntegerField(help_text="Criteria met.")
    criteria = serializers.IntegerField(source="of", help_text="Criteria of the area.")
    lines = LineRow(many=True, help_text="Its criteria.")


class GivenRow(serializers.Serializer):
    """What was given, with every verdict and its reasons."""

    kind = serializers.ChoiceField(DECISIONS, help_text="What the award is for the city; no_tier where none was reached.")
    tier = serializers.CharField(allow_null=True, help_text="Key of the tier; null for none and on the Honor Roll.")
    previous_tier = serializers.CharField(allow_null=True, help_text="The tier of before, where one is known.")
    valid_until = serializers.DateField(allow_null=True, help_text="Until when the award stands.")
    public = serializers.BooleanField(help_text="False while the city is told before everybody else: keep it to yourselves.")
    revoked = serializers.BooleanField(help_text="Whether the award ended before its time.")
    points = serializers.IntegerField(help_text="Points earned.")
    possible = serializers.IntegerField(help_text="Points possible.")
    areas = AreaOfResult(many=True, help_text="The same by practice area and criterion.")


class ResultRow(serializers.Serializer):
    """The result of a city, once the token's person may read it."""

    cycle = serializers.CharField(help_text="Slug of the cycle.")
    city = serializers.CharField(help_text="Slug of the city.")
    stage = serializers.ChoiceField(sorted(set(STAGES.values())), help_text="As the city reads it.")
    given = GivenRow(allow_null=True, help_text="Null until the person may read it, whatever was decided.")


def result(assessment: Assessment, award: Award | None) -> Any:
    """The result in the published shape; nothing of it where there is no award that the person may read."""
    given = None
    if award is not None:
        given = {
            "kind": award.kind,
            "tier": award.tier or None,
            "previous_tier": award.previous_tier or None,
            "valid_until": award.valid_until,
            "public": award.status != AwardStatus.IN_BATCH,
            "revoked": award.status == AwardStatus.REVOKED,
            "points": award.score.points,
            "possible": award.score.possible,
            "areas": results.areas_of(award.score, "en"),
        }
    stage = STAGES[Status(assessment.status)]
    return ResultRow({"cycle": assessment.cycle.slug, "city": assessment.city.slug, "stage": stage, "given": given}).data


class CaseRow(serializers.Serializer):
    """An assessment of a cycle, for the program."""

    city = serializers.CharField(source="city.slug", help_text="Slug of the city.")
    city_name = serializers.CharField(source="city.name", help_text="Name of the city.")
    country = serializers.CharField(source="city.country", help_text="ISO 3166 code.")
    subdivision = serializers.CharField(source="city.subdivision", help_text="Code of the state or province.")
    invented = serializers.BooleanField(source="city.is_invented", help_text="True for cities of a demonstration, which do not exist.")
    status = serializers.ChoiceField(STATUSES, help_text="Where the assessment is.")
    started_at = serializers.DateTimeField(help_text="When it was begun, in UTC.")


class CaseScoreRow(serializers.Serializer):
    """What the settled verdicts of an assessment come to."""

    city = serializers.CharField(source="assessment.city.slug", help_text="Slug of the city.")
    status = serializers.ChoiceField(STATUSES, source="assessment.status", help_text="Where the assessment is.")
    points = serializers.IntegerField(source="score.points", allow_null=True, default=None, help_text="Null where it is being computed.")
    possible = serializers.IntegerField(source="score.possible", allow_null=True, default=None, help_text="Points possible.")
    tier = serializers.SerializerMethodField(help_text="Key of the tier that the points reach; null for none.")
    fingerprint = serializers.CharField(
        source="score.fingerprint", allow_null=True, default=None, help_text="Hash over rulebook, verdicts and engine."
    )

    def get_tier(self, row: dict[str, Any]) -> str | None:
        """The tier's key."""
        return row["score"].tier or None if row["score"] else None


class DecisionRow(serializers.Serializer):
    """A version of a decision, told or not."""

    city = serializers.CharField(source="assessment.city.slug", help_text="Slug of the city.")
    version = serializers.IntegerField(help_text="Its number within the assessment, from 1 on.")
    status = serializers.ChoiceField(AwardStatus.values, help_text="Where it is.")
    kind = serializers.ChoiceField(DECISIONS, help_text="What the award is for the city; no_tier where none was reached.")
    tier = serializers.SerializerMethodField(help_text="Key of the tier; null for none and on the Honor Roll.")
    round = serializers.CharField(source="announcement.slug", allow_null=True, default=None, help_text="Slug of its round; null for none.")
    valid_until = serializers.DateField(allow_null=True, help_text="Until when it stands; null before its round has a day.")
    proposed_at = serializers.DateTimeField(help_text="When it was proposed, in UTC.")
    approved_at = serializers.DateTimeField(allow_null=True, help_text="When it was approved, in UTC.")

    def get_tier(self, row: Award) -> str | None:
        """The tier's key."""
        return row.tier or None
