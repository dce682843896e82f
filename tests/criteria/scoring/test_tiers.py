from fractions import Fraction

import pytest

from criteria.scoring import AreaShort, Rule, Tier, TierReach, floor_points, score
from tests.criteria.scoring.worlds import (
    FLOORS_2018,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    book,
    first_met,
    ladder,
    plain,
    verdicts_of,
)


def reach(found, key):
    return next(row for row in found.tiers if row.key == key)


@pytest.mark.parametrize(
    ("floor", "possible", "exact", "half_up"),
    [
        (34, 45, 16, 16),  # 15.3; 33.5 % is 15.075
        (51, 45, 23, 23),
        (67, 45, 31, 30),  # 30 of 45 is 66.67 %
        (84, 45, 38, 38),  # 37.8; 83.5 % is 37.575
        (34, 43, 15, 15),
        (51, 43, 22, 22),
        (68, 43, 30, 30),  # 29 of 43 is 67.44 %
        (85, 43, 37, 37),
        (50, 200, 100, 99),  # 49.5 % is half way, and half goes up
        (50, 201, 101, 100),
        (100, 45, 45, 45),
        (100, 200, 200, 199),
        (1, 1, 1, 1),
        (Fraction(1, 10), 2000, 2, 10),
        (Fraction(135, 2), 40, 27, 27),  # 67.5 % of 40 is 27; in whole per cents only 68 is enough, and 27 rounds to it
        (34, 0, 1, 1),
    ],
)
def test_the_fewest_points_that_reach_a_floor(floor, possible, exact, half_up):
    tier = Tier("t", "T", floor)
    assert floor_points(tier, possible, "exact") == exact
    assert floor_points(tier, possible, "half_up") == half_up


def test_rounding_is_the_edition_s_and_moves_a_city_across_a_line():
    for rounding, tier in (("exact", "silver"), ("half_up", "gold")):
        rulebook = plain(45, FLOORS_2018, rounding)
        assert score(rulebook, first_met(rulebook, 30)).tier == tier
        assert score(rulebook, first_met(rulebook, 29)).tier == "silver"


def test_each_tier_says_how_far_it_is():
    rulebook = plain(43)
    found = score(rulebook, first_met(rulebook, 27))
    assert found.tier == "silver"
    assert found.tiers == (
        TierReach("certified", 15, 0, True, (), (), ()),
        TierReach("silver", 22, 0, True, (), (), ()),
        TierReach("gold", 30, 3, False, (), (), ()),
        TierReach("platinum", 37, 10, False, (), (), ()),
    )


def test_a_missed_core_criterion_means_no_tier_whatever_the_share():
    rulebook = plain(43, core=("C43", "C42"))
    found = score(rulebook, first_met(rulebook, 42))
    assert (found.points, found.tier) == (42, None)
    assert {(row.reached, row.points_short, row.missing_core) for row in found.tiers} == {(False, 0, ("C43",))}
    assert score(rulebook, first_met(rulebook, 43)).tier == "platinum"


def test_a_blocked_core_criterion_is_missed_too():
    rulebook = book(Rule("A", "Area"), Rule("B", "Area", points=9, core=True, needs=("A",)), Rule("C", "Area", points=30))
    found = score(rulebook, verdicts_of(rulebook, {"B", "C"}))
    assert (found.points, found.possible, found.tier) == (30, 40, None)
    assert reach(found, "silver").missing_core == ("B",)


def test_a_tier_may_do_without_the_core():
    rulebook = book(
        Rule("A", "Area", core=True),
        Rule("B", "Area", points=3),
        tiers=(Tier("entry", "Entry", 34, requires_core=False), Tier("silver", "Silver", 51)),
    )
    found = score(rulebook, {"A": NOT_MET, "B": MET})
    assert found.tier == "entry"
    assert (reach(found, "entry").missing_core, reach(found, "silver").missing_core) == ((), ("A",))


def test_a_tier_may_require_criteria():
    rulebook = book(
        Rule("A", "Area", points=8),
        Rule("B", "Area"),
        Rule("C", "Area"),
        tiers=(Tier("silver", "Silver", 50), Tier("gold", "Gold", 75, required=frozenset({"C", "B", "A"}))),
    )
    found = score(rulebook, verdicts_of(rulebook, {"A"}))
    assert found.tier == "silver"
    assert reach(found, "gold") == TierReach("gold", 8, 0, False, ("B", "C"), (), ())


def test_a_tier_may_ask_a_minimum_of_each_area():
    rulebook = book(
        Rule("A", "Audit", points=2),
        Rule("B", "Budget", points=1),
        Rule("C", "Budget", points=2),
        Rule("D", "Data", points=20),
        Rule("E", "Empty", may_not_apply=True),
        tiers=ladder({"silver": 50}, area_minimum_percent=50),
    )
    found = score(rulebook, {"A": NOT_MET, "B": MET, "C": NOT_MET, "D": MET, "E": NOT_APPLICABLE})
    assert found.tier is None
    assert reach(found, "silver").areas_below == (AreaShort("Audit", 0, 1, 1), AreaShort("Budget", 1, 2, 1))
    assert score(rulebook, {"A": MET, "B": NOT_MET, "C": MET, "D": MET, "E": NOT_APPLICABLE}).tier == "silver"


def test_the_area_minimum_is_rounded_as_the_edition_says():
    for rounding, tier in (("exact", None), ("half_up", "silver")):
        rulebook = book(
            Rule("A", "Area", points=199),
            Rule("B", "Area", points=201),
            tiers=ladder({"silver": 10}, area_minimum_percent=50),
            rounding=rounding,
        )
        assert score(rulebook, verdicts_of(rulebook, {"A"})).tier == tier


def test_what_does_not_apply_is_held_against_nobody():
    rulebook = book(
        Rule("A", "Area", core=True, may_not_apply=True),
        Rule("B", "Area", may_not_apply=True),
        Rule("C", "Area"),
        tiers=ladder({"silver": 50}, required=frozenset({"B"})),
    )
    assert score(rulebook, {"A": NOT_APPLICABLE, "B": NOT_APPLICABLE, "C": MET}).tier == "silver"


def test_where_nothing_is_possible_nothing_is_reached():
    rulebook = book(Rule("A", "Area", may_not_apply=True), tiers=ladder({"entry": 1}))
    found = score(rulebook, {"A": NOT_APPLICABLE})
    assert (found.points, found.possible, found.tier) == (0, 0, None)
    assert reach(found, "entry").points_short == 1


def test_the_highest_tier_reached_counts_even_over_one_that_is_not():
    rulebook = book(
        Rule("A", "Area", points=9),
        Rule("B", "Area"),
        tiers=(Tier("silver", "Silver", 50, required=frozenset({"B"})), Tier("gold", "Gold", 75)),
    )
    assert score(rulebook, {"A": MET, "B": NOT_MET}).tier == "gold"
