"""A dry run of an edition on the past assessments that a person of the program may see. It reads, and keeps nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet

from assessments.models import Assessment, Cycle
from criteria import queries as rulebooks
from criteria.models import ChecklistItem, Criterion, LinkKind, Standard
from criteria.scoring import Verdict
from reviews import dry_run as trial
from reviews.models import Finding, Resolution, Score
from reviews.queries.results import current_scores, deciding_to

COLUMNS = (
    "city", "country", "subdivision", "invented", "cycle", "edition", "outcome", "tier_before", "points_before", "possible_before",
    "tier_at_least", "tier_at_most", "points_at_least", "points_at_most", "possible", "counts_now", "counts_no_longer",
    "no_longer_asked", "unknown", "tier_missed", "points_short", "missing_core", "missing_required", "areas_below",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One past assessment and what the edition makes of it."""

    assessment: Assessment
    past: trial.Past
    tried: trial.Tried

    def codes(self, kind: str) -> list[str]:
        """The criteria that moved it in one way."""
        return [move.code for move in self.tried.moves if move.kind == kind]

    @property
    def moves(self) -> list[tuple[str, list[str]]]:
        """The criteria that moved it, by the way they did."""
        return [(kind, codes) for kind in trial.MOVES if (codes := self.codes(kind))]


