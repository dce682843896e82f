"""What the review team keeps about a case that no city reads: calls with the city, and notes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Answer, Assessment


class Call(models.Model):
    """A talk with a city: when, who took part, what was said, which answers it touches. A mistake is corrected by a new row."""

    append_only = True

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    participants = models.TextField()
    said = models.TextField()
    answers = models.ManyToManyField(Answer, related_name="+", blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["corrects"], condition=Q(corrects__isnull=False), name="call_corrected_once"),
            models.CheckConstraint(condition=~Q(said="") & ~Q(participants=""), name="call_says_who_and_what"),
        ]

    def __str__(self) -> str:
        return f"Call about {self.assessment}"


class InternalNote(models.Model):
    """A note of the review team on a case, or on one answer of it."""

    append_only = True

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="internalnote_has_words")]

    def __str__(self) -> str:
        return f"Note on {self.answer or self.assessment}"
