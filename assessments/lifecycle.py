"""Which moves are lawful, and what a city is told in each state. The tables are the truth; docs are drawn from them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """Where an assessment is, as the program says it."""

    DRAFTING = "drafting", _("drafting")
    SUBMITTED = "submitted", _("submitted")
    IN_REVIEW = "in_review", _("in review")
    READY = "ready", _("ready")
    DECIDED = "decided", _("decided")
    ANNOUNCED = "announced", _("announced")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LAPSED = "lapsed", _("not submitted")


MOVES: dict[str, frozenset[str]] = {
    Status.DRAFTING: frozenset({Status.SUBMITTED, Status.WITHDRAWN, Status.LAPSED}),
    Status.SUBMITTED: frozenset({Status.IN_REVIEW, Status.DRAFTING, Status.WITHDRAWN}),
    Status.IN_REVIEW: frozenset({Status.READY, Status.WITHDRAWN}),
    Status.READY: frozenset({Status.DECIDED, Status.IN_REVIEW}),
    Status.DECIDED: frozenset({Status.ANNOUNCED, Status.READY}),
    Status.ANNOUNCED: frozenset({Status.DECIDED}),  # only while a release can be taken back
    Status.WITHDRAWN: frozenset({Status.DRAFTING, Status.SUBMITTED, Status.IN_REVIEW}),
    Status.LAPSED: frozenset({Status.DRAFTING}),
}

# What the city reads. In review, ready and decided read the same: a state must not betray an outcome.
CITY_READS = {
    Status.DRAFTING: _("In progress"),
    Status.SUBMITTED: _("Received"),
    Status.IN_REVIEW: _("Under review"),
    Status.READY: _("Under review"),
    Status.DECIDED: _("Under review"),
    Status.ANNOUNCED: _("Your result"),
    Status.WITHDRAWN: _("Closed"),
    Status.LAPSED: _("Closed"),
}

# The moves that need words why.
NEEDS_REASON = frozenset(
    {
        (Status.SUBMITTED, Status.DRAFTING),
        (Status.READY, Status.IN_REVIEW),
        (Status.DECIDED, Status.READY),
        (Status.ANNOUNCED, Status.DECIDED),
        (Status.WITHDRAWN, Status.DRAFTING),
        (Status.WITHDRAWN, Status.SUBMITTED),
        (Status.WITHDRAWN, Status.IN_REVIEW),
        (Status.LAPSED, Status.DRAFTING),
    }
)


class CycleStatus(TextChoices):
    """Where a cycle is."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    REVIEWING = "reviewing", _("reviewing")
    DECIDING = "deciding", _("deciding")
    ANNOUNCED = "announced", _("announced")
    CLOSED = "closed", _("closed")
    CANCELED = "canceled", _("canceled")


CYCLE_MOVES: dict[str, frozenset[str]] = {
    CycleStatus.DRAFT: frozenset({CycleStatus.OPEN, CycleStatus.CANCELED}),
    CycleStatus.OPEN: frozenset({CycleStatus.REVIEWING, CycleStatus.CANCELED}),
    CycleStatus.REVIEWING: frozenset({CycleStatus.DECIDING, CycleStatus.CANCELED}),
    CycleStatus.DECIDING: frozenset({CycleStatus.ANNOUNCED, CycleStatus.CANCELED}),
    CycleStatus.ANNOUNCED: frozenset({CycleStatus.CLOSED}),
    CycleStatus.CLOSED: frozenset(),
    CycleStatus.CANCELED: frozenset(),
}


class Lock(TextChoices):
    """Whether an answer may change. "Reopened" is derived from a question that is open."""

    OPEN = "open", _("open")
    LOCKED = "locked", _("locked")
    FINAL = "final", _("final")


class Asked(TextChoices):
    """Where a question to the city is."""

    DRAFT = "draft", _("draft")
    SENT = "sent", _("sent")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")
    EXPIRED = "expired", _("expired")
    CANCELED = "canceled", _("canceled")
