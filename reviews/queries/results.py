"""What follows from a score: which one is current, what kind of award it makes, what a city reads of it, and who may."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext

from assessments import queries as case
from assessments.lifecycle import Status
from assessments.models import Assessment, City, Consent, Cycle, Membership, Role
from criteria import queries as rulebooks
from criteria.models import CriterionText, Effort, Standard
from criteria.queries import ENGLISH, rulebook
from criteria.scoring import ENGINE_VERSION, NextSteps, Verdict, next_steps
from criteria.scoring import Score as Computed
from criteria.scoring import score as compute
from reviews.lifecycle import AppealStatus, AwardStatus, Batch, How, Kind, Settled
from reviews.models import Announcement, Appeal, Audience, Award, PaperKind, PublishedAward, Resolution, Revocation, Score, Scorecard
from reviews.queries.verdicts import settled_in
from wwc.clock import under_lock
from wwc.outbox.models import Work
from wwc.templatetags.display import tier_word

DECIDING = (Status.READY, Status.DECIDED, Status.ANNOUNCED)
AWAITED = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED)
NEAR = 2
IN_THE_WORKS = (AwardStatus.PROPOSED, AwardStatus.APPROVED, AwardStatus.IN_BATCH)
LIVE = (*IN_THE_WORKS, AwardStatus.RELEASED)
SHOWN_OFF = (AwardStatus.IN_BATCH, AwardStatus.RELEASED)  # whose certificate is handed out: not one of before, nor a revoked one


@dataclass(frozen=True)
class Suggestion:
    """What follows from a score and the city's history: the kind of award, its tier, and the award before it."""

    kind: str
    tier: str
    previous: PublishedAward | None

    @property
    def previous_tier(self) -> str:
        """The tier of the award before, where it is published."""
        return self.previous.tier if self.previous else ""


@dataclass(frozen=True)
class Decision:
    """One assessment at the point of decision: what its score comes to, how near a line it is, what was decided."""

    assessment: Assessment
    score: Score | None
    follows: Suggestion | None
    award: Award | None
    next_tier: str = ""
    short: int = 0
    above: int | None = None
    missing_core: tuple[str, ...] = ()

    @property
    def near(self) -> bool:
        """Whether two points more or less would move the tier."""
        return bool(self.next_tier and 0 < self.short <= NEAR) or (self.above is not None and self.above < NEAR)


@dataclass(frozen=True)
class Standing:
    """How far a round is: its decisions, its papers by kind (wanted and rendered), and what may still be missing."""

    decisions: int
    tiers: tuple[tuple[str, int], ...]
    wanted: Mapping[str, int]
    rendered: Mapping[str, int]
    set_aside: int
    without_lead: int
    left_out: int
    undecided: int

    @property
    def papers(self) -> int:
        """How many papers there have to be."""
        return sum(self.wanted.values())

    @property
    def missing(self) -> int:
        """How many of them are not rendered yet."""
        return self.papers - sum(self.rendered.values())


@dataclass(frozen=True)
class RenderedPapers:
    """What is rendered of one decision: the city's own scorecard, the public one, the certificate of a tier that was not revoked."""

    own: Scorecard | None = None
    public: Scorecard | None = None
    certificate: Scorecard | None = None


@dataclass(frozen=True)
class Line:
    """One criterion of a result: its verdict and the reasons that the city reads."""

    code: str
    title: str
    core: bool
    met: bool
    earned: int
    blocked_by: tuple[str, ...]
    reasons: str
    judged: bool = True

    @property
    def can_be_appealed(self) -> bool:
        """Whether it is a verdict of ours that could change: not met, and not by the city's own word."""
        return not self.met and self.judged


@dataclass(frozen=True)
class Stretch:
    """One criterion of the way up, and the partner that helps with it."""

    line: Line
    partner: str


@dataclass(frozen=True)
class Words:
    """What an edition calls its criteria and areas: (code, core, area) in order, titles by code, names of areas by code."""

    order: tuple[tuple[str, bool, str], ...]
    titles: dict[str, str]
    areas: dict[str, str]


