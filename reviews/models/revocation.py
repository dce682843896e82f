"""A director asks to end an award before its time; another one confirms it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reviews.models.award import Award
from wwc.constraints import both_or_neither


class Revocation(models.Model):
    """Why an award ends, for its city and for the public. Nothing of it holds before a second director confirms it."""

    award = models.ForeignKey(Award, models.PROTECT, related_name="revocations")
    reason = models.TextField(_("reason"))
    note = models.CharField(_("public note"), max_length=500)
    answer_by = models.DateTimeField(null=True)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award"], condition=Q(dropped_at=None), name="revocation_once"),
            both_or_neither("confirmed_at", "confirmed_by", "answer_by", name="revocation_confirmed_pair"),
            both_or_neither("dropped_at", "dropped_by", name="revocation_dropped_pair"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")), name="revocation_second_person"),
            models.CheckConstraint(condition=Q(confirmed_at=None) | Q(dropped_at=None), name="revocation_one_end"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(note=""), name="revocation_says_why"),
        ]

    def __str__(self) -> str:
        return f"Revocation of {self.award}"
