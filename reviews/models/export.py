"""What staff take away of a whole cycle."""

from django.conf import settings
from django.db import models

from assessments.models import Cycle
from wwc.constraints import one_of


class Format(models.TextChoices):
    """In which form the tables leave."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
    JSON = "json", "JSON"


class Export(models.Model):
    """A ZIP of tables with its manifest, for the one who asked. The file goes after a week; the row stays and says what was in it.

    It is of a cycle, or of a list that staff look at, with its filters as they stood.
    """

    cycle = models.ForeignKey(Cycle, models.PROTECT, null=True, related_name="exports")
    listed = models.JSONField(default=dict, help_text="Of a list: its name (`list`) and what its address asked for (`asked`).")
    form = models.CharField(max_length=4, choices=Format)
    tables = models.JSONField(help_text="The names of the tables that were chosen.")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports")
    made_at = models.DateTimeField(null=True)
    manifest = models.JSONField(default=dict)
    left_out = models.JSONField(default=list, help_text="The numbers of the cities that were closed to the person when it was made.")
    stored = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("form", Format.choices, name="export_form"),
            models.CheckConstraint(
                condition=models.Q(cycle__isnull=False, listed={}) | models.Q(cycle=None) & ~models.Q(listed={}), name="export_of_one"
            ),
            models.CheckConstraint(
                condition=models.Q(made_at=None, stored="", sha256="")
                | models.Q(made_at__isnull=False, gone_at=None) & ~models.Q(stored="") & ~models.Q(sha256="")
                | models.Q(made_at__isnull=False, gone_at__isnull=False, stored="") & ~models.Q(sha256=""),
                name="export_made_with_file",
            ),
        ]

    def __str__(self) -> str:
        return f"export of {self.name}"

    @property
    def name(self) -> str:
        """What it is of, as a word of an address."""
        return self.cycle.slug if self.cycle else str(self.listed["list"])
