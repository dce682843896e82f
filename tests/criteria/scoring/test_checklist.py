import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria.scoring import ChecklistError, checklist
from tests.criteria.scoring.worlds import law


@pytest.mark.parametrize(
    ("required", "of", "ticked", "short"),
    [
        (3, 4, [], 3),
        (3, 4, [1, 4], 1),
        (3, 4, [1, 2, 4], 0),
        (3, 4, [4, 3, 2, 1], 0),
        (4, 5, {1, 2, 5}, 1),
        (2, 3, (3, 3, 3), 1),
        (1, 1, iter([1]), 0),
    ],
)
def test_k_of_n(required, of, ticked, short):
    ticked = list(ticked)
    assert checklist.shortfall(required, of, ticked) == short
    assert checklist.is_met(required, of, ticked) == (short == 0)


@pytest.mark.parametrize(("required", "of"), [(0, 3), (-1, 3), (4, 3), (1, 0), (1.0, 3), (1, 3.0), (True, 3), (1, True)])
def test_a_checklist_that_cannot_be_is_an_error(required, of):
    with pytest.raises(ChecklistError, match=f"a checklist cannot need {required} of {of} items"):
        checklist.is_met(required, of, [])


@pytest.mark.parametrize(
    ("ticked", "named"), [([0], "0"), ([5], "5"), ([1, 9, -1], "-1, 9"), (["1"], "1"), ([True], "True"), ([1.0], "1.0")]
)
def test_a_tick_beside_no_item_is_an_error(ticked, named):
    with pytest.raises(ChecklistError, match=f"^ticked beside no item of 1 to 4: {named}$"):
        checklist.is_met(2, 4, ticked)


@law
@given(st.integers(1, 9).flatmap(lambda of: st.tuples(st.integers(1, of), st.just(of), st.lists(st.integers(1, of)))))
def test_one_more_tick_never_makes_it_worse(case):
    required, of, ticked = case
    short = checklist.shortfall(required, of, ticked)
    assert short == checklist.shortfall(required, of, ticked[::-1] + ticked)
    for item in range(1, of + 1):
        assert checklist.shortfall(required, of, [*ticked, item]) in (short, short - 1)
    assert checklist.is_met(required, of, range(1, of + 1))
