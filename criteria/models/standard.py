"""Editions of the Standard and their practice areas."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wwc.constraints import one_of

# True of a row (by its column that leads to the edition) whose edition is no longer a draft: SQL for the triggers.
PUBLISHED = "EXISTS (SELECT 1 FROM criteria_standard s WHERE s.id = {row}.standard_id AND s.status <> 'draft')"
PUBLISHED_BY_CRITERION = (
    "EXISTS (SELECT 1 FROM criteria_standard s JOIN criteria_criterion c ON c.standard_id = s.id "
    "WHERE c.id = {row}.criterion_id AND s.status <> 'draft')"
)
PUBLISHED_AS_SUCCESSOR = "EXISTS (SELECT 1 FROM criteria_standard s WHERE s.id = {row}.to_standard_id AND s.status <> 'draft')"


class EditionStatus(models.TextChoices):
    """How far an edition is."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Rounding(models.TextChoices):
    """How a share of points is compared with a floor."""

    EXACT = "exact", _("exact")
    HALF_UP = "half_up", _("rounded to whole percent, half up")


class Standard(models.Model):
    """One edition of the Standard. A draft can be edited; a published one never changes, it can only be retired."""

    # Only the way to "retired" is open once an edition is published.
    frozen_when = "OLD.status <> 'draft'"
    thaw = " AND ".join(
        [
            "OLD.status = 'published' AND NEW.status = 'retired'",
            *(
                f"NEW.{column} = OLD.{column}"
                for column in ("id", "code", "name", "series", "rounding", "in_force", "note", "languages", "sources", "published_at")
            ),
            *(f"COALESCE(NEW.{column}, 0) = COALESCE(OLD.{column}, 0)" for column in ("drafted_from_id", "published_by_id")),
        ]
    )

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    series = models.CharField(max_length=40, default="wwc")
    status = models.CharField(max_length=12, choices=EditionStatus, default=EditionStatus.DRAFT)
    rounding = models.CharField(_("rounding"), max_length=12, choices=Rounding, default=Rounding.EXACT)
    in_force = models.CharField(_("in force"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    languages = models.JSONField(default=list, help_text=_("The languages in which the program published this edition."))
    sources = models.JSONField(default=list)
    drafted_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="drafts")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)
    retired_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            one_of("status", EditionStatus.choices, name="standard_status"),
            one_of("rounding", Rounding.choices, name="standard_rounding"),
            # The loader publishes and retires without a person, so the names may be empty while the instants are set.
            models.CheckConstraint(
                condition=models.Q(status="draft", published_at=None) | models.Q(published_at__isnull=False) & ~models.Q(status="draft"),
                name="standard_published_at",
            ),
            models.CheckConstraint(
                condition=models.Q(status="retired", retired_at__isnull=False) | ~models.Q(status="retired") & models.Q(retired_at=None),
                name="standard_retired_at",
            ),
        ]

    def __str__(self) -> str:
        """As its readers say it: the usual "2022 Standard" in their language, any other name as it was written."""
        edition = self.name.removesuffix(" Standard")
        return gettext("%(edition)s Standard") % {"edition": edition} if edition.isdecimal() else self.name

    @property
    def is_draft(self) -> bool:
        """Whether it may still be edited."""
        return self.status == EditionStatus.DRAFT


class PracticeArea(models.Model):
    """One of the eight foundational practice areas of an edition."""

    frozen_when = PUBLISHED.format(row="OLD")
    frozen_insert_when = PUBLISHED.format(row="NEW")

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="areas")
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    also_called = models.JSONField(default=list)
    description = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()
    partner = models.CharField(max_length=120, blank=True)

    # Given by criteria.queries to the areas of a page, in its language.
    name_shown: str

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="area_code_once"),
            models.UniqueConstraint(fields=["standard", "position"], name="area_position_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PracticeAreaText(models.Model):
    """The name of a practice area in another language, as the program publishes it. Added beside a published edition."""

    area = models.ForeignKey(PracticeArea, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "language"], name="areatext_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
