import json
from dataclasses import FrozenInstanceError, fields

import pytest

from criteria.scoring import Fault, Rule, VerdictsError, as_data, from_data, next_steps, score
from tests.criteria.scoring.worlds import MET, NOT_APPLICABLE, NOT_MET, book, ladder

RULEBOOK = book(
    Rule("A1", "Audit", core=True),
    Rule("A2", "Audit", points=2, needs=("A1",)),
    Rule("B1", "Budget", may_not_apply=True),
    Rule("B2", "Budget"),
    tiers=ladder({"silver": 50}, required=frozenset({"A2"}), area_minimum_percent=50),
)
VERDICTS = {"A1": NOT_MET, "A2": MET, "B1": NOT_APPLICABLE, "B2": MET}
DATA = {
    "edition": "small",
    "points": 1,
    "possible": 4,
    "tier": None,
    "by_area": [
        {"area": "Audit", "points": 0, "possible": 3, "met": 1, "criteria": 2},
        {"area": "Budget", "points": 1, "possible": 1, "met": 1, "criteria": 1},
    ],
    "reasons": [
        {"code": "A1", "verdict": "not_met", "earned": 0, "worth": 1, "why": "not_met", "blocked_by": []},
        {"code": "A2", "verdict": "met", "earned": 0, "worth": 2, "why": "blocked", "blocked_by": ["A1"]},
        {"code": "B1", "verdict": "not_applicable", "earned": 0, "worth": 0, "why": "not_applicable", "blocked_by": []},
        {"code": "B2", "verdict": "met", "earned": 1, "worth": 1, "why": "counted", "blocked_by": []},
    ],
    "tiers": [
        {
            "key": "silver",
            "floor_points": 2,
            "points_short": 1,
            "reached": False,
            "missing_required": ["A2"],
            "missing_core": ["A1"],
            "areas_below": [{"area": "Audit", "points": 0, "floor_points": 2, "points_short": 2}],
        }
    ],
}


def test_a_score_as_data_says_all_of_it():
    assert json.dumps(as_data(score(RULEBOOK, VERDICTS))) == json.dumps(DATA)


def test_a_score_comes_back_from_its_data():
    found = from_data(json.loads(json.dumps(DATA)))
    assert found == score(RULEBOOK, VERDICTS)
    assert found.reasons[1].verdict is MET
    assert hash(found) == hash(score(RULEBOOK, VERDICTS))


def test_no_value_can_be_changed():
    found = score(RULEBOOK, VERDICTS)
    tier = found.tiers[0]
    steps = next_steps(RULEBOOK, VERDICTS)
    values = (RULEBOOK.rules[0], RULEBOOK.tiers[0], RULEBOOK, Fault("loop", "A"), steps)
    for value in (*values, found, found.reasons[0], found.by_area[0], tier, tier.areas_below[0]):
        for field in fields(value):
            with pytest.raises(FrozenInstanceError):
                setattr(value, field.name, None)


def test_scoring_changes_nothing_it_was_given():
    verdicts = dict(VERDICTS)
    score(RULEBOOK, verdicts)
    assert verdicts == VERDICTS


def test_verdicts_that_do_not_fit_are_not_scored():
    with pytest.raises(VerdictsError, match="no verdict for B2"):
        score(RULEBOOK, {code: verdict for code, verdict in VERDICTS.items() if code != "B2"})


def test_a_provisional_score_counts_what_is_unanswered_as_not_met():
    claimed = {"A1": MET, "A2": MET}
    found = score(RULEBOOK, {rule.code: claimed.get(rule.code, NOT_MET) for rule in RULEBOOK.rules})
    assert (found.points, found.possible) == (3, 5)
