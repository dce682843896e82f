"""What somebody types is kept before they save it, and colleagues on the same answer know of each other."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from assessments import access, queries
from assessments.models import Answer, AnswerVersion, Claim, Draft
from wwc.refusals import require
from wwc.typed import plain

NOTHING: dict[str, Any] = {"claim": "", "ticks": [], "narrative": "", "saved_at": None}


@transaction.atomic
def keep(answer: Answer, *, claim: str, ticks: Iterable[int], narrative: str, based_on: int, by: Any, at: datetime) -> Draft:
    """Keep what a person has typed, whatever it is; it is on record nowhere and counts nowhere until they save it.

    Nothing typed is refused: ticks that the checklist does not have are dropped, and neither a date nor a lock matters.
    Text that is in the answer already is no draft: then the row says only that the person is here.
    """
    require(access.may_answer(by, answer))
    words = plain(narrative)
    typed: dict[str, Any] = {"claim": claim if claim in Claim.values else "", "ticks": _known(answer, ticks), "narrative": words}
    based_on = min(max(based_on, 0), answer.version)
    draft = Draft.objects.select_for_update().filter(answer=answer, person=by).first()
    if _in_the_answer(answer, typed, based_on, by):
        typed = NOTHING
    elif draft and draft.saved_at and _says(draft, typed):
        typed["saved_at"] = draft.saved_at
    else:
        typed["saved_at"] = at
    return _written(draft, answer, by, {**typed, "based_on": based_on, "seen_at": at})


@transaction.atomic
def be_here(answer: Answer, *, by: Any, at: datetime) -> Draft:
    """Say that a person is on the page of an answer; what they typed before stays."""
    require(access.may_answer(by, answer))
    new = {"based_on": answer.version, "seen_at": at}
    return Draft.objects.update_or_create(answer=answer, person=by, defaults={"seen_at": at}, create_defaults=new)[0]


@transaction.atomic
def drop(answer: Answer, *, by: Any, at: datetime) -> None:
    """A person chose the saved answer over what they had typed."""
    require(access.may_answer(by, answer))
    forget(answer, by)


def unsaved(answer: Answer, person: Any) -> tuple[str, list[int], str] | None:
    """What a person typed on an answer and has not saved: claim, ticks and text; None where there is nothing."""
    rows = Draft.objects.filter(answer=answer, person=person, saved_at__isnull=False)
    return rows.values_list("claim", "ticks", "narrative").first()


def forget(answer: Answer, person: Any) -> None:
    """Nothing of what this person typed on an answer is left to be saved."""
    Draft.objects.filter(answer=answer, person=person).update(**NOTHING)


def _written(draft: Draft | None, answer: Answer, person: Any, values: dict[str, Any]) -> Draft:
    """The held row of a person with these values; made where there is none, unless it was made a moment ago."""
    if draft is None:
        return Draft.objects.update_or_create(answer=answer, person=person, defaults=values)[0]
    Draft.objects.filter(pk=draft.pk).update(**values)
    for name, value in values.items():
        setattr(draft, name, value)
    return draft


def _known(answer: Answer, ticks: Iterable[int]) -> list[int]:
    """The ticks that the checklist has."""
    return sorted(queries.positions_in(answer).intersection(ticks))


def _in_the_answer(answer: Answer, typed: dict[str, Any], based_on: int, by: Any) -> bool:
    """Whether the current version says this, or one that the person saved since they began.

    What was on its way while they pressed Save arrives after it, and would come back as text that was never saved.
    """
    said = {**typed, "narrative": typed["narrative"].strip()}
    if answer.current is None:
        return said == {"claim": "", "ticks": [], "narrative": ""}
    if _says(answer.current, said):
        return True
    if based_on == answer.version:
        return False
    return any(_says(version, said) for version in AnswerVersion.objects.filter(answer=answer, saved_by=by, number__gt=based_on))


def _says(row: Draft | AnswerVersion, words: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in words.items())
