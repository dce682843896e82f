"""Staff see a cycle at work: counts that are links to the rows behind them, the map of cities and areas, what waits.

Everything comes from one reading of the cycle, so that a count and its rows cannot differ. Cities closed to the person
are in neither.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Asked, CycleStatus, Status
from assessments.models import Answer, Assessment, Clarification, Cycle
from criteria.models import PracticeArea
from reviews.lifecycle import DONE, Stage
from reviews.models import PanelMember
from reviews.queries import declarations, desk, verdicts
from reviews.queries.verdicts import Reading, Standing
from wwc.outbox.models import Letter, Work

ON_BOARD = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)
READ_NOW = (Status.SUBMITTED, Status.IN_REVIEW)
WAITS: tuple[tuple[tuple[Stage, ...], str], ...] = (
    ((Stage.WAITING,), "city"),
    ((Stage.SPLIT,), "settling"),
    ((Stage.UNASSIGNED,), "nobody"),
    ((Stage.NEEDS_SECOND,), "second"),
    ((Stage.ASSIGNED, Stage.FIRST_IN, Stage.STALE), "reader"),
    ((Stage.AGREED,), "staff"),
)
WORK = {
    "score_assessment": _("Scoring assessments"),
    "render_scorecard": _("Rendering scorecards and certificates"),
    "send_letter": _("Sending letters"),
    "lapse_assessment": _("Closing what was not submitted"),
}


@dataclass(frozen=True)
class AreaCell:
    """One city in one area: how much is settled, and whether it waits for the city."""

    area: PracticeArea
    done: int
    of: int
    waits: bool


@dataclass(frozen=True)
class CityRow:
    """One assessment on the map."""

    assessment: Assessment
    cells: tuple[AreaCell, ...]
    standings: tuple[Standing, ...]

    @property
    def done(self) -> int:
        """How many answers have their verdict."""
        return sum(cell.done for cell in self.cells)

    @property
    def left(self) -> int:
        """How many have none yet."""
        return len(self.standings) - self.done

    @property
    def free(self) -> int:
        """How many answers have no reader at all."""
        return sum(each.stage == Stage.UNASSIGNED for each in self.standings)

    @property
    def waits(self) -> tuple[str, datetime | None]:
        """Whom it waits for first, and since when: the city, whoever settles, somebody to be assigned, readers, staff."""
        for stages, word in WAITS:
            since = [each.since for each in self.standings if each.stage in stages]
            if since:
                return word, min((at for at in since if at), default=None)
        return ("ready" if self.assessment.status in READ_NOW else ""), None


def _waiting(found: Sequence[Standing]) -> list[Standing]:
    """What waits for somebody, the longest first."""
    waiting = [(each.since, each.answer, each) for each in found if each.stage not in DONE and each.since]
    return [each for _since, _answer, each in sorted(waiting, key=lambda entry: entry[:2])]


@dataclass(frozen=True)
class Load:
    """What one member of the panel reads, of the most they take on, and how much of it is filed."""

    member: PanelMember
    n: int
    filed: int
    undeclared: int


@dataclass(frozen=True)
class Running:
    """Work of one kind that has not ended."""

    what: str
    name: Any
    waiting: int
    done: int
    total: int


@dataclass(frozen=True)
class Board:
    """A cycle as one person of the program may see it at one instant."""

    cycle: Cycle
    at: datetime
    assessments: tuple[Assessment, ...]
    joined: tuple[Assessment, ...]
    standings: tuple[Standing, ...]
    questions: tuple[Clarification, ...]
    answered: frozenset[int]
    letters: tuple[Letter, ...]
    work: tuple[Work, ...]

    @cached_property
    def by_assessment(self) -> dict[int, list[Standing]]:
        """The standings of each assessment."""
        found: dict[int, list[Standing]] = defaultdict(list)
        for each in self.standings:
            found[each.assessment].append(each)
        return found

    def map(self, areas: Sequence[PracticeArea]) -> list[CityRow]:
        """The cities that are being read or wait for it, those with most left last."""
        rows = [_city_row(each, areas, self.by_assessment[each.pk]) for each in self.assessments if each.status in ON_BOARD[:4]]
        return sorted(rows, key=lambda row: (row.left, row.assessment.city.folded))

    def rows(self, what: str) -> list[Any]:
        """The rows behind a count."""
        return ROWS[what].of(self)

    def counts(self) -> dict[str, int]:
        """How many rows stand behind each name."""
        return {what: len(self.rows(what)) for what in ROWS}

    @cached_property
    def being_read(self) -> list[Standing]:
        """The answers of the assessments that are being read."""
        read = {each.pk for each in self.assessments if each.status == Status.IN_REVIEW}
        return [each for each in self.standings if each.assessment in read]

    def overdue(self) -> list[Clarification]:
        """The questions that are past their date."""
        return [each for each in self.questions if each.due_at is not None and each.due_at < self.at]

    def late(self) -> list[Standing]:
        """The answers of which a reading is past its date and without a verdict, unless the city has them now."""
        return [each for each in self.being_read if each.stage not in {*DONE, Stage.WAITING} and any(map(self._is_late, each.readings))]

    def _is_late(self, reading: Reading) -> bool:
        return reading.finding is None and reading.due_at is not None and reading.due_at < self.at

    def arrived(self) -> list[Standing]:
        """The answers to which the city has replied and which have no verdict on that yet."""
        return [each for each in self.being_read if each.answer in self.answered and each.stage not in DONE]

    def waiting(self) -> list[Standing]:
        """Everything that waits for somebody, the longest first; what nobody reads yet comes last."""
        known = _waiting(self.being_read)
        return [*known, *(each for each in self.being_read if each.stage not in DONE and each.since is None)]

    def read_by(self, member: int, *, filed: bool = False) -> list[Standing]:
        """What one member of the panel (by number) reads now, or of that what has their verdict on what is current."""
        mine = [(each, reading) for each in self.standings for reading in each.readings if reading.member == member]
        return [each for each, reading in mine if not filed or reading.finding]

    def readings_of(self, member: int, *, filed: bool = False) -> list[Reading]:
        """The same as the readings themselves."""
        mine = [reading for each in self.standings for reading in each.readings if reading.member == member]
        return [reading for reading in mine if not filed or reading.finding]

    def running(self) -> list[Running]:
        """Work that has not ended, by kind."""
        by_kind: dict[str, list[Work]] = defaultdict(list)
        for each in self.work:
            by_kind[each.kind].append(each)
        return [
            Running(f"work_{kind}", WORK[kind], len(rows), sum(row.progress for row in rows), sum(row.total for row in rows))
            for kind in WORK
            if (rows := by_kind[kind])
        ]

    def longest(self, n: int = 5) -> list[Standing]:
        """What waits longest, one answer of each city."""
        first: dict[int, Standing] = {}
        for each in _waiting(self.being_read):
            first.setdefault(each.assessment, each)
        return list(first.values())[:n]


@dataclass(frozen=True)
class Rows:
    """A count on the board: its name, what its rows are (assessments, answers, questions, letters), and how they are found."""

    name: Any
    kind: str
    of: Callable[[Board], list[Any]]


def _with_status(*statuses: str) -> Callable[[Board], list[Any]]:
    return lambda board: [each for each in board.assessments if each.status in statuses]


def _at_stage(*stages: str) -> Callable[[Board], list[Any]]:
    return lambda board: [each for each in board.standings if each.stage in stages]


def _of_kind(kind: str) -> Callable[[Board], list[Any]]:
    return lambda board: [each for each in board.work if each.kind == kind]


ROWS = {
    "joined": Rows(_("Take part"), "cases", lambda board: list(board.joined)),
    "submitted": Rows(_("Submitted, not being read yet"), "assessments", _with_status(Status.SUBMITTED)),
    "in_review": Rows(_("Being read"), "assessments", _with_status(Status.IN_REVIEW)),
    "waiting": Rows(_("Questions with a city"), "questions", lambda board: list(board.questions)),
    "overdue": Rows(_("Questions past their date"), "questions", Board.overdue),
    "split": Rows(_("Split readings"), "answers", _at_stage(Stage.SPLIT)),
    "ready": Rows(_("Ready"), "assessments", _with_status(Status.READY)),
    "decided": Rows(_("Decided"), "assessments", _with_status(Status.DECIDED)),
    "announced": Rows(_("Announced"), "assessments", _with_status(Status.ANNOUNCED)),
    "unassigned": Rows(_("Not assigned"), "answers", _at_stage(Stage.UNASSIGNED)),
    "unread": Rows(_("With a reader"), "answers", _at_stage(Stage.ASSIGNED, Stage.FIRST_IN)),
    "needs_second": Rows(_("Need a second reading"), "answers", _at_stage(Stage.NEEDS_SECOND)),
    "stale": Rows(_("Changed since the verdict"), "answers", _at_stage(Stage.STALE)),
    "agreed": Rows(_("Agreed, to be recorded"), "answers", _at_stage(Stage.AGREED)),
    "arrived": Rows(_("Answers arrived"), "answers", Board.arrived),
    "late": Rows(_("Readings past their date"), "answers", Board.late),
    "waits": Rows(_("Everything that waits, the longest first"), "answers", Board.waiting),
    "settled": Rows(_("Settled, where it is being read"), "answers", lambda board: [e for e in board.being_read if e.stage in DONE]),
    "to_settle": Rows(_("All answers of what is being read"), "answers", lambda board: list(board.being_read)),
    "letters": Rows(_("Failed letters"), "letters", lambda board: list(board.letters)),
    **{f"work_{kind}": Rows(name, "work", _of_kind(kind)) for kind, name in WORK.items()},
}


def cycles(user: Any) -> QuerySet[Cycle]:
    """The cycles with a board, the latest first; for the program only."""
    rows = Cycle.objects.select_related("standard").order_by("-opens_at", "-pk")
    return rows.exclude(status=CycleStatus.DRAFT) if user.of_programme else rows.none()


def board(cycle: Cycle, user: Any, at: datetime) -> Board:
    """The cycle read once, in a constant number of queries."""
    visible = desk.assessments_judged_by(user).filter(cycle=cycle)
    assessments = tuple(visible.select_related("city").order_by("city__folded", "pk"))
    open_now = Answer.objects.filter(assessment__in=visible.values("pk"))
    asked = Clarification.objects.filter(status__in=[Asked.SENT, Asked.ANSWERED], answer__assessment__in=visible.values("pk"))
    questions = list(asked.select_related("answer__assessment__city", "answer__criterion").order_by("due_at", "pk"))
    closed = declarations.closed_city_ids(user)
    failed = Letter.objects.exclude(failed_at=None).filter(sent_at=None, canceled_at=None).order_by("-failed_at")
    joined = Assessment.objects.filter(cycle=cycle).exclude(status__in=[Status.WITHDRAWN, Status.LAPSED]).exclude(city__in=closed)
    work = Work.objects.filter(done_at=None, parked_at=None, kind__in=list(WORK)).filter(Q(city_id=None) | ~Q(city_id__in=closed))
    return Board(
        cycle,
        at,
        assessments,
        tuple(joined.select_related("city").order_by("city__folded", "pk")),
        tuple(each.seen_by(user.pk) for each in verdicts.standings(open_now)),
        tuple(each for each in questions if each.status == Asked.SENT),
        frozenset(each.answer_id for each in questions if each.status == Asked.ANSWERED),
        tuple(failed.filter(Q(city_id=None) | ~Q(city_id__in=closed))),
        tuple(work.order_by("due_at", "pk")),
    )


def counts(cycle: Cycle, user: Any, at: datetime) -> dict[str, int]:
    """How many rows stand behind each name on the person's board."""
    return board(cycle, user, at).counts()


