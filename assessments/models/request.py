"""What a city asks of the program: more time, or to open one answer again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.answer import Answer
from assessments.models.assessment import Assessment
from assessments.models.clarification import Clarification
from wwc.constraints import both_or_neither


class ExtensionRequest(models.Model):
    """A city asks for more time: for its assessment, or for one question. Staff grant or refuse it in words."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="extension_requests")
    clarification = models.ForeignKey(Clarification, models.PROTECT, null=True, related_name="extension_requests")
    until = models.DateTimeField(_("new date"))
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    words = models.TextField(_("what the city reads"), blank=True)

    class Meta:
        constraints = [
            both_or_neither("decided_at", "decided_by", "granted", name="extensionrequest_decided_pair"),
            models.UniqueConstraint(
                fields=["assessment"], condition=Q(decided_at=None, clarification=None), name="extensionrequest_open_once"
            ),
            models.UniqueConstraint(
                fields=["clarification"], condition=Q(decided_at=None, clarification__isnull=False), name="extensionrequest_question_once"
            ),
        ]

    def __str__(self) -> str:
        return f"More time for {self.assessment}"


class ReopenRequest(models.Model):
    """A city asks to open one submitted answer again. Granted, the answer is open until `open_until` or until it is closed.

    One that opens an answer after the announcement, to an appeal that was admitted, says so in `to_appeal`.
    """

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="reopen_requests")
    reason = models.TextField(_("reason"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    words = models.TextField(_("what the city reads"), blank=True)
    open_until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    to_appeal = models.BooleanField(default=False)

    class Meta:
        constraints = [
            both_or_neither("decided_at", "decided_by", "granted", name="reopenrequest_decided_pair"),
            both_or_neither("closed_at", "closed_by", name="reopenrequest_closed_pair"),
            models.CheckConstraint(
                condition=Q(granted=True, open_until__isnull=False)
                | ~Q(granted=True) & Q(open_until=None)
                | Q(granted=None, open_until=None),
                name="reopenrequest_has_an_end",
            ),
            models.UniqueConstraint(fields=["answer"], condition=Q(decided_at=None), name="reopenrequest_asked_once"),
            models.UniqueConstraint(fields=["answer"], condition=Q(granted=True, closed_at=None), name="reopenrequest_open_once"),
        ]

    def __str__(self) -> str:
        return f"Reopen {self.answer}"
