"""What was computed, and what of it the public has."""

from django.db import models

from assessments.models import Cycle


class Dataset(models.Model):
    """The figures of one cycle for the program, with groups of any size. Never changed: what counts is the newest.

    Somebody to whom a conflict closes cities gets one in which these are in no number.
    """

    append_only = True

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="datasets")
    left_out = models.JSONField(default=list, help_text="The numbers of the cities that are in no figure, in order.")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="Of the content as canonical JSON.")
    computed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["cycle", "id"], name="dataset_newest")]

    def __str__(self) -> str:
        return f"figures of {self.cycle}"


class Release(models.Model):
    """The figures of one cycle that the public has, small groups left out. Never changed: what counts is the newest.

    `groups` are those shown, by detail and by numbers that stay here: what was shown once can be subtracted from what comes later.
    """

    append_only = True

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="insights")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, help_text="Of the content as canonical JSON.")
    groups = models.JSONField()
    released_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["cycle", "id"], name="release_newest")]

    def __str__(self) -> str:
        return f"public figures of {self.cycle}"