@dataclass(frozen=True)
class AreaLines:
    """One practice area of a result."""

    code: str
    name: str
    points: int
    possible: int
    met: int
    of: int
    lines: tuple[Line, ...]


# Deciding


def deciding_to(user: Any, cycle: Cycle | None = None) -> QuerySet[Assessment]:
    """The assessments that staff decide on, less the cities closed to the person."""
    rows = case.assessments_for_programme(user).filter(status__in=DECIDING)
    return rows.filter(cycle=cycle) if cycle else rows


def awards_to(user: Any) -> QuerySet[Award]:
    """The versions of awards that staff may see."""
    return Award.objects.filter(assessment__in=deciding_to(user))


def live_award(assessment: Assessment) -> Award | None:
    """The version in the works (proposed, approved, in a batch), else the one that is released."""
    return in_the_works(assessment) or released_award(assessment)


def in_the_works(assessment: Assessment) -> Award | None:
    """The version that is proposed, approved or in a batch; there is one at most, also beside a released one."""
    return _versions(assessment).filter(status__in=IN_THE_WORKS).first()


def released_award(assessment: Assessment) -> Award | None:
    """The version that the city and the public have."""
    return _versions(assessment).filter(status=AwardStatus.RELEASED).first()


def told_award(assessment: Assessment) -> Award | None:
    """The version that the city and the public have; where it was revoked, that one."""
    return _versions(assessment).filter(status__in=[AwardStatus.RELEASED, AwardStatus.REVOKED]).order_by("-version").first()


def _versions(assessment: Assessment) -> QuerySet[Award]:
    return Award.objects.filter(assessment=assessment).select_related("score", "announcement", "proposed_by")


def standing_awards() -> QuerySet[Award]:
    """The released awards with an end, each the one of its city that ends last."""
    ends = Award.objects.filter(status=AwardStatus.RELEASED, valid_until__isnull=False)
    later = ends.filter(assessment__city=OuterRef("assessment__city")).filter(
        Q(valid_until__gt=OuterRef("valid_until")) | Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk"))
    )
    return ends.filter(~Exists(later)).select_related("assessment__city", "announcement").order_by("valid_until", "pk")


def is_awaited(city: City) -> bool:
    """Whether an assessment of the city is submitted and not announced: no letter about an award may come or stay out then."""
    return Assessment.objects.filter(city=city, status__in=AWAITED).exists()


def takes_part(city: City) -> bool:
    """Whether the city writes an assessment now."""
    return Assessment.objects.filter(city=city, status=Status.DRAFTING).exists()


def revocation_of(award: Award) -> Revocation | None:
    """The confirmed revocation of an award that was revoked."""
    if award.status != AwardStatus.REVOKED:
        return None
    return Revocation.objects.filter(award=award).exclude(confirmed_at=None).first()


def revocation_proposed(award: Award) -> Revocation | None:
    """The revocation of an award that waits for a second director."""
    return Revocation.objects.filter(award=award, confirmed_at=None, dropped_at=None).select_related("proposed_by", "award").first()


def revocations_to(user: Any) -> QuerySet[Revocation]:
    """The revocations that a person of the program may see."""
    return Revocation.objects.filter(award__in=awards_to(user)).select_related("award__assessment__city", "award__announcement")


def can_be_taken_back_at(award: Award, now: datetime) -> bool:
    """Whether the round that told the award is minutes old at this instant."""
    told = award.announcement.released_at if award.announcement else None
    return told is not None and now <= told + settings.LETTER_HOLD


def upheld() -> QuerySet[Appeal]:
    """The appeals that were upheld and confirmed and are not told: each asks for a decision on a new score."""
    return Appeal.objects.filter(status=AppealStatus.CONFIRMED, resolution__verdict=Settled.MET)


def is_reopened(assessment: Assessment) -> bool:
    """Whether an announced assessment waits for another decision, since an appeal of it was upheld."""
    return assessment.status == Status.ANNOUNCED and upheld().filter(answer__assessment=assessment).exists()


