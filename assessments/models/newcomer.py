"""People without a part in a city who ask for one: a city that wants to join, a successor whose leads have gone."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from assessments.models.city import City
from assessments.models.cycle import Cycle
from wwc.constraints import both_or_neither, one_of


class JoinRequest(models.Model):
    """Somebody asks that a city take part in a cycle. Staff approve it, and the first lead is invited."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="join_requests")
    city = models.ForeignKey(City, models.PROTECT, null=True, related_name="join_requests")
    place = models.CharField(_("city"), max_length=160, help_text=_("As typed, where no list has it."))
    name = models.CharField(_("your name"), max_length=120)
    email = models.EmailField(_("work email"), max_length=254)
    work = models.CharField(_("what you do there"), max_length=160, blank=True)
    message = models.TextField(_("message"), blank=True)
    language = models.CharField(max_length=8, default="en")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted = models.BooleanField(null=True)
    words = models.TextField(blank=True)

    class Meta:
        constraints = [
            both_or_neither("decided_at", "decided_by", "accepted", name="joinrequest_decided_pair"),
            models.UniqueConstraint(
                "cycle", "city", Lower("email"), condition=Q(decided_at=None, city__isnull=False), name="joinrequest_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} for {self.cycle}"


class ClaimOutcome(models.TextChoices):
    """How it ended."""

    OPEN = "open", _("open")
    GRANTED = "granted", _("granted")
    OBJECTED = "objected", _("objected to")
    REFUSED = "refused", _("refused")
    EXPIRED = "expired", _("never confirmed")


class ClaimRequest(models.Model):
    """A successor asks to become a lead of a city, by an address in the city's own domain. It waits, and every lead is told."""

    city = models.ForeignKey(City, models.PROTECT, related_name="claims")
    name = models.CharField(_("your name"), max_length=120)
    email = models.EmailField(_("work email"), max_length=254)
    language = models.CharField(max_length=8, default="en")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, help_text=_("When the address was proved by the link in a letter to it."))
    waits_until = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=ClaimOutcome, default=ClaimOutcome.OPEN)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    words = models.TextField(blank=True)
    taken_at = models.DateTimeField(null=True, help_text=_("When access began by the link in the letter that granted it, once."))
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("outcome", ClaimOutcome.choices, name="claimrequest_outcome"),
            both_or_neither("confirmed_at", "waits_until", name="claimrequest_confirmed_pair"),
            both_or_neither("taken_at", "taken_by", name="claimrequest_taken_pair"),
            # The waiting period ends by the clock, so nobody's name need stand beside the instant.
            models.CheckConstraint(
                condition=Q(outcome="open", ended_at=None, ended_by=None) | ~Q(outcome="open") & Q(ended_at__isnull=False),
                name="claimrequest_ended_pair",
            ),
            models.UniqueConstraint("city", Lower("email"), condition=Q(outcome="open"), name="claimrequest_open_once"),
        ]

    def __str__(self) -> str:
        return f"{self.email} for {self.city}"
