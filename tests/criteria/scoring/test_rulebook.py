import pickle
from dataclasses import replace
from fractions import Fraction

import pytest

from criteria.scoring import Fault, Rule, Rulebook, RulebookError, Tier, VerdictsError, rulebook_as_data
from tests.criteria.scoring.worlds import MET, NOT_APPLICABLE, NOT_MET, book, ladder

TIERS = ladder({"silver": 50})


def faults(*rules, tiers=TIERS, rounding="exact", edition="2030"):
    with pytest.raises(RulebookError) as caught:
        Rulebook(edition, rules, tiers, rounding)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((), "edition 2030 has no criteria"),
        ((Rule("", "Open Data"),), "a criterion has no code"),
        ((Rule("OD1", ""),), "criterion OD1 has no area"),
        ((Rule("OD1", "Open Data"), Rule("OD1", "Open Data")), "criterion OD1 is there more than once"),
        ((Rule("OD1", "Open Data", points=0),), "criterion OD1 is worth 0, not a whole number of at least 1"),
        ((Rule("OD1", "Open Data", points=-2),), "criterion OD1 is worth -2, not a whole number of at least 1"),
        ((Rule("OD1", "Open Data", points=1.5),), "criterion OD1 is worth 1.5, not a whole number of at least 1"),
        ((Rule("OD1", "Open Data", points=True),), "criterion OD1 is worth True, not a whole number of at least 1"),
        ((Rule("OD1", "Open Data", effort="days"),), "criterion OD1 has an unknown effort: days"),
        ((Rule("OD1", "Open Data", needs=("OD9", "OD8")),), "criterion OD1 needs OD9, OD8, unknown in this edition"),
        (
            (Rule("OD1", "Open Data"), Rule("OD2", "Open Data", needs=("OD1", "OD1"))),
            "criterion OD2 needs OD1 more than once",
        ),
        ((Rule("OD1", "Open Data", needs=("OD1",)),), "criterion OD1 needs itself, through OD1"),
    ],
)
def test_a_wrong_criterion_is_named(rules, said):
    assert faults(*rules) == [said]


def test_a_loop_is_named_with_all_its_criteria():
    rules = (
        Rule("A", "Area"),
        Rule("B", "Area", needs=("A", "D")),
        Rule("C", "Area", needs=("B",)),
        Rule("D", "Area", needs=("C",)),
    )
    assert faults(*rules) == ["criterion B needs itself, through D, C"]


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ((), "edition 2030 has no tiers"),
        ((Tier("", "Silver", 50),), "a tier has no key"),
        ((Tier("silver", "S", 50), Tier("silver", "S", 60)), "tier silver is there more than once"),
        (
            (Tier("silver", "S", 0),),
            "tier silver begins at 0 per cent, not a whole number or fraction above 0 and up to 100",
        ),
        (
            (Tier("silver", "S", 101),),
            "tier silver begins at 101 per cent, not a whole number or fraction above 0 and up to 100",
        ),
        (
            (Tier("silver", "S", 50.5),),
            "tier silver begins at 50.5 per cent, not a whole number or fraction above 0 and up to 100",
        ),
        (
            (Tier("silver", "S", 50), Tier("gold", "G", 50)),
            "tier gold does not begin above silver, the tier before it",
        ),
        (
            (Tier("silver", "S", 50, area_minimum_percent=-1),),
            "tier silver asks -1 per cent of each area, not a whole number or fraction from 0 to 100",
        ),
        (
            (Tier("silver", "S", 50, required=frozenset({"Z", "OD1", "B", "Y", "C", "X", "D"})),),
            "tier silver requires B, C, D, X, Y, Z, unknown in this edition",
        ),
    ],
)
def test_a_wrong_tier_is_named(tiers, said):
    assert faults(Rule("OD1", "Open Data"), tiers=tiers) == [said]


def test_a_floor_that_is_none_is_not_compared_with_its_neighbors():
    tiers = (Tier("silver", "S", 50), Tier("gold", "G", 101), Tier("platinum", "P", 84), Tier("honor", "H", 84))
    assert faults(Rule("OD1", "Open Data"), tiers=tiers) == [
        "tier gold begins at 101 per cent, not a whole number or fraction above 0 and up to 100",
        "tier honor does not begin above platinum, the tier before it",
    ]


def test_a_loop_is_found_beside_an_unknown_need():
    rules = (Rule("A", "Area", needs=("B", "X")), Rule("B", "Area", needs=("A",)))
    assert faults(*rules) == [
        "criterion A needs X, unknown in this edition",
        "criterion A needs itself, through B",
    ]


def test_an_unknown_rounding_is_refused():
    assert faults(Rule("OD1", "Open Data"), rounding="down") == ["edition 2030 has an unknown rounding: down"]