def current_score(assessment: Assessment) -> Score | None:
    """The score that the settled verdicts come to now, where the worker has computed it."""
    return current_scores([assessment])[assessment.pk]


def current_scores(assessments: Iterable[Assessment]) -> dict[int, Score | None]:
    """The current score of each assessment, in two queries however many there are."""
    numbers = [assessment.pk for assessment in assessments]
    settled = settled_in(numbers)
    found: dict[int, Score | None] = dict.fromkeys(numbers)
    for score in Score.objects.filter(assessment__in=numbers, engine=ENGINE_VERSION).order_by("pk"):
        if score.verdicts == settled[score.assessment_id]:
            found[score.assessment_id] = score
    return found


def histories(cities: Iterable[City]) -> dict[int, list[PublishedAward]]:
    """What was announced about each city, oldest first, in one query. The public rows know it by slug or official number."""
    cities = list(cities)
    rows = PublishedAward.objects.filter(closed_at=None).filter(
        Q(city__slug__in=[city.slug for city in cities]) | Q(city__geoid__in=[city.geoid for city in cities if city.geoid])
    )
    by_slug: dict[str, list[PublishedAward]] = {}
    by_geoid: dict[str, list[PublishedAward]] = {}
    for row in rows.select_related("city").order_by("announced_on", "pk"):
        by_slug.setdefault(row.city.slug, []).append(row)
        by_geoid.setdefault(row.city.geoid, []).append(row)
    return {city.pk: by_slug.get(city.slug) or (by_geoid.get(city.geoid, []) if city.geoid else []) for city in cities}


def before(assessment: Assessment, history: Sequence[PublishedAward]) -> list[PublishedAward]:
    """The history of a city without what this assessment itself was given: what an appeal raises is no level-up over itself."""
    if assessment.status != Status.ANNOUNCED:
        return list(history)
    own = set(Scorecard.objects.filter(award__assessment=assessment).exclude(code="").values_list("code", flat=True))
    return [row for row in history if row.code not in own]


def suggest(assessment: Assessment, score: Score, history: Sequence[PublishedAward] | None = None) -> Suggestion:
    """The kind and tier of award that follow from the score and from what the city was given before this assessment.

    A higher tier than before is a level-up. Any other return is a recertification, also where no source states the
    earlier tier. Nothing reached is no tier; the Honor Roll is a person's decision with a reason.
    """
    history = before(assessment, histories([assessment.city])[assessment.city_id] if history is None else history)
    previous = next((row for row in reversed(history) if row.kind != Kind.HONOR_ROLL), None)
    if not score.tier:
        return Suggestion(Kind.NO_TIER, "", previous)
    return Suggestion(kind_of(score.tier, score, previous), score.tier, previous)


def kind_of(tier: str, score: Score, previous: PublishedAward | None) -> str:
    """What a tier is for a city with this award before it."""
    if previous is None:
        return Kind.NEW
    ladder = [reach["key"] for reach in score.result["tiers"]]
    higher = previous.tier in ladder and ladder.index(tier) > ladder.index(previous.tier)
    return Kind.LEVEL_UP if higher else Kind.RECERTIFIED


def decisions(assessments: Iterable[Assessment]) -> list[Decision]:
    """Each assessment with its current score, what follows from it and the live decision, in four queries however many."""
    cases = list(assessments)
    scores = current_scores(cases)
    before = histories({case.city_id: case.city for case in cases}.values())
    live = Award.objects.filter(assessment__in=cases, status__in=LIVE).select_related("proposed_by", "approved_by", "announcement")
    awards = {award.assessment_id: award for award in live.order_by("version")}
    return [_decision(case, scores[case.pk], before[case.city_id], awards.get(case.pk)) for case in cases]


TIERS_SOUGHT = ("platinum", "gold", "silver", "certified", "none")


