"""The record: what happened, append-only, in the order written."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One thing that happened: who, for whom, by which door, what, from, to, why.

    It names its subject by kind and number without a foreign key, so that the record never hinders what it records.
    The order is the primary key: `at` comes from the caller and may lie a moment earlier.
    """

    append_only = True

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.CharField(max_length=120, blank=True)
    channel = models.CharField(max_length=20, default="page")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    city_id = models.BigIntegerField(null=True)
    before = models.CharField(max_length=60, blank=True)
    after = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "subject_id"], name="event_subject"),
            models.Index(fields=["city_id", "id"], name="event_city"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject} {self.subject_id}"


class Link(models.Model):
    """An event's place in the chain, and the digest over it and the link before. Written after the event, never with it."""

    append_only = True

    number = models.PositiveBigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Link {self.number}"
