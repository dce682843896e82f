"""Cycles and what bounds them."""

from datetime import timedelta

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import CycleStatus
from criteria.models import Standard
from wwc.constraints import in_order, one_of


def standing_policy() -> dict:
    """Who gets a second reading, and how often a city may be asked: data of the cycle (docs/lifecycle.md)."""
    return {
        "second_reading": {"core": True, "near_line": 2, "random_share": 0.1, "flagged": True},
        "seed": 1,
        "rounds_of_questions": 2,
        "question_days": 10,
    }


class Cycle(models.Model):
    """One certification cycle: an edition, its windows and its policy. Cities move through it each at their own pace."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    standard = models.ForeignKey(Standard, models.PROTECT, related_name="cycles", verbose_name=_("edition"))
    status = models.CharField(max_length=12, choices=CycleStatus, default=CycleStatus.DRAFT)
    opens_at = models.DateTimeField(_("opens"))
    due_at = models.DateTimeField(_("due"))
    grace_minutes = models.PositiveSmallIntegerField(default=30)
    withdraw_until = models.DateTimeField(_("withdrawing closes"))
    results_expected = models.DateField(_("results expected"), null=True)
    minimum_population = models.PositiveIntegerField(_("minimum population"), default=30000)
    validity_months = models.PositiveSmallIntegerField(_("months an award stands"), default=36, validators=[MinValueValidator(1)])
    appeal_days = models.PositiveSmallIntegerField(
        _("days to appeal after the announcement"), default=30, validators=[MinValueValidator(1)]
    )
    appeal_work_days = models.PositiveSmallIntegerField(
        _("business days to admit an appeal, to bring evidence, and to read it"), default=10, validators=[MinValueValidator(1)]
    )
    policy = models.JSONField(default=standing_policy)
    holidays = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("status", CycleStatus.choices, name="cycle_status"),
            in_order("opens_at", "due_at", name="cycle_dates_in_order"),
            models.CheckConstraint(
                condition=models.Q(opened_at=None, opened_by=None) | models.Q(opened_at__isnull=False, opened_by__isnull=False),
                name="cycle_opened_pair",
            ),
        ]

    def __str__(self) -> str:
        """As its readers say it: the usual "2027 cycle" in their language, any other name as it was written."""
        year = self.name.removesuffix(" cycle")
        return gettext("%(year)s cycle") % {"year": year} if year.isdecimal() else self.name

    @property
    def grace(self) -> timedelta:
        """How long after the date that is told a save still counts."""
        return timedelta(minutes=self.grace_minutes)


class Extension(models.Model):
    """A later date for one assessment, with its reason. The latest counts; none ever shortens."""

    assessment = models.ForeignKey("assessments.Assessment", models.PROTECT, related_name="extensions")
    due_at = models.DateTimeField()
    reason = models.TextField()
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.assessment} to {self.due_at}"
