"""A proposal of who reads what: jobs and readers as plain values for the arithmetic, lines with names for the page.

A line that a person has changed is kept in a draft of the whole plan; what is in the draft stays as it is while it is
lawful, and only what is not there, or has become unlawful, is proposed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.lifecycle import Status
from assessments.models import Answer, Assessment, Claim, Cycle
from criteria.models import PracticeArea
from criteria.queries import rulebook
from criteria.scoring import Verdict, score
from reviews.lifecycle import DONE, Found, Slot
from reviews.models import Assignment, Finding, PanelMember, Part, PlanDraft
from reviews.planning import Job, Reader, spread
from reviews.queries import declarations, desk, verdicts
from reviews.queries.verdicts import Standing

BY_HAND = "by_hand"
WHY = {
    "only_one": _("nobody else can"),
    "expert": _("names this area"),
    "least_load": _("has the least to read"),
    BY_HAND: _("chosen by hand"),
    "area": _("nobody reads this area"),
    "language": _("nobody of this area reads the language of the city"),
    "declared": _("nobody who could has declared to be free of conflict"),
    "other_turn": _("everybody who could reads it in another turn, or stepped aside"),
    "limit": _("everybody who could is at their limit"),
}
AGAINST = {
    "area": _("the person does not read this area."),
    "language": _("the person does not read the language of this city."),
    "declared": _("the person has not declared to be free of conflict with this city."),
    "other_turn": _("the person reads these answers in another turn, or stepped aside from them."),
    "limit": _("this is more than the person takes on."),
}
Key = tuple[int, int]  # an assessment and an area, by their numbers


@dataclass(frozen=True)
class Line:
    """The answers of one city in one area that want a reader, with who is proposed and why."""

    assessment: Assessment
    area: PracticeArea
    job: Job
    answers: tuple[int, ...]
    codes: tuple[str, ...]
    member: PanelMember | None
    why: str
    n: int

    @property
    def key(self) -> Key:
        """What tells it from the others."""
        return self.assessment.pk, self.area.pk

    @property
    def reason(self) -> str:
        """Why it is proposed, or why nobody is."""
        if self.why == "same_area":
            return ngettext("reads it in %(n)d other city", "reads it in %(n)d other cities", self.n) % {"n": self.n}
        if self.why == "new_pair":
            if not self.n:
                return str(_("reads with nobody of the other turn so far"))
            said = ngettext("reads %(n)d more line with the same person", "reads %(n)d more lines with the same person", self.n)
            return said % {"n": self.n}
        return str(WHY[self.why])


@dataclass(frozen=True)
class Choice:
    """Somebody who can read a line, and how much they would read with it."""

    member: PanelMember
    with_it: int
    chosen: bool


@dataclass(frozen=True)
class Seat:
    """One member of the panel with what they read now, what the plan adds, and whether they are proposed at all."""

    member: PanelMember
    now: int
    more: int

    @property
    def n(self) -> int:
        """How much it comes to."""
        return self.now + self.more


@dataclass(frozen=True)
class Plan:
    """Who would read what in one reading of a cycle, as far as its cities are open to the person who looks."""

    cycle: Cycle
    slot: str
    lines: tuple[Line, ...]
    members: Mapping[int, PanelMember]
    readers: Mapping[int, Reader]
    draft: PlanDraft | None

    @property
    def answers(self) -> int:
        """How many answers have somebody proposed."""
        return sum(len(line.answers) for line in self.lines if line.member)

    @property
    def without(self) -> list[Line]:
        """The lines for which nobody is proposed."""
        return [line for line in self.lines if line.member is None]

    @cached_property
    def by_key(self) -> dict[Key, Line]:
        """The lines by assessment and area."""
        return {line.key: line for line in self.lines}

    @cached_property
    def more(self) -> Counter[int]:
        """How many answers the plan gives to each member, by number."""
        given: Counter[int] = Counter()
        for line in self.lines:
            if line.member:
                given[line.member.pk] += len(line.answers)
        return given

    @property
    def seats(self) -> list[Seat]:
        """The panel with its loads against the limits, the fullest first."""
        rows = [Seat(member, self.readers[pk].load, self.more[pk]) for pk, member in self.members.items()]
        return sorted(rows, key=lambda seat: (-seat.n, str(seat.member.person), seat.member.pk))

    @property
    def digest(self) -> str:
        """A short name of exactly this plan: who publishes says which one they saw."""
        rows = sorted((*line.key, *line.answers, line.member.pk if line.member else 0) for line in self.lines)
        return sha256(repr(rows).encode()).hexdigest()[:16]

    def rows(self, areas: Sequence[PracticeArea]) -> list[tuple[Assessment, list[Line | None]]]:
        """The plan as a map: a row for each city, a place for each area."""
        cities = {line.assessment.pk: line.assessment for line in self.lines}
        return [(city, [self.by_key.get((pk, area.pk)) for area in areas]) for pk, city in cities.items()]

    def of(self, only: Assessment | None) -> "Plan":
        """The same with the lines of one assessment alone."""
        return replace(self, lines=tuple(line for line in self.lines if line.assessment == only)) if only else self

    def room(self, line: Line, pk: int) -> int:
        """How much a member could still take if this line were nobody's."""
        held = len(line.answers) if line.member and line.member.pk == pk else 0
        return self.readers[pk].room - self.more[pk] + held

    def choices(self, line: Line) -> list[Choice]:
        """Whoever can read a line within every rule, the emptiest first; practice leads, whom the plan leaves free to settle, last."""
        able = [pk for pk, reader in self.readers.items() if not reader.why_not(line.job, self.room(line, pk))]
        rows = [
            Choice(self.members[pk], self.members[pk].cap - self.room(line, pk) + line.job.size, self.members[pk] == line.member)
            for pk in able
        ]
        return sorted(
            rows, key=lambda choice: (choice.member.part == Part.LEAD, choice.with_it, str(choice.member.person), choice.member.pk)
        )

    def others(self, line: Line) -> list[tuple[PanelMember, Any]]:
        """Whoever cannot read a line, and the first rule against it."""
        against = [(pk, reader.why_not(line.job, self.room(line, pk))) for pk, reader in self.readers.items()]
        return [(self.members[pk], AGAINST[why]) for pk, why in against if why]

    def changed(self, changes: Mapping[Key, int | None]) -> tuple["Plan", dict[Key, str]]:
        """The plan with some lines given to others, by number; and the first rule against each change that cannot be.

        All changed lines are nobody's first, so that an exchange between two who are full is possible. What is refused stays
        as it was.
        """
        refused: dict[Key, str] = {}
        while True:
            kept = {key: member for key, member in changes.items() if key in self.by_key and key not in refused}
            room = {pk: reader.room - self.more[pk] for pk, reader in self.readers.items()}
            for key in kept:
                if (line := self.by_key[key]).member:
                    room[line.member.pk] += len(line.answers)
            against: dict[Key, str] = {}
            for key, pk in sorted(kept.items()):
                if pk is None:
                    continue
                job = self.by_key[key].job
                if why := self.readers[pk].why_not(job, room[pk]) if pk in self.readers else "area":
                    against[key] = why
                else:
                    room[pk] -= job.size
            if not against:
                lines = tuple(self._changed(line, kept[line.key]) if line.key in kept else line for line in self.lines)
                return replace(self, lines=lines), refused
            refused |= against

    def _changed(self, line: Line, pk: int | None) -> Line:
        return (
            line if pk == (line.member.pk if line.member else None) else replace(line, member=self.members.get(pk or 0), why=BY_HAND, n=0)
        )

    def as_json(self) -> dict[str, list[Any]]:
        """The lines as a draft keeps them."""
        return {name(line.key): [line.member.pk if line.member else None, line.why, line.n] for line in self.lines}


