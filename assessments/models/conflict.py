"""Who may not see or judge which city. Every queryset of the case subtracts it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.city import City
from assessments.models.cycle import Cycle
from wwc.constraints import both_or_neither, in_order, one_of


class ConflictState(models.TextChoices):
    """What is known."""

    NONE = "none", _("none declared")
    DECLARED = "declared", _("declared")
    FOUND = "found", _("found")
    WAIVED = "waived", _("waived")


class Conflict(models.Model):
    """What one person declared, or was found to have, about one city in one cycle. Never asked is no row."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conflicts")
    city = models.ForeignKey(City, models.PROTECT, related_name="conflicts")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="conflicts")
    state = models.CharField(max_length=10, choices=ConflictState)
    reason = models.TextField(blank=True)
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "city", "cycle"], name="conflict_once"),
            one_of("state", ConflictState.choices, name="conflict_state"),
        ]

    def __str__(self) -> str:
        return f"{self.person} and {self.city}: {self.state}"


class BrokenGlass(models.Model):
    """One city that a director looks at in an emergency despite a conflict of interest, with the reason, until a near instant."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    city = models.ForeignKey(City, models.PROTECT, related_name="+")
    reason = models.TextField()
    broken_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            in_order("broken_at", "until", name="brokenglass_in_order"),
            both_or_neither("ended_at", "ended_by", name="brokenglass_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.city} open to {self.person}"
