"""Work asked of machines and letters to people: rows first, so that nothing is lost with a queue."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wwc.outbox.kinds import name_of

NOWHERE = "erased.invalid"
"""The domain of the addresses that stand where one was erased: no letter ever arrives there (RFC 2606)."""


class Work(models.Model):
    """One piece of work for a worker. The row is the truth; the message in the queue is only a wake-up call."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, unique=True)
    args = models.JSONField(default=dict)
    city_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    woken_at = models.DateTimeField(null=True, help_text=_("When the queue was last told of it."))
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    outcome = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="work_open", condition=models.Q(done_at=None, parked_at=None)),
            models.Index(fields=["kind", "id"], name="work_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @staticmethod
    def key_of(kind: str, **args: Any) -> str:
        """The key of a piece of work that is asked for without another one: its kind and its arguments."""
        return ":".join([kind, *(f"{name}={args[name]}" for name in sorted(args))])


class LetterText(models.Model):
    """The words of a letter in one language: named placeholders only, never template code."""

    key = models.CharField(max_length=60)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=200)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "language"], name="lettertext_once")]

    def __str__(self) -> str:
        return f"{self.key} ({self.language})"


class Letter(models.Model):
    """Every mail is a row: written in the transaction, sent after it, once per key."""

    class Status(models.TextChoices):
        """Derived for people from the instants below; listed here for filters."""

        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        CANCELED = "canceled", _("canceled")

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=250)
    body = models.TextField()
    link = models.JSONField(default=dict, help_text=_("Where its one link leads; a secret in it is minted when sent and stored nowhere."))
    city_id = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["city_id", "id"], name="letter_city"), models.Index(fields=["to", "id"], name="letter_to")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.address}"

    @property
    def name(self) -> Any:
        """What people call letters of its kind."""
        return name_of(self.kind)

    @property
    def shown_address(self) -> Any:
        """Its address as a page shows it; in words where it was erased."""
        return _("erased") if self.address.endswith(f"@{NOWHERE}") else self.address

    @property
    def status(self) -> str:
        """What became of it, in one word of Status."""
        if self.canceled_at:
            return self.Status.CANCELED
        if self.sent_at:
            return self.Status.SENT
        return self.Status.FAILED if self.failed_at else self.Status.WAITING


class LetterPreference(models.Model):
    """A person wants no letters of a kind that may be switched off: reminders and digests, never what changes their rights."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    off_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="letterpreference_once")]

    def __str__(self) -> str:
        return f"{self.person}: no {self.kind}"


class Webhook(models.Model):
    """An address of somebody's program that is called when what is public changes. Its secret is made from `salt` and stored nowhere."""

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    salt = models.CharField(max_length=32)
    previous_salt = models.CharField(max_length=32, blank=True)
    renewed_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Nobody where the other side is gone."),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(previous_salt="", renewed_at=None) | ~models.Q(previous_salt="") & models.Q(renewed_at__isnull=False),
                name="webhook_renewed",
            ),
            models.CheckConstraint(condition=models.Q(ended_by=None) | models.Q(ended_at__isnull=False), name="webhook_ended"),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookCall(models.Model):
    """One message to one webhook: written in the transaction that it tells of, called after it, again until it is taken."""

    webhook = models.ForeignKey(Webhook, models.PROTECT, related_name="calls")
    message = models.CharField(max_length=60, help_text=_("The same in each try, so that the other side can drop a second one."))
    body = models.TextField(help_text=_("The bytes that are signed."))
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    tries = models.JSONField(default=list, help_text=_("Of each try: when, the status answered or what went wrong."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["webhook", "message"], name="webhookcall_once")]
        indexes = [models.Index(fields=["-due_at"], name="webhookcall_due")]

    def __str__(self) -> str:
        return f"{self.message} to {self.webhook}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more is tried."""
        return bool(self.taken_at or self.failed_at or self.canceled_at)
