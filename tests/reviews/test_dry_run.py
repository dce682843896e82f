"""What an edition would have made of a past assessment: verdicts carried, ranges, what moved the tier."""

from itertools import chain, combinations

import pytest

from criteria.scoring import Rule, Rulebook, Tier, Verdict
from reviews import dry_run as trial
from reviews.dry_run import GAINS, GONE, LOSES, LOST, OPEN, STAYS, UNDECIDED, WON, Checklists, Lack, Move, Past, Road, Way

MET, NOT_MET, NA = Verdict.MET, Verdict.NOT_MET, Verdict.NOT_APPLICABLE


def book(codes="ABCD", needs=None, core="", tiers=((34, "certified"), (51, "silver"), (68, "gold")), aside=""):
    rules = tuple(
        Rule(code, "Area", core=code in core, needs=tuple((needs or {}).get(code, "")), may_not_apply=code in aside) for code in codes
    )
    return Rulebook("tried", rules, tuple(Tier(key, key, floor) for floor, key in tiers))


def past(met, codes="ABCD", tier="silver", counted=None, ticks=None):
    verdicts = {code: MET if code in met else NOT_MET for code in codes}
    counted = frozenset(met if counted is None else counted)
    return Past(tier, len(counted), len(codes), verdicts, counted, ticks or {})


def road(codes="ABCD", withdrawn="", **ways):
    same = {code: Way("same", (code,)) for code in codes}
    return Road({**same, **ways}, tuple(withdrawn), ("certified", "silver", "gold"))


@pytest.mark.parametrize(
    ("way", "carried"),
    [
        (Way("same", ("A",)), MET),
        (Way("reworded", ("A",)), MET),
        (Way("same", ("C",)), NOT_MET),
        (Way("merged", ("A", "B")), MET),
        (Way("merged", ("A", "C")), NOT_MET),
        (Way("merged", ("A", "B"), whole=False), None),
        (Way("merged", ("A", "C"), whole=False), NOT_MET),
        (Way("split", ("A",)), None),
        (Way("split", ("C",)), None),
        (Way("new"), None),
        (Way("same", ("X",)), None),
    ],
)
def test_what_carries_a_verdict(way, carried):
    assert trial.carried(way, past("AB")) == carried


def test_what_does_not_apply_is_held_against_nobody():
    case = Past("", 0, 0, {"A": NA, "B": MET, "C": NOT_MET, "D": NOT_MET}, frozenset())
    assert trial.carried(Way("same", ("A",)), case) is NA
    assert trial.carried(Way("merged", ("A", "B")), case) is MET
    assert trial.tried(book(aside="A"), road(), case).least.possible == 3
    assert trial.tried(book(), road(), case).outcome == UNDECIDED, "where it must apply, nothing is known of it"


def test_the_same_edition_stays():
    found = trial.tried(book(), road(), past("ABC", tier="gold"))
    assert (found.outcome, found.tiers, found.moves, found.lack) == (STAYS, ("gold", "gold"), (), None)


def test_a_prerequisite_takes_a_tier_and_names_what_it_cost():
    found = trial.tried(book(needs={"C": "D"}), road(), past("ABC", tier="gold"))
    assert (found.outcome, found.tiers) == (LOSES, ("certified", "certified"))
    assert found.moves == (Move(LOST, "C"),)
    assert found.lack == Lack("gold", 3, 1, (), (), ())


def test_a_prerequisite_that_goes_gives_one():
    found = trial.tried(book(), road(), past("ABC", tier="certified", counted="AB"))
    assert (found.outcome, found.tiers, found.moves) == (GAINS, ("gold", "gold"), (Move(WON, "C"),))


def test_a_gate_takes_every_tier():
    found = trial.tried(book(core="D"), road(), past("ABC", tier="gold"))
    assert (found.outcome, found.tiers, found.moves) == (LOSES, ("", ""), ())
    assert found.lack == Lack("gold", 3, 0, ("D",), (), ())
    assert [row[:2] for row in trial.by_criterion([found])] == [("D", False)], "a gate counts as what moved it"


def test_a_floor_alone_moves_by_no_criterion():
    higher = book(tiers=((34, "certified"), (51, "silver"), (80, "gold")))
    found = trial.tried(higher, road(), past("ABC", tier="gold"))
    assert (found.outcome, found.tiers, found.moves) == (LOSES, ("silver", "silver"), ())
    assert found.lack == Lack("gold", 4, 1, (), (), ())
    assert trial.by_criterion([found]) == [("", False, {GAINS: 0, LOSES: 1, STAYS: 0, UNDECIDED: 0})]


def test_a_withdrawn_criterion_takes_its_point_along():
    found = trial.tried(book("ABC"), road("ABC", withdrawn="D"), past("AD", tier="silver"))
    assert (found.outcome, found.tiers, found.moves) == (LOSES, ("", ""), (Move(GONE, "D"),))
    fewer = trial.tried(book("ABC"), road("ABC", withdrawn="D"), past("ABC", tier="silver"))
    assert (fewer.outcome, fewer.moves) == (GAINS, (Move(GONE, "D"),)), "what was not met is no longer asked"


def test_a_new_criterion_leaves_it_open():
    found = trial.tried(book("ABCDE"), road(E=Way("new")), past("ABC", tier="gold"))
    assert (found.outcome, found.tiers) == (UNDECIDED, ("silver", "gold"))
    assert (found.least.points, found.most.points) == (3, 4)
    assert found.moves == (Move(OPEN, "E"),)
    assert found.lack == Lack("gold", 4, 1, (), (), ())


