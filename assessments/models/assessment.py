"""One city's assessment in one cycle, its moves, its attestation and what was frozen when it was submitted."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import MOVES, NEEDS_REASON, Status
from assessments.models.city import City
from assessments.models.cycle import Cycle
from wwc.audit.record import record
from wwc.constraints import one_of
from wwc.refusals import Refusal


class UnlawfulMove(Refusal):
    """The table of moves does not know this one."""

    message = _("This is not possible at this stage. Nothing was changed.")


class MovedMeanwhile(Refusal):
    """Somebody else moved the assessment between reading and writing."""

    message = _("Someone else changed this a moment ago. Nothing was changed by you. Look again before you go on.")


class ReasonMissing(Refusal):
    """The move needs words why."""

    message = _("This needs a reason in words. Nothing was changed.")


class Consent(models.TextChoices):
    """What the city lets the public see beyond tier, event, date and validity."""

    TIER = "tier", _("the tier only")
    AREAS = "areas", _("points and areas too")
    CRITERIA = "criteria", _("every criterion too")


class Assessment(models.Model):
    """A city's assessment: one per city and cycle. Its status is written by `move_to` alone."""

    city = models.ForeignKey(City, models.PROTECT, related_name="assessments")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="assessments")
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFTING)
    consent = models.CharField(max_length=10, choices=Consent, default=Consent.TIER)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "cycle"], name="assessment_once"),
            one_of("status", Status.choices, name="assessment_status"),
            one_of("consent", Consent.choices, name="assessment_consent"),
        ]

    def __str__(self) -> str:
        return f"{self.city}, {self.cycle}"

    @transaction.atomic
    def move_to(self, status: str, *, by: Any, at: datetime, reason: str = "", on_behalf_of: str = "") -> None:
        """Move along a lawful edge, once, with its event. The only writer of `status`.

        Compare-and-set: the row must still be in the state this object was read in. Raises UnlawfulMove,
        ReasonMissing or MovedMeanwhile, and then nothing is written.
        """
        before = self.status
        if status not in MOVES[before]:
            raise UnlawfulMove(before=before, after=status)
        if (before, status) in NEEDS_REASON and not reason.strip():
            raise ReasonMissing()
        if not Assessment.objects.filter(pk=self.pk, status=before).update(status=status):
            raise MovedMeanwhile()
        self.status = status
        record("moved", self, by=by, at=at, city_id=self.city_id, before=before, after=status, reason=reason, on_behalf_of=on_behalf_of)


class Attestation(models.Model):
    """The signatory's word that the answers are true, tied to the hash of the whole content; any later save voids it."""

    append_only = True

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="attestations")
    content_hash = models.CharField(max_length=64)
    attested_at = models.DateTimeField()
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.attested_by} for {self.assessment}"


class Snapshot(models.Model):
    """What was submitted: the frozen content, its hash, and the receipt the city holds."""

    append_only = True

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    receipt = models.CharField(max_length=20, unique=True)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    attestation = models.ForeignKey(Attestation, models.PROTECT, null=True, related_name="+")
    late = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "number"], name="snapshot_number_once")]

    def __str__(self) -> str:
        return self.receipt
