"""A whole cycle scored again, and what differed."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Assessment, Cycle
from reviews.models.award import Award
from reviews.models.score import Score


class Recomputation(models.Model):
    """Once that a cycle was scored again: who asked, how far it is, what it came to. It never touches an award."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="recomputations")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    engine = models.CharField(max_length=20, blank=True)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(
        default=0, help_text="The number of the last assessment that was scored again; a second run goes on after it."
    )
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle"], condition=Q(finished_at=None), name="recomputation_one_at_a_time"),
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="recomputation_done"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} scored again"


class ScoreDifference(models.Model):
    """One assessment of which a recomputation has something to say: a new score, verdicts that are missing, an award of another tier."""

    append_only = True

    recomputation = models.ForeignKey(Recomputation, models.PROTECT, related_name="differences")
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    before = models.ForeignKey(Score, models.PROTECT, null=True, related_name="+")
    after = models.ForeignKey(Score, models.PROTECT, null=True, related_name="+")
    missing = models.PositiveSmallIntegerField(
        default=0, help_text="How many criteria have no settled verdict, so that nothing was scored."
    )
    award = models.ForeignKey(Award, models.PROTECT, null=True, related_name="+", help_text="The award, where its tier is another.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recomputation", "assessment"], name="scoredifference_once"),
            models.CheckConstraint(
                condition=Q(after=None, missing__gt=0) | Q(after__isnull=False, missing=0), name="scoredifference_scored_or_missing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}: {self.before or '-'} > {self.after or '-'}"
