"""A reviewer's own work: what is to read, what changed, what arrived; and what of the case is open to whom."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse

from assessments.lifecycle import Asked, Status
from assessments.models import Answer, Assessment, City, Clarification, Cycle, EvidenceVersion
from criteria.models import Criterion, PracticeArea
from criteria.queries import kept_criteria
from reviews.lifecycle import AppealStatus, Stage
from reviews.models import Appeal, Assignment, Finding, Order, PanelMember, Part
from reviews.queries import verdicts
from reviews.queries.declarations import conflict_free, declared_open, is_declared_open, panels_of
from reviews.queries.verdicts import Standing

# From the first assignment on; a withdrawn assessment is not read any further.
READABLE = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)

# What an appeal's reader may look at: from its admission on, also after it is settled.
HEARD = (AppealStatus.ADMITTED, AppealStatus.SETTLED, AppealStatus.CONFIRMED, AppealStatus.TOLD)

# A list in the order in which its reader likes to go; what they put off comes last, in the order in which they did.
ORDERS: dict[str, tuple[Any, ...]] = {
    Order.CRITERION: (F("put_off_at").asc(nulls_first=True), "answer__criterion__position", "answer__assessment__city__folded", "pk"),
    Order.CITY: (F("put_off_at").asc(nulls_first=True), "answer__assessment__city__folded", "answer__criterion__position", "pk"),
}


def assignments_visible_to(user: Any) -> QuerySet[Assignment]:
    """The person's live assignments in cities that they declared open and that nothing closes."""
    mine = Assignment.objects.filter(member__person=user, member__left_at=None, ended_at=None, answer__assessment__status__in=READABLE)
    return mine.filter(declared_open(user, to="answer__assessment__"))


def is_reading(user: Any, assignment: Assignment) -> bool:
    """Whether the assignment is among those; three small questions, which a database answers sooner than the one about them all."""
    mine = Assignment.objects.filter(pk=assignment.pk, member__person=user, member__left_at=None, ended_at=None)
    cases = mine.filter(answer__assessment__status__in=READABLE).values_list("answer__assessment__city", "answer__assessment__cycle")
    return any(is_declared_open(user, city, cycle) for city, cycle in cases)


def answers_readable_by(user: Any) -> QuerySet[Answer]:
    """The answers a person may read for judging: assigned and declared, a practice lead's own areas, staff all; never past a conflict."""
    answers = Answer.objects.filter(assessment__status__in=READABLE)
    if user.of_programme:
        return answers.filter(conflict_free(user, to="assessment__"))
    assigned = Assignment.objects.filter(answer=OuterRef("pk"), member__person=user, member__left_at=None, ended_at=None)
    return answers.filter(Exists(assigned) | Exists(_leading(user)), declared_open(user, to="assessment__"))


def _leading(user: Any) -> QuerySet[PanelMember]:
    """The person's part as practice lead for the area of the answer around it."""
    mine = PanelMember.objects.filter(person=user, part=Part.LEAD, left_at=None, cycle=OuterRef("assessment__cycle"))
    return mine.filter(Q(areas=None) | Q(areas=OuterRef("criterion__area")))


def led_by(user: Any) -> QuerySet[Answer]:
    """The answers in the areas that the person leads, in cities open to them."""
    answers = Answer.objects.filter(Exists(_leading(user)), assessment__status__in=READABLE)
    return answers.filter(declared_open(user, to="assessment__"))


def leads(user: Any, cycle: Cycle) -> bool:
    """Whether the person is a practice lead of the cycle."""
    return PanelMember.objects.filter(person=user, part=Part.LEAD, left_at=None, cycle=cycle).exists()


def appeals_heard_by(user: Any) -> QuerySet[Appeal]:
    """The admitted appeals that were given to the person to read, in cities that they declared open and that nothing closes."""
    mine = Appeal.objects.filter(reader__person=user, reader__left_at=None, status__in=HEARD)
    return mine.filter(declared_open(user, to="answer__assessment__"))