def deciding(user: Any, show: str) -> QuerySet[Assessment]:
    """One part of what staff decide on: without a proposal, proposed, or decided; by the cities' names.

    An announced assessment is among them again from the moment that an appeal of it was upheld until its round is told.
    """
    works = Award.objects.filter(assessment=OuterRef("pk"), status__in=IN_THE_WORKS)
    proposed, settled = works.filter(status=AwardStatus.PROPOSED), works.exclude(status=AwardStatus.PROPOSED)
    again = Q(status=Status.ANNOUNCED) & Exists(upheld().filter(answer__assessment=OuterRef("pk")))
    rows = deciding_to(user)
    parts = {
        "ready": rows.filter(~Exists(works), Q(status=Status.READY) | again),
        "proposed": rows.filter(Exists(proposed), status__in=[Status.READY, Status.ANNOUNCED]),
        "decided": rows.filter(Q(status=Status.DECIDED) | Q(status=Status.ANNOUNCED) & Exists(settled)),
    }
    return parts.get(show, parts["ready"]).order_by("city__folded", "pk")


def deciding_sought(user: Any, asked: Mapping[str, str]) -> QuerySet[Assessment]:
    """One part of what staff decide on (`show`), narrowed to a tier that the latest score comes to, a country, a band of population."""
    rows = deciding(user, asked.get("show", ""))
    if asked.get("tier", "") in TIERS_SOUGHT:
        latest = Score.objects.filter(assessment=OuterRef("pk"), engine=ENGINE_VERSION).order_by("-pk")
        tier = "" if asked["tier"] == "none" else asked["tier"]
        rows = rows.annotate(comes_to=Subquery(latest.values("tier")[:1])).filter(comes_to=tier)
    return case.narrowed(rows, asked)


def _decision(case: Assessment, score: Score | None, history: Sequence[PublishedAward], award: Award | None) -> Decision:
    if score is None:
        return Decision(case, None, None, award)
    reaches = score.result["tiers"]
    goal = next((reach for reach in reaches if not reach["reached"]), None)
    held = next((reach for reach in reversed(reaches) if reach["reached"]), None)
    return Decision(
        case,
        score,
        suggest(case, score, history),
        award,
        next_tier=goal["key"] if goal else "",
        short=goal["points_short"] if goal else 0,
        above=score.points - held["floor_points"] if held else None,
        missing_core=tuple(goal["missing_core"]) if goal else (),
    )


def versions(assessment: Assessment) -> QuerySet[Award]:
    """Every decision that was ever proposed on the assessment, latest first."""
    return (
        Award.objects.filter(assessment=assessment)
        .select_related("score", "proposed_by", "approved_by", "announcement")
        .order_by("-version")
    )


TOLD = (AwardStatus.RELEASED, AwardStatus.SUPERSEDED, AwardStatus.CORRECTED, AwardStatus.REVOKED)


def told_versions(assessment: Assessment) -> list[Award]:
    """Every version that was told to the city, latest first, each with the paper that it was given."""
    rows = versions(assessment).filter(status__in=TOLD).select_related("assessment__city")
    return list(rows)


def ladder(score: Score) -> list[dict[str, Any]]:
    """The tiers of a score with the points at which each begins."""
    return [{"name": tier_word(reach["key"]), "at": reach["floor_points"]} for reach in score.result["tiers"]]


# Announcing


def batches() -> QuerySet[Announcement]:
    """The rounds with their counts, newest first."""
    held = Q(awards__status__in=[AwardStatus.IN_BATCH, AwardStatus.RELEASED])
    return Announcement.objects.select_related("cycle").annotate(decisions=Count("awards", filter=held)).order_by("-pk")


def awards_of(announcement: Announcement) -> QuerySet[Award]:
    """The decisions of a batch, in the order of the cities' names."""
    rows = Award.objects.filter(announcement=announcement, status__in=[AwardStatus.IN_BATCH, AwardStatus.RELEASED])
    return rows.select_related("assessment__city", "assessment__cycle__standard", "score").order_by("assessment__city__folded", "pk")


def codes_of(announcement: Announcement) -> list[str]:
    """The verification codes of the decisions of a batch."""
    cards = Scorecard.objects.filter(award__in=awards_of(announcement).order_by()).exclude(code="")
    return list(cards.values_list("code", flat=True).distinct())


