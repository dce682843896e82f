"""A city asks to have one verdict of its result read again by somebody who was not involved."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, ReopenRequest
from reviews.lifecycle import APPEAL_MOVES, AppealStatus, Settled
from reviews.models.award import Award, move
from reviews.models.finding import Resolution
from reviews.models.panel import PanelMember
from wwc.constraints import both_or_neither, one_of

APPEAL_LENGTH = 5_000


class Appeal(models.Model):
    """The appeal of one verdict of a released award. What was filed stays as it was; every step is an event of its own.

    `opened` is the time in which the city can bring evidence, `resolution` the verdict that a director confirmed.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="appeals")
    answer = models.ForeignKey(Answer, models.PROTECT, related_name="appeals")
    status = models.CharField(max_length=12, choices=AppealStatus, default=AppealStatus.FILED)
    receipt = models.CharField(max_length=20, unique=True)
    reason = models.TextField(_("reason"))
    brings_evidence = models.BooleanField(default=False)
    on_behalf = models.TextField(blank=True, help_text=_("Why the program filed it for the city; empty where the city did."))
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    words = models.TextField(_("what the city reads"), blank=True)
    opened = models.OneToOneField(ReopenRequest, models.PROTECT, null=True, related_name="+")
    reader = models.ForeignKey(PanelMember, models.PROTECT, null=True, related_name="appeals")
    due_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolution = models.OneToOneField(Resolution, models.PROTECT, null=True, related_name="appeal")
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One appeal a verdict; only one that was withdrawn can be filed again.
            models.UniqueConstraint(fields=["answer"], condition=~Q(status="withdrawn"), name="appeal_once"),
            one_of("status", AppealStatus.choices, name="appeal_status"),
            models.CheckConstraint(condition=~Q(reason=""), name="appeal_says_why"),
            both_or_neither("decided_at", "decided_by", name="appeal_decided_pair"),
            both_or_neither("confirmed_at", "confirmed_by", "resolution", name="appeal_confirmed_pair"),
            models.CheckConstraint(condition=~Q(status="not_admitted") | ~Q(words=""), name="appeal_refused_in_words"),
            models.CheckConstraint(
                condition=~Q(status__in=["admitted", "settled", "confirmed", "told"]) | Q(opened__isnull=False, due_at__isnull=False),
                name="appeal_admitted_whole",
            ),
            models.CheckConstraint(condition=~Q(status__in=["confirmed", "told"]) | Q(resolution__isnull=False), name="appeal_has_verdict"),
            models.CheckConstraint(
                condition=Q(status="told", told_at__isnull=False) | ~Q(status="told") & Q(told_at=None), name="appeal_told_pair"
            ),
        ]
        indexes = [models.Index(fields=["award", "status"], name="appeal_award")]

    def __str__(self) -> str:
        return f"Appeal {self.receipt} on {self.answer}"

    def move_to(self, status: str, *, by: Any, at: Any, reason: str = "", **fields: Any) -> None:
        """Move along a lawful edge with its event, writing the fields in the same update."""
        city_id = self.answer.assessment.city_id
        move(self, APPEAL_MOVES, status, by=by, at=at, reason=reason, city_id=city_id, fields=fields)


class Hearing(models.Model):
    """What the reader of an appeal finds, with reasons for the city. Sent back by a director, the next one counts."""

    append_only = True

    appeal = models.ForeignKey(Appeal, models.PROTECT, related_name="hearings")
    verdict = models.CharField(max_length=10, choices=Settled)
    rationale = models.TextField()
    internal_note = models.TextField(blank=True)
    heard_at = models.DateTimeField()
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("verdict", Settled.choices, name="hearing_verdict"),
            models.CheckConstraint(condition=~Q(rationale=""), name="hearing_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} on {self.appeal}"
