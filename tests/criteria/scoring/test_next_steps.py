from random import Random

import pytest

from criteria.scoring import NextSteps, Rule, Tier, next_steps, score
from tests.criteria.scoring import naive
from tests.criteria.scoring.worlds import (
    NOT_APPLICABLE,
    NOT_MET,
    any_rulebook,
    any_verdicts,
    book,
    first_met,
    ladder,
    plain,
    verdicts_of,
)

HALF = ladder({"silver": 50})


def steps(rulebook, met=(), tier=None):
    return next_steps(rulebook, verdicts_of(rulebook, set(met)), tier)


def test_the_way_is_found_anew_whenever_rulebook_or_verdicts_differ():
    rulebook = plain(43)
    verdicts = first_met(rulebook, 27)
    first = next_steps(rulebook, verdicts)
    assert next_steps(rulebook, dict(reversed(verdicts.items()))) is first
    assert next_steps(rulebook, first_met(rulebook, 28)).codes == ("C29", "C30")
    assert next_steps(plain(50), first_met(plain(50), 27)) != first


def test_with_nothing_else_to_tell_them_apart_the_first_codes_are_taken():
    rulebook = plain(43)
    assert next_steps(rulebook, first_met(rulebook, 27)) == NextSteps("gold", ("C28", "C29", "C30"), 30)
    assert next_steps(rulebook, first_met(rulebook, 27), "platinum") == NextSteps(
        "platinum", tuple(f"C{number}" for number in range(28, 38)), 37
    )


def test_nothing_is_left_at_the_top_or_where_the_named_tier_is_reached():
    rulebook = plain(43)
    assert next_steps(rulebook, first_met(rulebook, 37)) is None
    assert next_steps(rulebook, first_met(rulebook, 27), "silver") is None


def test_an_unknown_tier_is_an_error():
    with pytest.raises(LookupError, match="bronze"):
        steps(plain(3), tier="bronze")


def test_effort_decides_between_sets_of_one_size():
    rulebook = book(
        Rule("A", "Area"),
        Rule("B", "Area", effort="year"),
        Rule("C", "Area", effort="months"),
        Rule("D", "Area", effort="weeks"),
        Rule("E", "Area", effort="months"),
        tiers=ladder({"one": 20, "two": 40, "three": 60, "four": 80, "five": 100}),
    )
    found = [steps(rulebook, tier=tier.key).codes for tier in rulebook.tiers]
    assert found == [("D",), ("D", "C"), ("D", "C", "E"), ("D", "C", "E", "B"), ("D", "C", "E", "B", "A")]


def test_one_year_is_worse_than_any_number_of_months():
    rulebook = book(
        Rule("A", "Area", points=3, effort="weeks"),
        Rule("B", "Area", points=3, effort="weeks"),
        Rule("C", "Area", points=3, effort="year"),
        Rule("D", "Area", points=3, effort="months"),
        Rule("E", "Area", points=3, effort="months"),
        Rule("F", "Area", points=3, effort="months", needs=("D", "E")),
        tiers=ladder({"silver": 66}),
    )
    assert steps(rulebook, met={"A"}).codes == ("B", "D", "E")


def test_larger_points_mean_fewer_criteria():
    rulebook = book(
        Rule("A", "Area", effort="weeks"),
        Rule("B", "Area", effort="weeks"),
        Rule("C", "Area", points=2, effort="year"),
        tiers=HALF,
    )
    assert steps(rulebook) == NextSteps("silver", ("C",), 2)


def test_a_prerequisite_costs_a_criterion_and_comes_first():
    rulebook = book(
        Rule("A", "Area", points=3, needs=("Z",)),
        Rule("B", "Area", points=2),
        Rule("Z", "Area"),
        tiers=ladder({"two": 33, "four": 66, "all": 100}),
    )
    assert steps(rulebook, tier="two").codes == ("B",)
    assert steps(rulebook, tier="four").codes == ("Z", "A")
    assert steps(rulebook, tier="all").codes == ("B", "Z", "A")


def test_unblocking_what_is_already_met_is_the_cheapest_of_all():
    rulebook = book(
        *(Rule(f"A{number}", "Area", effort="weeks") for number in range(5)),
        Rule("M1", "Area", needs=("Z",)),
        Rule("M2", "Area", needs=("M1",)),
        Rule("Z", "Area", effort="year"),
        tiers=ladder({"silver": 37}),
    )
    assert steps(rulebook, met={"M1", "M2"}) == NextSteps("silver", ("Z",), 3)


def test_what_two_prerequisites_block_needs_both():
    rulebook = book(
        Rule("M", "Area", points=8, needs=("Y", "Z")),
        Rule("Y", "Area"),
        Rule("Z", "Area"),
        tiers=HALF,
    )
    assert steps(rulebook, met={"M"}) == NextSteps("silver", ("Y", "Z"), 10)


