"""Who does what in a city's team, and what colleagues tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from assessments.models import Answer, Assessment, Delegation, Membership, Note, Role
from assessments.queries.answers import claimed_state, is_unconfirmed
from assessments.queries.visible import own_city_ids, roles_of

WRITERS = {Role.LEAD, Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Share:
    """What is with one colleague: the answers, how many of them wait for something, and the first date of those."""

    person: Any
    answers: tuple[Answer, ...]
    left: int
    due_on: date | None


def delegations_visible_to(user: Any) -> QuerySet[Delegation]:
    """Who has which criterion now in a person's own cities."""
    live = Delegation.objects.filter(ended_at=None, answer__assessment__city__in=own_city_ids(user))
    return live.select_related("person", "answer__criterion", "answer__assessment__city")


def handed_in(assessment: Assessment) -> list[Delegation]:
    """The criteria of an assessment that are in somebody's hands. Who no longer writes for the city has none."""
    writers = Membership.objects.filter(city=assessment.city_id, ended_at=None, role__in=WRITERS)
    live = Delegation.objects.filter(answer__assessment=assessment, ended_at=None, person__in=writers.values("person"))
    rows = live.select_related("person").only("answer", "due_on", "person__name", "person__email")
    return list(rows.order_by("answer_id"))


def handed_on(answer: Answer) -> Delegation | None:
    """In whose hands one criterion is, if it is in anybody's who still writes for the city."""
    rows = Delegation.objects.filter(answer=answer, ended_at=None).select_related("person")
    row = rows.only("answer", "due_on", "person__name", "person__email").first()
    return row if row and roles_of(row.person, answer.assessment.city) & WRITERS else None


def notes_on(answer: Answer, user: Any) -> QuerySet[Note]:
    """The notes on an answer, the newest first; to nobody but the city's own people."""
    if not roles_of(user, answer.assessment.city):
        return Note.objects.none()
    rows = Note.objects.filter(answer=answer).select_related("written_by").order_by("-pk")
    return rows.only("text", "written_at", "written_by__name", "written_by__email")


def shares(assessment: Assessment, answers: Sequence[Answer]) -> list[Share]:
    """The answers of a page as they are with colleagues, the earliest date first."""
    by_pk = {answer.pk: answer for answer in answers}
    mine: dict[int, list[Delegation]] = {}
    for each in handed_in(assessment):
        if each.answer_id in by_pk:
            mine.setdefault(each.person_id, []).append(each)
    found = [_share(rows, by_pk) for rows in mine.values()]
    return sorted(found, key=lambda share: (share.due_on or date.max, str(share.person)))


def _share(rows: list[Delegation], by_pk: dict[int, Answer]) -> Share:
    left = [row for row in rows if is_unconfirmed(by_pk[row.answer_id]) or claimed_state(by_pk[row.answer_id]) in {"dashed", "half"}]
    due = [row.due_on for row in left if row.due_on]
    answers = tuple(sorted((by_pk[row.answer_id] for row in rows), key=lambda answer: answer.criterion.position))
    return Share(rows[0].person, answers, len(left), min(due, default=None))
