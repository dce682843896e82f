"""Who does what in a city's team, and what colleagues tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from assessments.models import Answer, Assessment, Delegation, Membership, Note, Role
from assessments.queries.answers import claimed_state, is_unconfirmed
from assessments.queries.visible import is_colleague, own_city_ids
from wwc.accounts.models import called

WRITERS = {Role.LEAD, Role.CONTRIBUTOR}
# Never read themselves and only narrowed: their columns are worked out once, and they hold no rows.
_HANDED = Delegation.objects.filter(ended_at=None).values_list(
    "pk", "due_on", "person", "person__name", "person__email", "person__formerly"
)
_NOTES = (
    Note.objects.select_related("written_by")
    .only("text", "written_at", "written_by__name", "written_by__email", "written_by__formerly")
    .order_by("-pk")
)


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
    return list(
        _in_hands(assessment).select_related("person").only("answer", "due_on", "person__name", "person__email", "person__formerly")
    )


def _in_hands(assessment: Assessment) -> QuerySet[Delegation]:
    """Live delegations to those who write for the city. Who has two parts in it is joined twice, and counts once."""
    writes = {"person__memberships__city": assessment.city_id, "person__memberships__ended_at": None}
    rows = Delegation.objects.filter(answer__assessment=assessment, ended_at=None, person__memberships__role__in=WRITERS, **writes)
    return rows.order_by("answer_id").distinct()


class Handed(NamedTuple):
    """One criterion in the hands of one colleague."""

    pk: int
    due_on: date | None
    person: Colleague


def handed_on(answer: Answer) -> Handed | None:
    """In whose hands one criterion is, if it is in anybody's who still writes for the city."""
    for pk, due_on, person, *names in _HANDED.filter(answer=answer):
        parts = Membership.objects.filter(person=person, city=answer.assessment.city_id, ended_at=None, role__in=WRITERS)
        if parts.exists():
            return Handed(pk, due_on, Colleague(person, called(*names)))
    return None


def notes_on(answer: Answer, user: Any) -> QuerySet[Note]:
    """The notes on an answer, the newest first; to nobody but the city's own people."""
    if not is_colleague(user, answer.assessment.city):
        return Note.objects.none()
    return _NOTES.filter(answer=answer)


def shares(assessment: Assessment, answers: Sequence[Answer]) -> list[Share]:
    """The answers of a page as they are with colleagues, the earliest date first."""
    by_pk = {answer.pk: answer for answer in answers}
    mine: dict[Colleague, list[tuple[Answer, date | None]]] = {}
    for answer, due_on, person, *names in _in_hands(assessment).values_list(
        "answer", "due_on", "person", "person__name", "person__email", "person__formerly"
    ):
        if answer in by_pk:
            mine.setdefault(Colleague(person, called(*names)), []).append((by_pk[answer], due_on))
    found = [_share(person, rows) for person, rows in mine.items()]
    return sorted(found, key=lambda share: (share.due_on or date.max, str(share.person)))


def _share(person: Colleague, rows: list[tuple[Answer, date | None]]) -> Share:
    left = [due_on for answer, due_on in rows if is_unconfirmed(answer) or claimed_state(answer) in {"dashed", "half"}]
    answers = tuple(sorted((answer for answer, _due_on in rows), key=lambda answer: answer.criterion.position))
    return Share(person, answers, len(left), min((due_on for due_on in left if due_on), default=None))
