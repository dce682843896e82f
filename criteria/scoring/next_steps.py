"""The cheapest way up: which criteria to meet next, so that a tier is reached with as little as possible.

The cheapest set is the one with the fewest criteria; of those, the one with the fewest of unknown
effort, then of a year, then of months; of those, the one whose codes come first. It is found exactly,
by going through all valid sets at once: sets that bring the same (points, and points of each area
below its minimum) are one way, and only the cheapest of them is kept. A criterion is either left
out, and then so is all that needs it, or taken, and then so is all that it needs; what remains falls
into parts that have nothing to do with each other, and these are gone through one after the other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_

from criteria.scoring.rulebook import EFFORTS, Rule, Rulebook, Verdict
from criteria.scoring.score import Score, score
from criteria.scoring.tiers import TierReach

Gain = tuple[int, ...]
"""Points towards what is missing: of all criteria, and of each area below its minimum; never more than is missing."""
Ways = dict[Gain, int]
"""The price of the cheapest set for each gain."""


@dataclass(frozen=True)
class NextSteps:
    """The cheapest set of criteria that reaches a tier, in an order in which they can be done."""

    tier: str
    codes: tuple[str, ...]
    points_after: int
    reachable: bool = True


def next_steps(rulebook: Rulebook, verdicts: Mapping[str, Verdict], tier_key: str | None = None) -> NextSteps | None:
    """The cheapest way to the next tier, or to the named one; None when there is nothing left to reach.

    It is a search, and it follows from its arguments alone: a team that looks again before it has said more has it at once.
    """
    return _found(rulebook, tuple(rulebook.checked(verdicts).items()), tier_key)


@lru_cache(maxsize=1000)
def _found(rulebook: Rulebook, given: tuple[tuple[str, Verdict], ...], tier_key: str | None) -> NextSteps | None:
    verdicts = dict(given)
    now = score(rulebook, verdicts)
    goal = _next(now) if tier_key is None else now.tiers[rulebook.tiers.index(rulebook.tier(tier_key))]
    if goal is None or goal.reached:
        return None
    codes = _Search(rulebook, now, goal).cheapest()
    if codes is None:
        return NextSteps(goal.key, (), now.points, reachable=False)
    after = score(rulebook, {**verdicts, **dict.fromkeys(codes, Verdict.MET)})
    return NextSteps(goal.key, codes, after.points)


def _next(now: Score) -> TierReach | None:
    """The tier after the highest one reached."""
    keys = [reach.key for reach in now.tiers]
    above = now.tiers[keys.index(now.tier) + 1 :] if now.tier else now.tiers
    return above[0] if above else None


class _Search:
    """The criteria without their points, each a bit, so that a set of them is one whole number."""

    def __init__(self, rulebook: Rulebook, now: Score, goal: TierReach) -> None:
        lost = {reason.code: reason for reason in now.reasons if reason.why in ("not_met", "blocked")}
        # The first code is the highest bit: of two sets of one size, the greater number has the codes that come first.
        self.bits = {code: 1 << place for place, code in enumerate(sorted(lost, reverse=True))}
        self.rules = {bit: rulebook.by_code[code] for code, bit in self.bits.items()}
        # Criteria of one area stand together, so that an area is settled before the next one opens.
        self.sequence = sorted(self.rules, key=lambda bit: (self.rules[bit].area, -bit))

        self.above: dict[int, int] = {}
        for rule in rulebook.in_order:
            if rule.code in self.bits:
                needs = [self.bits[code] for code in rule.needs if code in self.bits]
                self.above[self.bits[rule.code]] = _union(need | self.above[need] for need in needs)
        self.below = {bit: _union(other for other in self.above if self.above[other] & bit) for bit in self.above}

        self.missing: Gain = (goal.points_short, *(area.points_short for area in goal.areas_below))
        areas = [area.area for area in goal.areas_below]
        self.gain: dict[int, Gain] = {
            bit: (rule.points, *(rule.points * (rule.area == area) for area in areas)) for bit, rule in self.rules.items()
        }
        self.price = {bit: self._price(bit, rule) if lost[rule.code].verdict is Verdict.NOT_MET else 0 for bit, rule in self.rules.items()}
        must = _union(self.bits[code] for code in (*goal.missing_core, *goal.missing_required))
        self.must = _union(bit | self.above[bit] for bit in self.sequence if bit & must)

    def cheapest(self) -> tuple[str, ...] | None:
        """The codes of the cheapest set in an order in which they can be done, or None where no set reaches the goal."""
        start = self._taking(self.must, {self._gains(0): 0})
        everything = (1 << len(self.bits)) - 1
        price = self._through(everything & ~self.must, 0, start).get(self.missing)
        if price is None:
            return None
        return self._doable(-price & everything)

    def _price(self, bit: int, rule: Rule) -> int:
        """A number that adds up: criteria first, then years and months of effort, then the codes in its last bits."""
        many = len(self.bits) + 1
        effort = (0, 1, many, many**2)[EFFORTS.index(rule.effort)]
        return ((many**3 + effort) << len(self.bits)) - bit

    def _through(self, among: int, later: int, ways: Ways) -> Ways:
        """The ways with every valid choice among these criteria added; others are still to come later."""
        while among and ways:
            part = self._part(among)
            among &= ~part
            rest = among | later
            pivot = max(
                (bit for bit in self.sequence if bit & part),
                key=lambda bit: ((self.above[bit] | self.below[bit]) & part).bit_count(),
            )
            taken = (pivot | self.above[pivot]) & part
            left = part & ~(pivot | self.below[pivot])
            without = self._through(left, rest, self._hopeful(ways, left | rest))
            ways = self._through(part & ~taken, rest, self._taking(taken, ways))
            for gain, price in without.items():
                ways[gain] = min(price, ways.get(gain, price))
        return ways

    def _part(self, among: int) -> int:
        """The first of these criteria with all that hang together with it."""
        part, fresh = 0, next(bit for bit in self.sequence if bit & among)
        while fresh:
            part |= fresh
            fresh = _union(self.above[bit] | self.below[bit] for bit in self.sequence if bit & fresh) & among & ~part
        return part

    def _taking(self, taken: int, ways: Ways) -> Ways:
        """The ways with these criteria added to each."""
        bits = [bit for bit in self.sequence if bit & taken]
        price = sum(self.price[bit] for bit in bits)
        more = self._gains(taken)
        longer: Ways = {}
        for gain, paid in ways.items():
            total = tuple(map(min, map(int.__add__, gain, more), self.missing))
            longer[total] = min(paid + price, longer.get(total, paid + price))
        return longer

    def _hopeful(self, ways: Ways, rest: int) -> Ways:
        """The ways that can still arrive with what is to come."""
        least = tuple(map(int.__sub__, self.missing, self._gains(rest)))
        return {gain: price for gain, price in ways.items() if all(map(int.__ge__, gain, least))}

    def _gains(self, among: int) -> Gain:
        rows = [self.gain[bit] for bit in self.sequence if bit & among]
        return tuple(sum(row[place] for row in rows) for place in range(len(self.missing)))

    def _doable(self, chosen: int) -> tuple[str, ...]:
        """The codes of a set: what is needed first, then the least effort, then the code."""
        codes = []
        while chosen:
            ready = [bit for bit in self.sequence if bit & chosen and not self.above[bit] & chosen]
            bit = min(ready, key=lambda bit: (EFFORTS.index(self.rules[bit].effort), self.rules[bit].code))
            codes.append(self.rules[bit].code)
            chosen &= ~bit
        return tuple(codes)


def _union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
