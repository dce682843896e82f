"""A file that a piece of work makes: whole before its row names it, made once, and nothing left over."""

import hmac
import secrets
from collections.abc import Callable, Set
from hashlib import sha256
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from wwc.clock import under_lock
from wwc.outbox.running import completing


def make(row: Any, *, moment: str, draw: Callable[[], bytes | IO[bytes]], suffix: str = ".pdf", **fields: Any) -> None:
    """Draw the file of a row and note it with its hash, size and `moment`; a second run draws nothing.

    Each run writes a file of its own into the folder of the row, so that a run that was killed, or came too late, never
    touches what the row names; the run that wins clears the folder. `fields` are noted together with the file.
    """
    folder = folder_of(row)
    if not getattr(row, moment):
        drawn = draw()
        file = ContentFile(drawn) if isinstance(drawn, bytes) else File(drawn)
        stored = default_storage.save(f"{folder}/{secrets.token_urlsafe(12)}{suffix}", file)
        try:
            _note(row, moment, {"stored": stored, "sha256": _digest(file), "size": file.size, **fields})
        except Exception:
            default_storage.delete(stored)
            raise
        row.refresh_from_db()
    clear(folder, keep={row.stored})


def folder_of(row: Any) -> str:
    """Where the files of one row lie: the same for each run, and nobody's to guess."""
    name = f"{row._meta.model_name}:{row.pk}"
    return f"papers/{hmac.new(settings.SECRET_KEY.encode(), name.encode(), sha256).hexdigest()[:24]}"


def _digest(file: File) -> str:
    digest = sha256()
    for piece in file.chunks():
        digest.update(piece)
    return digest.hexdigest()


def _note(row: Any, moment: str, fields: dict[str, Any]) -> None:
    """Let the row name the file, together with the "done" of the work, unless another run was quicker."""
    rows = type(row).objects
    with completing():
        held = rows.select_for_update(of=("self",)).get(pk=row.pk)
        if not getattr(held, moment):
            rows.filter(pk=row.pk).update(**fields, **{moment: under_lock()})


def forget(row: Any) -> None:
    """Remove every file of a row whose files are taken away, once the caller's transaction commits."""
    transaction.on_commit(lambda: clear(folder_of(row), keep=set()))


def clear(folder: str, *, keep: Set[str]) -> None:
    """Remove what runs that were killed have left in the folder."""
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:  # nothing was ever put there
        return
    for name in names:
        if f"{folder}/{name}" not in keep:
            default_storage.delete(f"{folder}/{name}")
