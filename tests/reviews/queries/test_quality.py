"""The quality of reading: first and independent findings alone, chance apart from purpose, nothing of what is closed or hidden."""

import pytest

from reviews.queries import quality as qualities
from tests.factories import reviews as make

NOW = make.NOW


@pytest.fixture
def cycle(db):
    """A cycle that draws every claim for a second reading."""
    rule = {**make.POLICY["second_reading"], "random_share": 1}
    return make.cycle(policy={**make.POLICY, "second_reading": rule})


def twice(assessment, code, member, second, one="met", other="met", **fields):
    """An answer read by two who do not see each other's verdict."""
    answer = make.answer(assessment, code)
    readings = make.assign(answer, member), make.assign(answer, second, "second")
    make.find(readings[0], one, **fields)
    make.find(readings[1], other)
    return answer


def of(cycle, user):
    return qualities.quality(cycle, user)


def areas(found):
    return {each.area.code: (each.area.found.agreed.n, each.area.found.pairs) for each in found.areas}


def test_pairs_are_counted_by_area_criterion_and_checklist(cycle, assessment, member, second, staff):
    twice(assessment, "A1", member, second)
    twice(assessment, "A2", member, second, "met", "not_met")
    twice(assessment, "B1", member, second, "cannot_judge", "met")
    found = of(cycle, staff)
    assert areas(found) == {"A": (1, 2), "B": (0, 1)}
    assert (found.whole.found.agreed.n, found.whole.found.pairs, found.whole.found.too_few, found.whole.found.ac1) == (1, 3, True, None)
    (first, items), (second_row, others) = found.areas[0].criteria
    assert (first.code, first.found.agreed.n, second_row.code, second_row.found.agreed.n) == ("A1", 1, "A2", 0)
    assert [item.found.agreed.n for item in items] == [1, 1, 1]
    assert [item.found.agreed.n for item in others] == [1, 0, 1], "the second reader ticks the first line alone"
    assert found.areas[1].criteria[0][1] == (), "who cannot judge ticks nothing, so there is no pair of ticks"
    assert {row.found.pairs for row in found.targeted} == {0}


def test_twenty_pairs_are_enough_for_a_coefficient(cycle, member, second, staff):
    cities = [make.submitted(f"City {number}", cycle) for number in range(5)]
    for each in (member, second):
        make.declaring.declare_all(cycle, declared={}, by=each.person, at=NOW)
    for number, city in enumerate(cities):
        for code in make.CODES:
            twice(city, code, member, second, "met", "not_met" if (number, code) == (0, "A1") else "met")
    whole = of(cycle, staff).whole.found
    assert (whole.pairs, whole.too_few, whole.agreed.n) == (20, False, 19)
    assert (round(whole.ac1, 4), whole.kappa, round(whole.alpha, 4)) == (0.9474, 0.0, 0.0)
    row = qualities.as_table([of(cycle, staff).whole])[0]
    assert (row["pairs"], row["agreed"], row["share"], row["ac1"]) == (20, 19, 0.95, 0.9474)


def test_the_first_that_was_filed_counts_whatever_came_after(cycle, assessment, member, second, staff):
    answer = make.answer(assessment, "A1")
    one, other = make.assign(answer, member), make.assign(answer, second, "second")
    make.find(one, "met")
    make.find(one, "not_met")
    assert of(cycle, staff).whole.found.pairs == 0, "the second is not in"
    make.find(other, "not_met")
    assert areas(of(cycle, staff))["A"] == (0, 1)


def test_nothing_is_told_before_the_third_has_read(cycle, assessment, member, second, staff):
    answer = twice(assessment, "A1", member, second, "met", "not_met")
    third = make.assign(answer, make.reader(cycle, "third"), "third")
    assert of(cycle, staff).whole.found.pairs == 0
    assert of(cycle, member.person).own is None
    make.find(third, "met", rationale="The policy is in force.")
    assert of(cycle, staff).whole.found.pairs == 1


def test_two_versions_are_no_pair(cycle, assessment, member, second, staff):
    answer = make.answer(assessment, "A1")
    one, other = make.assign(answer, member), make.assign(answer, second, "second")
    make.find(one)
    make.version(answer)
    make.find(other)
    found = of(cycle, staff)
    assert (found.whole.found.pairs, found.left_out) == (0, 1)


def test_what_is_read_twice_on_purpose_stands_apart(assessment, member, second, staff, cycle):
    cycle.policy["second_reading"]["random_share"] = 0
    twice(assessment, "A1", member, second)
    twice(assessment, "A2", member, second, wants_second=True)
    twice(assessment, "B1", member, second, "cannot_judge", "not_met")
    twice(assessment, "B2", member, second)
    found = of(cycle, staff)
    assert found.whole.found.pairs == 0
    assert {row.kind: (row.found.agreed.n, row.found.pairs) for row in found.targeted} == {
        "core": (1, 1), "flagged": (1, 2), "near_line": (1, 1),
    }  # fmt: skip


def test_a_reader_sees_how_their_own_verdicts_fared_and_nobody_elses(cycle, assessment, member, second, staff):
    for code, one, other in (("A1", "met", "met"), ("A2", "met", "not_met"), ("B1", "met", "not_met")):
        answer = twice(assessment, code, member, second, one, other)
        if one != other:
            make.consensus(answer, member, second)
    mine, theirs = of(cycle, member.person), of(cycle, second.person)
    assert (mine.steers, mine.readers, mine.whole.found.pairs, mine.rows[0].found.pairs) == (False, (), 0, 0)
    assert ((mine.own.overturned.n, mine.own.overturned.of), (mine.own.lean.yes, mine.own.lean.no, mine.own.lean.of)) == ((2, 2), (2, 0, 3))
    assert ((theirs.own.overturned.n, theirs.own.overturned.of), (theirs.own.lean.yes, theirs.own.lean.no)) == ((0, 2), (0, 2))
    assert mine.own.too_few
    assert mine.own.too_few_settled
    rows = {row.person: row for row in of(cycle, staff).readers}
    assert set(rows) == {member.person, second.person}
    assert rows[member.person] == mine.own


def test_a_practice_lead_sees_their_areas_alone(cycle, assessment, member, second):
    lead = make.reader(cycle, "area-lead", part="lead", areas=["A"])
    twice(assessment, "A1", member, second)
    twice(assessment, "B1", member, second, "met", "not_met")
    found = of(cycle, lead.person)
    assert (found.steers, areas(found)) == (True, {"A": (1, 1), "B": (0, 0)})
    assert {row.lean.of for row in found.readers} == {1}


def test_a_closed_city_is_in_no_number(cycle, assessment, member, second, staff):
    twice(assessment, "A1", member, second)
    lead = make.reader(cycle, "area-lead", part="lead")
    for each in (staff, lead.person, member.person):
        assert of(cycle, each).left_out == 0
        make.declaring.declare(cycle, city=assessment.city, state="declared", reason="My brother.", by=each, at=NOW)
        found = of(cycle, each)
        assert (found.whole.found.pairs, found.readers, found.own) == (0, (), None)


def test_who_stepped_aside_counts_no_more(cycle, assessment, member, second, staff):
    answer = twice(assessment, "A1", member, second)
    make.assigning.recuse(answer.assignments.get(member=member), reason="I know the author.", by=member.person, at=NOW)
    assert of(cycle, staff).whole.found.pairs == 0