def test_what_hangs_on_a_new_one_is_within_the_range():
    found = trial.tried(book("ABCDE", needs={"A": "E"}), road(E=Way("new")), past("ABC", tier="gold"))
    assert (found.tiers, found.least.points, found.most.points) == (("certified", "gold"), 2, 4)


def test_a_tier_that_is_gone_stands_between_its_neighbors():
    rungs = book(tiers=((34, "certified"), (68, "gold")))
    assert trial.tried(rungs, road(), past("AB", tier="silver")).outcome == LOSES
    assert trial.tried(rungs, road(), past("ABC", tier="silver")).outcome == GAINS


def test_totals():
    one = trial.tried(book(needs={"C": "D"}), road(), past("ABC", tier="gold"))
    other = trial.tried(book("ABCDE"), road(E=Way("new")), past("ABC", tier="gold"))
    stays = trial.tried(book(), road(), past("ABC", tier="gold"))
    assert trial.counts([one, other, stays]) == {GAINS: 0, LOSES: 1, STAYS: 1, UNDECIDED: 1}
    assert trial.by_criterion([one, one, other, stays]) == [
        ("C", False, {GAINS: 0, LOSES: 2, STAYS: 0, UNDECIDED: 0}),
        ("E", False, {GAINS: 0, LOSES: 0, STAYS: 0, UNDECIDED: 1}),
    ]


def test_what_is_no_longer_asked_is_not_taken_for_another_of_its_code():
    """B is withdrawn, and B of the tried edition is another criterion, which comes from D."""
    way = Road({"A": Way("same", ("A",)), "B": Way("reworded", ("D",)), "C": Way("same", ("C",))}, ("B",), ("certified", "silver", "gold"))
    found = trial.tried(book("ABC", needs={"B": "C"}), way, past("ABD", tier="gold"))
    assert (found.outcome, found.moves) == (LOSES, (Move(LOST, "B"), Move(GONE, "B")))
    assert [row[:2] for row in trial.by_criterion([found])] == [("B", False), ("B", True)]


# Checklists that change


def subsets(items):
    return chain.from_iterable(combinations(items, n) for n in range(len(items) + 1))


def could_be(lists, verdict, ticks):
    """Every verdict that the new list can come to, by trying all ticks that nobody knows of."""
    kept = {line for line in lists.after if line in lists.before}
    added = [line for line in lists.after if line not in kept]
    enough = {True: MET, False: NOT_MET}
    known = [ticks] if ticks is not None else [t for t in subsets(lists.before) if enough[len(t) >= lists.required_before] is verdict]
    return {enough[len(kept & set(old)) + len(new) >= lists.required] for old in known for new in subsets(added)}


@pytest.mark.parametrize("after", ["abc", "ab", "a", "abcd", "abx", "xyz", "cba", "axy"])
@pytest.mark.parametrize("required_before", [1, 2, 3])
def test_a_changed_list_says_what_every_possibility_says(after, required_before):
    for required in range(1, len(after) + 1):
        lists = Checklists(required_before, tuple("abc"), required, tuple(after))
        for ticks in subsets("abc"):
            verdict = MET if len(ticks) >= required_before else NOT_MET
            for given in (ticks, None):
                all_of_it = could_be(lists, verdict, given)
                places = [tuple("abc".index(line) + 1 for line in given)] if given is not None else []
                assert lists.judged(verdict, places) == (all_of_it.pop() if len(all_of_it) == 1 else None), (lists, verdict, given)


def test_ticks_beside_which_the_reader_judged_otherwise_say_nothing():
    stricter = Checklists(2, tuple("abcd"), 3, tuple("abcd"))
    assert stricter.judged(MET, [(1, 2, 3)]) is MET
    assert stricter.judged(MET, [(1, 2)]) is NOT_MET
    assert stricter.judged(MET, [(1,)]) is None
    assert stricter.judged(NOT_MET, [(1, 2, 3)]) is NOT_MET, "what was too little stays too little"


def test_readers_who_ticked_differently_have_to_come_to_the_same():
    stricter = Checklists(2, tuple("abcd"), 3, tuple("abcd"))
    assert stricter.judged(MET, [(1, 2, 3), (2, 3, 4)]) is MET
    assert stricter.judged(MET, [(1, 2, 3), (2, 3)]) is None


def test_a_line_that_stands_twice_is_matched_once():
    twice = Checklists(1, ("a", "b"), 2, ("a", "a"))
    assert twice.kept == {1: 1}
    assert twice.judged(MET, [(1, 2)]) is None


def test_a_changed_list_decides_the_tier_by_the_ticks():
    way = Way("same", ("C",), changed=Checklists(1, ("x", "y"), 2, ("x", "y")))
    both = trial.tried(book(), road(C=way), past("ABC", tier="gold", ticks={"C": ((1, 2),)}))
    one = trial.tried(book(), road(C=way), past("ABC", tier="gold", ticks={"C": ((1,),)}))
    unknown = trial.tried(book(), road(C=way), past("ABC", tier="gold"))
    assert [found.outcome for found in (both, one, unknown)] == [STAYS, LOSES, UNDECIDED]
    assert one.moves == (Move(LOST, "C"),)
    assert unknown.moves == (Move(OPEN, "C"),)
