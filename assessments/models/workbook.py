"""Work off-line: workbooks that come back, and papers of the questionnaire and of the answers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.assessment import Assessment
from wwc.constraints import both_or_neither, one_of


class Import(models.Model):
    """A workbook that was read and shown against what is saved. Nothing of it is saved before somebody confirms."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="imports")
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField(default=list, help_text=_("What each row says, as it was read."))
    problems = models.JSONField(default=list, help_text=_("The rows that are left out, each with its number and why."))
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.JSONField(default=dict)

    class Meta:
        constraints = [both_or_neither("applied_at", "applied_by", name="import_applied_pair")]

    def __str__(self) -> str:
        return f"{self.filename} for {self.assessment}"


class PaperKind(models.TextChoices):
    """What it shows."""

    BLANK = "blank", _("the questionnaire")
    FILLED = "filled", _("the questionnaire with your answers")
    ANSWERS = "answers", _("all answers as submitted")


class Paper(models.Model):
    """A PDF of a city's own: the questionnaire, blank or filled, or all answers as submitted. Drawn by a worker, once per content."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=8, choices=PaperKind)
    language = models.CharField(max_length=8, default="en")
    content_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True)
    stored = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    # What `queries.papers_of` gives beside the columns: whether work on it was set aside.
    stopped: bool

    class Meta:
        constraints = [
            one_of("kind", PaperKind.choices, name="paper_kind"),
            models.UniqueConstraint(fields=["assessment", "kind", "language", "content_hash"], name="paper_once"),
            models.CheckConstraint(
                condition=models.Q(made_at=None, stored="", sha256="")
                | models.Q(made_at__isnull=False) & ~models.Q(stored="") & ~models.Q(sha256=""),
                name="paper_made_with_file",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.assessment}"
