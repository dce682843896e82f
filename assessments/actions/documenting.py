"""A city adds proof: a file or a link, used for one answer or several, replaced, taken off."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, queries
from assessments.actions import answering
from assessments.models import Answer, AnswerEvidence, City, Evidence, EvidenceVersion
from wwc.audit.record import record
from wwc.outbox.post import ask
from wwc.pages import SHOWN
from wwc.refusals import HIDDEN, Refusal, require
from wwc.uploads import Upload, checked

P = ParamSpec("P")
R = TypeVar("R")
LINK_CHECK = URLValidator(schemes=["http", "https"])


class TooManyFiles(Refusal):
    """The answer has as much evidence as one answer may have."""


class AddedAlready(Refusal):
    """The same file or link proves this answer already."""

    message = _("This is there already, so nothing was added twice.")


class LinkWrong(Refusal):
    """No address that a reader could open."""

    message = _("This is not an address a reader can open. Nothing was added. It begins with https:// and names a public page.")


class InUseElsewhere(Refusal):
    """A submitted answer is proved by it, so that it must stay as it was."""

    message = _("A submitted answer is proved by this document, so it stays as it is. Nothing was changed. Add the new one beside it.")


class Untitled(Refusal):
    """A document without a name."""

    message = _("A document needs a title. Nothing was changed.")


class NotAFile(Refusal):
    """A link cannot be replaced by a file."""

    message = _("This is a link. Nothing was changed. Take it off and add the file.")


_written: ContextVar[list[str] | None] = ContextVar("files_written", default=None)


def files_go_with_it(action: Callable[P, R]) -> Callable[P, R]:
    """Remove the files that an action stored when it fails, also where its transaction fails at the very end."""

    @wraps(action)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with _files_followed():
            return action(*args, **kwargs)

    return guarded


@contextmanager
def _files_followed() -> Iterator[None]:
    names: list[str] = []
    token = _written.set(names)
    try:
        yield
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise
    finally:
        _written.reset(token)


@files_go_with_it
@transaction.atomic
def attach_file(answer: Answer, *, upload: UploadedFile, pages: str = "", by: Any, at: datetime, **about: Any) -> AnswerEvidence:
    """Add a file to an answer: checked by content, kept under a random name, known by its hash.

    `about` is its title, whether it is confidential, and the day it is valid until, as far as they are known.
    """
    require(access.may_answer(by, answer))
    kept = checked(upload)
    answer = _open(answer)
    same = AnswerEvidence.objects.filter(answer=answer, ended_at=None, evidence__current__sha256=kept.sha256)
    if same.exclude(evidence__current__checked__is_clean=False).exists():
        raise AddedAlready()
    _require_room(answer, kept.filename)
    evidence = _new_evidence(answer, kept.filename, by=by, at=at, **about)
    _add_file(evidence, kept, by=by, at=at)
    return put_to(answer, evidence, pages, by=by, at=at)


@transaction.atomic
def attach_link(answer: Answer, *, url: str, note: str = "", pages: str = "", by: Any, at: datetime, **about: Any) -> AnswerEvidence:
    """Add a link to an answer, with a note of what a reader finds there. Nothing is fetched from it."""
    require(access.may_answer(by, answer))
    url = _checked_link(url)
    answer = _open(answer)
    if AnswerEvidence.objects.filter(answer=answer, ended_at=None, evidence__current__url=url).exists():
        raise AddedAlready()
    name = url.split("://", 1)[1].rstrip("/")
    _require_room(answer, name)
    evidence = _new_evidence(answer, name, by=by, at=at, **about)
    _set_current(
        evidence,
        EvidenceVersion.objects.create(evidence=evidence, number=1, kind="link", url=url, note=note.strip(), added_at=at, added_by=by),
    )
    return put_to(answer, evidence, pages, by=by, at=at)


@transaction.atomic
def reuse(answer: Answer, *, evidence: Evidence, pages: str = "", by: Any, at: datetime) -> AnswerEvidence:
    """Let a document that the city already has prove this answer too."""
    require(access.may_answer(by, answer))
    if evidence.city_id != answer.assessment.city_id:
        require(HIDDEN)
    answer = _open(answer)
    if AnswerEvidence.objects.filter(answer=answer, evidence=evidence, ended_at=None).exists():
        raise AddedAlready()
    _require_room(answer, evidence.title)
    return put_to(answer, evidence, pages, by=by, at=at)


@files_go_with_it
@transaction.atomic
def replace(evidence: Evidence, *, upload: UploadedFile, by: Any, at: datetime) -> EvidenceVersion:
    """Put a newer file in a document's place; the older one is kept. Refused while a closed answer rests on it."""
    require(access.may_change_evidence(by, evidence))
    kept = checked(upload)
    Evidence.objects.select_for_update().only("pk").get(pk=evidence.pk)
    evidence = Evidence.objects.select_related("current").get(pk=evidence.pk)
    if evidence.current is None or evidence.current.kind == "link":
        raise NotAFile()
    if evidence.current.sha256 == kept.sha256:
        raise AddedAlready()
    _renew_all(evidence, by=by, at=at)
    version = _add_file(evidence, kept, by=by, at=at)
    record("replaced", evidence, by=by, at=at, city_id=evidence.city_id, title=evidence.title, version=version.number)
    return version


