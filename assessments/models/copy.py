"""Answers that were copied from an earlier assessment."""

from django.conf import settings
from django.db import models

from assessments.models.answer import Answer
from criteria.models import LinkKind
from wwc.constraints import both_or_neither, one_of


class Copy(models.Model):
    """An answer begun from an earlier one through the crosswalk. It is unconfirmed until a person says that it still holds."""

    answer = models.OneToOneField(Answer, models.PROTECT, related_name="copy")
    sources = models.ManyToManyField(Answer, related_name="copied_to")
    kind = models.CharField(max_length=10, choices=LinkKind)
    copied_at = models.DateTimeField()
    copied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "copies"
        constraints = [
            one_of("kind", LinkKind.choices, name="copy_kind"),
            both_or_neither("confirmed_at", "confirmed_by", name="copy_confirmed_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.answer}, copied"
