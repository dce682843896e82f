"""What holds for every rulebook and all verdicts."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.scoring import Rulebook, Tier, as_data, fingerprint, floor_points, from_data, next_steps, score
from tests.criteria.scoring import naive
from tests.criteria.scoring.worlds import (
    FLOORS_2018,
    FLOORS_2022,
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    any_rulebook,
    any_verdicts,
    chance,
    first_met,
    law,
    plain,
    verdicts_of,
)


def rank(rulebook, key):
    return -1 if key is None else [tier.key for tier in rulebook.tiers].index(key)


@law
@given(chance)
def test_order_never_matters(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    rules = [replace(rule, needs=tuple(rnd.sample(rule.needs, len(rule.needs)))) for rule in rulebook.rules]
    rnd.shuffle(rules)
    shuffled = replace(rulebook, rules=tuple(rules))
    reordered = dict(rnd.sample(sorted(verdicts.items()), len(verdicts)))

    one, other = score(rulebook, verdicts), score(shuffled, reordered)

    assert (one.points, one.possible, one.tier) == (other.points, other.possible, other.tier)
    assert set(one.by_area) == set(other.by_area)
    assert {(r.code, r.earned, r.worth, r.why, frozenset(r.blocked_by)) for r in one.reasons} == {
        (r.code, r.earned, r.worth, r.why, frozenset(r.blocked_by)) for r in other.reasons
    }
    assert [(t.key, t.reached, t.points_short, set(t.missing_core), set(t.areas_below)) for t in one.tiers] == [
        (t.key, t.reached, t.points_short, set(t.missing_core), set(t.areas_below)) for t in other.tiers
    ]
    assert fingerprint(rulebook, verdicts) == fingerprint(shuffled, reordered)
    assert next_steps(rulebook, verdicts) == next_steps(shuffled, reordered)


@law
@given(chance)
def test_one_more_criterion_met_never_lowers_points_or_tier(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    before = score(rulebook, verdicts)
    for code in (code for code, verdict in verdicts.items() if verdict is NOT_MET):
        after = score(rulebook, {**verdicts, code: MET})
        assert after.points >= before.points
        assert after.possible == before.possible
        assert rank(rulebook, after.tier) >= rank(rulebook, before.tier)
        assert all(late.reached for early, late in zip(before.tiers, after.tiers, strict=True) if early.reached)


@law
@given(chance)
def test_a_criterion_not_met_that_turns_out_not_to_apply_never_lowers_the_tier(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    before = score(rulebook, verdicts)
    for rule in rulebook.rules:
        if rule.may_not_apply and verdicts[rule.code] is NOT_MET:
            after = score(rulebook, {**verdicts, rule.code: NOT_APPLICABLE})
            assert after.points >= before.points
            assert after.possible == before.possible - rule.points
            # Where nothing is left to be had, nothing is reached; nothing had been before.
            assert rank(rulebook, after.tier) >= rank(rulebook, before.tier)


@law
@given(chance)
def test_gates_beat_any_percentage(rnd):
    rulebook = any_rulebook(rnd)
    met = {rule.code for rule in rulebook.rules}
    for rule in rulebook.rules:
        found = score(rulebook, verdicts_of(rulebook, met - {rule.code}))
        for tier, reach in zip(rulebook.tiers, found.tiers, strict=True):
            if (rule.core and tier.requires_core) or rule.code in tier.required:
                assert not reach.reached
                assert found.tier != tier.key


@law
@given(chance)
def test_every_point_is_explained(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    found = score(rulebook, verdicts)
    assert [reason.code for reason in found.reasons] == [rule.code for rule in rulebook.rules]
    assert found.points == sum(reason.earned for reason in found.reasons) == sum(area.points for area in found.by_area)
    assert found.possible == sum(reason.worth for reason in found.reasons)
    for reason in found.reasons:
        assert (reason.earned > 0) == (reason.why == "counted")
        assert bool(reason.blocked_by) == (reason.why == "blocked")


@law
@given(chance)
def test_meeting_all_that_blocks_a_criterion_gives_it_its_points(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    for reason in score(rulebook, verdicts).reasons:
        unmet = [code for code in reason.blocked_by if verdicts[code] is NOT_MET]
        if reason.why == "blocked":
            assert unmet
            freed = score(rulebook, {**verdicts, **dict.fromkeys(unmet, MET)})
            assert {row.code: row.why for row in freed.reasons}[reason.code] == "counted"


@law
@given(
    floor=st.one_of(st.integers(1, 100), st.fractions(Fraction(1, 10), 100, max_denominator=100)),
    possible=st.integers(1, 2_000),
    rounding=st.sampled_from(["exact", "half_up"]),
)
def test_the_floor_in_points_is_the_fewest_that_reach_it(floor, possible, rounding):
    fewest = floor_points(Tier("t", "T", floor), possible, rounding)
    assert naive.arrives(fewest, possible, floor, rounding)
    assert not naive.arrives(fewest - 1, possible, floor, rounding)
    assert 1 <= fewest <= possible


@law
@given(chance)
def test_a_score_written_down_is_the_same_score(rnd):
    rulebook = any_rulebook(rnd)
    found = score(rulebook, any_verdicts(rnd, rulebook))
    assert from_data(json.loads(json.dumps(as_data(found)))) == found


@law
@given(chance)
def test_the_next_steps_reach_the_tier_and_no_cheaper_set_does(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    now = score(rulebook, verdicts)
    for tier, reach in zip(rulebook.tiers, now.tiers, strict=True):
        steps = next_steps(rulebook, verdicts, tier.key)
        if reach.reached:
            assert steps is None
            continue
        cheapest = naive.cheapest(rulebook, verdicts, tier)
        assert steps.tier == tier.key
        assert steps.reachable == (cheapest is not None)
        assert tuple(sorted(steps.codes)) == (cheapest or ())


@law
@given(chance)
def test_the_next_steps_can_be_done_in_their_order(rnd):
    rulebook = any_rulebook(rnd)
    verdicts = any_verdicts(rnd, rulebook)
    steps = next_steps(rulebook, verdicts)
    if steps is None or not steps.reachable:
        return
    for code in steps.codes:
        assert verdicts[code] is NOT_MET
        verdicts = {**verdicts, code: MET}
        assert {reason.code: reason.why for reason in score(rulebook, verdicts).reasons}[code] == "counted"
    after = score(rulebook, verdicts)
    assert (after.points, rank(rulebook, after.tier) >= rank(rulebook, steps.tier)) == (steps.points_after, True)


@pytest.mark.parametrize(
    ("many", "floors", "starts"),
    [
        (45, FLOORS_2018, {"certified": 16, "silver": 23, "gold": 31, "platinum": 38}),
        (43, FLOORS_2022, {"certified": 15, "silver": 22, "gold": 30, "platinum": 37}),
    ],
)
def test_the_published_floors_fall_on_the_right_side(many, floors, starts):
    rulebook: Rulebook = plain(many, floors)
    below = None
    for key, start in starts.items():
        assert score(rulebook, first_met(rulebook, start - 1)).tier == below
        assert score(rulebook, first_met(rulebook, start)).tier == key
        below = key
    assert score(rulebook, first_met(rulebook, many)).tier == "platinum"
