"""Who does what in a city's team, and what colleagues tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from assessments.models import Answer, Assessment, Delegation, Note, Role
from assessments.queries.answers import claimed_state, is_unconfirmed
from assessments.queries.visible import own_city_ids, roles_of

WRITERS = {Role.LEAD, Role.CONTRIBUTOR}


@dataclass(frozen=True)
class Colleague:
    """A person by name."""

    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Share:
    """What is with one colleague: the answers, how many of them wait for something, and the first date of those."""

    person: Colleague
    answers: tuple[Answer, ...]
    left: int
    due_on: date | None

    @property
    def codes(self) -> list[str]:
        """The codes of their criteria."""
        return [answer.criterion.code for answer in self.answers]


def delegations_visible_to(user: Any) -> QuerySet[Delegation]:
    """Who has which criterion now in a person's own cities."""
    live = Delegation.objects.filter(ended_at=None, answer__assessment__city__in=own_city_ids(user))
    return live.select_related("person", "answer__criterion", "answer__assessment__city")


def handed_in(assessment: Assessment) -> list[Delegation]:
    """The criteria of an assessment that are in somebody's hands. Who no longer writes for the city has none."""
    return list(_in_hands(assessment).select_related("person").only("answer", "due_on", "person__name", "person__email"))


def _in_hands(assessment: Assessment) -> QuerySet[Delegation]:
    """Live delegations to those who write for the city. Who has two parts in it is joined twice, and counts once."""
    writes = {"person__memberships__city": assessment.city_id, "person__memberships__ended_at": None}
    rows = Delegation.objects.filter(answer__assessment=assessment, ended_at=None, person__memberships__role__in=WRITERS, **writes)
    return rows.order_by("answer_id").distinct()


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
    mine: dict[Colleague, list[tuple[Answer, date | None]]] = {}
    for answer, due_on, person, name, email in _in_hands(assessment).values_list(
        "answer", "due_on", "person", "person__name", "person__email"
    ):
        if answer in by_pk:
            mine.setdefault(Colleague(person, name or email), []).append((by_pk[answer], due_on))
    found = [_share(person, rows) for person, rows in mine.items()]
    return sorted(found, key=lambda share: (share.due_on or date.max, str(share.person)))


def _share(person: Colleague, rows: list[tuple[Answer, date | None]]) -> Share:
    left = [due_on for answer, due_on in rows if is_unconfirmed(answer) or claimed_state(answer) in {"dashed", "half"}]
    answers = tuple(sorted((answer for answer, _due_on in rows), key=lambda answer: answer.criterion.position))
    return Share(person, answers, len(left), min((due_on for due_on in left if due_on), default=None))
