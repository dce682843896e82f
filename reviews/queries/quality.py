"""How well reading goes: what two independent readers of one answer have in common, and how each reader leans.

Everything is counted from first findings: the first that a live reading filed, before anybody saw the other's, both on the
same version of the answer. An answer counts once every reading of it is in, so that no number tells what is still hidden
from a reader. Cities closed to the person who looks are in no number.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, Claim, Cycle
from criteria.models import Criterion, PracticeArea
from criteria.queries import areas_of, criteria_of
from reviews.agreement import FEWEST, Agreement, Lean, Share, agreement
from reviews.lifecycle import Found, Slot
from reviews.models import Assignment, Finding, Resolution
from reviews.planning import drawn
from reviews.queries import board, desk
from wwc.accounts.models import User

JUDGED = frozenset({Found.MET, Found.NOT_MET})
TARGETS = {
    "core": _("Core criteria"),
    "flagged": _("Flagged by the first reader, or not to be judged"),
    "near_line": _("Near a line between tiers, or read twice by choice"),
}


class First(NamedTuple):
    """The first finding of one reading."""

    person: int
    slot: str
    version: int | None
    verdict: str
    ticks: frozenset[int]
    flagged: bool
    claim: str


@dataclass(frozen=True)
class Read:
    """One answer with the first findings of its readings, all of which are in, and the verdict that was settled on it."""

    criterion: int
    steered: bool
    findings: tuple[First, ...]
    settled: str
    drawn: bool

    @property
    def pair(self) -> tuple[First, First] | None:
        """The first and the second reading, where both judged the same version."""
        by_slot = {finding.slot: finding for finding in self.findings}
        first, second = by_slot.get(Slot.FIRST), by_slot.get(Slot.SECOND)
        return (first, second) if first and second and first.version == second.version else None


@dataclass(frozen=True)
class Row:
    """One line of the page and of its table: an area, a criterion or a line of a checklist with what its pairs have in common."""

    kind: str
    code: str
    name: Any
    found: Agreement


@dataclass(frozen=True)
class AreaRows:
    """One practice area, its criteria and their checklists, as far as there are pairs."""

    area: Row
    criteria: tuple[tuple[Row, tuple[Row, ...]], ...]


@dataclass(frozen=True)
class ReaderRow:
    """How one reader's verdicts fared: how many were settled otherwise, and whether they say met more often than the others."""

    person: User
    overturned: Share
    lean: Lean

    @property
    def too_few(self) -> bool:
        """Whether there are too few pairs to say how they lean."""
        return self.lean.of < FEWEST

    @property
    def too_few_settled(self) -> bool:
        """Whether too few of their verdicts are settled to say how many are overturned."""
        return self.overturned.of < FEWEST


@dataclass(frozen=True)
class Quality:
    """The quality of reading in one cycle as one person may see it."""

    steers: bool
    whole: Row
    areas: tuple[AreaRows, ...]
    targeted: tuple[Row, ...]
    left_out: int
    readers: tuple[ReaderRow, ...]
    own: ReaderRow | None

    @property
    def rows(self) -> list[Row]:
        """All lines about pairs, for the table."""
        inner = [row for each in self.areas for row in (each.area, *(one for crit, items in each.criteria for one in (crit, *items)))]
        return [self.whole, *inner, *self.targeted]


COLUMNS = ("what", "code", "name", "pairs", "agreed", "share", "from", "to", "ac1", "kappa", "alpha")


