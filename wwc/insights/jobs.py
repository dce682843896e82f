"""The figures of a cycle are computed, for the program and for the public; nothing else writes them."""

from collections.abc import Sequence
from typing import Any

from assessments.models import Cycle
from wwc.clock import under_lock
from wwc.insights import queries
from wwc.insights.figures import Case, Detail, figures
from wwc.insights.models import Dataset, Release
from wwc.insights.suppression import Guard
from wwc.outbox.running import completing


def write_insights(cycle_id: int, left_out: Sequence[int] = ()) -> None:
    """Compute the figures of a cycle from what is announced. What is the same as before is not written again.

    Without cities that are left out it is for everybody: the program's figures, and of them what the public may have.
    """
    with completing():
        cycle = Cycle.objects.select_for_update(of=("self",)).select_related("standard").get(pk=cycle_id)
        cases = queries.cases_of(cycle, left_out)
        if not any(case.told for case in cases):
            return
        book, pairs = queries.book_of(cycle), queries.pairs_of(cycle, cases)
        content = figures(book, cases, pairs, lambda _detail, members: bool(members))
        newest = Dataset.objects.filter(cycle=cycle, left_out=list(left_out)).order_by("-pk").first()
        if newest is None or newest.sha256 != queries.hash_of(content):
            Dataset.objects.create(
                cycle=cycle, left_out=list(left_out), content=content, sha256=queries.hash_of(content), computed_at=under_lock()
            )
        if not left_out:
            guard = _guard([*cases, *(before for before, _after in pairs)])
            _release(cycle, figures(book, cases, pairs, guard.admits), guard)


def _guard(cases: Sequence[Case]) -> Guard:
    """What may be shown beside everything that ever was, of any cycle: only its numbers are compared, so others do no harm."""
    guard = Guard([*queries.versions_of(cases), *(case.member for case in cases)], max(Detail))
    own = {detail: {case.member.key(detail) for case in cases} for detail in Detail}
    known: set[tuple[int, frozenset[int]]] = set()
    for groups in Release.objects.order_by("pk").values_list("groups", flat=True).iterator():
        known |= {(int(detail), frozenset(group)) for detail, found in groups.items() for group in found}
    for detail, group in sorted(known, key=lambda each: (each[0], sorted(each[1]))):
        if own[Detail(detail)] & group:
            guard.remember(detail, group)
    return guard


def _release(cycle: Cycle, content: dict[str, Any], guard: Guard) -> None:
    """Give the public the figures, if there are any.

    Where something that it has would be missing, too few cities changed for it to be told: then all wait for more.
    """
    newest = Release.objects.filter(cycle=cycle).order_by("-pk").first()
    if not _shown(content) or (
        newest is not None and (newest.sha256 == queries.hash_of(content) or _shown(newest.content) - _shown(content))
    ):
        return
    Release.objects.create(
        cycle=cycle, content=content, sha256=queries.hash_of(content), groups={str(k): v for k, v in guard.groups.items()},
        released_at=under_lock(),
    )  # fmt: skip


def _shown(content: dict[str, Any]) -> set[str]:
    """The figures that have a base."""
    return {key for key, figure in content["figures"].items() if figure["base"]}
