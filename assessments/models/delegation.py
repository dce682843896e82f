"""How a team shares its work: who takes which criterion by when, and what colleagues tell each other."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.answer import Answer
from wwc.constraints import both_or_neither


class Delegation(models.Model):
    """A criterion in the hands of one colleague, until a date. Handing it on ends the row and keeps it."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="delegations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField(_("by"), null=True)
    handed_at = models.DateTimeField()
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer"], condition=Q(ended_at=None), name="delegation_live_once"),
            both_or_neither("ended_at", "ended_by", name="delegation_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} with {self.person}"


class Note(models.Model):
    """A note on an answer for colleagues of the city. The program and its reviewers never see it."""

    append_only = True

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="notes")
    text = models.TextField(_("note"))
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Note on {self.answer}"
