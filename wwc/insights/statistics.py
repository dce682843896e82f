"""What the figures are made of: shares and differences with their intervals, quartiles. Pure.

Shares go from 0 to 1. The interval of a share is Wilson's (1927), that of a difference Newcombe's (1998): of two groups his
method 10 for independent shares, of the same cities twice the one for pairs, with the correlation of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import quantiles

from reviews.agreement import wilson

PLACES = 6  # to which every share of a dataset is rounded, so that the same cases have the same hash anywhere


@dataclass(frozen=True, slots=True)
class Part:
    """A share of n cities with its interval.

    Where a city is a share itself (of its criteria), the mean of n such shares is never more uncertain than a share of n that is
    as large, so the interval is safe: it takes the city, not the criterion, as what was drawn.
    """

    share: float
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares it lies, with 95 % confidence."""
        return wilson(self.share * self.n, self.n)


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger one share is than another, from -1 to 1, and between what."""

    value: float
    low: float
    high: float

    @property
    def by_chance(self) -> bool:
        """Whether it may be chance: no difference lies within the interval."""
        return self.low <= 0 <= self.high


def newcombe(one: Part, other: Part, correlation: float = 0.0) -> Difference:
    """The share of one less that of the other, with the 95 % interval; `correlation` is that of pairs, 0 for two groups."""
    (low1, high1), (low2, high2) = one.interval, other.interval
    value = one.share - other.share
    down = _root(one.share - low1, high2 - other.share, correlation)
    up = _root(high1 - one.share, other.share - low2, correlation)
    return Difference(value, max(-1.0, value - down), min(1.0, value + up))


def _root(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))


def correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """How far two rows of numbers go together, from -1 to 1 (Pearson); 0 where either never changes."""
    n = len(one)
    mean1, mean2 = sum(one) / n, sum(other) / n
    both = sum((a - mean1) * (b - mean2) for a, b in zip(one, other, strict=True))
    alone = sqrt(sum((a - mean1) ** 2 for a in one) * sum((b - mean2) ** 2 for b in other))
    return max(-1.0, min(1.0, both / alone)) if alone > 1e-12 else 0.0


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile, between two values in proportion; of one value that value three times."""
    low, middle, high = quantiles(values if len(values) > 1 else [*values, *values], n=4, method="inclusive")
    return low, middle, high


def rounded(value: float) -> float:
    """The number as a dataset holds it; a nought has no sign."""
    return round(value, PLACES) + 0.0