def loads(board: Board, panel: Mapping[int, PanelMember]) -> list[Load]:
    """The panel with what each reads and has filed in cities open to who looks, the fullest first."""
    given: Counter[int] = Counter(reading.member for each in board.standings for reading in each.readings)
    filed: Counter[int] = Counter(reading.member for each in board.standings for reading in each.filed)
    silent = declarations.silent({member.person_id for member in panel.values()}, board.cycle)
    rows = [Load(member, given[pk], filed[pk], silent[member.person_id]) for pk, member in panel.items()]
    return sorted(rows, key=lambda load: (-load.n / load.member.cap, str(load.member.person)))


@dataclass(frozen=True)
class AnswerRow:
    """One answer with its assessment and the names of those who have still to read it."""

    standing: Standing
    assessment: Assessment
    people: tuple[str, ...]

    @property
    def waits_for(self) -> str:
        """Whom it waits for, as a word of WAITS; nobody once it has its verdict."""
        return next((word for stages, word in WAITS if self.standing.stage in stages), "")


def named(found: Sequence[Standing], board: Board, panel: dict[int, PanelMember]) -> list[AnswerRow]:
    """The standings with their cities and readers, without another query."""
    assessments = {each.pk: each for each in board.assessments}
    rows = []
    for each in found:
        unread = [reading for reading in each.readings if reading.finding is None and reading.member in panel]
        rows.append(AnswerRow(each, assessments[each.assessment], tuple(str(panel[reading.member].person) for reading in unread)))
    return rows


