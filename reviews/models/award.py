"""What is given, and when it is told."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment, Cycle
from assessments.models.assessment import MovedMeanwhile, UnlawfulMove
from reviews.lifecycle import AWARD_MOVES, BATCH_MOVES, AwardStatus, Batch, Kind
from reviews.models.score import Score
from wwc.audit.record import record
from wwc.constraints import both_or_neither, one_of


class Announcement(models.Model):
    """A round: the batch of decisions told together, under embargo until its hour and a second person's word."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="announcements")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("public name"), max_length=120)
    status = models.CharField(max_length=12, choices=Batch, default=Batch.DRAFT)
    announce_at = models.DateTimeField(_("announced at"), null=True)
    cities_told_at = models.DateTimeField(null=True)
    appeals_of = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="told_appeals", verbose_name=_("tells the appeals of")
    )
    number = models.PositiveSmallIntegerField(default=0, help_text=_("How many times it was released."))
    prepared_at = models.DateTimeField(null=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("status", Batch.choices, name="announcement_status"),
            both_or_neither("prepared_at", "prepared_by", name="announcement_prepared_pair"),
            both_or_neither("approved_at", "approved_by", name="announcement_approved_pair"),
            both_or_neither("released_at", "released_by", name="announcement_released_pair"),
            models.CheckConstraint(
                condition=Q(released_by=None) | ~Q(released_by=models.F("prepared_by")), name="announcement_second_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def move_to(self, status: str, *, by: Any, at: Any, reason: str = "", **fields: Any) -> None:
        """Move along a lawful edge with its event, writing the fields in the same update."""
        move(self, BATCH_MOVES, status, by=by, at=at, reason=reason, fields=fields)


class Award(models.Model):
    """A version of what a city is given on one score, or of the decision that it is no tier."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="awards")
    score = models.ForeignKey(Score, models.PROTECT, related_name="awards")
    version = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=12, choices=Kind)
    tier = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=AwardStatus, default=AwardStatus.PROPOSED)
    reason = models.TextField(blank=True)
    previous_tier = models.CharField(max_length=20, blank=True)
    valid_until = models.DateField(null=True)
    corrects = models.BooleanField(default=False, help_text=_("It corrects the version before, for a reason that the public reads."))
    note = models.CharField(_("public note"), max_length=500, blank=True)
    announcement = models.ForeignKey(Announcement, models.PROTECT, null=True, related_name="awards")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "version"], name="award_version_once"),
            # One version in the works, beside the one that the public has.
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(status__in=["proposed", "approved", "in_batch"]), name="award_in_the_works_once"
            ),
            models.UniqueConstraint(fields=["assessment"], condition=Q(status="released"), name="award_released_once"),
            models.CheckConstraint(condition=Q(corrects=False) | ~Q(note=""), name="award_correction_says_why"),
            one_of("kind", Kind.choices, name="award_kind"),
            one_of("status", AwardStatus.choices, name="award_status"),
            both_or_neither("approved_at", "approved_by", name="award_approved_pair"),
            models.CheckConstraint(condition=Q(approved_by=None) | ~Q(approved_by=models.F("proposed_by")), name="award_second_person"),
            models.CheckConstraint(
                condition=Q(kind__in=["no_tier", "honor_roll"], tier="") | ~Q(kind__in=["no_tier", "honor_roll"]) & ~Q(tier=""),
                name="award_tier_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.tier}: {self.assessment}"

    def move_to(self, status: str, *, by: Any, at: Any, reason: str = "", **fields: Any) -> None:
        """Move along a lawful edge with its event, writing the fields in the same update."""
        move(self, AWARD_MOVES, status, by=by, at=at, reason=reason, city_id=self.assessment.city_id, fields=fields)


def move(
    row: Any, moves: dict[str, frozenset[str]], status: str, *, by: Any, at: Any, reason: str, fields: dict, city_id: int | None = None
) -> None:
    """Compare-and-set of a status with its event; raises UnlawfulMove or MovedMeanwhile and then wrote nothing."""
    before = row.status
    if status not in moves[before]:
        raise UnlawfulMove(before=before, after=status)
    if not type(row).objects.filter(pk=row.pk, status=before).update(status=status, **fields):
        raise MovedMeanwhile()
    row.status = status
    for name, value in fields.items():
        setattr(row, name, value)
    record("moved", row, by=by, at=at, city_id=city_id, before=before, after=status, reason=reason)
