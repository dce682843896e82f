"""A computed score with its inputs and reasons."""

from django.db import models

from assessments.models import Assessment


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
    result = models.JSONField(help_text="The whole score as the core says it: by area, reasons, distance to each tier.")
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "fingerprint"], name="score_once"),
            models.CheckConstraint(condition=models.Q(points__lte=models.F("possible")), name="score_points_possible"),
        ]

    def __str__(self) -> str:
        return f"{self.points} of {self.possible}, {self.tier or 'no tier'}: {self.assessment}"
