"""A city answers one criterion."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import access, queries
from assessments.actions import drafting
from assessments.lifecycle import Lock, Status
from assessments.models import Answer, AnswerVersion, Claim, Clarification, Copy, Method, ReopenRequest
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require
from wwc.templatetags.display import when_year
from wwc.typed import plain


@dataclass(frozen=True)
class Said:
    """What a person wants to save: claim, ticks, narrative."""

    claim: str
    ticks: tuple[int, ...]
    narrative: str

    def is_in(self, version: AnswerVersion | None) -> bool:
        """Whether a version already says exactly this; before the first version nothing is said."""
        if version is None:
            return self == Said("", (), "")
        return (self.claim, list(self.ticks), self.narrative) == (version.claim, version.ticks, version.narrative)


class StaleSave(Refusal):
    """Somebody saved between opening the page and saving it. Carries both texts: `theirs`, `mine`, and the common `base`."""

    def __init__(self, *, theirs: AnswerVersion, mine: Said, base: AnswerVersion | None) -> None:
        text = _t("%(person)s saved while you were writing. Both texts are kept. Take one, or write a third from both.")
        super().__init__(text % {"person": theirs.saved_by})
        self.theirs, self.mine, self.base = theirs, mine, base


class AnswerClosed(Refusal):
    """The answer is not open: before the opening, after the date, or submitted; then `closed_at` says when."""


class NotAClaim(Refusal):
    """The claim is none of the three."""

    message = _("Choose one of the three answers. Nothing was saved.")


class NotOnTheChecklist(Refusal):
    """A tick beside no item."""

    message = _("A tick does not belong to this checklist. Nothing was saved. Open the page again.")


class NoSuchVersion(Refusal):
    """The number of a version that the answer does not have."""

    message = _("This answer has no such version. Nothing was changed.")


@transaction.atomic
def save(answer: Answer, *, claim: str, ticks: Iterable[int], narrative: str, based_on: int, by: Any, at: datetime) -> AnswerVersion | None:
    """Save an answer as a new version; what says the same as the current version writes none, and confirms a copy.

    `based_on` is the number of the version the person saw. Where somebody saved since, nothing is written and
    StaleSave carries both texts. Returns the current version, None where nothing was ever said.
    """
    require(access.may_answer(by, answer))
    answer = locked(answer)
    late = require_open(answer)
    _require_no_question(answer)
    said = checked(answer, claim, ticks, narrative)
    if said.is_in(answer.current):
        confirm_copy(answer, by=by, at=at)
    else:
        require_fresh(answer, said, based_on)
        add_version(answer, said, late=late, by=by, at=at)
    drafting.forget(answer, by)
    return answer.current


@transaction.atomic
def restore(answer: Answer, *, number: int, based_on: int, by: Any, at: datetime) -> AnswerVersion | None:
    """Say again what an earlier version said, as a new one; what the person has typed and not saved stays theirs to save."""
    require(access.may_answer(by, answer))
    answer = locked(answer)
    late = require_open(answer)
    _require_no_question(answer)
    earlier = AnswerVersion.objects.filter(answer=answer, number=number).first()
    if earlier is None:
        raise NoSuchVersion()
    said = Said(earlier.claim, tuple(earlier.ticks), earlier.narrative)
    if said.is_in(answer.current):
        return answer.current
    require_fresh(answer, said, based_on)
    return add_version(answer, said, late=late, by=by, at=at)


def locked(answer: Answer) -> Answer:
    """The answer as it is now, held until the end of the transaction.

    Held first, read afterwards: a row joined in the statement that waits for the lock is as old as that statement.
    City, edition and criterion are nobody's to change; each join more would double what PostgreSQL thinks about the rest.
    """
    Answer.objects.select_for_update().only("pk").get(pk=answer.pk)
    held = Answer.objects.select_related("assessment__cycle", "current", "copy").get(pk=answer.pk)
    held.criterion, held.assessment.city = answer.criterion, answer.assessment.city
    held.assessment.cycle.standard = answer.assessment.cycle.standard
    return held


def require_open(answer: Answer) -> bool:
    """Refuse unless the held answer is open now; True where a save counts as late. Asked after the lock."""
    now = under_lock()
    assessment = answer.assessment
    if answer.lock == Lock.OPEN and assessment.status == Status.DRAFTING:
        window = queries.window_at(assessment, now)
        if assessment.cycle.status in queries.WRITABLE and window.is_open(now):
            return window.is_late(now)
        raise AnswerClosed(_why_closed(window, now, assessment.city.timezone))
    if queries.reopened_by(answer, now) is None:
        text = _t("This answer is closed: it was submitted. Nothing was changed. You can ask to open it again.")
        raise AnswerClosed(text, closed_at=queries.closed_at(answer))
    return False


def renew(answer: Answer, *, by: Any, at: datetime) -> None:
    """Other evidence makes a new version of a held answer that is open again: what was found on the one before is out of date.

    An answer that was asked about gets its version with the reply, and one that is not submitted is not read yet.
    """
    if answer.lock == Lock.OPEN or not isinstance(queries.reopened_by(answer, under_lock()), ReopenRequest):
        return
    if answer.current is not None:
        said = Said(answer.current.claim, tuple(answer.current.ticks), answer.current.narrative)
        add_version(answer, said, late=False, by=by, at=at)


def _require_no_question(answer: Answer) -> None:
    """An answer that was asked about changes by the reply alone, so that nothing half done is read."""
    if answer.lock == Lock.LOCKED and isinstance(queries.reopened_by(answer, under_lock()), Clarification):
        raise AnswerClosed(_t("The review team asks about this answer: change it on the page of the question. Your text is kept."))


def _why_closed(window: Any, now: datetime, zone: str) -> str:
    if now < window.opens_at:
        return _t("Writing opens %(date)s. Nothing was changed.") % {"date": when_year(window.opens_at, zone)}
    if now > window.closes_at:
        return _t("Submitting closed %(due)s. Everything written is kept. Ask us to reopen, or start from it next cycle.") % {
            "due": when_year(window.due_at, zone)
        }
    return _t("This cycle is not open for writing now. Nothing was changed. Everything written is kept.")


def checked(answer: Answer, claim: str, ticks: Iterable[int], narrative: str) -> Said:
    """What was said, if it can be said of this criterion."""
    if claim not in ("", *Claim.values):
        raise NotAClaim()
    ticked = sorted(set(ticks))
    if not queries.positions_in(answer).issuperset(ticked):
        raise NotOnTheChecklist()
    return Said(claim, tuple(ticked), plain(narrative).strip())


def require_fresh(answer: Answer, said: Said, based_on: int) -> None:
    """Refuse with both texts where somebody saved after the version the person saw."""
    if based_on == answer.version:
        return
    if answer.current is None:
        raise NotOnTheChecklist(_("This page is out of date. Nothing was saved. Open the page again."))
    base = AnswerVersion.objects.filter(answer=answer, number=based_on).first()
    if base is not None and Said(base.claim, tuple(base.ticks), base.narrative).is_in(answer.current):
        return  # only the evidence is newer
    raise StaleSave(theirs=answer.current, mine=said, base=base)


def add_version(answer: Answer, said: Said, *, late: bool, by: Any, at: datetime, method: str = Method.TYPED) -> AnswerVersion:
    """Write the next version of a held answer. Whatever a person writes over a copy confirms it."""
    version = AnswerVersion.objects.create(
        answer=answer,
        number=answer.version + 1,
        claim=said.claim,
        ticks=list(said.ticks),
        narrative=said.narrative,
        method=method,
        late=late,
        saved_at=at,
        saved_by=by,
    )
    Answer.objects.filter(pk=answer.pk).update(version=version.number, current=version)
    answer.version, answer.current = version.number, version
    city_id = answer.assessment.city_id
    record("saved", answer, by=by, at=at, city_id=city_id, criterion=answer.criterion.code, version=version.number)
    if method != Method.COPIED:
        confirm_copy(answer, by=by, at=at)
    return version


def confirm_copy(answer: Answer, *, by: Any, at: datetime) -> None:
    """Where a held answer was copied from last time, somebody says now that it holds; said once already, nothing happens."""
    if queries.is_unconfirmed(answer):
        Copy.objects.filter(answer=answer).update(confirmed_at=at, confirmed_by=by)
        answer.copy.confirmed_at, answer.copy.confirmed_by = at, by
        record("confirmed", answer, by=by, at=at, city_id=answer.assessment.city_id, criterion=answer.criterion.code)
