"""The way from edition to edition: what a criterion comes from, and that none is lost."""

from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from criteria import queries
from criteria.models import LinkKind, Standard

SAME, REWORDED, SPLIT, MERGED, NEW, WITHDRAWN = LinkKind.values


def link(origin, successor, kind, note=""):
    return SimpleNamespace(origin_id=origin, successor_id=successor, kind=kind, note=note)


def test_one_step():
    way = queries.followed(
        [1, 2, 3, 4, 5],
        [[link(1, 11, SAME), link(2, 12, MERGED, "a"), link(3, 12, MERGED, "b"), link(4, None, WITHDRAWN, "gone"), link(None, 13, NEW)]],
    )
    assert way.origin_of[11] == queries.Origin((1,), SAME)
    assert way.origin_of[12] == queries.Origin((2, 3), MERGED, ("a", "b"))
    assert way.origin_of[13] == queries.Origin((), NEW, whole=False)
    assert way.withdrawn == {4: "gone", 5: ""}, "what no link names is withdrawn without a word, and not lost"


def test_two_steps_take_the_strongest_change_and_all_notes():
    way = queries.followed(
        [1, 2, 3],
        [
            [link(1, 11, SAME), link(2, 12, REWORDED, "first"), link(3, 13, SPLIT), link(3, 14, SPLIT), link(None, 15, NEW)],
            [link(11, 21, SAME), link(12, 22, SAME, "then"), link(13, 23, SAME), link(14, None, WITHDRAWN), link(15, 24, REWORDED)],
        ],
    )
    assert way.origin_of[21].kind == SAME
    assert way.origin_of[22] == queries.Origin((2,), REWORDED, ("first", "then"))
    assert way.origin_of[23] == queries.Origin((3,), SPLIT, whole=False)
    assert way.origin_of[24].kind == NEW
    assert way.withdrawn == {}


def test_a_merger_with_something_new_is_not_whole():
    way = queries.followed([1], [[link(1, 11, SAME), link(None, 12, NEW)], [link(11, 21, MERGED), link(12, 21, MERGED)]])
    assert way.origin_of[21] == queries.Origin((1,), MERGED, whole=False)


@st.composite
def chains(draw):
    """Editions one after the other, each linked at random to the next, now and then with a link forgotten."""
    size = st.integers(1, 6)
    editions = [[100 * n + i + 1 for i in range(draw(size))] for n in range(draw(st.integers(2, 4)))]
    steps = []
    for before, after in pairwise(editions):
        step = [
            link(origin, successor, draw(st.sampled_from([SAME, REWORDED, SPLIT, MERGED])))
            for origin in before
            for successor in draw(st.lists(st.sampled_from(after), unique=True, max_size=2))
        ]
        named = {each.origin_id for each in step}
        step += [link(origin, None, WITHDRAWN) for origin in before if origin not in named and draw(st.booleans())]
        step += [link(None, each, NEW) for each in after if each not in {s.successor_id for s in step}]
        steps.append(step)
    return editions, steps


@given(chains())
def test_no_criterion_is_ever_lost_and_none_is_both(chain):
    editions, steps = chain
    way = queries.followed(editions[0], steps)
    led_on = {pk for origin in way.origin_of.values() for pk in origin.origins}
    assert led_on | set(way.withdrawn) == set(editions[0])
    assert led_on & set(way.withdrawn) == set()
    assert set(way.origin_of) == set(editions[-1])
    assert all((origin.kind == NEW) == (not origin.origins) for origin in way.origin_of.values())


@pytest.mark.django_db
def test_of_the_editions_themselves():
    older, newer = Standard.objects.get(code="2018"), Standard.objects.get(code="2022")
    way = queries.crosswalk(older, newer)
    kinds = [origin.kind for origin in way.origin_of.values()]
    assert (len(kinds), kinds.count(NEW), kinds.count(MERGED), kinds.count(SAME), len(way.withdrawn)) == (43, 4, 4, 4, 2)
    assert all(way.withdrawn.values()), "each withdrawn criterion says why"
    assert queries.crosswalk(newer, older) is None
    own = queries.crosswalk(newer, newer)
    assert {origin.kind for origin in own.origin_of.values()} == {SAME}
    assert all(origin.origins == (pk,) for pk, origin in own.origin_of.items())
