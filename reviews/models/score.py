"""A computed score with its inputs and reasons."""

import json
from typing import Any

from django.db import models

from assessments.models import Assessment
from criteria import scoring


class AsSaid(json.JSONEncoder):
    """Writes a score as the core says it. COPY does without: it writes the core's own values, in the same order."""

    def default(self, o: Any) -> Any:
        """The plain values of a score; anything else is an error."""
        return scoring.as_data(o) if isinstance(o, scoring.Score) else super().default(o)


class Score(models.Model):
    """What the core said of the settled verdicts of one assessment: once per fingerprint, never changed."""

    append_only = True

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="scores")
    fingerprint = models.CharField(max_length=64)
    engine = models.CharField(max_length=20)
    edition = models.CharField(max_length=20)
    points = models.PositiveIntegerField()
    possible = models.PositiveIntegerField()
    tier = models.CharField(max_length=20, blank=True)
    verdicts = models.JSONField()
    result = models.JSONField(encoder=AsSaid, help_text="The whole score as the core says it: by area, reasons, distance to each tier.")
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "fingerprint"], name="score_once"),
            models.CheckConstraint(condition=models.Q(points__lte=models.F("possible")), name="score_points_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.points} of {self.possible}, {self.tier or 'no tier'}: {self.assessment}"