def name(key: Key) -> str:
    """A line's name in a draft and in a form."""
    return f"{key[0]}:{key[1]}"


def plan(cycle: Cycle, user: Any, areas: Sequence[PracticeArea], *, slot: str) -> Plan:
    """Propose a reader for everything that wants one in this slot, as drafted where somebody changed it; nothing that is read moves."""
    visible = desk.assessments_judged_by(user).filter(cycle=cycle, status__in=[Status.SUBMITTED, Status.IN_REVIEW])
    assessments = {each.pk: each for each in visible.select_related("city").order_by("city__folded", "pk")}
    answers = Answer.objects.filter(assessment__in=visible.values("pk"))
    found = verdicts.standings(answers)
    jobs: dict[Key, list[Standing]] = defaultdict(list)
    for each in _wanted(found, cycle, slot):
        jobs[each.assessment, each.area].append(each)
    members, draft = panel(cycle), PlanDraft.objects.filter(cycle=cycle, slot=slot).select_related("changed_by").first()
    readers, gone = _readers(members.values(), cycle, found), _not_again(answers)
    values = {key: _job(each, assessments[key[0]].city.language, gone) for key, each in jobs.items()}
    picked = _picked(values, members, readers, _pairs(found), draft.lines if draft else {}, cycle.policy.get("seed", 0))
    lines = [
        _line(assessments[pk], area, values[pk, area.pk], jobs[pk, area.pk], picked[pk, area.pk], members)
        for pk in assessments
        for area in areas
        if (pk, area.pk) in jobs
    ]
    return Plan(cycle, slot, tuple(lines), members, readers, draft)