def test_a_gate_is_met_first_even_where_the_points_are_there():
    rulebook = book(
        Rule("A", "Area", points=50),
        Rule("B", "Area", core=True, needs=("C",)),
        Rule("C", "Area"),
        tiers=HALF,
    )
    assert steps(rulebook, met={"A"}) == NextSteps("silver", ("C", "B"), 52)


def test_what_the_tier_requires_is_among_the_steps():
    rulebook = book(
        Rule("A", "Area", effort="weeks"),
        Rule("B", "Area", effort="weeks"),
        Rule("C", "Area", effort="year"),
        Rule("D", "Area", effort="year"),
        tiers=ladder({"silver": 50}, required=frozenset({"D"})),
    )
    assert steps(rulebook).codes == ("A", "D")


def test_each_area_below_its_minimum_is_lifted():
    rulebook = book(
        Rule("A1", "Audit", points=10),
        Rule("A2", "Audit", points=10),
        Rule("B1", "Budget", effort="year"),
        Rule("B2", "Budget", effort="months"),
        Rule("C1", "Contracts", needs=("B1",)),
        Rule("C2", "Contracts", effort="months"),
        tiers=ladder({"silver": 50}, area_minimum_percent=50),
    )
    assert steps(rulebook).codes == ("B2", "C2", "A1")
    assert steps(rulebook, met={"C1"}).codes == ("B1", "A1")


def test_the_order_follows_prerequisites_through_what_is_met_but_blocked():
    rulebook = book(
        Rule("A", "Area", effort="weeks", needs=("M",)),
        Rule("M", "Area", needs=("Z",)),
        Rule("Z", "Area", effort="year"),
        tiers=ladder({"all": 100}),
    )
    assert steps(rulebook, met={"M"}).codes == ("Z", "A")


def test_what_does_not_apply_is_no_step_and_stands_in_no_way():
    rulebook = book(
        Rule("A", "Area", may_not_apply=True),
        Rule("B", "Area", points=2, needs=("A",)),
        Rule("C", "Area"),
        tiers=HALF,
    )
    assert next_steps(rulebook, {"A": NOT_APPLICABLE, "B": NOT_MET, "C": NOT_MET}).codes == ("B",)


def test_where_nothing_is_possible_no_tier_can_be_reached():
    rulebook = book(Rule("A", "Area", may_not_apply=True), tiers=HALF)
    assert next_steps(rulebook, {"A": NOT_APPLICABLE}) == NextSteps("silver", (), 0, reachable=False)


def test_the_next_tier_is_the_one_after_the_highest_reached():
    rulebook = book(
        Rule("A", "Area", points=9),
        Rule("B", "Area", points=2, effort="year"),
        Rule("C", "Area", effort="weeks"),
        tiers=(Tier("silver", "S", 50, required=frozenset({"B"})), Tier("gold", "G", 75), Tier("platinum", "P", 80)),
    )
    assert steps(rulebook, met={"A"}) == NextSteps("platinum", ("C",), 10)
    assert steps(rulebook, met={"A"}, tier="silver") == NextSteps("silver", ("B",), 11)


def compare(number):
    """The steps of case ``number`` to each of its tiers against those found by trying every set."""
    rnd = Random(number)
    rulebook = any_rulebook(rnd, most=9)
    verdicts = any_verdicts(rnd, rulebook)
    for tier, reach in zip(rulebook.tiers, score(rulebook, verdicts).tiers, strict=True):
        found = next_steps(rulebook, verdicts, tier.key)
        if reach.reached:
            assert found is None, number
        else:
            best = naive.cheapest(rulebook, verdicts, tier)
            assert found.reachable == (best is not None), number
            assert tuple(sorted(found.codes)) == (best or ()), number


def test_no_other_set_is_cheaper():
    for number in range(1_000):
        compare(number)


@pytest.mark.heavy
def test_no_other_set_is_cheaper_in_thirty_thousand_cases():
    for number in range(30_000):
        compare(number)


def test_forty_five_criteria_from_nothing_with_chains_and_area_minimums():
    rules = []
    for area in "ABCDEFGHI":
        rules += [Rule(f"{area}1", area, effort="year")]
        rules += [Rule(f"{area}{number}", area, needs=(f"{area}{number - 1}",), effort="months") for number in (2, 3, 4)]
        rules += [Rule(f"{area}5", area, effort="weeks")]
    rulebook = book(*rules, tiers=ladder({"gold": 67}, area_minimum_percent=40))
    found = steps(rulebook)
    # 31 of 45: the quick one and the first of each chain lift every area; thirteen more come in the order of the codes.
    chains = [f"{area}{number}" for area in "ABCD" for number in (2, 3, 4)]
    begun = [f"{area}{number}" for area in "ABCDEFGHI" for number in (1, 5)]
    assert sorted(found.codes) == sorted([*begun, *chains, "E2"])
    assert found.points_after == 31
    verdicts = verdicts_of(rulebook, set(found.codes))
    assert score(rulebook, verdicts).tier == "gold"
    assert all(score(rulebook, {**verdicts, code: NOT_MET}).tier is None for code in found.codes)
