"""What the review team asks of the city about one answer, and what the city replies."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Asked
from assessments.models.answer import Answer, AnswerVersion
from wwc.constraints import both_or_neither, one_of


class Clarification(models.Model):
    """A question about one answer. While one is sent and in time, that one answer is open again."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="clarifications")
    status = models.CharField(max_length=10, choices=Asked, default=Asked.DRAFT)
    required = models.BooleanField(_("an answer is required"), default=True)
    round = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveSmallIntegerField(default=0, help_text="Its place in the letter.")
    voice = models.CharField(max_length=3, blank=True, help_text="What the city reads for who asks: a letter, the same all through.")
    text = models.TextField(_("question"))
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["answer"], condition=Q(status="sent"), name="clarification_open_once"),
            one_of("status", Asked.choices, name="clarification_status"),
            both_or_neither("sent_at", "sent_by", "due_at", name="clarification_sent_pair"),
            # An expired question is closed by the clock, so nobody's name stands beside the instant.
            models.CheckConstraint(condition=Q(closed_by=None) | Q(closed_at__isnull=False), name="clarification_closed_pair"),
        ]

    def __str__(self) -> str:
        return f"Question on {self.answer}"


class Reply(models.Model):
    """The city's reply: what it changed, tied to the version that says so."""

    append_only = True

    clarification = models.ForeignKey(Clarification, models.PROTECT, related_name="replies")
    version = models.ForeignKey(AnswerVersion, models.PROTECT, related_name="+")
    text = models.TextField(_("what you changed"))
    replied_at = models.DateTimeField()
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"Reply to {self.clarification}"


class ReplyDraft(models.Model):
    """What the city is about to reply, kept while it is written; those marked ready go out with one send."""

    clarification = models.OneToOneField(Clarification, models.PROTECT, related_name="draft")
    text = models.TextField(_("what you changed"), blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    ready_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [both_or_neither("ready_at", "ready_by", name="replydraft_ready_pair")]

    def __str__(self) -> str:
        return f"Reply being written to {self.clarification}"
