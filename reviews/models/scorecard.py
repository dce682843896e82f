"""The PDFs of one award version in a batch: its scorecards and its certificate."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models import Consent
from reviews.models.award import Award
from wwc.constraints import one_of


class Audience(models.TextChoices):
    """Who may read it."""

    PUBLIC = "public", _("the public")
    CITY = "city", _("the city")


class PaperKind(models.TextChoices):
    """What it is: the result in numbers, or the one page that says it and is framed."""

    SCORECARD = "scorecard", _("scorecard")
    CERTIFICATE = "certificate", _("certificate")


class Scorecard(models.Model):
    """One rendered paper: unique by award version, kind, date, language, audience and consent. The file lies under a random name.

    A certificate is for everybody and shows points only where its city lets the public see them.
    """

    award = models.ForeignKey(Award, models.PROTECT, related_name="scorecards")
    kind = models.CharField(max_length=12, choices=PaperKind, default=PaperKind.SCORECARD)
    announced_on = models.DateField()
    language = models.CharField(max_length=8)
    audience = models.CharField(max_length=8, choices=Audience)
    consent = models.CharField(
        max_length=10, choices=Consent, default=Consent.CRITERIA, help_text=_("How much it shows; the city's own shows all.")
    )
    stored = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=20, help_text=_("Verification code printed on the paper."))
    asked_at = models.DateTimeField()
    rendered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "kind", "announced_on", "language", "audience", "consent"], name="scorecard_once"),
            one_of("kind", PaperKind.choices, name="scorecard_kind"),
            one_of("audience", Audience.choices, name="scorecard_audience"),
            one_of("consent", Consent.choices, name="scorecard_consent"),
            models.CheckConstraint(
                condition=models.Q(rendered_at=None, sha256="", stored="") | models.Q(rendered_at__isnull=False) & ~models.Q(sha256=""),
                name="scorecard_rendered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience} {self.kind} of {self.award}"
