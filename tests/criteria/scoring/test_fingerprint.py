from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from importlib import import_module

import pytest

from criteria.scoring import ENGINE_VERSION, Rule, Tier, VerdictsError, fingerprint
from tests.criteria.scoring.worlds import MET, NOT_APPLICABLE, NOT_MET, book, ladder

RULEBOOK = book(
    Rule("A", "Area"),
    Rule("B", "Area", points=2, core=True, needs=("A", "C"), effort="year", may_not_apply=True),
    Rule("C", "Area"),
    tiers=(Tier("silver", "Silver", 50, frozenset({"A", "C"}), 25), Tier("gold", "Gold", 75)),
)
VERDICTS = {"A": MET, "B": NOT_MET, "C": MET}


def changed_rule(**changes):
    return replace(RULEBOOK, rules=(RULEBOOK.rules[0], replace(RULEBOOK.rules[1], **changes), RULEBOOK.rules[2]))


def changed_tier(**changes):
    return replace(RULEBOOK, tiers=(replace(RULEBOOK.tiers[0], **changes), RULEBOOK.tiers[1]))


def test_it_is_the_sha256_of_the_inputs_as_sorted_json():
    inputs = (
        '{"engine":"1","rulebook":{"edition":"small","rounding":"exact","rules":['
        '{"area":"Area","code":"A","core":false,"effort":"","may_not_apply":false,"needs":[],"points":1},'
        '{"area":"Area","code":"B","core":true,"effort":"year","may_not_apply":true,"needs":["A","C"],"points":2},'
        '{"area":"Area","code":"C","core":false,"effort":"","may_not_apply":false,"needs":[],"points":1}],'
        '"tiers":['
        '{"area_minimum_percent":[25,1],"floor_percent":[50,1],"key":"silver","name":"Silver",'
        '"required":["A","C"],"requires_core":true},'
        '{"area_minimum_percent":[0,1],"floor_percent":[75,1],"key":"gold","name":"Gold",'
        '"required":[],"requires_core":true}]},'
        '"verdicts":{"A":"met","B":"not_met","C":"met"}}'
    )
    assert fingerprint(RULEBOOK, VERDICTS) == sha256(inputs.encode()).hexdigest()
    assert fingerprint(RULEBOOK, VERDICTS) == "34fbfa113c669beb3753aaa5f42d548d315615eb1e165cc7396fb160e91cee9a"


def test_order_never_matters():
    rules = (RULEBOOK.rules[2], replace(RULEBOOK.rules[1], needs=("C", "A")), RULEBOOK.rules[0])
    shuffled = replace(RULEBOOK, rules=rules)
    assert fingerprint(shuffled, dict(reversed(VERDICTS.items()))) == fingerprint(RULEBOOK, VERDICTS)


def test_the_same_number_written_otherwise_is_the_same():
    assert fingerprint(changed_tier(floor_percent=Fraction(100, 2)), VERDICTS) == fingerprint(RULEBOOK, VERDICTS)


def test_text_and_verdict_are_the_same():
    assert fingerprint(RULEBOOK, {"A": "met", "B": "not_met", "C": "met"}) == fingerprint(RULEBOOK, VERDICTS)


@pytest.mark.parametrize(
    "other",
    [
        replace(RULEBOOK, edition="other"),
        replace(RULEBOOK, rounding="half_up"),
        changed_rule(area="Other"),
        changed_rule(points=3),
        changed_rule(core=False),
        changed_rule(needs=("A",)),
        changed_rule(effort=""),
        changed_rule(may_not_apply=False),
        changed_tier(key="bronze"),
        changed_tier(name="Bronze"),
        changed_tier(floor_percent=Fraction(101, 2)),
        changed_tier(required=frozenset({"A"})),
        changed_tier(area_minimum_percent=0),
        changed_tier(requires_core=False),
        replace(RULEBOOK, tiers=ladder({"silver": 50})),
    ],
)
def test_another_rulebook_has_another_fingerprint(other):
    assert fingerprint(other, VERDICTS) != fingerprint(RULEBOOK, VERDICTS)


def test_other_verdicts_have_another_fingerprint():
    prints = {fingerprint(RULEBOOK, {**VERDICTS, "B": verdict}) for verdict in (MET, NOT_MET, NOT_APPLICABLE)}
    assert len(prints) == 3


def test_another_engine_has_another_fingerprint(monkeypatch):
    assert ENGINE_VERSION == "1"
    before = fingerprint(RULEBOOK, VERDICTS)
    monkeypatch.setattr(import_module("criteria.scoring.fingerprint"), "ENGINE_VERSION", "2")
    assert fingerprint(RULEBOOK, VERDICTS) != before


def test_verdicts_that_cannot_be_scored_have_none():
    with pytest.raises(VerdictsError):
        fingerprint(RULEBOOK, {"A": MET})
