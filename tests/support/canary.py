"""Marks planted in what not everybody may read, with who may; and the words of an answer, whatever it is made of."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model
from django.http import HttpResponseBase
from pypdf import PdfReader

from wwc.audit import triggers

# Pages on which anybody looks places up, those behind a link that holds a secret, and those on which people read their own
# declarations: a name there tells nothing.
NAMES_OPEN_ON = frozenset({
    "assessments:join", "assessments:join_place", "assessments:join_asked", "assessments:claim", "assessments:claim_place",
    "assessments:claim_sent", "assessments:follow_claim", "assessments:accept", "reviews:declaring", "reviews:glass",
})  # fmt: skip


@dataclass(frozen=True)
class Secret:
    """One mark: what it stands in, who may read it, and who must be able to (the control)."""

    what: str
    mark: str
    may: frozenset[int]
    must: frozenset[int]
    besides: frozenset[str] = field(default=frozenset())  # routes on which everybody may


class Canary:
    """Plants marks, each once."""

    def __init__(self) -> None:
        self.secrets: list[Secret] = []

    def mark(self, what: str, *, may: Iterable[Any] = (), must: Iterable[Any], besides: frozenset[str] = frozenset()) -> str:
        """A mark that stands nowhere else, short enough for any column."""
        mark = f"zyx{len(self.secrets):02d}wq"
        able, sure = frozenset(each.pk for each in may), frozenset(each.pk for each in must)
        self.secrets.append(Secret(what, mark, able | sure, sure, besides))
        return mark

    def plant(
        self, row: Model, column: str, *, may: Iterable[Any] = (), must: Iterable[Any], besides: frozenset[str] = frozenset()
    ) -> None:
        """Put a mark into one column of a row, append-only or not. Who must find it is named, or nobody where no page shows it."""
        mark = self.mark(f"{row._meta.label}.{column} ({row})", may=may, must=must, besides=besides)
        with triggers.lifted():
            type(row)._default_manager.filter(pk=row.pk).update(**{column: mark})


def store(stored: str, words: str) -> None:
    """Put these words into a file in place of what was there."""
    default_storage.delete(stored)
    assert default_storage.save(stored, ContentFile(words.encode())) == stored


def words_of(answer: HttpResponseBase) -> str:
    """Everything that can be read in an answer: a page, a table, an archive with what is in it, a document."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    headers = " ".join(f"{name}: {value}" for name, value in answer.items())
    return headers + _words(body)


def _words(body: bytes) -> str:
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return " ".join(f"{each.filename} {_words(archive.read(each))}" for each in archive.infolist())
    if body.startswith(b"%PDF") and b"%%EOF" in body:
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    return unescape(body.decode(errors="replace"))