def panel(cycle: Cycle) -> dict[int, PanelMember]:
    """The live members of the panel by number."""
    rows = PanelMember.objects.filter(cycle=cycle, left_at=None).select_related("person").prefetch_related("areas")
    return {member.pk: member for member in rows.order_by("person__name", "pk")}


def wants(standing: Standing, slot: str) -> bool:
    """Whether the answer wants a reader in this slot: a first one, a second where one is not enough, a third where two differ."""
    if standing.stage in DONE or _taken(standing, slot):
        return False
    if slot == Slot.FIRST:
        return True
    if slot == Slot.THIRD:
        return standing.is_split
    return standing.needs_second and _taken(standing, Slot.FIRST)


def count(found: Sequence[Standing], cycle: Cycle, slot: str) -> int:
    """How many answers want a reader in this slot."""
    return len(_wanted(found, cycle, slot))


def _wanted(found: Sequence[Standing], cycle: Cycle, slot: str) -> list[Standing]:
    """The answers that want a reader in this slot; near a line between tiers every claim of an assessment wants a second."""
    near = near_line(found, cycle) if slot == Slot.SECOND else set()
    return [each for each in found if wants(each, slot) or (each.assessment in near and _claimed_once(each))]


def _claimed_once(standing: Standing) -> bool:
    """Whether a claim is read once and not settled."""
    return standing.claim == Claim.MET and standing.stage not in DONE and len(standing.readings) == 1


def near_line(found: Sequence[Standing], cycle: Cycle) -> set[int]:
    """The assessments (by number) that are read through once and stand within the policy's points of a line between tiers."""
    within = cycle.policy.get("second_reading", {}).get("near_line", 0)
    by_assessment: dict[int, list[Standing]] = defaultdict(list)
    for each in found:
        by_assessment[each.assessment].append(each)
    read = {pk: rows for pk, rows in by_assessment.items() if all(row.filed or row.resolved for row in rows)}
    if not within or not read:
        return set()
    rules, near = rulebook(cycle.standard), set()
    for pk, rows in read.items():
        points = score(rules, {row.code: _as_first_read(row) for row in rows})
        if any(abs(points.points - reach.floor_points) <= within for reach in points.tiers):
            near.add(pk)
    return near


def _as_first_read(standing: Standing) -> Verdict:
    """What the first pass says of one answer."""
    said = standing.resolved[1] if standing.resolved else standing.filed[0].finding.verdict if standing.filed[0].finding else ""
    return Verdict.MET if said == Found.MET else Verdict.NOT_MET


def _taken(standing: Standing, slot: str) -> bool:
    return any(reading.slot == slot for reading in standing.readings)