@dataclass(frozen=True)
class DryRun:
    """An edition tried on past assessments: a row each, and how many lie on no way that leads to the edition.

    `by_ticks` says whether a checklist that differs from the one before is judged by the ticks of the readers.
    """

    standard: Standard
    rows: tuple[Row, ...]
    left_out: int
    by_ticks: bool

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many gain, lose, stay, and are undecided."""
        return trial.counts(row.tried for row in self.rows)

    @cached_property
    def by_criterion(self) -> list[tuple[str, bool, dict[str, int]]]:
        """In how many each criterion moved the tier, by outcome."""
        return trial.by_criterion(row.tried for row in self.rows)


def editions_to_try(user: Any) -> QuerySet[Standard]:
    """The editions that can be tried, drafts among them, the newest first."""
    return rulebooks.standards_shown(user).select_related("drafted_from")


def cycles_with_scores(user: Any) -> QuerySet[Cycle]:
    """The cycles of which an assessment open to the person is scored, the newest first."""
    scored = Score.objects.filter(assessment__in=deciding_to(user).values("pk")).values("assessment__cycle_id")
    return Cycle.objects.filter(pk__in=scored).order_by("-opens_at", "-pk")


def dry_run(standard: Standard, user: Any, cycle: Cycle | None = None) -> DryRun:
    """Try the edition on every assessment with a current score, or on those of one cycle, by cycle and city.

    A fixed number of queries for each edition that was assessed by, however many assessments. Closed cities are left out.
    """
    cases = list(deciding_to(user, cycle).order_by("cycle__opens_at", "cycle_id", "city__folded", "pk"))
    scores = current_scores(cases)
    book, changed = rulebooks.kept_rulebook(standard), _changed_lists(standard)
    roads = {edition.pk: _road(edition, standard, changed) for edition in {case.cycle.standard for case in cases}}
    ticks = _ticks([case.pk for case in cases if case.cycle.standard_id == standard.drafted_from_id], changed)
    rows, left_out = [], 0
    for case in cases:
        score, road = scores[case.pk], roads[case.cycle.standard_id]
        if score is None:
            continue
        if road is None:
            left_out += 1
            continue
        past = _past(score, ticks.get(case.pk, {}))
        rows.append(Row(case, past, trial.tried(book, road, past)))
    return DryRun(standard, tuple(rows), left_out, is_drafted_here(standard))


def as_table(found: DryRun) -> Iterator[dict[str, Any]]:
    """The rows as a table, in their order: the same dry run gives the same table."""
    for row in found.rows:
        city, tried, lack = row.assessment.city, row.tried, row.tried.lack
        yield {
            "city": city.name,
            "country": city.country,
            "subdivision": city.subdivision,
            "invented": "yes" if city.is_invented else "no",
            "cycle": row.assessment.cycle.slug,
            "edition": row.assessment.cycle.standard.code,
            "outcome": tried.outcome,
            "tier_before": row.past.tier,
            "points_before": row.past.points,
            "possible_before": row.past.possible,
            "tier_at_least": tried.tiers[0],
            "tier_at_most": tried.tiers[1],
            "points_at_least": tried.least.points,
            "points_at_most": tried.most.points,
            "possible": tried.least.possible,
            "counts_now": " ".join(row.codes(trial.WON)),
            "counts_no_longer": " ".join(row.codes(trial.LOST)),
            "no_longer_asked": " ".join(row.codes(trial.GONE)),
            "unknown": " ".join(row.codes(trial.OPEN)),
            "tier_missed": lack.tier if lack else "",
            "points_short": lack.points if lack else "",
            "missing_core": " ".join(lack.core) if lack else "",
            "missing_required": " ".join(lack.required) if lack else "",
            "areas_below": " ".join(lack.areas) if lack else "",
        }


def _past(score: Score, ticks: Mapping[str, tuple[trial.Ticks, ...]]) -> trial.Past:
    counted = frozenset(reason["code"] for reason in score.result["reasons"] if reason["why"] == "counted")
    verdicts = {code: Verdict(verdict) for code, verdict in score.verdicts.items()}
    return trial.Past(score.tier, score.points, score.possible, verdicts, counted, ticks)


def _road(edition: Standard, standard: Standard, changed: Mapping[int, "_Changed"]) -> trial.Road | None:
    """The way from one edition to the tried one; None where no links lead there."""
    way = rulebooks.kept_crosswalk(edition, standard)
    if way is None:
        return None
    codes = dict(Criterion.objects.filter(standard__in=[edition, standard]).values_list("pk", "code"))
    lists = {pk: found.lists for pk, found in changed.items() if edition != standard}
    ways = {
        codes[pk]: trial.Way(str(origin.kind), tuple(codes[each] for each in origin.origins), origin.whole, lists.get(pk))
        for pk, origin in way.origin_of.items()
    }
    ladder = tuple(tier.key for tier in rulebooks.kept_rulebook(edition).tiers)
    return trial.Road(ways, tuple(codes[pk] for pk in way.withdrawn), ladder)


class _Changed(NamedTuple):
    """A criterion of which the draft changed the list: its code before, and both lists."""

    code: str
    lists: trial.Checklists


def is_drafted_here(standard: Standard) -> bool:
    """Whether the edition began as a copy of the one before, so that a list that differs is a change to try.

    One that was loaded (published by nobody here) has other words throughout; of that one its links alone say what carries a verdict.
    """
    return standard.drafted_from_id is not None and (standard.is_draft or standard.published_by_id is not None)


def _changed_lists(standard: Standard) -> dict[int, _Changed]:
    """Of an edition drafted here, the criteria that come from one alone and ask for another list than it did; by number."""
    if standard.drafted_from is None or not is_drafted_here(standard):
        return {}
    lines: dict[int, list[str]] = defaultdict(list)
    both = ChecklistItem.objects.filter(criterion__standard__in=[standard, standard.drafted_from]).order_by("criterion_id", "position")
    for criterion, text in both.values_list("criterion_id", "text"):
        lines[criterion].append(text)
    found = {}
    for link in rulebooks.links(standard.drafted_from, standard):
        if link.kind in (LinkKind.SAME, LinkKind.REWORDED) and link.origin and link.successor:
            before, after = link.origin, link.successor
            lists = trial.Checklists(before.checklist_required, tuple(lines[before.pk]), after.checklist_required, tuple(lines[after.pk]))
            if (lists.required_before, lists.before) != (lists.required, lists.after):
                found[after.pk] = _Changed(before.code, lists)
    return found


def _ticks(assessments: Sequence[int], changed: Mapping[int, _Changed]) -> dict[int, dict[str, tuple[trial.Ticks, ...]]]:
    """What the readers ticked whose verdict was settled, by assessment and criterion, where a list changed."""
    codes = {found.code for found in changed.values()}
    if not codes or not assessments:
        return {}
    within = {"answer__assessment__in": assessments, "answer__criterion__code__in": codes}
    filed = {pk: said for pk, *said in Finding.objects.filter(**within).values_list("pk", "verdict", "ticks")}
    settled = Resolution.objects.filter(**within).order_by("pk")
    found: dict[int, dict[str, tuple[trial.Ticks, ...]]] = defaultdict(dict)
    for case, code, verdict, findings in settled.values_list("answer__assessment_id", "answer__criterion__code", "verdict", "findings"):
        said = [filed[pk] for pk in findings if pk in filed]
        found[case][code] = tuple(tuple(ticks) for each, ticks in said if each == verdict)
    return found
