"""Who may read the program's own figures, and have them computed."""

from typing import Any

from wwc.refusals import HIDDEN, YES, Ruling


def may_see_whole(by: Any) -> Ruling:
    """The program reads figures with groups of any size; cities closed to the person are in none of them."""
    return YES if by.of_programme else HIDDEN


def may_recompute(by: Any) -> Ruling:
    """The program has the figures of a cycle computed again."""
    return may_see_whole(by)
