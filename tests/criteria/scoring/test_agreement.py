"""Two programs that share no line come to the same score."""

from random import Random

import pytest

from criteria.scoring import score
from tests.criteria.scoring import naive
from tests.criteria.scoring.worlds import any_rulebook, any_verdicts


def agree(number):
    """Score case ``number`` twice and compare everything that is said about it."""
    rnd = Random(number)
    rulebook = any_rulebook(rnd, most=12)
    verdicts = any_verdicts(rnd, rulebook)
    found = score(rulebook, verdicts)
    keep = naive.earning(rulebook, verdicts)
    areas = naive.areas(rulebook, verdicts)

    assert {reason.code for reason in found.reasons if reason.why == "counted"} == keep, number
    for reason in found.reasons:
        held = naive.holding_back(rulebook, verdicts, reason.code) if reason.why == "blocked" else set()
        assert (reason.verdict, set(reason.blocked_by)) == (verdicts[reason.code], held), number
    assert {row.area: (row.points, row.possible, row.met, row.criteria) for row in found.by_area} == areas, number
    assert found.points == sum(row[0] for row in areas.values()), number
    assert found.possible == sum(row[1] for row in areas.values()), number
    assert found.tier == naive.tier_of(rulebook, verdicts), number
    for tier, reach in zip(rulebook.tiers, found.tiers, strict=True):
        required, core, below, high_enough = naive.obstacles(rulebook, verdicts, tier)
        floor = naive.fewest(found.possible, tier.floor_percent, rulebook.rounding)
        assert (reach.key, reach.floor_points) == (tier.key, floor), number
        assert reach.points_short == max(0, floor - found.points), number
        assert (reach.points_short == 0) == high_enough, number
        assert (set(reach.missing_required), set(reach.missing_core)) == (required, core), number
        assert {area.area for area in reach.areas_below} == below, number
        for area in reach.areas_below:
            lowest = naive.fewest(areas[area.area][1], tier.area_minimum_percent, rulebook.rounding)
            assert (area.floor_points, area.points, area.points_short) == (
                lowest,
                areas[area.area][0],
                lowest - areas[area.area][0],
            ), number
        assert reach.reached == naive.reached(rulebook, verdicts, tier), number


def test_five_thousand_cases():
    for number in range(5_000):
        agree(number)


@pytest.mark.heavy
def test_a_hundred_thousand_cases():
    for number in range(100_000):
        agree(number)
