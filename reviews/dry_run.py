"""What an edition would have made of a past assessment: verdicts carried through the crosswalk, two scores, what moved the tier.

A verdict that nothing carries is unknown. The tier is a range: at least with the unknown criteria not met, at most with them met.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from criteria.scoring import Rulebook, Score, Verdict, score

SAME, REWORDED, MERGED = "same", "reworded", "merged"
GAINS, LOSES, STAYS, UNDECIDED = OUTCOMES = ("gains", "loses", "stays", "undecided")
WON, LOST, GONE, OPEN = MOVES = ("won", "lost", "gone", "open")

Ticks = tuple[int, ...]


@dataclass(frozen=True)
class Checklists:
    """The checklist of a criterion before and after a change: its lines, and how many of them are needed."""

    required_before: int
    before: tuple[str, ...]
    required: int
    after: tuple[str, ...]

    @property
    def kept(self) -> dict[int, int]:
        """The lines that are there before and after in the same words: the place before by the place after, both from 1."""
        places: dict[str, list[int]] = {}
        for place, line in enumerate(self.before, 1):
            places.setdefault(line, []).append(place)
        return {after: places[line].pop(0) for after, line in enumerate(self.after, 1) if places.get(line)}

    def judged(self, verdict: Verdict, ticks: Iterable[Ticks]) -> Verdict | None:
        """What a verdict given by the list before says of the list after; None where it cannot be told.

        What was enough before is enough where the change only eases, what was not is not where it only tightens. Otherwise
        the ticks decide, if all that were given say the same. Ticks beside which the reader judged otherwise say nothing.
        """
        kept, was_met = self.kept, verdict is Verdict.MET
        added, dropped = len(self.after) - len(kept), len(self.before) - len(kept)
        if was_met and self.required_before - dropped >= self.required:
            return Verdict.MET
        if not was_met and min(self.required_before - 1, len(kept)) + added < self.required:
            return Verdict.NOT_MET
        said = set()
        for given in ticks:
            if (len(set(given)) >= self.required_before) is was_met:
                still = len(set(given) & set(kept.values()))
                said.add(Verdict.MET if still >= self.required else Verdict.NOT_MET if still + added < self.required else None)
        return said.pop() if len(said) == 1 else None


@dataclass(frozen=True)
class Way:
    """What a criterion of the tried edition comes from: criteria of the earlier one, by code.

    `whole` says whether they speak for all of it. `changed` is there where the edition is a draft of another and asks for another list.
    """

    kind: str
    origins: tuple[str, ...] = ()
    whole: bool = True
    changed: Checklists | None = None


@dataclass(frozen=True)
class Road:
    """The way from one edition to the tried one: of each of its criteria, what was withdrawn, and the tiers before, from the lowest up."""

    ways: Mapping[str, Way]
    withdrawn: tuple[str, ...]
    ladder: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """One assessment as it was scored: its tier and points, its verdicts, what earned points, and the readers' ticks where they matter."""

    tier: str
    points: int
    possible: int
    verdicts: Mapping[str, Verdict]
    counted: frozenset[str]
    ticks: Mapping[str, tuple[Ticks, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Move:
    """A criterion by which a tier moved: it counts now, it counts no longer, it is no longer asked, or it is unknown."""

    kind: str
    code: str


@dataclass(frozen=True)
class Lack:
    """What is missing to a tier in the tried edition."""

    tier: str
    floor: int
    points: int
    core: tuple[str, ...]
    required: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """What the edition makes of one assessment: at least and at most, and what moved it."""

    outcome: str
    least: Score
    most: Score
    moves: tuple[Move, ...]
    lack: Lack | None

    @property
    def tiers(self) -> tuple[str, str]:
        """The tier at least, and at most."""
        return self.least.tier or "", self.most.tier or ""


def carried(way: Way, past: Past) -> Verdict | None:
    """The verdict on a criterion of the tried edition, as far as the verdicts on what it comes from carry; None where they do not."""
    if way.kind not in (SAME, REWORDED, MERGED) or not way.origins or any(code not in past.verdicts for code in way.origins):
        return None
    said = {past.verdicts[code] for code in way.origins} - {Verdict.NOT_APPLICABLE}
    if not said:
        return Verdict.NOT_APPLICABLE
    verdict = Verdict.NOT_MET if Verdict.NOT_MET in said else Verdict.MET if way.whole else None
    if verdict is None or way.changed is None:
        return verdict
    return way.changed.judged(verdict, past.ticks.get(way.origins[0], ()))


def tried(book: Rulebook, road: Road, past: Past) -> Tried:
    """Try the edition on one past assessment."""
    known = {rule.code: carried(road.ways.get(rule.code, Way("new")), past) for rule in book.rules}
    known = {
        code: None if verdict is Verdict.NOT_APPLICABLE and not book.by_code[code].may_not_apply else verdict
        for code, verdict in known.items()
    }
    least = score(book, {code: verdict or Verdict.NOT_MET for code, verdict in known.items()})
    most = score(book, {code: verdict or Verdict.MET for code, verdict in known.items()}) if None in known.values() else least
    ranks = [_rank(tier or "", book, road.ladder) for tier in (past.tier, least.tier, most.tier)]
    outcome = _outcome(*ranks)
    unknown = [code for code, verdict in known.items() if verdict is None]
    moves = tuple(_moves(outcome, road, past, least, most, unknown))
    return Tried(outcome, least, most, moves, _lack(outcome, book, past, least, most))


def counts(found: Iterable[Tried]) -> dict[str, int]:
    """How many gain, lose, stay, and are undecided."""
    counted = Counter(each.outcome for each in found)
    return {outcome: counted[outcome] for outcome in OUTCOMES}


def by_criterion(found: Iterable[Tried]) -> list[tuple[str, bool, dict[str, int]]]:
    """In how many assessments each criterion moved the tier, by outcome, most first; "" stands for the lines alone, where none did.

    A core or required criterion that is missing moved it too. One that is no longer asked is said to be so: its code may be that
    of another criterion now.
    """
    counted: Counter[tuple[str, bool, str]] = Counter()
    for each in found:
        if each.outcome != STAYS:
            gates = (*each.lack.core, *each.lack.required) if each.lack else ()
            moved = {(move.code, move.kind == GONE) for move in each.moves} | {(code, False) for code in gates}
            counted.update((code, gone, each.outcome) for code, gone in moved or {("", False)})
    criteria = {(code, gone) for code, gone, _outcome in counted}
    rows = [(code, gone, {outcome: counted[code, gone, outcome] for outcome in OUTCOMES}) for code, gone in criteria]
    return sorted(rows, key=lambda row: (-sum(row[2].values()), row[:2]))


def _rank(tier: str, book: Rulebook, ladder: tuple[str, ...]) -> float:
    """Where a tier stands on the ladder of the tried edition; one that it no longer has, between those around it before."""
    now = [step.key for step in book.tiers]
    if tier in now:
        return now.index(tier) + 1
    below = ladder[: ladder.index(tier)] if tier in ladder else ()
    return max((now.index(key) + 1.5 for key in below if key in now), default=0.5 if tier else 0)


def _outcome(before: float, least: float, most: float) -> str:
    if least > before:
        return GAINS
    if most < before:
        return LOSES
    return STAYS if least == before == most else UNDECIDED


def _moves(outcome: str, road: Road, past: Past, least: Score, most: Score, unknown: list[str]) -> Iterable[Move]:
    """The criteria that speak for the outcome, in the order of the tried edition, withdrawn ones last."""
    if outcome == STAYS:
        return
    for low, high in zip(least.reasons, most.reasons, strict=True):
        way = road.ways.get(low.code, Way("new"))
        counted = bool(way.origins) and all(code in past.counted for code in way.origins)
        if low.code in unknown:
            if outcome == UNDECIDED or (low.earned == high.earned == 0 and counted):
                yield Move(OPEN if outcome == UNDECIDED else LOST, low.code)
        elif low.earned and not counted and outcome != LOSES:
            yield Move(WON, low.code)
        elif not high.earned and counted and outcome != GAINS:
            yield Move(LOST, low.code)
    for code in road.withdrawn:
        if (code in past.counted) == (outcome == LOSES) or outcome == UNDECIDED:
            yield Move(GONE, code)


def _lack(outcome: str, book: Rulebook, past: Past, least: Score, most: Score) -> Lack | None:
    """What is missing: to the tier of before where it is lost; to what is possible at most where it is undecided."""
    if outcome not in (LOSES, UNDECIDED):
        return None
    wanted, seen = (past.tier, most) if outcome == LOSES else (most.tier, least)
    reach = next((reach for reach in seen.tiers if reach.key == wanted), None)
    if reach is None:
        return None
    areas = tuple(area.area for area in reach.areas_below)
    return Lack(reach.key, reach.floor_points, reach.points_short, reach.missing_core, reach.missing_required, areas)