def version_before(award: Award) -> Award | None:
    """The version that this one takes, or took, the place of; None where it is the first that was told."""
    if award.version == 1:
        return None
    told = (AwardStatus.RELEASED, AwardStatus.SUPERSEDED, AwardStatus.CORRECTED)
    rows = Award.objects.filter(assessment=award.assessment_id, version__lt=award.version, status__in=told)
    return rows.select_related("assessment", "announcement").order_by("-version").first()


def published_rows_of(award: Award) -> QuerySet[PublishedAward]:
    """The public rows of one version, which know it by the codes on its papers alone."""
    codes = Scorecard.objects.filter(award=award).exclude(code="").values("code")
    return PublishedAward.objects.filter(code__in=codes, closed_at=None)


def tells_appeals_of(award: Award) -> int | None:
    """The number of the round whose appeals this version answers; None for a first decision and for a correction."""
    earlier = None if award.corrects else version_before(award)
    if earlier is None or earlier.announcement is None:
        return None
    return earlier.announcement.appeals_of_id or earlier.announcement_id


def day_of(instant: datetime) -> date:
    """The day of an instant on the program's own calendar."""
    return instant.astimezone(get_default_timezone()).date()


def counted_from(announcement: Announcement) -> date:
    """The day from which the awards of a batch stand: that of its round, also where the batch tells what was settled on appeal."""
    return announced_on(announcement.appeals_of or announcement)


def announced_on(announcement: Announcement) -> date:
    """The day that papers and public rows of the round carry: that of its hour, which it must have."""
    if announcement.announce_at is None:
        raise ValueError(f"round {announcement.slug} has no hour yet")
    return day_of(announcement.announce_at)


def papers_of(announcement: Announcement) -> QuerySet[Scorecard]:
    """The papers of the batch that hold at its date: in the language and by the consent that each city has now."""
    rows = Scorecard.objects.filter(
        award__announcement=announcement,
        award__status__in=[AwardStatus.IN_BATCH, AwardStatus.RELEASED],
        announced_on=announced_on(announcement),
        language=F("award__assessment__city__language"),
    )
    return rows.filter(Q(audience=Audience.CITY) | Q(consent=F("award__assessment__consent")))


def papers_wanted(announcement: Announcement) -> dict[str, int]:
    """How many papers the batch needs, by kind.

    A scorecard for each city, another for the public of each decision that is told, a certificate for each tier.
    """
    counted = (
        awards_of(announcement)
        .order_by()
        .aggregate(cities=Count("pk"), told=Count("pk", filter=~Q(kind=Kind.NO_TIER)), tiers=Count("pk", filter=~Q(tier="")))
    )
    return {PaperKind.SCORECARD: counted["cities"] + counted["told"], PaperKind.CERTIFICATE: counted["tiers"]}


def batch_to(user: Any, announcement: Announcement) -> QuerySet[Award]:
    """The decisions of a round that this person of the program may see."""
    return awards_of(announcement).filter(assessment__in=deciding_to(user)).select_related("announcement")


def joinable_to(user: Any, announcement: Announcement) -> QuerySet[Award]:
    """Approved decisions of the cycle that are in no round yet."""
    rows = awards_to(user).filter(assessment__cycle=announcement.cycle_id, status=AwardStatus.APPROVED)
    earlier = Award.objects.filter(assessment=OuterRef("assessment"), status=AwardStatus.RELEASED)
    if announcement.appeals_of_id is None:
        rows = rows.filter(~Exists(earlier) | Q(corrects=True))
    else:
        rows = rows.filter(Exists(earlier.filter(announcement=announcement.appeals_of_id)), corrects=False)
    return rows.select_related("assessment__city").order_by("assessment__city__folded", "pk")