def _readers(members: Iterable[PanelMember], cycle: Cycle, found: Sequence[Standing]) -> dict[int, Reader]:
    """The members as plain values."""
    members = list(members)
    load = desk.loads(member.pk for member in members)
    open_to = declarations.open_cities({member.person_id for member in members}, cycle)
    read = {(reading.member, each.area, each.assessment) for each in found for reading in each.readings}
    steady: dict[int, Counter[int]] = defaultdict(Counter)
    for member, area, _assessment in read:
        steady[member][area] += 1
    return {
        member.pk: Reader(
            member.pk, member.person_id, frozenset(area.pk for area in member.areas.all()), member.cap - load[member.pk],
            frozenset(open_to[member.person_id]), load[member.pk], member.reads, steady[member.pk],
        )
        for member in members
    }  # fmt: skip


def _not_again(answers: Any) -> dict[int, set[int]]:
    """For each answer the people who filed on it in a reading that has ended, or stepped aside from it: nobody is asked twice."""
    filed = Finding.objects.filter(assignment=OuterRef("pk"))
    ended = Assignment.objects.filter(answer__in=answers.order_by().values("pk")).exclude(ended_at=None)
    gone: dict[int, set[int]] = defaultdict(set)
    rows = ended.filter(Q(ended_by=F("member__person")) | Exists(filed))
    for answer, person in rows.values_list("answer_id", "member__person_id"):
        gone[answer].add(person)
    return gone


def _pairs(found: Sequence[Standing]) -> Counter[frozenset[int]]:
    """How many lines two people read together now."""
    lines: dict[Key, set[frozenset[int]]] = defaultdict(set)
    for each in found:
        people = sorted({reading.person for reading in each.readings})
        lines[each.assessment, each.area] |= {frozenset({one, other}) for one in people for other in people if one < other}
    return Counter(pair for pairs in lines.values() for pair in pairs)


def _job(found: Sequence[Standing], language: str, gone: Mapping[int, set[int]]) -> Job:
    """The answers of one line as a plain value; whoever reads or read them in another turn cannot take them."""
    beside = frozenset(reading.person for each in found for reading in each.readings)
    before = frozenset(person for each in found for person in gone.get(each.answer, ()))
    return Job(found[0].city, found[0].area, len(found), beside | before, beside, language)


def _picked(
    jobs: Mapping[Key, Job], members: Mapping[int, PanelMember], readers: Mapping[int, Reader], pairs: Counter[frozenset[int]],
    drafted: Mapping[str, Any], seed: int,
) -> dict[Key, tuple[int | None, str, int]]:  # fmt: skip
    """What the draft says and still can be, and the best for the rest. Practice leads are left free to settle."""
    picked: dict[Key, tuple[int | None, str, int]] = {}
    pool, pairs = dict(readers), Counter(pairs)
    for key, job in sorted(jobs.items()):
        member, why, n = drafted.get(name(key), (None, "", 0))
        if member is None and why == BY_HAND:
            picked[key] = None, why, n
        elif member in pool and not pool[member].why_not(job):
            picked[key] = member, why, n
            pool[member] = _with(pool[member], job)
            pairs.update(frozenset({pool[member].person, other}) for other in job.beside)
    keys = {job.key: key for key, job in jobs.items()}
    reviewers = [reader for pk, reader in pool.items() if members[pk].part == Part.REVIEWER]
    rest = [job for key, job in jobs.items() if key not in picked]
    for pick in spread(rest, reviewers, pairs=pairs, seed=seed):
        picked[keys[pick.job.key]] = pick.reader, pick.why, pick.n
    return picked


def _with(reader: Reader, job: Job) -> Reader:
    """The reader with one job more."""
    steady = {**(reader.steady or {}), job.area: (reader.steady or {}).get(job.area, 0) + 1}
    return replace(reader, load=reader.load + job.size, room=reader.room - job.size, steady=steady)


def _line(
    assessment: Assessment, area: PracticeArea, job: Job, found: Sequence[Standing], picked: tuple[int | None, str, int],
    members: Mapping[int, PanelMember],
) -> Line:  # fmt: skip
    reader, why, n = picked
    answers, codes = tuple(each.answer for each in found), tuple(each.code for each in found)
    return Line(assessment, area, job, answers, codes, members.get(reader or 0), why, n)