def assessments_judged_by(user: Any) -> QuerySet[Assessment]:
    """The assessments that staff may steer, or in which a practice lead has an area; never past a conflict."""
    assessments = Assessment.objects.filter(status__in=READABLE)
    if user.of_programme:
        return assessments.filter(conflict_free(user))
    return assessments.filter(Exists(led_by(user).filter(assessment=OuterRef("pk"))))


def assessments_read_by(user: Any) -> QuerySet[Assessment]:
    """The assessments in which the person reads something."""
    mine = assignments_visible_to(user).filter(answer__assessment=OuterRef("pk"))
    return Assessment.objects.filter(Exists(mine)).select_related("city", "cycle__standard")


def assessments_readable_by(user: Any) -> QuerySet[Assessment]:
    """The assessments of which the person may read something for judging."""
    readable = answers_readable_by(user).filter(assessment=OuterRef("pk"))
    return Assessment.objects.filter(Exists(readable)).select_related("city", "cycle__standard")


def unfiled_by(user: Any) -> QuerySet[Assignment]:
    """The person's live readings without a verdict on what is current: what others say of these answers is hidden from them."""
    filed = Finding.objects.filter(assignment=OuterRef("pk"), version=OuterRef("answer__current"))
    return Assignment.objects.filter(~Exists(filed), member__person=user, ended_at=None)


def findings_visible(user: Any, answer: Answer) -> QuerySet[Finding]:
    """The findings on an answer that the person may see; another's on a version only once their own on it is filed.

    Staff see them when every live reading of the current version is in; a practice lead of the area at once, unless
    they read the answer themselves.
    """
    all_of_it = Finding.objects.filter(answer=answer).select_related("assignment__member__person").order_by("pk")
    mine = Assignment.objects.filter(answer=answer, member__person=user, ended_at=None)
    own = Q(assignment__member__person=user)
    filed_on_it = Finding.objects.filter(answer=answer, assignment__member__person=user, version=OuterRef("version"))
    if mine.exists():
        return all_of_it.filter(own | Exists(filed_on_it))
    if led_by(user).filter(pk=answer.pk).exists():
        return all_of_it
    if user.of_programme:
        return all_of_it.filter(~Exists(_unfiled(answer)))
    return all_of_it.filter(own)


def _unfiled(answer: Answer) -> QuerySet[Assignment]:
    """The live assignments of the answer without a finding on its current version."""
    filed = Finding.objects.filter(assignment=OuterRef("pk"), version=OuterRef("answer__current"))
    return Assignment.objects.filter(answer=answer, ended_at=None).filter(~Exists(filed))


def evidence_readable_by(user: Any) -> QuerySet[EvidenceVersion]:
    """The versions of evidence that prove an answer the person may read."""
    proves = {"evidence__evidence": OuterRef("evidence"), "evidence__ended_at": None}
    heard = Answer.objects.filter(pk__in=appeals_heard_by(user).values("answer"), **proves)
    shown = answers_readable_by(user).filter(**proves)
    if not user.of_programme:
        return EvidenceVersion.objects.filter(Exists(shown) | Exists(heard)).select_related("evidence__city", "checked")
    return EvidenceVersion.objects.filter(Exists(shown)).select_related("evidence__city", "checked")


def has_drafts(assessment: Assessment) -> bool:
    """Whether anybody has a question about it that waits to be sent: cheap to ask before whose they are."""
    return Clarification.objects.filter(status=Asked.DRAFT, answer__assessment=assessment).exists()


def loads(members: Iterable[int]) -> dict[int, int]:
    """How many answers each panel member (by number) is asked to read now."""
    found = dict.fromkeys(members, 0)
    live = Assignment.objects.filter(member__in=list(found), ended_at=None).order_by()
    found.update(live.values_list("member_id").annotate(n=Count("pk")))
    return found