def standing_of(announcement: Announcement) -> Standing:
    """How far a round is, in a fixed number of queries."""
    held = awards_of(announcement)
    tiers = dict(held.order_by().values_list("tier").annotate(n=Count("pk")))
    dated = announcement.announce_at is not None
    cards = papers_of(announcement) if dated else Scorecard.objects.none()
    keys = [Work.key_of("render_scorecard", scorecard_id=pk) for pk in cards.filter(rendered_at=None).values_list("pk", flat=True)]
    led = Membership.objects.filter(city=OuterRef("assessment__city"), role=Role.LEAD, ended_at=None, person__is_active=True)
    before = [Status.SUBMITTED, Status.IN_REVIEW, Status.READY]
    return Standing(
        decisions=sum(tiers.values()),
        tiers=tuple((key, tiers[key]) for key in ("platinum", "gold", "silver", "certified", "") if key in tiers),
        wanted=papers_wanted(announcement),
        rendered=dict(cards.exclude(rendered_at=None).order_by().values_list("kind").annotate(n=Count("pk"))),
        set_aside=Work.objects.filter(key__in=keys, parked_at__isnull=False).count(),
        without_lead=held.filter(~Exists(led)).count(),
        left_out=Award.objects.filter(assessment__cycle=announcement.cycle_id, status=AwardStatus.APPROVED).count(),
        undecided=Assessment.objects.filter(cycle=announcement.cycle_id, status__in=before).count(),
    )


# Reading a result


def result_to(user: Any, assessment: Assessment) -> Award | None:
    """The decision that this member of the city may read now; None where it is not theirs to know yet."""
    roles = case.roles_of(user, assessment.city)
    if not roles:
        return None
    award = in_the_works(assessment)
    if award and award.status == AwardStatus.IN_BATCH and roles & {Role.LEAD, Role.SIGNATORY} and is_told_to_cities(award.announcement):
        return award
    return told_award(assessment) if assessment.status == Status.ANNOUNCED else None


def is_told_to_cities(announcement: Announcement | None) -> bool:
    """Whether leads and signatories of its cities read the round now: approved by a second person, and the hour for them has come."""
    if announcement is None or announcement.status != Batch.APPROVED or announcement.cities_told_at is None:
        return False
    return announcement.cities_told_at <= under_lock()


def words_of(standard: Standard, language: str) -> Words:
    """The criteria and practice areas of an edition as a result names them, in four queries.

    Reads no more than that: a round renders and copies hundreds of results.
    """
    texts = CriterionText.objects.filter(criterion__standard=standard, language__in={ENGLISH, language})
    spoken = {(code, tongue): title for code, tongue, title in texts.values_list("criterion__code", "language", "title")}
    order = tuple(standard.criteria.order_by("position").values_list("code", "core", "area__code"))
    titles = {code: spoken.get((code, language)) or spoken[code, ENGLISH] for code, _core, _area in order}
    return Words(order, titles, {area.code: area.name_shown for area in rulebooks.areas_of(standard, language)})


def areas_of(score: Score, language: str, words: Words | None = None) -> list[AreaLines]:
    """Every criterion of a result by practice area: verdict, points and the reasons of whoever settled it."""
    words = words or words_of(score.assessment.cycle.standard, language)
    settled = Resolution.objects.filter(answer__assessment=score.assessment).order_by("pk")
    said: dict[str, tuple[str, str]] = {}
    for code, how, verdict, rationale in settled.values_list("answer__criterion__code", "how", "verdict", "rationale"):
        # What an appeal changed is no reason of a score of before it; what it left is told on the page of the appeal, on its day.
        if how != How.APPEAL or verdict == Verdict.MET == score.verdicts.get(code):
            said[code] = (how, gettext("Not met, as the city says.") if how == How.AS_CITY_SAYS else rationale)
    found = {reason["code"]: reason for reason in score.result["reasons"]}
    lines: dict[str, list[Line]] = {}
    for code, core, area in words.order:
        reason = found[code]
        line = Line(
            code=code,
            title=words.titles[code],
            core=core,
            met=reason["verdict"] == Verdict.MET,
            earned=reason["earned"],
            blocked_by=tuple(reason["blocked_by"]),
            reasons=said[code][1] if code in said else "",
            judged=code not in said or said[code][0] != How.AS_CITY_SAYS,
        )
        lines.setdefault(area, []).append(line)
    return [
        AreaLines(
            area["area"],
            words.areas[area["area"]],
            area["points"],
            area["possible"],
            area["met"],
            area["criteria"],
            tuple(lines[area["area"]]),
        )
        for area in score.result["by_area"]
    ]


