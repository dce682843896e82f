"""Who may do what in the post office."""

from typing import Any

from wwc.refusals import HIDDEN, YES, Ruling


def may_hook(by: Any) -> Ruling:
    """Staff and directors register the programs that are called."""
    return YES if by.of_programme else HIDDEN
