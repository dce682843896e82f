"""Cases as plain values for the figures, and the figures that somebody may read."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from hashlib import sha256
from json import dumps
from typing import Any

from django.conf import settings
from django.db.models import F, Max, OuterRef, QuerySet, Subquery

from assessments.lifecycle import CycleStatus
from assessments.models import AnswerVersion, Assessment, City, CityRecord, Claim, Consent, Cycle, Fact, GovernmentForm, Snapshot
from criteria import queries as rulebooks
from criteria.models import LinkKind, Standard
from criteria.scoring import Verdict
from reviews.lifecycle import AwardStatus, Kind
from reviews.models import Award
from reviews.queries import exports, results
from wwc import geography
from wwc.clock import under_lock
from wwc.geography import BANDS
from wwc.insights.figures import REGIONS, Book, Case, Detail
from wwc.insights.models import Dataset, Release
from wwc.insights.suppression import Member

TOLD = (AwardStatus.RELEASED, AwardStatus.REVOKED, AwardStatus.SUPERSEDED, AwardStatus.CORRECTED)
OPEN_TO = {Consent.TIER: Detail.PART, Consent.AREAS: Detail.AREAS, Consent.CRITERIA: Detail.CRITERIA}


def canonical(content: Any) -> str:
    """Content as text that is the same wherever it is written."""
    return dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(content: Any) -> str:
    """The fingerprint of content: SHA-256 of its canonical JSON."""
    return sha256(canonical(content).encode()).hexdigest()


def told() -> QuerySet[Award]:
    """What was announced of each assessment, no tier included: its last version that is past taking back."""
    past = under_lock() - settings.LETTER_HOLD
    rows = Award.objects.filter(status__in=TOLD, announcement__released_at__lt=past)
    later = rows.filter(assessment=OuterRef("assessment")).order_by("-version").values("pk")[:1]
    return rows.filter(pk=Subquery(later)).select_related("assessment__city", "assessment__cycle__standard", "score", "announcement")


def book_of(cycle: Cycle) -> Book:
    """The criteria of the cycle's edition, and what of earlier editions can be compared with them."""
    areas = {criterion.code: criterion.area.code for criterion in rulebooks.kept_criteria(cycle.standard)}
    links = {}
    for earlier in Standard.objects.filter(links_onward__to_standard=cycle.standard).distinct().order_by("pk"):
        found = [
            link for link in rulebooks.links(earlier, cycle.standard) if link.comparable and link.kind in (LinkKind.SAME, LinkKind.REWORDED)
        ]
        links[earlier.code] = {link.successor.code: link.origin.code for link in found if link.origin and link.successor}
    over = cycle.status in (CycleStatus.ANNOUNCED, CycleStatus.CLOSED)
    return Book(cycle.slug, cycle.standard.code, areas, links, over)


def cases_of(cycle: Cycle, left_out: Collection[int] = ()) -> list[Case]:
    """Every assessment of the cycle: what was announced of those that were told, of the others that they are there."""
    awards = told().filter(assessment__cycle=cycle).exclude(assessment__city__in=left_out)
    found = _told_cases(awards)
    others = Assessment.objects.filter(cycle=cycle).exclude(city__in=left_out).exclude(pk__in=[case.member.assessment for case in found])
    submitted = set(Snapshot.objects.filter(assessment__in=others).values_list("assessment", flat=True))
    for pk, city in others.values_list("pk", "city_id"):
        found.append(Case(Member(pk, 0, 0), city, cycle.slug, cycle.standard.code, submitted=pk in submitted, told=False))
    return found


def pairs_of(cycle: Cycle, cases: Iterable[Case]) -> list[tuple[Case, Case]]:
    """The told cases with what was last told of the same city in an earlier cycle, that one first."""
    now = {case.city: case for case in cases if case.told}
    earlier = told().filter(assessment__city__in=now, assessment__cycle__due_at__lt=cycle.due_at)
    last = {award.assessment.city_id: award for award in earlier.order_by("assessment__cycle__due_at", "pk")}
    return [(before, now[before.city]) for before in _told_cases(last.values())]


def versions_of(cases: Iterable[Case]) -> list[Member]:
    """Every version that was ever told of these cases, open to what its city is open to now."""
    open_to = {case.member.assessment: case.member.open_to for case in cases}
    versions = Award.objects.filter(assessment__in=open_to).values_list("assessment_id", "pk")
    return [Member(assessment, pk, open_to[assessment]) for assessment, pk in versions] + [case.member for case in cases if not case.told]