def what_if(score: Score, flipped: Collection[str]) -> Computed:
    """What the core says of a score's verdicts with these flipped: met becomes not met, anything else met. Nothing is kept."""
    turned = {code: Verdict.NOT_MET if score.verdicts[code] == Verdict.MET else Verdict.MET for code in flipped}
    verdicts = {code: Verdict(verdict) for code, verdict in score.verdicts.items()}
    return compute(rulebooks.kept_rulebook(score.assessment.cycle.standard), {**verdicts, **turned})


def way_up(score: Score) -> NextSteps | None:
    """The shortest way to the next tier from the verdicts of this score; None on the highest one."""
    verdicts = {code: Verdict(verdict) for code, verdict in score.verdicts.items()}
    return next_steps(rulebook(score.assessment.cycle.standard), verdicts)


def shown_to(award: Award, reader: str, language: str) -> dict[str, Any]:
    """What one reader sees of a decision: the city all of it, the public as far as the city agreed."""
    score, consent = award.score, award.assessment.consent
    points = reader == Audience.CITY or consent != Consent.TIER
    criteria = reader == Audience.CITY or consent == Consent.CRITERIA
    steps = way_up(score) if reader == Audience.CITY else None
    areas = areas_of(score, language) if points else []
    return {
        "score": score if points else None,
        "ladder": ladder(score) if points else [],
        "areas": areas,
        "criteria": criteria,
        "goal": steps.tier if steps and steps.codes else "",
        "road": _road(score, steps, areas) if steps else [],
    }


def rendered_papers(award: Award) -> RenderedPapers:
    """The papers of a decision that are rendered, of the day and in the language that hold."""
    if award.announcement is None or award.announcement.announce_at is None:
        return RenderedPapers()
    cards = Scorecard.objects.filter(award=award, announced_on=announced_on(award.announcement)).exclude(rendered_at=None)
    found: dict[tuple[str, str], Scorecard] = {}
    for card in cards.filter(language=award.assessment.city.language):
        if card.audience == Audience.CITY or card.consent == award.assessment.consent:
            found[card.kind, card.audience] = card
    return RenderedPapers(
        own=found.get((PaperKind.SCORECARD, Audience.CITY)),
        public=found.get((PaperKind.SCORECARD, Audience.PUBLIC)),
        certificate=found.get((PaperKind.CERTIFICATE, Audience.PUBLIC)) if award.status in SHOWN_OFF else None,
    )


def kit_papers(award: Award) -> tuple[Scorecard, Scorecard] | None:
    """The public scorecard and the certificate of a press kit; None while one of them is not rendered, or is not to be shown."""
    papers = rendered_papers(award)
    return (papers.public, papers.certificate) if papers.public and papers.certificate else None


def _road(score: Score, steps: NextSteps, areas: Sequence[AreaLines]) -> list[tuple[int, list[Stretch]]]:
    """The way up in steps of 3, 6 and 12 months, by the effort that each criterion takes, with who helps."""
    rows = score.assessment.cycle.standard.criteria.values_list("code", "effort", "partner", "area__partner")
    known = {code: (effort, partner or of_area) for code, effort, partner, of_area in rows}
    lines = {line.code: line for area in areas for line in area.lines}
    months: dict[str, int] = {Effort.WEEKS: 3, Effort.MONTHS: 6}
    due: dict[int, list[Stretch]] = {3: [], 6: [], 12: []}
    for code in steps.codes:
        effort, partner = known[code]
        due[months.get(effort, 12)].append(Stretch(lines[code], partner))
    return [(within, sorted(found, key=lambda each: each.partner)) for within, found in due.items() if found]
