"""A cycle scored again by the job that does it in life: how long loading, computing and storing take, and the bare core beside them."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, models

from assessments.lifecycle import CycleStatus, Lock, Status
from assessments.models import Answer, AnswerVersion, Assessment, City, Claim, Cycle
from criteria import scoring
from criteria.queries import current_standard
from reviews.jobs import recomputation, score
from reviews.lifecycle import How
from reviews.models import Recomputation, Resolution, Score
from reviews.queries import verdicts
from wwc.accounts.models import User

GOAL = 3
LOADING, COMPUTING, STORING, BARE = "loading", "computing", "storing", "the core alone"
PROCESS = Path("/proc/self")


@dataclass
class Scored:
    """One run of the job: seconds by part, all of it without the core that ran beside it, and the most memory it took."""

    assessments: int
    criteria: int
    whole: float = 0
    parts: dict[str, float] = field(default_factory=lambda: dict.fromkeys((LOADING, COMPUTING, STORING, BARE), 0.0))
    before: int = 0
    peak: int = 0

    @property
    def rest(self) -> float:
        """What is neither loading nor computing nor storing: the report, the progress, the commits."""
        return self.whole - self.parts[LOADING] - self.parts[COMPUTING] - self.parts[STORING]

    @property
    def ratio(self) -> float:
        """All of it as a multiple of the core alone."""
        return self.whole / self.parts[BARE]


def cycle_of(number: int) -> Recomputation:
    """A cycle with so many assessments that are ready and settled, and its recomputation, not begun; rows copied in bulk."""
    at = datetime.now(UTC) - timedelta(days=9)
    person = User.objects.filter(is_invented=True).first() or User.objects.create_user("staff@demo.example", None, is_invented=True)
    dates = {"opens_at": at, "due_at": at, "withdraw_until": at, "opened_at": at, "opened_by": person}
    cycle = Cycle.objects.create(slug=f"bench-{number}", name="Bench", standard=current_standard(), status=CycleStatus.DECIDING, **dates)
    place: dict[str, Any] = {"country": "US", "subdivision": "OH", "is_invented": True}
    cities = City.objects.bulk_create(
        [City(slug=f"bench-{number}-{n}", name=f"City {n}", folded=f"city {n}", **place) for n in range(number)], 5000
    )
    begun = {"status": Status.READY, "started_at": at, "started_by": person}
    Assessment.objects.bulk_create([Assessment(city=city, cycle=cycle, **begun) for city in cities], 5000)
    _answer(cycle, person, at)
    with connection.cursor() as cursor:
        # What a living database does by itself; within a transaction it cannot.
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" or connection.in_atomic_block else "VACUUM ANALYZE")
    return Recomputation.objects.create(cycle=cycle, asked_at=at, asked_by=person, total=number)


def _answer(cycle: Cycle, person: User, at: datetime) -> None:
    """One version of each answer, settled as met in six of ten, differently in each assessment.

    In the order of life: the answers of an assessment come together, verdicts are found criterion by criterion across cities.
    """
    of_cycle = f"assessments_assessment a WHERE a.cycle_id = {cycle.pk}"
    every = f"criteria_criterion c, {of_cycle} AND c.standard_id = {cycle.standard_id}"
    _copied(Answer, f"{every} ORDER BY a.id, c.id", {"assessment_id": "a.id", "criterion_id": "c.id"}, lock=Lock.LOCKED)
    answers = f"assessments_answer w, {of_cycle} AND w.assessment_id = a.id"
    _copied(AnswerVersion, f"{answers} ORDER BY w.id", {"answer_id": "w.id"}, number=1, claim=Claim.MET, saved_at=at, saved_by_id=person.pk)
    first = AnswerVersion.objects.filter(answer=models.OuterRef("pk")).values("pk")[:1]
    Answer.objects.filter(assessment__cycle=cycle).update(version=1, current=models.Subquery(first))
    verdict = "CASE WHEN (a.id * 31 + w.criterion_id * 17 + (a.id %% 7) * w.criterion_id) %% 10 < 6 THEN 'met' ELSE 'not_met' END"
    settled = {"answer_id": "w.id", "version_id": "w.current_id", "verdict": verdict}
    said = {"how": How.AGREED, "rationale": "As both read it.", "resolved_at": at, "resolved_by_id": person.pk}
    _copied(Resolution, f"{answers} ORDER BY w.criterion_id, a.id", settled, **said)


def _copied(model: type[models.Model], source: str, columns: dict[str, str], **same: Any) -> None:
    """One row of the model for each of the source: these columns from it, these the same in all, the rest as the model begins them."""
    fields = [each for each in model._meta.concrete_fields if not each.primary_key]
    values = {each.attname: each.get_db_prep_save(same.get(each.attname, each.get_default()), connection) for each in fields}
    constant = [values[each.attname] for each in fields if each.attname not in columns]
    names = ", ".join(str(each.column) for each in fields)
    chosen = ", ".join(columns.get(each.attname, "%s") for each in fields)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({names}) SELECT {chosen} FROM {source}", constant)  # noqa: S608  names of ours


def run(row: Recomputation) -> Scored:
    """Have the job do it, with a watch at each of its parts; before each chunk is computed the core alone goes over the same verdicts."""
    found = Scored(row.total, Resolution.objects.filter(answer__assessment__cycle=row.cycle).count() // row.total)
    with ExitStack() as watches:
        for room, name in ((recomputation, "cities_after"), (verdicts, "settled_in"), (recomputation, "scores_before")):
            watches.enter_context(_timed(room, name, LOADING, found))
        for name in ("fingerprint", "_row"):
            watches.enter_context(_timed(score, name, COMPUTING, found))
        watches.enter_context(_timed(score, "store", STORING, found, before=lambda book, settled, *_: _alone(book, settled, found)))
        found.before = _memory_from_here()
        began = time.perf_counter()
        recomputation.recompute_cycle(row.pk)
        found.whole = time.perf_counter() - began - found.parts[BARE]
        found.peak = _memory("VmHWM")
    found.parts[STORING] -= found.parts[COMPUTING]  # each score is computed while the database stores the ones before it
    if Score.objects.filter(assessment__cycle=row.cycle).count() != row.total:
        raise RuntimeError("not every assessment was scored, so there is no figure")
    return found


def _alone(book: scoring.Rulebook, settled: dict[int, dict[str, scoring.Verdict]], found: Scored) -> None:
    began = time.perf_counter()
    for each in settled.values():
        scoring.score(book, each)
    found.parts[BARE] += time.perf_counter() - began


@contextmanager
def _timed(room: Any, name: str, part: str, found: Scored, before: Callable[..., None] | None = None) -> Iterator[None]:
    """Note how long a function of the job takes while it runs in here."""
    function = getattr(room, name)

    def watched(*args: Any, **kwargs: Any) -> Any:
        if before is not None:
            before(*args)
        began = time.perf_counter()
        answer = function(*args, **kwargs)
        found.parts[part] += time.perf_counter() - began
        return answer

    setattr(room, name, watched)
    try:
        yield
    finally:
        setattr(room, name, function)


def _memory_from_here() -> int:
    """Forget how much memory this process has had at most; how much it has now, in bytes. 0 where the system does not say."""
    if not (PROCESS / "clear_refs").exists():
        return 0
    (PROCESS / "clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    if not (PROCESS / "status").exists():
        return 0
    line = next(line for line in (PROCESS / "status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024
