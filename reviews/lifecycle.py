"""Words and lawful moves of findings, awards, announcements and appeals."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Found(TextChoices):
    """A reader's verdict on one version of one answer."""

    MET = "met", _("Met")
    NOT_MET = "not_met", _("Not met")
    CANNOT_JUDGE = "cannot_judge", _("Cannot judge")


class Settled(TextChoices):
    """The settled verdict on one answer."""

    MET = "met", _("Met")
    NOT_MET = "not_met", _("Not met")


class How(TextChoices):
    """How a verdict was settled."""

    SINGLE = "single", _("one reading, where one is enough")
    AGREED = "agreed", _("agreed")
    CONSENSUS = "consensus", _("consensus")
    THIRD = "third", _("third reader")
    LEAD = "lead", _("practice lead")
    AS_CITY_SAYS = "as_city_says", _("not met, as the city says")
    APPEAL = "appeal", _("on appeal")


class Slot(TextChoices):
    """Which reading an assignment is."""

    FIRST = "first", _("first reading")
    SECOND = "second", _("second reading")
    THIRD = "third", _("third reading")


class Stage(TextChoices):
    """Where the reading of one answer is. Derived from rows in this order, never stored (docs/lifecycle.md)."""

    FINAL = "final", _("decided")
    SPLIT = "split", _("split")
    WAITING = "waiting", _("waiting for the city")
    STALE = "stale", _("changed since the verdict")
    SETTLED = "settled", _("settled")
    AGREED = "agreed", _("agreed, to be recorded")
    NEEDS_SECOND = "needs_second", _("needs a second reading")
    FIRST_IN = "first_in", _("first verdict in")
    ASSIGNED = "assigned", _("assigned")
    UNASSIGNED = "unassigned", _("not assigned")


# Both say that the answer has its verdict.
DONE = frozenset({Stage.FINAL, Stage.SETTLED})


class Kind(TextChoices):
    """What an award is for the city."""

    NEW = "new", _("New")
    LEVEL_UP = "level_up", _("Level-up")
    RECERTIFIED = "recertified", _("Recertified")
    HONOR_ROLL = "honor_roll", _("Honor Roll")
    NO_TIER = "no_tier", _("No tier")


class AwardStatus(TextChoices):
    """Where a version of an award is."""

    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    IN_BATCH = "in_batch", _("in a batch")
    RELEASED = "released", _("released")
    RETRACTED = "retracted", _("retracted")
    SUPERSEDED = "superseded", _("superseded")
    CORRECTED = "corrected", _("corrected")
    REVOKED = "revoked", _("revoked")


AWARD_MOVES: dict[str, frozenset[str]] = {
    AwardStatus.PROPOSED: frozenset({AwardStatus.APPROVED, AwardStatus.RETRACTED}),
    AwardStatus.APPROVED: frozenset({AwardStatus.IN_BATCH, AwardStatus.RETRACTED}),
    AwardStatus.IN_BATCH: frozenset({AwardStatus.RELEASED, AwardStatus.APPROVED, AwardStatus.RETRACTED}),
    AwardStatus.RELEASED: frozenset({AwardStatus.IN_BATCH, AwardStatus.SUPERSEDED, AwardStatus.CORRECTED, AwardStatus.REVOKED}),
    AwardStatus.RETRACTED: frozenset(),
    AwardStatus.SUPERSEDED: frozenset({AwardStatus.RELEASED}),  # only while the version that replaced it can be taken back
    AwardStatus.CORRECTED: frozenset({AwardStatus.RELEASED}),  # the same
    AwardStatus.REVOKED: frozenset(),
}


class Batch(TextChoices):
    """Where an announcement is."""

    DRAFT = "draft", _("draft")
    PREPARED = "prepared", _("prepared")
    APPROVED = "approved", _("approved, waits for its hour")
    RELEASED = "released", _("released")
    TAKEN_BACK = "taken_back", _("taken back")


BATCH_MOVES: dict[str, frozenset[str]] = {
    Batch.DRAFT: frozenset({Batch.PREPARED}),
    Batch.PREPARED: frozenset({Batch.DRAFT, Batch.APPROVED, Batch.RELEASED}),
    Batch.APPROVED: frozenset({Batch.PREPARED, Batch.RELEASED}),
    Batch.RELEASED: frozenset({Batch.TAKEN_BACK}),
    Batch.TAKEN_BACK: frozenset({Batch.PREPARED}),
}


class AppealStatus(TextChoices):
    """Where an appeal is. The city reads three words of it, and the outcome on the day that all of its round are told."""

    FILED = "filed", _("filed")
    ADMITTED = "admitted", _("admitted")
    NOT_ADMITTED = "not_admitted", _("not admitted")
    SETTLED = "settled", _("settled, to be confirmed")
    CONFIRMED = "confirmed", _("confirmed, to be told")
    TOLD = "told", _("told")
    WITHDRAWN = "withdrawn", _("withdrawn")


APPEAL_MOVES: dict[str, frozenset[str]] = {
    AppealStatus.FILED: frozenset({AppealStatus.ADMITTED, AppealStatus.NOT_ADMITTED, AppealStatus.WITHDRAWN}),
    AppealStatus.ADMITTED: frozenset({AppealStatus.SETTLED, AppealStatus.WITHDRAWN}),
    AppealStatus.NOT_ADMITTED: frozenset(),
    AppealStatus.SETTLED: frozenset({AppealStatus.CONFIRMED, AppealStatus.ADMITTED}),
    AppealStatus.CONFIRMED: frozenset({AppealStatus.TOLD}),
    AppealStatus.TOLD: frozenset({AppealStatus.CONFIRMED}),  # only while the telling can be taken back
    AppealStatus.WITHDRAWN: frozenset(),
}

# Still to be decided, so that the appeals of its round cannot be told yet.
UNDECIDED = (AppealStatus.FILED, AppealStatus.ADMITTED, AppealStatus.SETTLED)

# What the city reads. From admitted to confirmed it reads the same: who reads it is done before the day must not show.
APPEAL_READS = {
    AppealStatus.FILED: pgettext_lazy("an appeal", "Received"),
    AppealStatus.ADMITTED: pgettext_lazy("an appeal", "Being read"),
    AppealStatus.NOT_ADMITTED: pgettext_lazy("an appeal", "Not taken up"),
    AppealStatus.SETTLED: pgettext_lazy("an appeal", "Being read"),
    AppealStatus.CONFIRMED: pgettext_lazy("an appeal", "Being read"),
    AppealStatus.TOLD: pgettext_lazy("an appeal", "Settled"),
    AppealStatus.WITHDRAWN: pgettext_lazy("an appeal", "Withdrawn"),
}
