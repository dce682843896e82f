"""What a recomputation came to, as far as one person of the program may see it: closed cities are in no row and no count."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from assessments import queries as case
from assessments.models import Assessment, Cycle
from reviews.models import Recomputation, ScoreDifference
from reviews.queries.results import DECIDING, deciding_to
from wwc.outbox.models import Work


@dataclass(frozen=True)
class Report:
    """How far a recomputation is, and how many rows it has of each kind."""

    row: Recomputation
    done: int
    total: int
    is_set_aside: bool
    counts: dict[str, int]

    @property
    def runs(self) -> bool:
        """Whether the worker is still at it, or has yet to begin."""
        return self.row.finished_at is None and not self.is_set_aside


_MOVED = Q(after__isnull=False) & ~Q(before__tier=F("after__tier"))
KINDS = {
    "moved": Q(before__isnull=False) & _MOVED,
    "same": Q(before__isnull=False, after__isnull=False, before__tier=F("after__tier"), award=None),
    "first": Q(before=None, after__isnull=False),
    "award": Q(award__isnull=False),
    "missing": Q(after=None),
}


def recomputations() -> QuerySet[Recomputation]:
    """All of them, the newest first."""
    return Recomputation.objects.select_related("cycle__standard", "asked_by").order_by("-pk")


def cycles_to_score(user: Any) -> QuerySet[Cycle]:
    """The cycles in which something is there to score that is open to the person, the newest first."""
    scored = deciding_to(user).filter(cycle=OuterRef("pk"))
    running = Recomputation.objects.filter(cycle=OuterRef("pk"), finished_at=None)
    return Cycle.objects.filter(Exists(scored)).annotate(runs=Exists(running)).select_related("standard").order_by("-opens_at", "-pk")


def report(row: Recomputation, user: Any) -> Report:
    """How far it is and what it found, in four queries."""
    rows = differences(row, user)
    counts = rows.order_by().aggregate(**{kind: Count("pk", filter=which) for kind, which in KINDS.items()})
    hidden = Assessment.objects.filter(cycle=row.cycle_id, status__in=DECIDING).exclude(pk__in=deciding_to(user).values("pk"))
    passed, all_hidden = hidden.filter(pk__lte=row.reached).count(), hidden.count()
    aside = Work.objects.filter(key=Work.key_of("recompute_cycle", recomputation_id=row.pk), parked_at__isnull=False).exists()
    total = row.total - (passed if row.finished_at else all_hidden)
    return Report(row, max(0, row.done - passed), max(0, total), aside, counts)


def differences(row: Recomputation, user: Any, kind: str = "") -> QuerySet[ScoreDifference]:
    """What it has to say, or one kind of that, in the order of the cities' names."""
    found = ScoreDifference.objects.filter(recomputation=row, assessment__in=case.assessments_for_programme(user).values("pk"))
    return (
        found.filter(KINDS.get(kind, Q()))
        .select_related("assessment__city", "before", "after", "award")
        .order_by("assessment__city__folded", "pk")
    )
