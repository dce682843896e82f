"""A plan of who reads what, between its first change by hand and its publishing."""

from django.conf import settings
from django.db import models

from assessments.models import Cycle
from reviews.lifecycle import Slot
from wwc.constraints import one_of


class PlanDraft(models.Model):
    """The working paper of one reading of a cycle: every line with its reader and the reason.

    Written whole at the first change by hand, so that nothing else moves when one line is changed. No line of it is true
    before it is published; lines that became unlawful meanwhile are proposed anew.
    """

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="plan_drafts")
    slot = models.CharField(max_length=8, choices=Slot)
    lines = models.JSONField(default=dict, help_text="By assessment:area: the member's number or null, why, and its figure.")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "slot"], name="plandraft_once"),
            one_of("slot", Slot.choices, name="plandraft_slot"),
        ]

    def __str__(self) -> str:
        return f"plan of the {self.slot} reading of {self.cycle}"
