"""A person's part in a cycle."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import Cycle
from criteria.models import PracticeArea
from wwc.constraints import both_or_neither, one_of


class Part(models.TextChoices):
    """What the person does in the cycle."""

    REVIEWER = "reviewer", _("reviewer")
    LEAD = "lead", _("practice lead")


class PanelMember(models.Model):
    """A reviewer or practice lead of one cycle, with the areas they read and how much they take on."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="panel")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="panels")
    part = models.CharField(max_length=10, choices=Part, default=Part.REVIEWER)
    areas = models.ManyToManyField(PracticeArea, related_name="+", blank=True, help_text=_("None means all."))
    cap = models.PositiveSmallIntegerField(_("most answers to read"), default=400)
    languages = models.JSONField(default=list)
    employers = models.JSONField(default=list, help_text=_("Whom the person worked for before, as words; hints at conflicts."))
    joined_at = models.DateTimeField()
    joined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "person", "part"], condition=models.Q(left_at=None), name="panelmember_live_once"),
            one_of("part", Part.choices, name="panelmember_part"),
            both_or_neither("left_at", "left_by", name="panelmember_left_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.part} of {self.cycle}"

    @property
    def reads(self) -> frozenset[str]:
        """The languages in which the person reads what a city writes: English where none is named, and no other."""
        return frozenset(self.languages or ["en"])