def _told_cases(awards: Iterable[Award]) -> list[Case]:
    rows = list(awards)
    facts = _facts({award.assessment.city_id for award in rows})
    claimed: dict[int, set[str]] = {}
    said = AnswerVersion.objects.filter(answer__assessment__in=[award.assessment_id for award in rows], claim=Claim.MET)
    said = said.filter(answer__current=F("pk"))
    for assessment, code in said.values_list("answer__assessment_id", "answer__criterion__code"):
        claimed.setdefault(assessment, set()).add(code)
    return [_told_case(award, facts, claimed.get(award.assessment_id, set())) for award in rows]


def _told_case(award: Award, facts: dict[tuple[int, str], list[CityRecord]], claimed: Collection[str]) -> Case:
    case, announcement = award.assessment, award.announcement
    day = results.announced_on(announcement) if announcement else award.score.computed_at.date()
    form, population = (_fact_on(facts.get((case.city_id, fact), []), day) for fact in (Fact.FORM, Fact.POPULATION))
    verdicts = award.score.verdicts
    return Case(
        member=Member(case.pk, award.pk, 0 if award.kind == Kind.NO_TIER else OPEN_TO[Consent(case.consent)]),
        city=case.city_id,
        cycle=case.cycle.slug,
        edition=case.cycle.standard.code,
        tier=award.tier or award.kind,
        forms=form.text if form and form.text in GovernmentForm.values else "unknown",
        bands=_band(population.number if population else None),
        regions=_region(case.city),
        of=frozenset(code for code, verdict in verdicts.items() if verdict != Verdict.NOT_APPLICABLE),
        met=frozenset(code for code, verdict in verdicts.items() if verdict == Verdict.MET),
        claimed=frozenset(claimed),
    )


def _facts(cities: Collection[int]) -> dict[tuple[int, str], list[CityRecord]]:
    """What is on record of forms of government and population, oldest first, the surer last among those of a day."""
    found: dict[tuple[int, str], list[CityRecord]] = {}
    rows = CityRecord.objects.filter(city__in=cities, fact__in=[Fact.FORM, Fact.POPULATION]).order_by("as_of", "checked", "pk")
    for record in rows:
        found.setdefault((record.city_id, record.fact), []).append(record)
    return found


def _fact_on(records: list[CityRecord], day: date) -> CityRecord | None:
    """The one that held on that day, else the first one after it."""
    then = [record for record in records if record.as_of <= day]
    return then[-1] if then else next(iter(records), None)


def _band(population: int | None) -> str:
    if population is None:
        return "unknown"
    return next((key for key, (low, high) in BANDS.items() if low <= population and (high is None or population <= high)), "below")


def _region(city: City) -> str:
    region = geography.region_of(city.country, city.subdivision)
    return region if region in REGIONS else "unknown"


# What somebody may read


def releases() -> QuerySet[Release]:
    """The newest public figures of each cycle, the latest cycle first."""
    newest = Release.objects.filter(cycle=OuterRef("cycle")).order_by("-pk").values("pk")[:1]
    return Release.objects.filter(pk=Subquery(newest)).select_related("cycle__standard").defer("groups").order_by("-cycle__due_at", "-pk")


def changed_at() -> datetime | None:
    """When figures became public last; None before the first."""
    latest: datetime | None = Release.objects.aggregate(at=Max("released_at"))["at"]
    return latest


def left_out_for(user: Any, cycle: Cycle) -> list[int]:
    """The numbers of the cities of the cycle that a conflict closes to somebody, in order: they are in none of their figures."""
    return exports.closed_in(cycle, user)


def dataset_to(user: Any, cycle: Cycle) -> Dataset | None:
    """The newest figures of a cycle that somebody of the program may read; None where there are none, and for anybody else."""
    if not user.of_programme:
        return None
    own = Dataset.objects.filter(cycle=cycle, left_out=left_out_for(user, cycle))
    return own.select_related("cycle__standard").order_by("-pk").first()


def cycles_told() -> QuerySet[Cycle]:
    """The cycles of which something was announced."""
    return Cycle.objects.filter(pk__in=told().values("assessment__cycle")).select_related("standard").order_by("-due_at", "-pk")
