"""Cities with dated, sourced facts, and the people who work for them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from wwc.constraints import both_or_neither, one_of


class City(models.Model):
    """A local government that can take part. Its name is not a key: 90 names in the US alone are shared."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=120)
    official_name = models.CharField(max_length=160, blank=True)
    folded = models.CharField(max_length=160, help_text=_("The name without accents, in lower case; for search and sort."))
    kind = models.CharField(max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166 code."))
    subdivision = models.CharField(_("state or province"), max_length=8, blank=True, help_text=_("ISO 3166-2 code without the country."))
    subdivision_name = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=40, blank=True)
    geoid = models.CharField(max_length=12, unique=True, null=True)
    geonames_id = models.BigIntegerField(unique=True, null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="America/New_York")
    language = models.CharField(_("language"), max_length=8, default="en")
    is_invented = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "cities"
        indexes = [models.Index(fields=["folded"], name="city_folded"), models.Index(fields=["country", "subdivision"], name="city_place")]

    def __str__(self) -> str:
        return f"{self.name}, {self.subdivision_name}" if self.subdivision_name else self.name


class Fact(models.TextChoices):
    """What is known."""

    POPULATION = "population", _("population")
    FORM = "form_of_government", _("form of government")
    NAME = "name", _("name")
    DOMAIN = "domain", _("domain of email")
    NOT_DOMAIN = "not_domain", _("no domain of email")


class GovernmentForm(models.TextChoices):
    """Forms of government (ICMA), plus hybrid and unknown."""

    COUNCIL_MANAGER = "council-manager", _("council-manager")
    MAYOR_COUNCIL = "mayor-council", _("mayor-council")
    COMMISSION = "commission", _("commission")
    TOWN_MEETING = "town-meeting", _("town meeting")
    REPRESENTATIVE = "representative-town-meeting", _("representative town meeting")
    HYBRID = "hybrid", _("hybrid")
    UNKNOWN = "unknown", _("unknown")


class CityRecord(models.Model):
    """A dated fact about a city, with its source. Population moves, forms of government change."""

    city = models.ForeignKey(City, models.PROTECT, related_name="records")
    fact = models.CharField(max_length=24, choices=Fact)
    text = models.CharField(max_length=160, blank=True)
    number = models.PositiveIntegerField(null=True)
    as_of = models.DateField(help_text=_("The day from which, or for which, this holds."))
    source = models.CharField(max_length=300)
    checked = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["city", "fact", "as_of", "source"],
                condition=~models.Q(fact__in=["domain", "not_domain"]),  # a page may name several, and the last word counts
                name="cityrecord_once",
            ),
            one_of("fact", Fact.choices, name="cityrecord_fact"),
            models.CheckConstraint(
                condition=models.Q(fact="population", number__isnull=False) | ~models.Q(fact="population") & ~models.Q(text=""),
                name="cityrecord_says_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact} {self.number or self.text} ({self.as_of})"


class Role(models.TextChoices):
    """What the person does for the city."""

    LEAD = "lead", _("city lead")
    CONTRIBUTOR = "contributor", _("contributor")
    SIGNATORY = "signatory", _("signatory")


class Membership(models.Model):
    """A person's part in a city's team. Leaving ends it and keeps it."""

    city = models.ForeignKey(City, models.PROTECT, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["city", "person", "role"], condition=models.Q(ended_at=None), name="membership_live_once"),
            one_of("role", Role.choices, name="membership_role"),
            both_or_neither("ended_at", "ended_by", name="membership_ended_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.role} of {self.city}"


class Invitation(models.Model):
    """An invitation to a city's team: one address, one role, one use, a last day. Its link is minted when sent."""

    city = models.ForeignKey(City, models.PROTECT, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=12, choices=Role)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    canceled_at = models.DateTimeField(null=True)
    canceled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "city", Lower("email"), "role", condition=models.Q(accepted_at=None, canceled_at=None), name="invitation_open_once"
            ),
            both_or_neither("accepted_at", "accepted_by", name="invitation_accepted_pair"),
            both_or_neither("canceled_at", "canceled_by", name="invitation_canceled_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.city}"


class PlaceList(models.Model):
    """A note of one load of an official list of places: which file, when, what it changed."""

    source = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.source