def as_table(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The lines about pairs with all their figures, for a file."""
    return [
        {
            "what": row.kind, "code": row.code, "name": str(row.name), "pairs": row.found.pairs, "agreed": row.found.agreed.n,
            "share": _short(row.found.agreed.share), "from": _short(low), "to": _short(high),
            "ac1": _short(row.found.ac1), "kappa": _short(row.found.kappa), "alpha": _short(row.found.alpha),
        }
        for row in rows
        for low, high in [row.found.agreed.interval or (None, None)]
    ]  # fmt: skip


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def cycles(user: Any) -> list[Cycle]:
    """The cycles of which the person may see something here, the latest first."""
    return list(board.cycles(user)) if user.of_programme else desk.cycles_of(user)


def quality(cycle: Cycle, user: Any, language: str = "en") -> Quality:
    """Everything on the page, in a constant number of queries: the person's own figures, and what they steer."""
    words, areas = criteria_of(cycle.standard, language), areas_of(cycle.standard, language)
    read = _read(cycle, user)
    steered = [each for each in read if each.steered]
    random = [pair for each in steered if each.drawn and (pair := each.pair)]
    by_criterion: dict[int, list[tuple[First, First]]] = defaultdict(list)
    for each in steered:
        if each.drawn and each.pair:
            by_criterion[each.criterion].append(each.pair)
    people = sorted({finding.person for each in steered for finding in each.findings} | {user.pk})
    names = User.objects.in_bulk(people)
    readers = [_reader(names[person], steered) for person in people if person != user.pk]
    targeted = _targeted(steered, words)
    twice = [each for each in steered if {Slot.FIRST, Slot.SECOND} <= {finding.slot for finding in each.findings}]
    return Quality(
        steers=user.of_programme or desk.leads(user, cycle),
        whole=Row("all", "", _("All areas"), _of(random)),
        areas=tuple(_area(area, [word for word in words if word.area_id == area.pk], by_criterion) for area in areas),
        targeted=tuple(Row(key, "", name, _of(targeted[key])) for key, name in TARGETS.items()),
        left_out=sum(each.pair is None for each in twice),
        readers=tuple(sorted((row for row in readers if row.overturned.of or row.lean.of), key=lambda row: str(row.person))),
        own=_reader(names[user.pk], read) if any(finding.person == user.pk for each in read for finding in each.findings) else None,
    )


def _of(pairs: Iterable[tuple[First, First]]) -> Agreement:
    """What the verdicts of these pairs have in common."""
    return agreement([(first.verdict, second.verdict) for first, second in pairs])


def _area(area: PracticeArea, words: Sequence[Criterion], by_criterion: dict[int, list[tuple[First, First]]]) -> AreaRows:
    pairs = [pair for word in words for pair in by_criterion[word.pk]]
    rows = [
        (Row("criterion", word.code, word.text.title, _of(by_criterion[word.pk])), tuple(_items(word, by_criterion[word.pk])))
        for word in words
        if by_criterion[word.pk]
    ]
    return AreaRows(Row("area", area.code, area.name_shown, _of(pairs)), tuple(rows))


def _items(word: Criterion, pairs: Sequence[tuple[First, First]]) -> Iterable[Row]:
    """The lines of a checklist, of the pairs in which both could judge."""
    judged = [pair for pair in pairs if all(finding.verdict in JUDGED for finding in pair)]
    for item, line in zip(word.items, word.lines, strict=True):
        ticks = [(item.position in first.ticks, item.position in second.ticks) for first, second in judged]
        if ticks:
            yield Row("item", f"{word.code}.{item.position}", line, agreement(ticks))


def _targeted(read: Iterable[Read], words: Sequence[Criterion]) -> dict[str, list[tuple[First, First]]]:
    """The pairs that no chance drew, by why they are read twice; the first reason counts."""
    core, found = {word.pk for word in words if word.core}, defaultdict(list)
    for each in read:
        if each.drawn or not (pair := each.pair):
            continue
        unsure = pair[0].flagged or pair[0].verdict == Found.CANNOT_JUDGE
        found["core" if each.criterion in core else "flagged" if unsure else "near_line"].append(pair)
    return found


def _reader(person: User, read: Iterable[Read]) -> ReaderRow:
    """One reader's figures, of all answers that are read more than once."""
    overturned = settled = yes = no = pairs = 0
    for each in read:
        mine = next((finding for finding in each.findings if finding.person == person.pk), None)
        if mine is None or mine.verdict not in JUDGED:
            continue
        if each.settled and len(each.findings) > 1:  # a reading that is alone is settled as it is
            settled += 1
            overturned += each.settled != mine.verdict
        if each.pair and mine in each.pair:
            other = each.pair[0] if each.pair[1] is mine else each.pair[1]
            if other.verdict in JUDGED:
                pairs += 1
                yes += mine.verdict == Found.MET and other.verdict == Found.NOT_MET
                no += mine.verdict == Found.NOT_MET and other.verdict == Found.MET
    return ReaderRow(person, Share(overturned, settled), Lean(yes, no, pairs))


def _read(cycle: Cycle, user: Any) -> list[Read]:
    """The answers that the person steers or reads and of which every reading is in."""
    columns = ("pk", "criterion_id", "criterion__code", "assessment_id")
    steered = _steered(user, cycle)
    scopes = [steered] if user.of_programme else [steered, _own(user, cycle)]
    rows = [list(answers.values_list(*columns)) for answers in scopes]
    firsts, waiting = _firsts(scopes)
    settled = _settled(scopes)
    rule, seed = cycle.policy.get("second_reading", {}), cycle.policy.get("seed", 0)
    steers = {row[0] for row in rows[0]}
    found = []
    for answer, criterion, code, assessment in {row[0]: row for scope in rows for row in scope}.values():
        readings = firsts.get(answer, ())
        if not readings or answer in waiting:
            continue
        last = settled.get(answer)
        verdict = last[1] if last and all(last[0] == finding.version for finding in readings) else ""
        chance = drawn(seed, assessment, code, rule.get("random_share", 0)) and all(each.claim == Claim.MET for each in readings)
        found.append(Read(criterion, answer in steers, tuple(readings), verdict, chance))
    return found


def _steered(user: Any, cycle: Cycle) -> QuerySet[Answer]:
    answers = desk.answers_readable_by(user) if user.of_programme else desk.led_by(user)
    return answers.filter(assessment__cycle=cycle)


def _own(user: Any, cycle: Cycle) -> QuerySet[Answer]:
    mine = desk.assignments_visible_to(user).filter(answer__assessment__cycle=cycle)
    return Answer.objects.filter(pk__in=mine.values("answer"))


def _firsts(scopes: Sequence[QuerySet[Answer]]) -> tuple[dict[int, list[First]], set[int]]:
    """The first finding of every live reading by answer, and the answers of which a reading has none yet. Two queries for each scope."""
    firsts: dict[int, dict[int, First]] = defaultdict(dict)
    waiting: set[int] = set()
    for answers in scopes:
        live = Assignment.objects.filter(answer__in=answers.order_by().values("pk"), ended_at=None)
        reads = {
            pk: (answer, person, slot) for pk, answer, person, slot in live.values_list("pk", "answer_id", "member__person_id", "slot")
        }
        found = Finding.objects.filter(assignment__in=live.order_by().values("pk")).order_by("pk")
        filed = set()
        for pk, *said in found.values_list("assignment_id", "version_id", "verdict", "ticks", "wants_second", "version__claim"):
            if pk not in filed and pk in reads:
                filed.add(pk)
                answer, person, slot = reads[pk]
                version, verdict, ticks, flagged, claim = said
                firsts[answer][pk] = First(person, slot, version, verdict, frozenset(ticks), flagged, claim or "")
        waiting |= {answer for pk, (answer, _person, _slot) in reads.items() if pk not in filed}
    return {answer: list(found.values()) for answer, found in firsts.items()}, waiting


def _settled(scopes: Sequence[QuerySet[Answer]]) -> dict[int, tuple[int | None, str]]:
    """The latest settled verdict of each answer with the version that it is on. One query for each scope."""
    latest: dict[int, tuple[int | None, str]] = {}
    for answers in scopes:
        rows = Resolution.objects.filter(answer__in=answers.order_by().values("pk")).order_by("pk")
        latest |= {answer: (version, verdict) for answer, version, verdict in rows.values_list("answer_id", "version_id", "verdict")}
    return latest
