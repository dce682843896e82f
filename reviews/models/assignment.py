"""Who reads what."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from assessments.models import Answer
from reviews.lifecycle import Slot
from reviews.models.panel import PanelMember
from wwc.constraints import both_or_neither, one_of


class Assignment(models.Model):
    """One reader for one slot of one answer. Stepping aside or moving it ends the row; put off, it goes to the end of the list."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="assignments")
    member = models.ForeignKey(PanelMember, models.PROTECT, related_name="assignments")
    slot = models.CharField(max_length=8, choices=Slot, default=Slot.FIRST)
    due_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_because = models.TextField(blank=True)
    put_off_at = models.DateTimeField(null=True)
    put_off_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer", "slot"], condition=Q(ended_at=None), name="assignment_slot_once"),
            models.UniqueConstraint(fields=["answer", "member"], condition=Q(ended_at=None), name="assignment_member_once"),
            one_of("slot", Slot.choices, name="assignment_slot"),
            both_or_neither("ended_at", "ended_by", name="assignment_ended_pair"),
            models.CheckConstraint(condition=Q(put_off_at=None) | ~Q(put_off_because=""), name="assignment_put_off_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.member.person}, {self.slot} of {self.answer}"
