"""What a reader does beside a verdict: what they are writing, what they have looked at, phrases they keep, how they like to read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models import AnswerVersion
from reviews.lifecycle import Found
from reviews.models.assignment import Assignment
from wwc.constraints import both_or_neither, one_of

PHRASE_LENGTH = 1000


class FindingDraft(models.Model):
    """What somebody has typed and not filed, on the version that they had before them. It counts nowhere."""

    assignment = models.OneToOneField(Assignment, models.PROTECT, related_name="draft")
    version = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=14, choices=Found, blank=True)
    ticks = models.JSONField(default=list)
    rationale = models.TextField(blank=True)
    internal_note = models.TextField(blank=True)
    wants_second = models.BooleanField(default=False)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(verdict__in=["", *Found.values]), name="findingdraft_verdict")]

    def __str__(self) -> str:
        return f"draft of {self.assignment}"


class Look(models.Model):
    """That a reader had one version of an answer before them, and whether the other reading of it was shown to them."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="looks")
    version = models.ForeignKey(AnswerVersion, models.PROTECT, null=True, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    other_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "version"], name="look_once"),
            models.UniqueConstraint(fields=["assignment"], condition=Q(version=None), name="look_without_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} looked at {self.version}"


class Phrase(models.Model):
    """A text that is often a reason: one reader's own, or the program's for all. Taking it away ends the row."""

    text = models.CharField(_("phrase"), max_length=PHRASE_LENGTH)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="phrases", help_text=_("None is everybody.")
    )
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [both_or_neither("ended_at", "ended_by", name="phrase_ended_pair")]

    def __str__(self) -> str:
        return self.text


class Order(models.TextChoices):
    """In which order a reader goes through their list."""

    CRITERION = "criterion", _("by criterion")
    CITY = "city", _("by city")


class Habit(models.Model):
    """How one person likes to read: the order of their list, and whether single letters are keys."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="habit")
    order = models.CharField(max_length=10, choices=Order, default=Order.CRITERION)
    single_keys = models.BooleanField(default=True)

    class Meta:
        constraints = [one_of("order", Order.choices, name="habit_order")]

    def __str__(self) -> str:
        return f"{self.person} reads {self.order}"
