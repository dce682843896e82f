"""What a reader does on the way to a verdict: their typing is kept, a look is noted, an item is put off, habits and phrases are theirs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import AnswerVersion
from criteria.queries import kept_places
from reviews import access
from reviews.lifecycle import Found
from reviews.models import PHRASE_LENGTH, Assignment, FindingDraft, Habit, Look, Order, Phrase
from reviews.queries import desk
from wwc.audit.record import record
from wwc.refusals import Refusal, require
from wwc.typed import plain

MOST_PHRASES = 60


class NoReason(Refusal):
    """Putting off without a word."""

    message = _("Say in a few words why, so that others know. Nothing was changed.")


class NoPhrase(Refusal):
    """A phrase without words, there already, or one too many."""

    message = _("Write the phrase first. Nothing was kept.")


@transaction.atomic
def keep(
    assignment: Assignment, *, version: AnswerVersion | None, verdict: str = "", ticks: Iterable[int] = (), rationale: str = "",
    internal_note: str = "", wants_second: bool = False, by: Any, at: datetime,
) -> FindingDraft | None:  # fmt: skip
    """Keep what a reader has typed; nothing of it is refused, and it counts nowhere. None where it is filed already, or nothing.

    What was on its way while they pressed "File" arrives after it, and would come back as if it were new.
    """
    require(access.may_find(by, assignment))
    places = kept_places(assignment.answer.criterion)
    typed = {
        "verdict": verdict if verdict in Found.values else "", "ticks": sorted(places.intersection(ticks)),
        "rationale": plain(rationale), "internal_note": plain(internal_note), "wants_second": wants_second,
    }  # fmt: skip
    filed = assignment.findings.filter(version=version).order_by("pk").last()
    if not any(typed.values()) or (filed and all(_same(getattr(filed, name), value) for name, value in typed.items())):
        forget(assignment)
        return None
    return FindingDraft.objects.update_or_create(assignment=assignment, defaults={**typed, "version": version, "saved_at": at})[0]


def forget(assignment: Assignment) -> None:
    """Nothing of what was typed is left to be filed."""
    FindingDraft.objects.filter(assignment=assignment).delete()


@transaction.atomic
def look(assignment: Assignment, *, other: bool = False, by: Any, at: datetime) -> None:
    """Note that the reader has the current version before them, and the other reading of it where that was shown."""
    require(access.may_find(by, assignment))
    version = assignment.answer.current_id
    seen = {"last_at": at, **({"other_at": at} if other else {})}
    if not Look.objects.filter(assignment=assignment, version=version).update(**seen):
        Look.objects.get_or_create(assignment=assignment, version_id=version, defaults={"first_at": at, **seen})


@transaction.atomic
def see_other(answers: Iterable[int], *, by: Any, at: datetime) -> None:
    """Note that a page showed somebody, of answers they read themselves, how the other reading came out. From then on theirs stands."""
    rows = list(desk.assignments_visible_to(by).filter(answer__in=list(answers)).select_related("answer"))
    for assignment in rows:
        require(access.may_find(by, assignment))
        seen = Look.objects.filter(assignment=assignment, version=assignment.answer.current_id)
        if not seen.filter(other_at=None).update(other_at=at) and not seen.exists():
            version = assignment.answer.current_id
            Look.objects.create(assignment=assignment, version_id=version, first_at=at, last_at=at, other_at=at)


@transaction.atomic
def put_off(assignment: Assignment, *, reason: str, by: Any, at: datetime) -> None:
    """Leave an item for later: it goes to the end of one's list, and staff and the practice lead read why."""
    require(access.may_find(by, assignment))
    reason = reason.strip()[:500]
    if not reason:
        raise NoReason()
    Assignment.objects.filter(pk=assignment.pk).update(put_off_at=at, put_off_because=reason)
    record("put_off", assignment, by=by, at=at, city_id=assignment.answer.assessment.city_id, reason=reason)


@transaction.atomic
def take_up(assignment: Assignment, *, by: Any, at: datetime) -> None:
    """Put an item back into its place in one's list."""
    require(access.may_find(by, assignment))
    if Assignment.objects.filter(pk=assignment.pk).exclude(put_off_at=None).update(put_off_at=None, put_off_because=""):
        record("took_up", assignment, by=by, at=at, city_id=assignment.answer.assessment.city_id)


@transaction.atomic
def choose(person: Any, *, order: str = "", single_keys: bool | None = None, by: Any, at: datetime) -> None:
    """Say in which order one reads, or whether single letters are keys. It is remembered."""
    require(access.may_choose(by, person))
    said: dict[str, Any] = {"order": order} if order in Order.values else {}
    if single_keys is not None:
        said["single_keys"] = single_keys
    Habit.objects.update_or_create(person=person, defaults=said)


@transaction.atomic
def add_phrase(text: str, *, for_all: bool = False, by: Any, at: datetime) -> Phrase:
    """Keep a phrase for one's reasons; staff keep phrases for everybody. The same phrase is kept once."""
    require(access.may_add_phrase(by, for_all))
    text, person = plain(text).strip(), None if for_all else by
    mine = Phrase.objects.filter(person=person, ended_at=None)
    if not text or len(text) > PHRASE_LENGTH:
        raise NoPhrase()
    if mine.count() >= MOST_PHRASES:
        raise NoPhrase(_("There are as many phrases as a list can show. Nothing was kept; take one away first."))
    return mine.filter(text=text).first() or Phrase.objects.create(text=text, person=person, added_at=at, added_by=by)


@transaction.atomic
def end_phrase(phrase: Phrase, *, by: Any, at: datetime) -> None:
    """Take a phrase away: one's own, or as staff one of the program's. Reasons that were filed with it stay."""
    require(access.may_end_phrase(by, phrase))
    Phrase.objects.filter(pk=phrase.pk, ended_at=None).update(ended_at=at, ended_by=by)


def _same(filed: Any, typed: Any) -> bool:
    return filed == (typed.strip() if isinstance(typed, str) else typed)
