"""One item of a reader's list: its place, what changed since they last looked, what they typed, and how fast they go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from assessments.differences import difference
from assessments.lifecycle import Asked
from assessments.models import Answer, AnswerEvidence, AnswerVersion, Claim, Clarification
from reviews.models import Assignment, Finding, FindingDraft, Habit, Look, Phrase
from reviews.queries import desk
from reviews.queries.declarations import closed_city_ids

WEEK = timedelta(days=7)


def habit_of(user: Any) -> Habit:
    """How the person likes to read; what is usual where they never said."""
    return Habit.objects.filter(person=user).first() or Habit(person=user)


def phrases_of(user: Any) -> QuerySet[Phrase]:
    """The phrases a person can put into their reasons: their own first, then the program's."""
    live = Phrase.objects.filter(Q(person=user) | Q(person=None), ended_at=None)
    return live.order_by(F("person").asc(nulls_last=True), "pk")


# Place and pace


class Spot(NamedTuple):
    """One item of a list, as far as its place needs it: whether its verdict is filed, what the city claims, whether it is asked."""

    pk: int
    filed: bool
    claim: str | None
    asked: bool

    @property
    def is_next(self) -> bool:
        """Whether it can be read now. What a city does not claim is confirmed in a list; what is with the city comes back."""
        return not self.filed and not self.asked and self.claim not in {Claim.NOT_YET, Claim.NOT_PURSUING}


@dataclass(frozen=True)
class Place:
    """Where an item is in its person's list."""

    spots: tuple[Spot, ...]
    here: int

    @property
    def number(self) -> int:
        """Its number, from 1 on."""
        return self.here + 1

    @property
    def of(self) -> int:
        """How many there are."""
        return len(self.spots)

    @property
    def done(self) -> int:
        """How many have their verdict on what is current."""
        return sum(spot.filed for spot in self.spots)

    @property
    def before(self) -> int | None:
        """The item before it."""
        return self.spots[self.here - 1].pk if self.here else None

    @property
    def after(self) -> int | None:
        """The next that can be read now, around the end of the list."""
        onward = (*self.spots[self.here + 1 :], *self.spots[: self.here])
        return next((spot.pk for spot in onward if spot.is_next), None)

    def is_filed(self, pk: int) -> bool:
        """Whether that item is in the list and filed."""
        return any(spot.pk == pk and spot.filed for spot in self.spots)


def place_of(user: Any, assignment: Assignment, order: str) -> Place:
    """The person's list in the cycle with this item in it, in two small queries.

    Nobody is assigned what they have not declared open, so only what was closed since is left out: asking each row whether it may be
    seen would take longer than all the rest.
    """
    filed = Finding.objects.filter(assignment=OuterRef("pk"), version=OuterRef("answer__current"))
    asked = Clarification.objects.filter(answer=OuterRef("answer"), status=Asked.SENT)
    mine = Assignment.objects.filter(member__person=user.pk, member__left_at=None, ended_at=None)
    mine = mine.filter(member__cycle=assignment.answer.assessment.cycle_id, answer__assessment__status__in=desk.READABLE)
    mine = mine.exclude(answer__assessment__city__in=closed_city_ids(user))
    rows = mine.order_by(*desk.ORDERS[order]).values_list("pk", Exists(filed), "answer__current__claim", Exists(asked))
    spots = tuple(Spot(*row) for row in rows)
    here = next((number for number, spot in enumerate(spots) if spot.pk == assignment.pk), 0)
    return Place(spots, here)


@dataclass(frozen=True)
class Pace:
    """How many a week are needed to end in time, against how many the last seven days had."""

    left: int
    did: int
    needed: int | None
    due_at: datetime | None


def pace_of(assignment: Assignment, place: Place, at: datetime) -> Pace:
    """What the reader did in the last seven days, and what it takes to end by the date of this item. One query."""
    recent = Finding.objects.filter(assignment__member=assignment.member_id, filed_at__gt=at - WEEK)
    did = recent.values("assignment").distinct().count()
    left, due_at = place.of - place.done, assignment.due_at
    weeks = (due_at - at) / WEEK if due_at else 0
    return Pace(left, did, ceil(left / max(weeks, 1)) if weeks > 0 else None, due_at)


# What changed


@dataclass(frozen=True)
class Changed:
    """What changed on an answer since the person judged it, or only looked at it."""

    since: datetime
    verdict: str
    number: int
    words: tuple[tuple[str, str], ...]
    claim_before: str


def looks_at(assignment: Assignment) -> list[Look]:
    """The versions that the reader had before them, the latest look first."""
    return list(assignment.looks.select_related("version").order_by("-last_at", "-pk"))


def changed_since(answer: Answer, own: Finding | None, looks: Sequence[Look]) -> Changed | None:
    """The difference between what the person last judged, or else last looked at, and what is current; None where that is the same.

    A look at the new version does not make the difference go away: it stays until a verdict on it is filed.
    """
    if answer.current is None:
        return None
    look = next((look for look in looks if look.version_id not in {None, answer.current_id}), None)
    before = own.version if own else look.version if look else None
    if before is None or before.pk == answer.current_id:
        return None
    since, verdict = (own.filed_at, str(own.get_verdict_display())) if own else (look.last_at, "")  # type: ignore[union-attr]
    claim = str(before.get_claim_display()) if before.claim != answer.current.claim else ""
    return Changed(since, verdict, before.number, tuple(difference(before.narrative, answer.current.narrative)), claim)


def is_new(proof: AnswerEvidence, changed: Changed | None) -> bool:
    """Whether the document came since then."""
    version = proof.evidence.current
    return changed is not None and version is not None and max(proof.added_at, version.added_at) > changed.since


def other_shown(assignment: Assignment, version: AnswerVersion | None) -> bool:
    """Whether the other reading of this version was on a page before the reader."""
    return Look.objects.filter(assignment=assignment, version=version).exclude(other_at=None).exists()


# What is typed


def draft_of(assignment: Assignment) -> FindingDraft | None:
    """What the reader typed and did not file. Fetch `draft` along with the assignment."""
    return getattr(assignment, "draft", None)


def begun(answer: Answer, draft: FindingDraft | None, own: Finding | None) -> dict[str, Any]:
    """What the form begins with: what was typed; else what was filed, to correct it; else the ticks and words of an earlier verdict.

    A verdict is only ever there where the person chose it for this version.
    """
    said = draft or own
    initial: dict[str, Any] = {"version": answer.current_id}
    if said is not None:
        initial |= {name: getattr(said, name) for name in ("ticks", "rationale", "internal_note", "wants_second")}
        if said.version_id == answer.current_id:
            initial["verdict"] = said.verdict
    return initial
