"""When a checklist is met: k of its n items, numbered from 1."""

from collections.abc import Iterable


class ChecklistError(ValueError):
    """A checklist that cannot be, or a tick beside no item."""


def is_met(required: int, of: int, ticked: Iterable[int]) -> bool:
    """Whether at least ``required`` of the items 1 to ``of`` are ticked; a tick given twice counts once."""
    return shortfall(required, of, ticked) == 0


def shortfall(required: int, of: int, ticked: Iterable[int]) -> int:
    """How many more ticks the checklist needs."""
    if type(required) is not int or type(of) is not int or not 1 <= required <= of:
        raise ChecklistError(f"a checklist cannot need {required} of {of} items")
    ticks = set(ticked)
    nowhere = sorted(str(tick) for tick in ticks if type(tick) is not int or not 1 <= tick <= of)
    if nowhere:
        raise ChecklistError(f"ticked beside no item of 1 to {of}: {', '.join(nowhere)}")
    return max(0, required - len(ticks))
