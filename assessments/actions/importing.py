"""A city brings a workbook back: it is read and shown against what is saved, and applied when somebody confirms, row by row."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _t

from assessments import access, queries
from assessments.actions import answering
from assessments.lifecycle import Status
from assessments.models import Assessment, Import, Method
from assessments.papers import comparing, reading, workbook
from wwc import uploads
from wwc.audit.record import record
from wwc.refusals import Refusal, require

# What somebody chose for a row: whether to take the file's text, and the number of the saved version they saw beside it.
Choice = tuple[bool, int]


@transaction.atomic
def read(assessment: Assessment, *, upload: UploadedFile, by: Any, at: datetime) -> Import:
    """Read a workbook and keep what it says. No answer is changed; a WorkbookRefused says why nothing was read."""
    require(access.may_import(by, assessment))
    _require_writing(assessment)
    name = uploads.safe_name(upload.name or "")
    if (upload.size or 0) > reading.MAX_BYTES:
        raise reading.TooMuch(name)
    known = _checked(upload, name)
    checklists = {answer.criterion.code: [item.position for item in answer.criterion.items] for answer in queries.answers_of(assessment)}
    sheet = reading.read(cast("BinaryIO", known.content.file), known.filename, of=workbook.of(assessment), checklists=checklists)
    return Import.objects.create(
        assessment=assessment,
        filename=known.filename,
        sha256=known.sha256,
        rows=[asdict(row) for row in sheet.rows],
        problems=[asdict(problem) for problem in sheet.problems],
        read_at=at,
        read_by=by,
    )


@transaction.atomic
def confirm(imported: Import, *, choices: Mapping[str, Choice], by: Any, at: datetime) -> Import:
    """Save the rows whose text was chosen, each as a version of its answer; confirmed already, nothing is done again.

    `choices` go by the criterion's code. A row that is not among them keeps what is saved. Where somebody saved after the
    page was shown, the saved answer stays and the outcome says so.
    """
    require(access.may_import(by, imported.assessment))
    imported = _held(imported)
    if imported.applied_at is not None:
        return imported
    _require_writing(imported.assessment)
    compared = comparing.compare(imported, queries.answers_of(imported.assessment))
    outcome: dict[str, list[dict[str, Any]]] = {"saved": [], "kept": [], "newer": [], "refused": []}
    for line in sorted(compared.differing, key=lambda each: each.answer.pk):
        take, seen = choices.get(line.code, (False, line.answer.version))
        word, more = _apply(line, seen, by=by, at=at) if take else ("kept", {})
        outcome[word].append({"row": line.row, "code": line.code, **more})
    imported.applied_at, imported.applied_by = at, by
    imported.outcome = {word: sorted(rows, key=lambda row: row["row"]) for word, rows in outcome.items()}
    imported.save(update_fields=["applied_at", "applied_by", "outcome"])
    counts = {word: str(len(rows)) for word, rows in outcome.items()}
    record("imported", imported, by=by, at=at, city_id=imported.assessment.city_id, **counts)
    return imported


def _checked(upload: UploadedFile, name: str) -> uploads.Upload:
    """The upload, if it is a workbook by its content; what keeps evidence from being added keeps a workbook from being read."""
    try:
        known = uploads.checked(upload)
    except uploads.AsksForPassword:
        raise reading.BehindAPassword(name) from None
    except (uploads.WrongKind, uploads.HasMacros):
        raise reading.NotAWorkbook(name) from None
    except uploads.UploadRefused:
        raise reading.DamagedWorkbook(name) from None
    if known.kind != "xlsx":
        raise reading.NotAWorkbook(name)
    return known


def _apply(line: comparing.Line, seen: int, *, by: Any, at: datetime) -> tuple[str, dict[str, Any]]:
    """Save one row under the lock of its answer, or say why it stays; what is refused takes no other row with it."""
    claim, ticks, narrative = line.said
    try:
        with transaction.atomic():
            answer = answering.locked(line.answer)
            late = answering.require_open(answer)
            said = answering.checked(answer, claim, ticks, narrative)
            if said.is_in(answer.current):
                return "kept", {}
            answering.require_fresh(answer, said, seen)
            version = answering.add_version(answer, said, late=late, by=by, at=at, method=Method.IMPORTED)
            return "saved", {"version": version.number}
    except answering.StaleSave as stale:
        return "newer", {"version": stale.theirs.number}
    except Refusal as refusal:
        return "refused", {"why": str(refusal.message)}


def _held(imported: Import) -> Import:
    """The workbook as it is now, held until the end of the transaction, so that it is applied once."""
    Import.objects.select_for_update().only("pk").get(pk=imported.pk)
    return Import.objects.select_related("assessment__city", "assessment__cycle__standard").get(pk=imported.pk)


def _require_writing(assessment: Assessment) -> None:
    """Refuse unless the whole assessment is open for writing now; one answer that a question holds open is not enough."""
    if assessment.status != Status.DRAFTING:
        raise answering.AnswerClosed(_t("This assessment is not open for writing now. Nothing was read, and nothing was changed."))
    first = assessment.answers.select_related("assessment__city", "assessment__cycle").order_by("pk").first()
    if first is not None:
        answering.require_open(first)
