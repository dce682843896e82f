"""What readers find, and what is settled. Both are only ever added to."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Answer, AnswerVersion
from reviews.lifecycle import Found, How, Settled
from reviews.models.assignment import Assignment
from wwc.constraints import one_of


class Finding(models.Model):
    """One reader's verdict on one version of one answer. A later finding of the same assignment supersedes it."""

    append_only = True

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="findings")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="findings")
    version = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="findings")
    verdict = models.CharField(max_length=14, choices=Found)
    ticks = models.JSONField(default=list)
    rationale = models.TextField(blank=True)
    confidence = models.CharField(max_length=10, blank=True)
    internal_note = models.TextField(blank=True)
    wants_second = models.BooleanField(default=False)
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("verdict", Found.choices, name="finding_verdict"),
            models.CheckConstraint(condition=Q(verdict="met") | ~Q(rationale=""), name="finding_says_why"),
        ]
        indexes = [models.Index(fields=["answer", "id"], name="finding_answer")]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.answer}"


class Accord(models.Model):
    """What one reader of a split proposes that both say. It settles nothing before the other agrees; the latest counts."""

    append_only = True

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="+")
    version = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Settled)
    rationale = models.TextField()
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("verdict", Settled.choices, name="accord_verdict"),
            models.CheckConstraint(condition=~Q(rationale=""), name="accord_says_why"),
        ]
        indexes = [models.Index(fields=["answer", "id"], name="accord_answer")]

    def __str__(self) -> str:
        return f"{self.verdict} proposed on {self.answer}"


class Resolution(models.Model):
    """The settled verdict on one answer; the latest row counts."""

    append_only = True

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="resolutions", db_index=False)  # the index below begins with it
    version = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=14, choices=How)
    verdict = models.CharField(max_length=10, choices=Settled)
    rationale = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    resolved_at = models.DateTimeField()
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("how", How.choices, name="resolution_how"),
            one_of("verdict", Settled.choices, name="resolution_verdict"),
            models.CheckConstraint(
                condition=Q(how__in=["single", "agreed", "as_city_says"], verdict="met") | ~Q(rationale=""), name="resolution_says_why"
            ),
        ]
        # What an answer's verdict is stands in the index itself: a cycle that is scored reads nothing else of very many rows.
        indexes = [models.Index(fields=["answer", "id"], include=["version", "verdict"], name="resolution_settled")]

    def __str__(self) -> str:
        return f"{self.verdict} ({self.how}) on {self.answer}"
