"""A panel that reads, filled in bulk, and what one reader asks for: file and next, the next item, what is typed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.lifecycle import CycleStatus, Lock, Status
from assessments.models import (
    Answer,
    AnswerEvidence,
    AnswerVersion,
    Assessment,
    City,
    Claim,
    Conflict,
    ConflictState,
    Cycle,
    Evidence,
    EvidenceVersion,
    Preview,
    PreviewSheet,
)
from criteria.models import Criterion
from criteria.queries import current_standard
from reviews.models import Assignment, Finding, PanelMember
from wwc.accounts.models import User
from wwc.bench.measuring import SIGN_IN, Measure

OWN = 400  # answers on the list of the reader who is measured: the usual limit
READ = 100  # of which are filed when it begins
PAGES = 12
SLICE = 5000
NARRATIVE = "How it works here, since when, and who uses it. " * 12
FETCHED: dict[str, Any] = {"headers": {"x-fetched": "1"}}


@dataclass
class Panel:
    """The world: the cycle, the one who is measured, and what fills it."""

    cycle: Cycle
    person: User
    member: PanelMember
    criteria: list[Criterion]
    at: datetime
    cities: int = 0


def panel() -> Panel:
    """A cycle that is being read, with one reader and nothing to read yet."""
    at = datetime.now(UTC) - timedelta(days=20)
    person = User.objects.create_user("reader@demo.example", None, name="Reader", is_invented=True)
    cycle = Cycle.objects.create(
        slug="bench", name="Bench", standard=current_standard(), status=CycleStatus.REVIEWING, opens_at=at - timedelta(days=90), due_at=at,
        withdraw_until=at, opened_at=at, opened_by=person,
    )  # fmt: skip
    member = PanelMember.objects.create(cycle=cycle, person=person, joined_at=at, joined_by=person)
    return Panel(cycle, person, member, list(Criterion.objects.filter(standard=cycle.standard).order_by("position")), at)


def fill(world: Panel, findings: int) -> None:
    """Cities until there are so many findings; of the first the measured reader has their list, everybody else's is read."""
    while Finding.objects.count() < findings:
        cities = [_city(world.cities + n) for n in range(min(-(-findings // len(world.criteria)) - world.cities + 10, 100))]
        answers = _answers(world, City.objects.bulk_create(cities))
        others = answers if Assignment.objects.filter(member=world.member).count() else _own(world, answers)
        reader = PanelMember.objects.create(cycle=world.cycle, person=_somebody(), joined_at=world.at, joined_by=world.person)
        _filed(world, _assigned(world, others, reader))
        world.cities += len(cities)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # rows that came all at once are not counted yet, as those of a living database are


def measures(world: Panel) -> list[Measure]:
    """The reader at their list: each verdict is on the next answer, as it is in life."""
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.force_login(world.person, backend=SIGN_IN)
    reading = _Reading(client, world)
    return [
        Measure("empty page", lambda: client.get(reverse("empty"))),
        Measure("file and next", lambda: reading.files(**FETCHED), goal=2),
        Measure("the same, no script", reading.files, wanted=302, goal=2),
        Measure("draft kept", reading.types, goal=2),
        Measure("next item, ahead", lambda: client.get(reading.address(), **FETCHED)),
        Measure("item opened", lambda: client.get(reading.address())),
    ]


def queries_of(found: list[Measure]) -> dict[str, int]:
    """How many queries each of them takes, without what only holds a transaction together."""
    counted = {}
    for each in found:
        with CaptureQueriesContext(connection) as captured:
            each.ask()
        counted[each.name] = sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for query in captured)
    return counted


class _Reading:
    """One reader who goes through their list in its order."""

    def __init__(self, client: Client, world: Panel) -> None:
        self.client = client
        rows = Assignment.objects.filter(member=world.member, findings=None).select_related("answer")
        self.left: Iterator[Assignment] = iter(rows.order_by("answer__criterion__position", "answer__assessment__city__folded", "pk"))
        self.here = next(self.left)
        client.get(self.address())

    def address(self) -> str:
        """Where the reader is."""
        return reverse("reviews:validating", args=[self.here.pk])

    def files(self, **extra: Any) -> Any:
        """File a verdict on what is open, and be on the next."""
        answer = self._post("reviews:validating", verdict="not_met", **extra)
        self.here = next(self.left)
        return answer

    def types(self) -> Any:
        """Have one's typing kept."""
        return self._post("reviews:draft_finding", **FETCHED)

    def _post(self, route: str, verdict: str = "", **extra: Any) -> Any:
        said = {"after": self.here.pk, "rationale": NARRATIVE, "verdict": verdict, "version": self.here.answer.current_id}
        token = self.client.cookies["csrftoken"].value
        return self.client.post(reverse(route, args=[self.here.pk]), {**said, "csrfmiddlewaretoken": token}, **extra)


def _city(n: int) -> City:
    return City(
        slug=f"bench-{n}",
        name=f"City {n}",
        folded=f"city {n:05}",
        country="US",
        subdivision="OH",
        subdivision_name="Ohio",
        is_invented=True,
    )


def _somebody() -> User:
    number = User.objects.count()
    return User.objects.create_user(f"reader-{number}@demo.example", None, name=f"Reader {number}", is_invented=True)


def _answers(world: Panel, cities: list[City]) -> list[Answer]:
    """Submitted assessments of the cities, all claimed met, with one text each; the measured reader has declared for all of them."""
    by = {"started_at": world.at, "started_by": world.person}
    cases = Assessment.objects.bulk_create(Assessment(city=city, cycle=world.cycle, status=Status.IN_REVIEW, **by) for city in cities)
    Conflict.objects.bulk_create(
        Conflict(person=world.person, city=city, cycle=world.cycle, state=ConflictState.NONE, said_at=world.at, said_by=world.person)
        for city in cities
    )
    made = Answer.objects.bulk_create(
        (Answer(assessment=case, criterion=criterion, lock=Lock.LOCKED) for case in cases for criterion in world.criteria), SLICE
    )
    said = {"number": 1, "claim": Claim.MET, "ticks": [1], "narrative": NARRATIVE, "saved_at": world.at, "saved_by": world.person}
    for answer, version in zip(
        made, AnswerVersion.objects.bulk_create((AnswerVersion(answer=each, **said) for each in made), SLICE), strict=True
    ):
        answer.version, answer.current = 1, version
    Answer.objects.bulk_update(made, ["version", "current"], SLICE)
    return made


def _own(world: Panel, answers: list[Answer]) -> list[Answer]:
    """Give the measured reader their list, each with a document that is drawn; the others."""
    mine = answers[:OWN]
    added = {"added_at": world.at, "added_by": world.person}
    documents = Evidence.objects.bulk_create(Evidence(city_id=each.assessment.city_id, title="Policy", version=1, **added) for each in mine)
    file = {"number": 1, "kind": "pdf", "filename": "policy.pdf", "stored": "none", "size": 1, "sha256": "0" * 64, **added}
    versions = EvidenceVersion.objects.bulk_create(EvidenceVersion(evidence=each, **file) for each in documents)
    for document, version in zip(documents, versions, strict=True):
        document.current = version
    Evidence.objects.bulk_update(documents, ["current"], SLICE)
    AnswerEvidence.objects.bulk_create(
        AnswerEvidence(answer=answer, evidence=document, pages="4", **added) for answer, document in zip(mine, documents, strict=True)
    )
    drawn = {"outcome": "drawn", "of": PAGES, "drawn": PAGES, "made_at": world.at}
    previews = Preview.objects.bulk_create(Preview(version=version, **drawn) for version in versions)
    sheet = {"stored": "none", "width": 1240, "height": 1754, "text": NARRATIVE * 3}
    PreviewSheet.objects.bulk_create(
        (PreviewSheet(preview=preview, number=n, **sheet) for preview in previews for n in range(1, PAGES + 1)), SLICE
    )
    _filed(world, _assigned(world, mine, world.member)[:READ])
    return answers[OWN:]


def _assigned(world: Panel, answers: list[Answer], member: PanelMember) -> list[Assignment]:
    made = {"member": member, "due_at": world.at + timedelta(days=40), "assigned_at": world.at, "assigned_by": world.person}
    return Assignment.objects.bulk_create((Assignment(answer=each, **made) for each in answers), SLICE)


def _filed(world: Panel, assignments: list[Assignment]) -> None:
    said = {"verdict": "met", "ticks": [1, 2, 3], "rationale": NARRATIVE, "filed_at": world.at}
    Finding.objects.bulk_create(
        (
            Finding(assignment=each, answer=each.answer, version_id=each.answer.current_id, filed_by_id=each.member.person_id, **said)
            for each in assignments
        ),
        SLICE,
    )
