"""A city's evidence and its versions: a file by its hash, or a link with a note."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assessments.models.city import City


class Evidence(models.Model):
    """A document or link of a city. It can prove many answers; a new version keeps the old ones."""

    city = models.ForeignKey(City, models.PROTECT, related_name="evidence")
    title = models.CharField(_("title"), max_length=200)
    confidential = models.BooleanField(_("confidential"), default=False)
    expires_on = models.DateField(_("valid until"), null=True)
    version = models.PositiveIntegerField(default=0)
    current = models.ForeignKey("EvidenceVersion", models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return self.title


class FileState(models.TextChoices):
    """What a city reads of a file. Not "accepted": that would sound like a verdict."""

    ADDED = "added", _("Added")
    CHECKING = "checking", _("Checking")
    REFUSED = "refused", _("Refused")


def file_state(awaits_check: bool, is_clean: bool | None) -> FileState:
    """The state of a file: whether it waits for the virus check, and what that said; None where it has not said anything yet."""
    if not awaits_check:
        return FileState.ADDED
    if is_clean is None:
        return FileState.CHECKING
    return FileState.ADDED if is_clean else FileState.REFUSED


class Stated:
    """What has a state as a file has, and what follows from it."""

    __slots__ = ()

    @property
    def state(self) -> FileState:
        """Added, checking or refused."""
        raise NotImplementedError

    @property
    def is_open(self) -> bool:
        """Whether it may be opened and counts as proof that is there."""
        return self.state == FileState.ADDED

    @property
    def is_refused(self) -> bool:
        """Whether the virus check stopped it, so that it proves nothing."""
        return self.state == FileState.REFUSED


class EvidenceVersion(Stated, models.Model):
    """One file or link, never changed. The file lies under a random name and is known by its SHA-256."""

    append_only = True

    evidence = models.ForeignKey(Evidence, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, help_text=_("pdf, docx, xlsx, csv, text, image or link, decided by content."))
    filename = models.CharField(max_length=200, blank=True)
    stored = models.CharField(max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    url = models.URLField(max_length=1000, blank=True)
    note = models.TextField(blank=True)
    awaits_check = models.BooleanField(default=False, help_text=_("Nobody opens it before a virus check says that it is clean."))
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evidence", "number"], name="evidenceversion_number_once"),
            models.CheckConstraint(
                condition=models.Q(kind="link", sha256="", stored="") & ~models.Q(url="")
                | ~models.Q(kind="link") & ~models.Q(sha256="") & ~models.Q(stored="") & models.Q(size__gt=0, url=""),
                name="evidenceversion_file_or_link",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evidence}, version {self.number}"

    @property
    def state(self) -> FileState:
        """Added, or what the virus check says of it. Fetch `checked` along with the version."""
        check = getattr(self, "checked", None) if self.awaits_check else None
        return file_state(self.awaits_check, check.is_clean if check else None)


class FileCheck(models.Model):
    """What the virus check said of one file, once. A file that is not clean was deleted; its version and hash stay."""

    append_only = True

    version = models.OneToOneField(EvidenceVersion, models.PROTECT, related_name="checked")
    is_clean = models.BooleanField()
    found = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(is_clean=True, found="") | models.Q(is_clean=False), name="filecheck_found")
        ]

    def __str__(self) -> str:
        return f"{self.version}: {'clean' if self.is_clean else self.found}"
