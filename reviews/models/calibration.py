"""A calibration round: readers of one area judge the same frozen answers before the reading begins, and compare."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import AnswerVersion, Cycle
from criteria.models import Criterion, PracticeArea
from reviews.lifecycle import Found, Settled
from wwc.constraints import both_or_neither, one_of

OPENED = "EXISTS (SELECT 1 FROM reviews_calibration c WHERE c.id = {row}.calibration_id AND c.opened_at IS NOT NULL)"


class Calibration(models.Model):
    """One round for one practice area of a cycle: drafted by staff, opened to its readers, ended with what the talk agreed."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="+")
    area = models.ForeignKey(PracticeArea, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    talk = models.TextField(blank=True, help_text="What the readers agreed when they talked it over.")

    class Meta:
        constraints = [
            both_or_neither("opened_at", "opened_by", name="calibration_opened_pair"),
            both_or_neither("ended_at", "ended_by", name="calibration_ended_pair"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(opened_at__isnull=False), name="calibration_in_order"),
        ]

    def __str__(self) -> str:
        return f"Calibration of {self.area} in {self.cycle}"


class CalibrationItem(models.Model):
    """One answer to practise on, copied from an earlier cycle or invented. Once the round is open nobody changes it."""

    frozen_when = OPENED.format(row="OLD")
    frozen_insert_when = OPENED.format(row="NEW")

    calibration = models.ForeignKey(Calibration, models.PROTECT, related_name="items")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    narrative = models.TextField()
    proof = models.TextField(blank=True, help_text="What the evidence shows, in words.")
    expected = models.CharField(max_length=10, choices=Settled)
    why = models.TextField()
    source = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [one_of("expected", Settled.choices, name="calibrationitem_expected")]

    def __str__(self) -> str:
        return f"{self.criterion} in {self.calibration}"


class PracticeFinding(models.Model):
    """One reader's verdict on an item. It counts nowhere but in its round."""

    append_only = True

    item = models.ForeignKey(CalibrationItem, models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=14, choices=Found)
    rationale = models.TextField(blank=True)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "filed_by"], name="practicefinding_once"),
            one_of("verdict", Found.choices, name="practicefinding_verdict"),
            models.CheckConstraint(condition=Q(verdict="met") | ~Q(rationale=""), name="practicefinding_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.item}"
