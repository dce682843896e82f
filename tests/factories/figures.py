"""Public figures of a cycle, computed from plain cases without the assessments behind them."""

from typing import Any

from assessments.models import Cycle
from tests.conftest import NOW
from wwc.insights import queries
from wwc.insights.figures import Case, figures
from wwc.insights.models import Release
from wwc.insights.suppression import Member


def release(cycle: Cycle, cities: int = 6, **fields: Any) -> Release:
    """Figures of so many cities, each of which met one criterion less than the one before."""
    book = queries.book_of(cycle)
    codes = list(book.areas)
    cases = [
        Case(
            Member(n, n, 4),
            n,
            cycle.slug,
            book.edition,
            tier="gold",
            of=frozenset(codes),
            met=frozenset(codes[n:]),
            claimed=frozenset(codes),
        )
        for n in range(cities)
    ]
    content = figures(book, cases, [], lambda _detail, members: bool(members))
    facts = {"content": content, "sha256": queries.hash_of(content), "groups": {}, "released_at": NOW}
    return Release.objects.create(cycle=cycle, **facts | fields)
