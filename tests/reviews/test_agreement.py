"""How far readers agree: golden values, values worked out by hand, laws, and a second implementation that counts everything out."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.agreement import (
    FEWEST,
    Lean,
    Share,
    agreement,
    cohen_kappa,
    gwet_ac1,
    krippendorff_alpha,
    wilson,
)

WORDS = ("met", "not_met", "cannot_judge")
PAIRS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=FEWEST, max_size=40)


def table(rows):
    """The pairs behind a table: one reader down, the other across."""
    return [(one, other) for one, row in enumerate(rows) for other, count in enumerate(row) for _ in range(count)]


@pytest.mark.parametrize(
    ("rows", "agreed", "kappa", "ac1", "alpha"),
    [
        ([[90, 4], [4, 2]], 0.92, 0.2908, 0.9098, 0.2943),
        ([[46, 4], [4, 46]], 0.92, 0.84, 0.84, 0.8408),
        ([[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.89, 0.7964, 0.8493, 0.7973),
        # By hand. Chance of kappa: 25 of 50 and 30 of 50 say yes: .5 * .6 + .5 * .4 = .5, so (.7 - .5) / .5.
        # AC1: yes .55: 2 * .55 * .45 = .495, so (.7 - .495) / .505. Alpha: 1 - .3 * 100 * 99 / (10000 - 55^2 - 45^2).
        ([[20, 5], [10, 15]], 0.7, 0.4, 0.4059, 0.4),
        # Worse than chance: nobody ever says the same.
        ([[0, 10], [10, 0]], 0.0, -1.0, -1.0, -0.95),
    ],
)
def test_golden_values(rows, agreed, kappa, ac1, alpha):
    found = agreement(table(rows))
    assert found.agreed.share == agreed
    assert (round(found.kappa, 4), round(found.ac1, 4), round(found.alpha, 4)) == (kappa, ac1, alpha)


@pytest.mark.parametrize(
    ("n", "of", "low", "high"),
    [(92, 100, 0.85, 0.9589), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson_as_printed(n, of, low, high):
    """The last is the example of Newcombe (1998), printed as .2553 to .3662."""
    assert [round(end, 4) for end in wilson(n, of)] == [low, high]


def test_of_few_pairs_there_is_a_count_and_no_coefficient():
    few, enough = agreement([("met", "met")] * (FEWEST - 1)), agreement([("met", "not_met")] * FEWEST)
    assert (few.pairs, few.too_few, few.ac1, few.kappa, few.alpha) == (19, True, None, None, None)
    assert (few.agreed.share, few.agreed.interval) == (1.0, wilson(19, 19))
    assert not enough.too_few
    assert enough.ac1 is not None
    none = agreement([])
    assert (none.pairs, none.agreed.share, none.agreed.interval) == (0, None, None)


def test_where_one_word_was_ever_said_two_coefficients_are_unsaid():
    found = agreement([("met", "met")] * 30)
    assert (found.ac1, found.kappa, found.alpha) == (1.0, None, None)


@pytest.mark.parametrize(("n", "of"), [(1, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_is_refused(n, of):
    with pytest.raises(ValueError, match="no share"):
        wilson(n, of)


def test_a_lean_is_what_one_says_more_often_than_the_others():
    lean = Lean(yes=9, no=3, of=60)
    assert lean.difference == pytest.approx(0.1)
    # (9 - 3) / 62 = .09677; sqrt(13 - 36 / 62) / 62 = .05684; times 1.95996
    assert [round(end, 4) for end in lean.interval] == [-0.0146, 0.2082]
    assert (Lean(0, 0, 0).difference, Lean(0, 0, 0).interval) == (None, None)
    assert Lean(3, 9, 60).difference == pytest.approx(-0.1)


@given(st.integers(0, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))).filter(lambda pair: pair[1]))
def test_the_interval_holds_the_share_and_narrows(pair):
    n, of = pair
    low, high = Share(n, of).interval
    assert 0 <= low <= n / of + 1e-12
    assert n / of - 1e-12 <= high <= 1
    assert wilson(of - n, of) == pytest.approx((1 - high, 1 - low))
    wide, narrow = high - low, wilson(10 * n, 10 * of)
    assert narrow[1] - narrow[0] < wide


@given(PAIRS)
def test_who_is_named_first_does_not_matter(pairs):
    found, turned = agreement(pairs), agreement([pair[::-1] for pair in pairs])
    assert (found.agreed, found.kappa) == (turned.agreed, pytest.approx(turned.kappa))
    some = agreement([pair[::-1] if number % 2 else pair for number, pair in enumerate(pairs)])
    assert (found.ac1, found.alpha) == (pytest.approx(some.ac1), pytest.approx(some.alpha))


@given(PAIRS, st.permutations(WORDS))
def test_what_the_words_are_called_does_not_matter(pairs, names):
    called = dict(zip(WORDS, names, strict=True))
    found, other = agreement(pairs), agreement([(called[one], called[two]) for one, two in pairs])
    assert (found.ac1, found.kappa, found.alpha) == pytest.approx((other.ac1, other.kappa, other.alpha))


@given(PAIRS)
def test_bounds(pairs):
    found = agreement(pairs)
    for value in (found.ac1, found.kappa, found.alpha):
        assert value is None or -1 - 1e-9 <= value <= 1 + 1e-9


@given(st.lists(st.sampled_from(WORDS), min_size=FEWEST, max_size=40))
def test_perfect_agreement_is_one(words):
    found = agreement([(word, word) for word in words])
    wanted = (1.0, 1.0, 1.0) if len(set(words)) > 1 else (1.0, None, None)
    assert (found.ac1, found.kappa, found.alpha) == wanted
    assert found.agreed.share == 1.0


def _counted_out(pairs):
    """All three by drawing every two words out of the bag that the definition names; in whole fractions."""
    observed = Fraction(sum(one == two for one, two in pairs), len(pairs))
    across = [one == two for (one, _), (_, two) in product(pairs, pairs)]
    bag = [word for pair in pairs for word in pair]
    drawn = [bag[i] != bag[j] for i, j in product(range(len(bag)), repeat=2) if i != j]
    words = sorted(set(bag))
    chance = [Fraction(bag.count(word), len(bag)) for word in words]
    by_chance = sum(share * (1 - share) for share in chance) / (len(words) - 1) if len(words) > 1 else Fraction(0)
    expected = Fraction(sum(across), len(across))
    kappa = None if expected == 1 else (observed - expected) / (1 - expected)
    alpha = None if not any(drawn) else 1 - (1 - observed) / Fraction(sum(drawn), len(drawn))
    return (observed - by_chance) / (1 - by_chance), kappa, alpha


@given(PAIRS)
def test_a_second_implementation_says_the_same(pairs):
    ac1, kappa, alpha = _counted_out(pairs)
    for said, wanted in ((gwet_ac1(pairs), ac1), (cohen_kappa(pairs), kappa), (krippendorff_alpha(pairs), alpha)):
        assert said is None if wanted is None else said == pytest.approx(float(wanted))