def filed(members: Iterable[int]) -> dict[int, int]:
    """How many of the answers each panel member (by number) reads have their verdict on what is current."""
    on_this = Finding.objects.filter(assignment=OuterRef("pk"), version=OuterRef("answer__current"))
    live = Assignment.objects.filter(Exists(on_this), member__in=list(members), ended_at=None).order_by()
    return dict(live.values_list("member_id").annotate(n=Count("pk")))


def readers_before(answers: Iterable[int]) -> dict[int, set[int]]:
    """For each answer the people who filed a finding on it in a reading that has ended: they are not blind any more."""
    found: dict[int, set[int]] = defaultdict(set)
    ended = Finding.objects.filter(answer__in=list(answers)).exclude(assignment__ended_at=None)
    for answer, person in ended.values_list("answer_id", "assignment__member__person_id"):
        found[answer].add(person)
    return found


def cycles_of(user: Any) -> list[Cycle]:
    """The cycles in which the person has a part, the latest first."""
    return list({member.cycle_id: member.cycle for member in panels_of(user)}.values())


def first_page_of(user: Any) -> str | None:
    """Where the person's work begins: staff on the board, readers on the desk; None for everybody else."""
    if user.of_programme:
        return reverse("reviews:board")
    return reverse("reviews:desk") if PanelMember.objects.filter(person=user, left_at=None).exists() else None


# The desk


@dataclass(frozen=True)
class Item:
    """One assignment on the desk: the row, the words of its criterion, and how it is for this person."""

    assignment: Assignment
    criterion: Criterion
    state: str
    arrived: bool
    confirmable: bool

    @property
    def city(self) -> City:
        """The city whose answer it is."""
        return self.assignment.answer.assessment.city


@dataclass(frozen=True)
class Queue:
    """Everything on one person's desk in one cycle, in their order."""

    items: tuple[Item, ...]

    def of(self, *states: str) -> list[Item]:
        """The items in these states."""
        return [item for item in self.items if item.state in states]

    @property
    def unread(self) -> list[Item]:
        """What is to read, without what can be confirmed in a list or was put off."""
        return [item for item in self.items if item.state == "unread" and not item.confirmable and not item.assignment.put_off_at]

    @property
    def put_off(self) -> list[Item]:
        """What was put off and is still to read."""
        return [item for item in self.items if item.state == "unread" and item.assignment.put_off_at]

    def item(self, pk: str) -> Item | None:
        """The item of that number, if it is filed."""
        return next((item for item in self.items if str(item.assignment.pk) == pk and item.state in {"filed", "split"}), None)

    @property
    def read(self) -> int:
        """How many are filed or settled."""
        return len(self.of("filed", "settled", "split"))

    @property
    def due_at(self) -> datetime | None:
        """The earliest date among what is to do."""
        dates = [item.assignment.due_at for item in self.of("unread", "changed") if item.assignment.due_at]
        return min(dates, default=None)

    @property
    def lists(self) -> list[tuple[Assessment, int]]:
        """The assessments with answers that the city does not claim, and how many each has to confirm."""
        found: dict[Assessment, int] = {}
        for item in self.items:
            if item.state == "unread" and item.confirmable:
                assessment = item.assignment.answer.assessment
                found[assessment] = found.get(assessment, 0) + 1
        return sorted(found.items(), key=lambda pair: pair[0].city.folded)


