"""Tiers as rows of an edition: floors, gates, minimums."""

from django.core.validators import MaxValueValidator
from django.db import models

from criteria.models.criterion import Criterion, Provenance
from criteria.models.standard import PUBLISHED, Standard


class Tier(models.Model):
    """One step of the ladder. Reached at its floor, with its gates open."""

    frozen_when = PUBLISHED.format(row="OLD")
    frozen_insert_when = PUBLISHED.format(row="NEW")

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="tiers")
    key = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    floor_percent = models.PositiveSmallIntegerField(validators=[MaxValueValidator(100)])
    requires_core = models.BooleanField(default=True)
    area_minimum_percent = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    provenance = models.CharField(max_length=15, choices=Provenance, default=Provenance.PUBLISHED)

    # Given by criteria.queries: the fewest points that reach the floor, and the codes it requires.
    at: int
    required_codes: list[str]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "key"], name="tier_key_once"),
            models.UniqueConstraint(fields=["standard", "position"], name="tier_position_once"),
            models.CheckConstraint(condition=models.Q(floor_percent__lte=100, area_minimum_percent__lte=100), name="tier_percents"),
        ]

    def __str__(self) -> str:
        return self.name


class TierRequirement(models.Model):
    """A criterion that a tier requires besides its points and the core criteria."""

    frozen_when = (
        "EXISTS (SELECT 1 FROM criteria_standard s JOIN criteria_tier t ON t.standard_id = s.id "
        "WHERE t.id = OLD.tier_id AND s.status <> 'draft')"
    )
    frozen_insert_when = frozen_when.replace("OLD.", "NEW.")

    tier = models.ForeignKey(Tier, models.PROTECT, related_name="requirements")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tier", "criterion"], name="tierrequirement_once")]

    def __str__(self) -> str:
        return f"{self.tier} requires {self.criterion}"