@dataclass(frozen=True)
class ReadBy:
    """One city in one area: the names of those who read it, the slots in order, and how many answers have no first reader."""

    area: PracticeArea
    people: tuple[str, ...]
    free: int


def who_reads(rows: Sequence[CityRow], panel: dict[int, PanelMember]) -> list[tuple[CityRow, list[ReadBy]]]:
    """The map of the cycle with names instead of shares; those with most to assign first."""
    named = [(row, [_read_by(cell.area, row.standings, panel) for cell in row.cells]) for row in rows]
    return sorted(named, key=lambda pair: (-sum(cell.free for cell in pair[1]), pair[0].assessment.city.folded))


def _read_by(area: PracticeArea, standings: Sequence[Standing], panel: dict[int, PanelMember]) -> ReadBy:
    here = [each for each in standings if each.area == area.pk]
    people = [str(panel[reading.member].person) for each in here for reading in each.readings if reading.member in panel]
    return ReadBy(area, tuple(dict.fromkeys(people)), sum(each.stage == Stage.UNASSIGNED for each in here))


def _city_row(assessment: Assessment, areas: Sequence[PracticeArea], standings: list[Standing]) -> CityRow:
    cells = []
    for area in areas:
        here = [each for each in standings if each.area == area.pk]
        done = sum(each.stage in DONE for each in here)
        cells.append(AreaCell(area, done, len(here), any(each.stage == Stage.WAITING for each in here)))
    return CityRow(assessment, tuple(cells), tuple(standings))
