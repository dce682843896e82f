"""The virus check of one file."""

from datetime import UTC, datetime

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction

from assessments.models import Evidence, EvidenceVersion, FileCheck, FileState
from wwc.audit.record import record
from wwc.clamav import ScannerAway, found_in
from wwc.outbox import post
from wwc.outbox.running import PutOff
from wwc.pages import SHOWN


def check_file(version_id: int) -> None:
    """Ask the scanner about a file that waits, once; what it stops is deleted and its hash stays.

    While the scanner is away the work is put off and the file goes on waiting: nothing passes without an answer.
    """
    version = EvidenceVersion.objects.select_related("checked").get(pk=version_id)
    if version.state == FileState.CHECKING:
        _note(version, _found_in(version))
    # After the commit and at every run: a crash in between leaves no file that was stopped.
    if EvidenceVersion.objects.filter(pk=version_id, checked__is_clean=False).exists():
        default_storage.delete(version.stored)


def _found_in(version: EvidenceVersion) -> str:
    if not settings.CLAMD_ADDRESS:
        raise PutOff("CLAMD_ADDRESS is not set, and this file waits for the virus check")
    with default_storage.open(version.stored) as file:
        try:
            return found_in(file.chunks(), settings.CLAMD_ADDRESS)
        except ScannerAway as error:
            raise PutOff(str(error)) from error


@transaction.atomic
def _note(version: EvidenceVersion, found: str) -> None:
    """Write what was found. Where a newer version is stopped, the last one that is sound takes its place again."""
    evidence = Evidence.objects.select_for_update().get(pk=version.evidence_id)
    now = datetime.now(UTC)
    _check, new = FileCheck.objects.get_or_create(version=version, defaults={"is_clean": not found, "found": found, "checked_at": now})
    if new and not found and version.kind in SHOWN:
        post.ask("draw_preview", at=now, city_id=evidence.city_id, version_id=version.pk)
    if not (new and found):
        return
    record("stopped", evidence, by=None, at=now, city_id=evidence.city_id, title=evidence.title, version=version.number, found=found)
    if evidence.current_id == version.pk:
        rows = EvidenceVersion.objects.filter(evidence=evidence, number__lt=version.number).exclude(checked__is_clean=False)
        earlier = rows.order_by("-number").first()
        if earlier is not None:
            Evidence.objects.filter(pk=evidence.pk).update(current=earlier)