@transaction.atomic
def describe(evidence: Evidence, *, title: str, confidential: bool, expires_on: date | None, by: Any, at: datetime) -> None:
    """Say what a document is called, whether it is confidential, until when it is valid.

    The title is part of what a city attests, so it stays while a closed answer rests on it. The other two say how to
    handle a document, not what it proves: they may change at any time and void no signature.
    """
    require(access.may_change_evidence(by, evidence))
    title = title.strip()[:200]
    if not title:
        raise Untitled(field="title")
    evidence = Evidence.objects.select_for_update().get(pk=evidence.pk)
    said = {"title": title, "confidential": confidential, "expires_on": expires_on}
    changed = [name for name, value in said.items() if getattr(evidence, name) != value]
    if not changed:
        return
    if "title" in changed:
        _renew_all(evidence, by=by, at=at)
    before = evidence.title
    Evidence.objects.filter(pk=evidence.pk).update(**said)
    record("described", evidence, by=by, at=at, city_id=evidence.city_id, title=before, changed=changed)


@transaction.atomic
def point(answer_evidence: AnswerEvidence, *, pages: str, by: Any, at: datetime) -> None:
    """Say on which page of a document a reader of this answer should look."""
    require(access.may_answer(by, answer_evidence.answer))
    answer = _open(answer_evidence.answer)
    pages = pages.strip()[:60]
    if AnswerEvidence.objects.filter(pk=answer_evidence.pk, ended_at=None).exclude(pages=pages).update(pages=pages):
        _record("pointed", answer, answer_evidence, by=by, at=at)
        answering.renew(answer, by=by, at=at)


@transaction.atomic
def gather(city: City, *, by: Any, at: datetime) -> list[EvidenceVersion]:
    """Take out everything that a city added, in every version; who took what is on record."""
    require(access.may_gather(by, city))
    versions = queries.evidence_versions_of(city)
    record("gathered", city, by=by, at=at, city_id=city.pk, versions=len(versions), newest=max((row.pk for row in versions), default=None))
    return versions


@transaction.atomic
def detach(answer_evidence: AnswerEvidence, *, by: Any, at: datetime) -> None:
    """Take a document off an answer; the city keeps it. Taken off already, nothing happens."""
    require(access.may_detach(by, answer_evidence))
    answer = _open(answer_evidence.answer)
    if AnswerEvidence.objects.filter(pk=answer_evidence.pk, ended_at=None).update(ended_at=at, ended_by=by):
        _record("detached", answer, answer_evidence, by=by, at=at)
        answering.renew(answer, by=by, at=at)


def _open(answer: Answer) -> Answer:
    """The answer, held, if the city may change it now."""
    held = answering.locked(answer)
    answering.require_open(held)
    return held


def _renew_all(evidence: Evidence, *, by: Any, at: datetime) -> None:
    """Hold every answer that a document proves, before it changes for all of them; refused while one is closed."""
    for use in AnswerEvidence.objects.filter(evidence=evidence, ended_at=None).select_related("answer").order_by("answer_id"):
        try:
            answering.renew(_open(use.answer), by=by, at=at)
        except answering.AnswerClosed:
            raise InUseElsewhere() from None


def _require_room(answer: Answer, name: str) -> None:
    limit = settings.UPLOAD_MAX_FILES
    if AnswerEvidence.objects.filter(answer=answer, ended_at=None).count() >= limit:
        text = _t("This answer has %(max)s of %(max)s files. %(file)s was not added. Remove one, or combine documents.")
        raise TooManyFiles(text % {"max": limit, "file": name})


def _checked_link(url: str) -> str:
    """The address, if a reader could open it: http or https, no secret in it."""
    url = url.strip()
    try:
        LINK_CHECK(url)
    except ValidationError:
        raise LinkWrong(field="url") from None
    parts = urlsplit(url)
    if parts.username or parts.password or len(url) > 1000:
        raise LinkWrong(field="url")
    return url


def _new_evidence(answer: Answer, name: str, *, by: Any, at: datetime, title: str = "", **about: Any) -> Evidence:
    return Evidence.objects.create(city=answer.assessment.city, title=(title.strip() or name)[:200], added_at=at, added_by=by, **about)


def _add_file(evidence: Evidence, kept: Upload, *, by: Any, at: datetime) -> EvidenceVersion:
    """Store the bytes under a random name and write the version that knows them."""
    number = uuid.uuid4().hex
    stored = default_storage.save(f"evidence/{number[:2]}/{number}", kept.content)
    names = _written.get()
    if names is not None:
        names.append(stored)
    version = EvidenceVersion.objects.create(
        evidence=evidence,
        number=evidence.version + 1,
        kind=kept.kind,
        filename=kept.filename,
        stored=stored,
        size=kept.size,
        sha256=kept.sha256,
        awaits_check=bool(settings.CLAMD_ADDRESS),
        added_at=at,
        added_by=by,
    )
    _set_current(evidence, version)
    if version.awaits_check:
        ask("check_file", at=at, city_id=evidence.city_id, version_id=version.pk)
    elif version.kind in SHOWN:
        ask("draw_preview", at=at, city_id=evidence.city_id, version_id=version.pk)
    return version


def _set_current(evidence: Evidence, version: EvidenceVersion) -> None:
    Evidence.objects.filter(pk=evidence.pk).update(version=version.number, current=version)
    evidence.version, evidence.current = version.number, version


def put_to(answer: Answer, evidence: Evidence, pages: str, *, by: Any, at: datetime) -> AnswerEvidence:
    """Let a document of the city prove a held answer, with where to look in it."""
    use = AnswerEvidence.objects.create(answer=answer, evidence=evidence, pages=pages.strip()[:60], added_at=at, added_by=by)
    _record("attached", answer, use, by=by, at=at)
    answering.renew(answer, by=by, at=at)
    return use


def _record(verb: str, answer: Answer, use: AnswerEvidence, *, by: Any, at: datetime) -> None:
    city_id = answer.assessment.city_id
    record(verb, use, by=by, at=at, city_id=city_id, criterion=answer.criterion.code, title=use.evidence.title)
