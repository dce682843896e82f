"""Answers and their versions, and which evidence proves which answer."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Lock
from assessments.models.assessment import Assessment
from assessments.models.evidence import Evidence
from criteria.models import Criterion
from wwc.constraints import both_or_neither, one_of

# The longest text of an answer that a page or a workbook takes.
NARRATIVE_LENGTH = 20_000


class Claim(models.TextChoices):
    """What the city says of one criterion."""

    MET = "met", _("Yes, we do")
    NOT_YET = "not_met", _("Not yet")
    NOT_PURSUING = "not_pursuing", _("Not pursuing")


class Answer(models.Model):
    """A city's answer to one criterion. `version` is the number of its latest version, 0 before the first."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="answers")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="answers")
    lock = models.CharField(max_length=8, choices=Lock, default=Lock.OPEN)
    version = models.PositiveIntegerField(default=0)
    current = models.ForeignKey("AnswerVersion", models.PROTECT, null=True, related_name="+")

    # What `queries.answers_of` gives beside the columns: the evidence that proves it now, and the open question.
    proof: list["AnswerEvidence"]
    question: Any

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="answer_once"),
            one_of("lock", Lock.choices, name="answer_lock"),
            models.CheckConstraint(
                condition=models.Q(version=0, current=None) | models.Q(version__gte=1, current__isnull=False), name="answer_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} of {self.assessment}"


class Method(models.TextChoices):
    """How it came in."""

    TYPED = "typed", _("typed")
    COPIED = "copied", _("copied from last time")
    IMPORTED = "imported", _("imported from a workbook")


class AnswerVersion(models.Model):
    """One saved state of an answer, never changed."""

    append_only = True

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    claim = models.CharField(max_length=14, choices=Claim, blank=True)
    ticks = models.JSONField(default=list, help_text=_("Positions of the checklist items that are in place."))
    narrative = models.TextField(blank=True)
    method = models.CharField(max_length=10, choices=Method, default=Method.TYPED)
    late = models.BooleanField(default=False)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "number"], name="answerversion_number_once"),
            models.CheckConstraint(condition=models.Q(claim__in=["", *Claim.values]), name="answerversion_claim"),
            one_of("method", Method.choices, name="answerversion_method"),
        ]

    def __str__(self) -> str:
        return f"{self.answer}, version {self.number}"


class AnswerEvidence(models.Model):
    """One piece of evidence proving one answer, with where to look in it. Taking it off ends the row and keeps it."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="evidence")
    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="uses")
    pages = models.CharField(_("see page"), max_length=60, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "evidence"], condition=models.Q(ended_at=None), name="answerevidence_live_once"),
            both_or_neither("ended_at", "ended_by", name="answerevidence_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.evidence} for {self.answer}"
