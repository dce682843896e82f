"""Criteria, their texts, checklists, prerequisites, and the links between editions."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from criteria.models.standard import PUBLISHED, PUBLISHED_AS_SUCCESSOR, PUBLISHED_BY_CRITERION, PracticeArea, Standard
from wwc.constraints import one_of


class Provenance(models.TextChoices):
    """How sure a text or rule is."""

    PUBLISHED = "published", _("published")
    PARTLY = "partly", _("partly published")
    RECONSTRUCTED = "reconstructed", _("reconstructed")
    DERIVED = "derived", _("derived")
    NONE = "none", _("none")


class Effort(models.TextChoices):
    """A rough guess for a city that starts from nothing on it."""

    WEEKS = "weeks", _("weeks")
    MONTHS = "months", _("months")
    YEAR = "year", _("a year or more")


class Frequency(models.TextChoices):
    """How often an activity must take place."""

    QUARTERLY = "quarterly", _("at least once in each quarter")
    ANNUAL = "annual", _("at least once in every 12 months")


class Criterion(models.Model):
    """One thing a city can be asked to show, worth points."""

    frozen_when = PUBLISHED.format(row="OLD")
    frozen_insert_when = PUBLISHED.format(row="NEW")

    standard = models.ForeignKey(Standard, models.PROTECT, related_name="criteria")
    area = models.ForeignKey(PracticeArea, models.PROTECT, related_name="criteria")
    code = models.CharField(max_length=12)
    position = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField(default=1)
    core = models.BooleanField(default=False)
    may_not_apply = models.BooleanField(default=False)
    checklist_required = models.PositiveSmallIntegerField()
    checklist_provenance = models.CharField(max_length=15, choices=Provenance)
    provenance = models.CharField(max_length=15, choices=Provenance)
    prerequisites_provenance = models.CharField(max_length=15, choices=Provenance, default=Provenance.NONE)
    derived_fields = models.JSONField(default=list)
    lookback_months = models.PositiveSmallIntegerField(null=True)
    frequency = models.CharField(max_length=20, choices=Frequency, blank=True)
    effort = models.CharField(max_length=10, choices=Effort, blank=True)
    partner = models.CharField(max_length=120, blank=True)
    sources = models.JSONField(default=list)

    # Given by criteria.queries to the criteria of a page, in the words of its language.
    text: "CriterionText"
    text_is_fallback: bool
    items: "list[ChecklistItem]"
    lines: list[str]
    needs_codes: list[str]
    needed_codes: list[str]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="criterion_code_once"),
            models.UniqueConstraint(fields=["standard", "position"], name="criterion_position_once"),
            models.CheckConstraint(condition=models.Q(points__gte=1), name="criterion_points_positive"),
            one_of("provenance", Provenance.choices, name="criterion_provenance"),
        ]

    def __str__(self) -> str:
        return self.code


class CriterionText(models.Model):
    """The words of a criterion in one language. English is frozen with its edition; translations are added beside it."""

    frozen_when = f"OLD.language = 'en' AND {PUBLISHED_BY_CRITERION.format(row='OLD')}"
    frozen_insert_when = f"NEW.language = 'en' AND {PUBLISHED_BY_CRITERION.format(row='NEW')}"

    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="texts")
    language = models.CharField(max_length=8, default="en")
    title = models.CharField(max_length=200)
    statement = models.TextField()
    why = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    not_enough = models.JSONField(default=list)
    reading_notes = models.JSONField(default=list)
    first_steps = models.JSONField(default=list)
    departments = models.JSONField(default=list)
    checklist = models.JSONField(default=list, help_text=_("The checklist items in this language, where it is not English."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["criterion", "language"], name="criteriontext_once")]

    def __str__(self) -> str:
        return self.title


class ChecklistItem(models.Model):
    """One line of a criterion's checklist; a criterion needs `checklist_required` of them."""

    frozen_when = PUBLISHED_BY_CRITERION.format(row="OLD")
    frozen_insert_when = PUBLISHED_BY_CRITERION.format(row="NEW")

    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="checklist")
    position = models.PositiveSmallIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["criterion", "position"], name="checklist_position_once")]

    def __str__(self) -> str:
        return self.text


class Prerequisite(models.Model):
    """A criterion earns its point only while the one it needs is met."""

    frozen_when = PUBLISHED_BY_CRITERION.format(row="OLD")
    frozen_insert_when = PUBLISHED_BY_CRITERION.format(row="NEW")

    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="prerequisites")
    needs = models.ForeignKey(Criterion, models.PROTECT, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["criterion", "needs"], name="prerequisite_once"),
            models.CheckConstraint(condition=~models.Q(criterion=models.F("needs")), name="prerequisite_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion} needs {self.needs}"


class LinkKind(models.TextChoices):
    """What became of it."""

    SAME = "same", pgettext_lazy("of a criterion", "the same")
    REWORDED = "reworded", pgettext_lazy("of a criterion", "reworded")
    SPLIT = "split", pgettext_lazy("of a criterion", "split")
    MERGED = "merged", pgettext_lazy("of a criterion", "merged")
    NEW = "new", pgettext_lazy("of a criterion", "new")
    WITHDRAWN = "withdrawn", pgettext_lazy("of a criterion", "withdrawn")


class CriterionLink(models.Model):
    """How a criterion of one edition relates to one of the next; a withdrawn one has no successor, a new one no origin.

    Links are made while the later edition is a draft, and are frozen with it.
    """

    frozen_when = PUBLISHED_AS_SUCCESSOR.format(row="OLD")
    frozen_insert_when = PUBLISHED_AS_SUCCESSOR.format(row="NEW")

    from_standard = models.ForeignKey(Standard, models.PROTECT, related_name="links_onward")
    to_standard = models.ForeignKey(Standard, models.PROTECT, related_name="links_back")
    origin = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="links_onward")
    successor = models.ForeignKey(Criterion, models.PROTECT, null=True, related_name="links_back")
    kind = models.CharField(max_length=10, choices=LinkKind)
    comparable = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    provenance = models.TextField(blank=True)

    # Given by criteria.queries: what differs between the two ends, each with its name, before and after.
    changed: "list[tuple[Any, str, str]]"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_standard", "to_standard", "origin", "successor"], name="link_once"),
            # Databases take two empty ends for different ones, so each end that may be empty has a rule of its own.
            models.UniqueConstraint(fields=["to_standard", "successor"], condition=models.Q(origin=None), name="link_new_once"),
            models.UniqueConstraint(fields=["to_standard", "origin"], condition=models.Q(successor=None), name="link_withdrawn_once"),
            one_of("kind", LinkKind.choices, name="link_kind"),
            models.CheckConstraint(
                condition=models.Q(kind="new", origin=None, successor__isnull=False)
                | models.Q(kind="withdrawn", origin__isnull=False, successor=None)
                | models.Q(kind__in=["same", "reworded", "split", "merged"], origin__isnull=False, successor__isnull=False),
                name="link_ends",
            ),
            models.CheckConstraint(
                condition=models.Q(comparable=False) | models.Q(kind__in=["same", "reworded"]), name="link_comparable_kinds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin or '-'} > {self.successor or '-'} ({self.kind})"
