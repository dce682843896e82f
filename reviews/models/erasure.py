"""Staff ask to erase a person; a director confirms it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wwc.constraints import both_or_neither


class Erasure(models.Model):
    """Why a person is erased. Nothing goes before a director who did not ask confirms it; `went` then counts what did."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasures")
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    went = models.JSONField(default=dict, help_text=_("How many rows of each kind were blanked or deleted."))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(dropped_at=None), name="erasure_once"),
            both_or_neither("confirmed_at", "confirmed_by", name="erasure_confirmed_pair"),
            both_or_neither("dropped_at", "dropped_by", name="erasure_dropped_pair"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="erasure_second_person"),
            models.CheckConstraint(condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("person")), name="erasure_not_by_oneself"),
            models.CheckConstraint(condition=Q(confirmed_at=None) | Q(dropped_at=None), name="erasure_one_end"),
            models.CheckConstraint(condition=~Q(reason=""), name="erasure_says_why"),
        ]

    def __str__(self) -> str:
        return f"Erasure of person {self.person_id}"
