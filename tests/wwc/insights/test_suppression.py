"""Nothing about fewer than five hidden cities comes out of what is shown, however it is added and subtracted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wwc.insights.figures import TIERS, Book, Case, Detail, figures
from wwc.insights.suppression import LEAST, Guard, Member, Shown


def found_by_subtracting(groups: Iterable[frozenset[int]]) -> set[frozenset[int]]:
    """Every group of hidden members under five that adding and subtracting whole groups leaves: brute force."""
    found = set()
    for signs in product((-1, 0, 1), repeat=len(groups := list(dict.fromkeys(groups)))):
        left: dict[int, int] = {}
        for sign, group in zip(signs, groups, strict=True):
            for member in group if sign else ():
                left[member] = left.get(member, 0) + sign
        over = frozenset(member for member, factor in left.items() if factor)
        if 0 < len(over) < LEAST:
            found.add(over)
    return found


def found_at_all(groups: Iterable[frozenset[int]]) -> set[frozenset[int]]:
    """The same with any factors, exactly: whether the groups say less once up to four members are taken out of them."""
    rows = [group for group in set(groups) if group]
    members = sorted(frozenset().union(*rows)) if rows else []
    whole = _rank(rows, members)
    return {
        frozenset(out)
        for size in range(1, LEAST)
        for out in combinations(members, size)
        if _rank(rows, [member for member in members if member not in out]) < whole
    }


def _rank(rows: list[frozenset[int]], members: list[int]) -> int:
    table, rank = [[Fraction(member in row) for member in members] for row in rows], 0
    for column in range(len(members)):
        pivot = next((r for r in range(rank, len(table)) if table[r][column]), None)
        if pivot is None:
            continue
        table[rank], table[pivot] = table[pivot], table[rank]
        for r in range(rank + 1, len(table)):
            if factor := table[r][column] / table[rank][column]:
                table[r] = [a - factor * b for a, b in zip(table[r], table[rank], strict=True)]
        rank += 1
    return rank


def admitted(groups: Iterable[Iterable[int]]) -> list[frozenset[int]]:
    """What is shown of these groups of hidden members, asked one after the other."""
    guard = Guard([], 1)
    return [frozenset(group) for group in groups if guard.admits(1, [Member(each, each, 0) for each in group])]


def test_a_group_is_shown_from_five_hidden_cities_on():
    for size in range(1, 9):
        assert bool(admitted([range(size)])) is (size >= 5), size
    assert Guard([], 1).admits(1, []) is False


def test_what_could_be_found_by_subtracting_is_hidden_too():
    assert admitted([range(12), range(8)]) == [frozenset(range(12))], "the rest would be four"
    assert admitted([range(12), range(7)]) == [frozenset(range(12)), frozenset(range(7))]
    # Two tables that each hide nothing: a band that lies in a form but for three cities.
    assert len(admitted([range(20), range(10), range(3, 20)])) == 2
    # What three groups have in common, found by none of their pairs: 0..9 and 10..19 less 4..19 and the like.
    assert len(admitted([range(10), range(10, 20), range(4, 20)])) == 2


def test_what_was_shown_once_counts_for_ever():
    guard = Guard([], 1)
    guard.remember(1, range(10))
    assert not guard.admits(1, [Member(each, each, 0) for each in range(13)])
    assert guard.admits(1, [Member(each, each, 0) for each in range(15)])


def test_a_public_city_is_no_cover_for_a_hidden_one():
    members = [Member(each, 100 + each, 3 if each < 8 else 0) for each in range(11)]
    assert not Guard(members, 3).admits(1, members), "three hidden among eight who are public"
    assert Guard(members, 3).admits(3, members[:8])


def test_a_finer_figure_tells_the_coarser_ones():
    """Criteria of ten cities of which three hide even their points: known points are taken off the sum of the criteria."""
    members = [Member(each, each, 2 if each < 7 else 1) for each in range(10)]
    guard = Guard(members, 3)
    assert not guard.admits(3, members)
    assert guard.admits(1, members)


def test_a_corrected_result_of_one_hidden_city_is_not_told():
    before = [Member(each, each, 0) for each in range(10)]
    after = [*before[:9], Member(9, 77, 0)]
    guard = Guard(after, 2)
    guard.remember(1, range(10))
    guard.remember(2, range(10))
    assert guard.admits(1, after), "who took part is the same"
    assert not guard.admits(2, after), "the two sums differ by what one city was corrected by"


groups_of_a_small_world = st.lists(st.sets(st.integers(0, 11), min_size=1), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(groups_of_a_small_world)
@example([set(range(10)), set(range(5, 12)), {0, 1, 2, 3, 4, 10, 11}])
def test_no_sum_of_any_groups_is_over_fewer_than_five(groups):
    shown = admitted(groups)
    assert found_by_subtracting(shown) == set()
    assert found_at_all(shown) == set()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=14, max_size=14))
def test_parts_without_overlap_are_hidden_only_where_they_must_be(parts):
    """For a table of parts alone the rule is exact: every part of five and more is shown."""
    split = [{city for city, part in enumerate(parts) if part == name} for name in range(3)]
    assert admitted(split) == [frozenset(part) for part in split if len(part) >= LEAST]


def test_members_known_alike_are_one_class():
    """The work grows with groups, not with cities; and the answer is that for each city by itself."""
    shown = Shown()
    shown.add(range(1000))
    shown.add(range(500))
    assert len(shown._classes) == 2
    assert shown.allows(range(100, 400))
    assert not shown.allows(range(498))


# The figures themselves


CODES = {"A": "X", "B": "X", "C": "X", "D": "Y", "E": "Y", "F": "Y"}
BOOK = Book("2026", "2022", CODES, {"2018": {"A": "A", "D": "D"}}, over=True)


def small_world(chance: Random, cities: int, edition: str, first: int) -> list[Case]:
    """Told and untold cases with facts, consents and criteria drawn at random."""
    return [_case(chance, n, edition, first) for n in range(cities)]


def _case(chance: Random, n: int, edition: str, first: int) -> Case:
    told, tier = chance.random() < 0.85, chance.choice(TIERS)
    open_to = chance.choice((1, 2, 3, 3)) if told and tier != "no_tier" else 0
    return Case(
        member=Member(first + n, 1000 + first + n if told else 0, open_to),
        city=n,
        cycle=edition,
        edition=edition,
        told=told,
        submitted=told or chance.random() < 0.5,
        tier=tier,
        forms=chance.choice(("council-manager", "mayor-council", "unknown")),
        bands=chance.choice(("30000", "100000")),
        regions=chance.choice(("South", "West", "Canada")),
        of=frozenset(CODES) if chance.random() < 0.95 else frozenset("ABDE"),
        met=frozenset(code for code in "ABDE" if chance.random() < 0.5),
        claimed=frozenset(CODES),
    )


def released(cases: list[Case], pairs: list[tuple[Case, Case]], before: dict[int, list[list[int]]]) -> tuple[dict[str, Any], Guard]:
    """The public figures of these cases, after what was shown before."""
    guard = Guard([case.member for case in [*cases, *(pair[0] for pair in pairs)]], max(Detail))
    for detail, groups in before.items():
        for group in groups:
            guard.remember(detail, group)
    return figures(BOOK, cases, pairs, guard.admits), guard


def groups_told(content: dict[str, Any], cases: list[Case], pairs: list[tuple[Case, Case]]) -> Iterator[tuple[int, list[Case]]]:
    """Every group of which a published table has a number, worked out from the table alone, with how much it tells."""
    told, found = [case for case in cases if case.told], content["figures"]
    for key, detail in (("criteria", 3), ("claims", 4)):
        for row in found[key]["rows"]:
            if row["of"] is not None:
                yield detail, [case for case in told if row["code"] in case.of]
    for key in ("areas", "spread"):
        if found[key]["base"]:
            yield 2, told
    for row in found["tiers"]["rows"]:
        if row["of"] is not None:
            yield 3, [case for case in told if case.tier == row["tier"] and row["code"] in case.of]
    for key in ("forms", "bands", "regions"):
        for row in found[key]["rows"]:
            yield 2, [case for case in told if getattr(case, key) == row["group"]]
    steps = {"started": cases, "submitted": [case for case in cases if case.submitted], "told": told}
    steps |= {"tier": [case for case in told if case.tier in TIERS[:4]]} | {tier: [c for c in told if c.tier == tier] for tier in TIERS}
    for row in found["funnel"]["rows"]:
        if row["cities"] is not None:
            assert row["cities"] == len(steps[row["step"]])
            yield 1, steps[row["step"]]
    for part in found["change"]["parts"]:
        for row in part["rows"]:
            own = [pair for pair in pairs if pair[0].edition == part["edition"]]
            assert row["cities"] <= len(own)
            for side in (0, 1):
                yield 2 if part["edition"] == BOOK.edition else 3, [pair[side] for pair in own]


def found_in_threes(groups: set[frozenset[int]]) -> list[frozenset[int]]:
    """Every group under five that adding and subtracting any three of the groups leaves."""
    found = []
    for some in combinations(sorted(groups | {frozenset()}, key=sorted), 3):
        for signs in ((1, 1, 1), (1, 1, -1), (1, -1, 1), (-1, 1, 1)):
            left = Counter[int]()
            for sign, group in zip(signs, some, strict=True):
                left.update(dict.fromkeys(group, sign))
            over = frozenset(member for member, factor in left.items() if factor)
            found += [over] if 0 < len(over) < LEAST else []
    return found


def two_releases(seed: int, cities: int, more: int) -> tuple[dict[int, set[frozenset[int]]], int]:
    """What two releases of a cycle, the second with more cities, tell of hidden members, by detail; and of how many groups in all."""
    chance = Random(seed)
    old = small_world(chance, cities + more, chance.choice(("2018", "2022")), 500)
    cases = small_world(chance, cities + more, "2022", 0)
    pairs = [(before, after) for before, after in zip(old, cases, strict=True) if before.told and after.told and before.city % 3]
    early = [pair for pair in pairs if pair[1].city < cities]
    first, guard = released(cases[:cities], early, {})
    second, _then = released(cases, pairs, guard.groups)
    told = [*groups_told(first, cases[:cities], early), *groups_told(second, cases, pairs)]
    said: dict[int, set[frozenset[int]]] = {}
    for detail in Detail:
        hidden = {case.member.key(detail) for case in [*old, *cases] if case.member.open_to < detail}
        said[detail] = {frozenset(case.member.key(detail) for case in group) & hidden for depth, group in told if depth >= detail}
    return said, len({(depth, frozenset(case.city for case in group)) for depth, group in told})


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(10, 60), st.integers(0, 12))
def test_no_table_of_two_releases_gives_a_small_group_away(seed, cities, more):
    for said in two_releases(seed, cities, more)[0].values():
        assert found_in_threes(said) == []


def test_the_small_worlds_show_something():
    assert two_releases(3, 60, 12)[1] >= 15


@pytest.mark.heavy
@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(8, 16), st.integers(0, 6))
def test_no_sum_at_all_of_the_tables_is_over_fewer_than_five(seed, cities, more):
    for said in two_releases(seed, cities, more)[0].values():
        assert found_at_all(said) == set()
