"""What a worker drew of a file, so that a page can show it: drawn once, and again from the file whenever these rows go."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.evidence import EvidenceVersion
from wwc.constraints import one_of


class Outcome(models.TextChoices):
    """Whether the file could be drawn."""

    DRAWN = "drawn", _("drawn")
    BROKEN = "broken", _("does not open")


class Preview(models.Model):
    """One version of evidence as it is shown: how many pages or sheets it has, how many are drawn, whether it opened."""

    version = models.OneToOneField(EvidenceVersion, models.PROTECT, related_name="preview")
    outcome = models.CharField(max_length=6, choices=Outcome)
    of = models.PositiveIntegerField(default=0)
    drawn = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("outcome", Outcome.choices, name="preview_outcome")]

    def __str__(self) -> str:
        return f"{self.version}: {self.outcome}"


class PreviewSheet(models.Model):
    """One page or sheet of it: a picture in a file, or cells, and its text."""

    preview = models.ForeignKey(Preview, models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=60, blank=True)
    stored = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    text = models.TextField(blank=True)
    cells = models.JSONField(default=list, help_text=_("Rows of cells, each what it shows and its formula."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["preview", "number"], name="previewsheet_once")]

    def __str__(self) -> str:
        return f"{self.number} of {self.preview}"
