"""What a city aims at next: criteria that it chose from its last result."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models.answer import Answer
from wwc.constraints import both_or_neither


class Target(models.Model):
    """A criterion that a city wants to meet in its next assessment, by the answer of last time. Letting it go ends the row and keeps it."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="targets")
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer"], condition=Q(ended_at=None), name="target_live_once"),
            both_or_neither("ended_at", "ended_by", name="target_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} as a target"
