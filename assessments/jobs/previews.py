"""Files drawn as pages, tables and text, so that a reader looks at them beside the answer."""

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from assessments.models import Evidence, EvidenceVersion, Outcome, Preview, PreviewSheet
from wwc import pages
from wwc.clock import under_lock
from wwc.outbox import files, post
from wwc.outbox.models import Work
from wwc.outbox.running import completing, progress

AT_ONCE = 500
KIND = "draw_preview"


def draw_preview(version_id: int) -> None:
    """Draw one file: its pages into files, then the rows that name them. A second run draws nothing; what a killed run left is cleared."""
    version = EvidenceVersion.objects.select_related("checked").get(pk=version_id)
    if not version.is_open or version.kind not in pages.SHOWN or Preview.objects.filter(version=version).exists():
        return
    folder = files.folder_of(version)
    drawn: list[PreviewSheet] = []
    try:
        of = _draw(version, folder, drawn)
        _note(version, Outcome.DRAWN, of, drawn)
    except (pages.DoesNotOpen, FileNotFoundError):
        drawn.clear()
        _note(version, Outcome.BROKEN, 0, [])
    finally:
        files.clear(folder, keep=set(_named(version)))


def preview_given_up(error: str, *, version_id: int) -> None:
    """Say of a file that stopped the worker each time that it cannot be drawn."""
    version = EvidenceVersion.objects.get(pk=version_id)
    Preview.objects.get_or_create(version=version, defaults={"outcome": Outcome.BROKEN, "made_at": under_lock()})


def ask_previews() -> int:
    """Ask for what is current, can be opened and was never asked for: files of before there were previews. So many at once."""
    key = Concat(Value(Work.key_of(KIND, version_id="")), Cast(OuterRef("current"), output_field=CharField()))
    sound = Q(current__awaits_check=False) | Q(current__checked__is_clean=True)
    missing = Evidence.objects.filter(sound, current__kind__in=pages.SHOWN, current__preview=None)
    missing = missing.filter(~Exists(Work.objects.filter(key=key))).order_by("-current")
    wanted = (
        post.Wanted(Work.key_of(KIND, version_id=pk), city, {"version_id": pk})
        for pk, city in missing.values_list("current", "city")[:AT_ONCE]
    )
    return post.ask_many(KIND, wanted, at=under_lock())


def _draw(version: EvidenceVersion, folder: str, drawn: list[PreviewSheet]) -> int:
    """Each sheet as a row that is not written yet, its picture in a file of this run."""
    run = secrets.token_urlsafe(9)
    with default_storage.open(version.stored, "rb") as file:
        shown = pages.opened(version.kind, file)
        for sheet in shown.sheets:
            stored = default_storage.save(f"{folder}/{run}-{sheet.number}.webp", ContentFile(sheet.picture)) if sheet.picture else ""
            drawn.append(
                PreviewSheet(
                    number=sheet.number, name=sheet.name, stored=stored, width=sheet.width, height=sheet.height, text=sheet.text,
                    cells=sheet.cells,
                )
            )  # fmt: skip
            progress(len(drawn), shown.of)
    return shown.of


def _note(version: EvidenceVersion, outcome: str, of: int, drawn: list[PreviewSheet]) -> None:
    """Write what was drawn, together with the "done" of the work, unless another run was quicker."""
    with completing():
        EvidenceVersion.objects.select_for_update().only("pk").get(pk=version.pk)
        fields = {"outcome": outcome, "of": of, "drawn": len(drawn), "made_at": under_lock()}
        preview, new = Preview.objects.get_or_create(version=version, defaults=fields)
        if new:
            for sheet in drawn:
                sheet.preview = preview
            PreviewSheet.objects.bulk_create(drawn)


def _named(version: EvidenceVersion) -> list[str]:
    return list(PreviewSheet.objects.filter(preview__version=version).exclude(stored="").values_list("stored", flat=True))