def queue(user: Any, cycle: Cycle, language: str = "en", *, only: Assessment | None = None, order: str = Order.CRITERION) -> Queue:
    """The person's desk in a cycle, or in one assessment of it, in a constant number of queries."""
    mine = assignments_visible_to(user).filter(answer__assessment__cycle=cycle)
    if only:
        mine = mine.filter(answer__assessment=only)
    rows = mine.select_related("answer__assessment__city", "answer__criterion", "answer__current").order_by(*ORDERS[order])
    words = {criterion.pk: criterion for criterion in kept_criteria(cycle.standard, language)}
    answers = Answer.objects.filter(pk__in=mine.values("answer"))
    standing = {each.answer: each for each in verdicts.standings(answers)}
    arrived = set(Clarification.objects.filter(status=Asked.ANSWERED, answer__in=answers).values_list("answer_id", flat=True))
    return Queue(
        tuple(
            Item(
                row, words[row.answer.criterion_id], state_for(standing[row.answer_id], user.pk),
                row.answer_id in arrived, standing[row.answer_id].is_confirmable,
            )
            for row in rows
            if row.answer_id in standing
        )
    )  # fmt: skip


def state_for(standing: Standing, person: int) -> str:
    """How an answer is for one of its readers, who sees no more than they may: nothing of another reading before their own."""
    own = standing.reading_of(person)
    if standing.resolved or standing.final:
        return "settled"
    if own and own.finding and standing.stage == Stage.SPLIT:
        return "split"
    if standing.with_city:
        return "waiting"
    if own and own.is_stale:
        return "changed"
    return "filed" if own and own.finding else "unread"


def splits_for(user: Any, cycle: Cycle) -> list[Standing]:
    """The splits that the person may look at side by side: as a reader who has filed, as the area's lead, as staff or director."""
    readable = Answer.objects.filter(pk__in=answers_readable_by(user).filter(assessment__cycle=cycle).values("pk"))
    split = [each for each in verdicts.standings(readable) if each.stage == Stage.SPLIT]
    return [each for each in split if _may_compare(each, user.pk)]


def _may_compare(standing: Standing, person: int) -> bool:
    """Whoever reads it themselves waits until their own is filed."""
    own = standing.reading_of(person)
    return own is None or own.finding is not None


# One item


def readers_of(user: Any, answer: Answer) -> QuerySet[Assignment]:
    """Who reads an answer now, for those who steer the reading: staff, and the practice lead of the area."""
    live = Assignment.objects.filter(answer=answer, ended_at=None).select_related("member__person").order_by("pk")
    return live if user.of_programme else live.filter(answer__in=led_by(user).values("pk"))


def assessments_led_by(user: Any, cycle: Cycle) -> QuerySet[Assessment]:
    """The assessments of a cycle with an area that the person leads, by city."""
    led = led_by(user).filter(assessment=OuterRef("pk"))
    return Assessment.objects.filter(Exists(led), cycle=cycle).select_related("city").order_by("city__folded", "pk")


# Side by side


@dataclass(frozen=True)
class Row:
    """One answer on a page of settling: how it stands, its criterion in words, its city, who reads it."""

    standing: Standing
    criterion: Criterion
    city: City | None
    people: tuple[str, ...]


def named(found: Sequence[Standing], words: dict[int, Criterion]) -> list[Row]:
    """The standings with the words of their criterion and their city."""
    cities = City.objects.in_bulk([each.city for each in found])
    return [Row(each, words[each.criterion], cities[each.city], ()) for each in found]


def by_area(
    found: Sequence[Standing], areas: Sequence[PracticeArea], words: dict[int, Criterion], panel: dict[int, PanelMember]
) -> list[tuple[PracticeArea, list[Row]]]:
    """The standings of one assessment by practice area, each with the names of its readers."""
    rows: dict[int, list[Row]] = defaultdict(list)
    for each in found:
        people = tuple(str(panel[reading.member].person) for reading in each.readings if reading.member in panel)
        rows[each.area].append(Row(each, words[each.criterion], None, people))
    return [(area, rows[area.pk]) for area in areas if rows[area.pk]]


def tick_by_tick(criterion: Criterion | None, findings: Sequence[Finding]) -> list[tuple[str, list[bool]]]:
    """Each line of the checklist with whether each finding ticks it."""
    if criterion is None:
        return []
    pairs = zip(criterion.items, criterion.lines, strict=True)
    return [(line, [item.position in finding.ticks for finding in findings]) for item, line in pairs]
