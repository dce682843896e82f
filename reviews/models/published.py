"""What the public may know, copied at release. No key leads back to what is not public."""

from django.db import models
from django.db.models.functions import Coalesce

from reviews.lifecycle import Kind
from wwc.constraints import one_of


class PublishedCity(models.Model):
    """A city that was named in public, with the facts shown of it and their sources."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=160)
    country = models.CharField(max_length=2)
    subdivision = models.CharField(max_length=8, blank=True)
    subdivision_name = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=40, blank=True)
    geoid = models.CharField(max_length=12, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    timezone = models.CharField(max_length=64, blank=True)
    population = models.PositiveIntegerField(null=True)
    population_as_of = models.DateField(null=True)
    population_source = models.CharField(max_length=300, blank=True)
    form_of_government = models.CharField(max_length=30, blank=True)
    form_source = models.CharField(max_length=300, blank=True)
    form_checked = models.BooleanField(default=False)
    is_invented = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "published cities"
        indexes = [
            models.Index(fields=["folded"], name="publishedcity_folded"),
            models.Index(Coalesce("population", 0), name="publishedcity_people"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.subdivision_name}" if self.subdivision_name else self.name


class PublishedAward(models.Model):
    """One announced award event. `closed_at` ends a row that was taken back, corrected or superseded; it is never deleted."""

    class Precision(models.TextChoices):
        """How exactly a date of the past is known."""

        DAY = "day", "day"
        MONTH = "month", "month"
        YEAR = "year", "year"

    number = models.CharField(max_length=24, unique=True, help_text="A number of its own, random, so that no gap tells.")
    city = models.ForeignKey(PublishedCity, models.PROTECT, related_name="awards")
    kind = models.CharField(max_length=12, choices=[c for c in Kind.choices if c[0] != Kind.NO_TIER])
    tier = models.CharField(max_length=20, blank=True, help_text="Empty where no source states it, and on the Honor Roll.")
    previous_tier = models.CharField(max_length=20, blank=True)
    round_slug = models.SlugField(max_length=60)
    round_name = models.CharField(max_length=120)
    announced_on = models.DateField()
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.DAY)
    valid_until = models.DateField(null=True, help_text="Empty where it is not published.")
    edition = models.CharField(max_length=20)
    consent = models.CharField(max_length=10, default="tier")
    points = models.PositiveIntegerField(null=True)
    possible = models.PositiveIntegerField(null=True)
    areas = models.JSONField(null=True)
    criteria = models.JSONField(null=True)
    document = models.CharField(max_length=120, blank=True, help_text="Where the public scorecard lies; a random name.")
    document_sha256 = models.CharField(max_length=64, blank=True)
    certificate = models.CharField(max_length=120, blank=True, help_text="Where the certificate lies; empty where none was made.")
    certificate_sha256 = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=20, unique=True, null=True)
    source = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True, help_text="What the public reads about it, of a correction or a revocation.")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="replaced_by")
    published_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            one_of("kind", [c for c in Kind.choices if c[0] != Kind.NO_TIER], name="publishedaward_kind"),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_because="") | models.Q(closed_at__isnull=False) & ~models.Q(closed_because=""),
                name="publishedaward_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["city", "announced_on"], name="publishedaward_city"),
            # A page of a list is read off one of these from where the page before it ended, however long the list is.
            models.Index(fields=["-announced_on", "number"], condition=models.Q(closed_at=None), name="publishedaward_newest"),
            models.Index(fields=["announced_on", "number"], condition=models.Q(closed_at=None), name="publishedaward_oldest"),
            models.Index(fields=["announced_on"], condition=models.Q(closed_because="revoked"), name="publishedaward_revoked"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tier}: {self.city}"

    @property
    def is_revoked(self) -> bool:
        """Whether the award ended before its time; it stays in the history of its city, with the note."""
        return self.closed_because == "revoked"


class ChangeKind(models.TextChoices):
    """What happened to a public row; those that end it are called as its `closed_because`."""

    ANNOUNCED = "announced", "announced"
    REWRITTEN = "rewritten", "rewritten"
    LAPSED = "lapsed", "lapsed"
    CORRECTED = "corrected", "corrected"
    SUPERSEDED = "superseded", "superseded"
    REVOKED = "revoked", "revoked"
    TAKEN_BACK = "taken_back", "taken back"
    RESTORED = "restored", "restored"


class PublishedChange(models.Model):
    """One change of what is public, in the order in which it became so. `reviews.jobs.changes.note` gives the numbers."""

    append_only = True

    number = models.PositiveBigIntegerField(unique=True, help_text="From 1 on, without a gap.")
    kind = models.CharField(max_length=12, choices=ChangeKind)
    award = models.ForeignKey(PublishedAward, models.PROTECT, related_name="changes")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("kind", ChangeKind.choices, name="publishedchange_kind"),
            models.UniqueConstraint(fields=["award"], condition=models.Q(kind="lapsed"), name="publishedchange_lapses_once"),
        ]
        indexes = [models.Index(fields=["-at"], name="publishedchange_at")]

    def __str__(self) -> str:
        return f"{self.number}: {self.kind}"
