"""Check constraints as one-liners, so that a rule about columns is one line where the columns are."""

from itertools import pairwise
from typing import Any

from django.db.models import CheckConstraint, F, Q


def both_or_neither(*fields: str, name: str) -> CheckConstraint:
    """All of the fields are set, or none is: `x_at` with `x_by`."""
    all_set, none_set = Q(), Q()
    for field in fields:
        all_set &= Q(**{f"{field}__isnull": False})
        none_set &= Q(**{f"{field}__isnull": True})
    return CheckConstraint(condition=all_set | none_set, name=name)


def in_order(*fields: str, name: str) -> CheckConstraint:
    """Each field is at or after the one before it; an empty one is not compared."""
    condition = Q()
    for earlier, later in pairwise(fields):
        condition &= Q(**{f"{later}__gte": F(earlier)}) | Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__isnull": True})
    return CheckConstraint(condition=condition, name=name)


def one_of(field: str, choices: Any, *, name: str) -> CheckConstraint:
    """The field holds one of the choices and nothing else."""
    return CheckConstraint(condition=Q(**{f"{field}__in": [value for value, _label in choices]}), name=name)
