"""What somebody is typing and has not saved."""

from django.conf import settings
from django.db import models

from assessments.models.answer import Answer, Claim


class Draft(models.Model):
    """Unsaved text of one person on one answer. `seen_at` is when they were last on the page, `saved_at` when they last typed."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="drafts")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    based_on = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=14, choices=Claim, blank=True)
    ticks = models.JSONField(default=list)
    narrative = models.TextField(blank=True)
    seen_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "person"], name="draft_once"),
            models.CheckConstraint(condition=models.Q(claim__in=["", *Claim.values]), name="draft_claim"),
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.answer}"
