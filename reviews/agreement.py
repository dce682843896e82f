"""How far two independent readers agree: pure arithmetic over pairs of what the one and the other said.

Coefficients take what would agree by chance off what agrees. They are said of twenty pairs and more; below that they
swing with each pair. Where only one word was ever said, kappa and alpha are a nought divided by a nought, and unsaid.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

FEWEST = 20  # pairs of which a coefficient is said
Z = NormalDist().inv_cdf(0.975)  # both ends of 95 %

Pair = tuple[Hashable, Hashable]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of Wilson. Of nothing there is no share."""

    n: int
    of: int

    @property
    def share(self) -> float | None:
        """The share itself."""
        return self.n / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Between which shares it lies."""
        return wilson(self.n, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Agreement:
    """What pairs of readings have in common: how many are the same, and the coefficients as far as they can be said."""

    agreed: Share
    ac1: float | None
    kappa: float | None
    alpha: float | None

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return self.agreed.of

    @property
    def too_few(self) -> bool:
        """Whether there are too few pairs for a coefficient."""
        return self.pairs < FEWEST


@dataclass(frozen=True, slots=True)
class Lean:
    """How often one reader said yes where the other said no, and the other way round, over all their pairs."""

    yes: int
    no: int
    of: int

    @property
    def difference(self) -> float | None:
        """By how much their share of yes is above that of the others on the same answers."""
        return (self.yes - self.no) / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Its 95 % interval after Agresti and Min (2005), which holds for few pairs as well."""
        if not self.of:
            return None
        middle = (self.yes - self.no) / (self.of + 2)
        spread = sqrt((self.yes + self.no + 1) - (self.yes - self.no) ** 2 / (self.of + 2)) / (self.of + 2)
        return max(-1.0, middle - Z * spread), min(1.0, middle + Z * spread)


def wilson(n: float, of: int) -> tuple[float, float]:
    """The 95 % interval of n out of `of` after Wilson (1927): inside 0 and 1, and fair at both ends. n may be a sum of shares."""
    if not 0 <= n <= of or not of:
        raise ValueError(f"{n} of {of} is no share")
    share, z2 = n / of, Z * Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    spread = Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return max(0.0, middle - spread), min(1.0, middle + spread)


def agreement(pairs: Iterable[Pair]) -> Agreement:
    """What these pairs have in common."""
    found = list(pairs)
    agreed = Share(sum(one == other for one, other in found), len(found))
    if len(found) < FEWEST:
        return Agreement(agreed, None, None, None)
    return Agreement(agreed, gwet_ac1(found), cohen_kappa(found), krippendorff_alpha(found))


def gwet_ac1(pairs: Iterable[Pair]) -> float:
    """Gwet's first coefficient, of the words that occur: steady where nearly everything is met."""
    found = list(pairs)
    said = Counter(word for pair in found for word in pair)
    if len(said) < 2:
        return 1.0
    shares = [count / (2 * len(found)) for count in said.values()]
    chance = sum(share * (1 - share) for share in shares) / (len(said) - 1)
    return (_observed(found) - chance) / (1 - chance)


def cohen_kappa(pairs: Iterable[Pair]) -> float | None:
    """Cohen's kappa: chance by what each of the two said over all."""
    found = list(pairs)
    ones, others = Counter(one for one, _other in found), Counter(other for _one, other in found)
    same = sum(count * others[word] for word, count in ones.items())
    whole = len(found) ** 2
    return None if same == whole else (_observed(found) - same / whole) / (1 - same / whole)


def krippendorff_alpha(pairs: Iterable[Pair]) -> float | None:
    """Krippendorff's alpha for words without an order: what differs, over what would if all were drawn from one bag."""
    found = list(pairs)
    said = Counter(word for pair in found for word in pair)
    values = 2 * len(found)
    differ = values * values - sum(count * count for count in said.values())
    return None if differ == 0 else 1 - (1 - _observed(found)) * values * (values - 1) / differ


def _observed(pairs: list[Pair]) -> float:
    return sum(one == other for one, other in pairs) / len(pairs)
