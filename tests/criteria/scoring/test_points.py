from criteria.scoring import AreaScore, Reason, Rule, score
from tests.criteria.scoring.worlds import MET, NOT_APPLICABLE, NOT_MET, book, verdicts_of

CHAIN = book(
    Rule("RDC1", "Contracting"),
    Rule("RDC2", "Contracting", needs=("RDC1",)),
    Rule("RDC3", "Contracting", points=2, needs=("RDC2",)),
    Rule("RDC4", "Contracting", needs=("RDC3",)),
)


def why(rulebook, verdicts):
    return {reason.code: reason.why for reason in score(rulebook, verdicts).reasons}


def blocked_by(rulebook, verdicts):
    return {reason.code: reason.blocked_by for reason in score(rulebook, verdicts).reasons if reason.why == "blocked"}


def test_a_met_criterion_with_all_it_needs_counts():
    found = score(CHAIN, verdicts_of(CHAIN, {"RDC1", "RDC2"}))
    assert found.reasons == (
        Reason("RDC1", MET, 1, 1, "counted"),
        Reason("RDC2", MET, 1, 1, "counted"),
        Reason("RDC3", NOT_MET, 0, 2, "not_met"),
        Reason("RDC4", NOT_MET, 0, 1, "not_met"),
    )


def test_an_unmet_prerequisite_takes_the_point_and_is_named():
    found = score(CHAIN, verdicts_of(CHAIN, {"RDC1", "RDC3"}))
    assert found.points == 1
    assert found.reasons[2] == Reason("RDC3", MET, 0, 2, "blocked", ("RDC2",))


def test_a_chain_names_the_direct_prerequisite_and_the_one_not_met_at_its_root():
    assert blocked_by(CHAIN, verdicts_of(CHAIN, {"RDC2", "RDC3", "RDC4"})) == {
        "RDC2": ("RDC1",),
        "RDC3": ("RDC1", "RDC2"),
        "RDC4": ("RDC1", "RDC3"),
    }


def test_all_that_is_not_met_up_the_chain_is_named():
    assert blocked_by(CHAIN, verdicts_of(CHAIN, {"RDC3"})) == {"RDC3": ("RDC1", "RDC2")}
    assert blocked_by(CHAIN, verdicts_of(CHAIN, {"RDC2", "RDC4"})) == {"RDC2": ("RDC1",), "RDC4": ("RDC1", "RDC3")}


def test_of_two_prerequisites_only_the_one_that_lacks_its_points_is_named():
    rulebook = book(Rule("C", "Area", needs=("B", "A")), Rule("B", "Area"), Rule("A", "Area"))
    assert blocked_by(rulebook, verdicts_of(rulebook, {"C", "A"})) == {"C": ("B",)}
    assert blocked_by(rulebook, verdicts_of(rulebook, {"C"})) == {"C": ("B", "A")}


def test_what_does_not_apply_shrinks_what_is_possible_and_blocks_nothing():
    rulebook = book(
        Rule("A", "Area", may_not_apply=True),
        Rule("B", "Area", points=3, needs=("A",)),
        Rule("C", "Area", needs=("B",)),
    )
    found = score(rulebook, {"A": NOT_APPLICABLE, "B": MET, "C": MET})
    assert (found.points, found.possible) == (4, 4)
    assert found.reasons[0] == Reason("A", NOT_APPLICABLE, 0, 0, "not_applicable")
    assert why(rulebook, {"A": NOT_MET, "B": MET, "C": MET}) == {"A": "not_met", "B": "blocked", "C": "blocked"}


def test_a_chain_ends_at_what_does_not_apply():
    rulebook = book(
        Rule("A", "Area"),
        Rule("B", "Area", needs=("A",), may_not_apply=True),
        Rule("C", "Area", needs=("B",)),
    )
    assert why(rulebook, {"A": NOT_MET, "B": NOT_APPLICABLE, "C": MET})["C"] == "counted"


def test_areas_are_added_up_in_the_order_in_which_they_appear():
    rulebook = book(
        Rule("Z1", "Zoning", points=2),
        Rule("A1", "Audit", may_not_apply=True),
        Rule("Z2", "Zoning", needs=("A2",)),
        Rule("A2", "Audit", points=5),
        Rule("M1", "Maps", may_not_apply=True),
    )
    verdicts = {"Z1": MET, "A1": NOT_APPLICABLE, "Z2": MET, "A2": NOT_MET, "M1": NOT_APPLICABLE}
    assert score(rulebook, verdicts).by_area == (
        AreaScore("Zoning", points=2, possible=3, met=2, criteria=2),
        AreaScore("Audit", points=0, possible=5, met=0, criteria=1),
        AreaScore("Maps", points=0, possible=0, met=0, criteria=0),
    )