def test_all_faults_are_told_at_once():
    with pytest.raises(RulebookError) as caught:
        Rulebook("2030", (Rule("A", "Area", points=0, needs=("B",)),), (Tier("t", "T", 200),))
    assert caught.value.faults == (
        Fault("points", "A", ("0",)),
        Fault("unknown_need", "A", ("B",)),
        Fault("floor", "t", ("200",)),
    )
    assert str(caught.value).count("; ") == 2


def test_floors_may_be_fractions_and_reach_up_to_a_hundred():
    rulebook = book(Rule("A", "Area"), tiers=(Tier("t", "T", Fraction(1, 10)), Tier("u", "U", 100, area_minimum_percent=100)))
    assert rulebook.tier("u").floor_percent == 100
    assert rulebook_as_data(rulebook)["tiers"][0]["floor_percent"] == [1, 10]


def test_rules_in_order_put_what_is_needed_first():
    rulebook = book(Rule("A", "Area", needs=("B",)), Rule("B", "Area", needs=("C",)), Rule("C", "Area"))
    assert [rule.code for rule in rulebook.in_order] == ["C", "B", "A"]


def test_an_unknown_tier_is_an_error():
    with pytest.raises(LookupError, match="edition small has no tier bronze"):
        book(Rule("A", "Area")).tier("bronze")


def test_a_rulebook_can_be_changed_only_into_another_and_travels_between_processes():
    rulebook = book(Rule("A", "Area"), Rule("B", "Area", needs=("A",)))
    with pytest.raises(AttributeError):
        rulebook.edition = "other"
    other = replace(rulebook, tiers=ladder({"silver": 60}))
    assert (other.tier("silver").floor_percent, rulebook.tier("silver").floor_percent) == (60, 50)
    assert other != rulebook
    assert pickle.loads(pickle.dumps(rulebook)) == rulebook
    assert len({rulebook, replace(rulebook), other}) == 2
    assert repr(rulebook).endswith("rounding='exact')")


RULES = (Rule("A", "Area"), Rule("B", "Area", may_not_apply=True), Rule("C", "Area"))


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ({"A": MET}, "no verdict for B, C"),
        ({}, "no verdict for A, B, C"),
        ({"A": MET, "B": MET, "C": MET, "Z": MET, "D": MET}, "not in this edition: D, Z"),
        ({"A": MET, "B": "maybe", "C": None}, "not a verdict at B, C"),
        ({"A": NOT_APPLICABLE, "B": NOT_APPLICABLE, "C": MET}, "cannot be not applicable: A"),
        (
            {"A": NOT_APPLICABLE, "C": "", "Z": MET},
            "no verdict for B; not in this edition: Z; not a verdict at C; cannot be not applicable: A",
        ),
    ],
)
def test_verdicts_that_do_not_fit_are_an_error_and_never_a_zero(verdicts, said):
    with pytest.raises(VerdictsError) as caught:
        book(*RULES).checked(verdicts)
    assert str(caught.value) == said
    assert str(pickle.loads(pickle.dumps(caught.value))) == said


def test_the_offenders_are_there_for_a_program_too():
    with pytest.raises(VerdictsError) as caught:
        book(*RULES).checked({"A": NOT_APPLICABLE, "C": "", "Z": MET})
    error = caught.value
    assert (error.missing, error.unknown, error.not_a_verdict, error.must_apply) == (("B",), ("Z",), ("C",), ("A",))


def test_verdicts_as_text_count_as_what_they_spell():
    checked = book(*RULES).checked({"C": "met", "B": "not_applicable", "A": "not_met"})
    assert list(checked.items()) == [("A", NOT_MET), ("B", NOT_APPLICABLE), ("C", MET)]
    assert checked["C"] is MET


def test_a_rulebook_as_data_says_all_of_it():
    rulebook = book(
        Rule("A", "Area", points=2, core=True, effort="year"),
        Rule("B", "Area", needs=("A",), may_not_apply=True),
        tiers=(Tier("gold", "Gold", 68, frozenset({"B", "A"}), 25, requires_core=False),),
        rounding="half_up",
    )
    assert rulebook_as_data(rulebook) == {
        "edition": "small",
        "rounding": "half_up",
        "rules": [
            {
                "code": "A",
                "area": "Area",
                "points": 2,
                "core": True,
                "needs": [],
                "effort": "year",
                "may_not_apply": False,
            },
            {
                "code": "B",
                "area": "Area",
                "points": 1,
                "core": False,
                "needs": ["A"],
                "effort": "",
                "may_not_apply": True,
            },
        ],
        "tiers": [
            {
                "key": "gold",
                "name": "Gold",
                "floor_percent": [68, 1],
                "required": ["A", "B"],
                "area_minimum_percent": [25, 1],
                "requires_core": False,
            }
        ],
    }
