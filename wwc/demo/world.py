"""The world of a demonstration: cities joined, written, read, decided and told, each step by the action that people use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count as count_from
from random import Random
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.text import slugify

from assessments import queries as case
from assessments.actions import answering, clarifying, copying, documenting, inviting, listing, scheduling, submitting
from assessments.models import Answer, Assessment, City, Claim, Clarification, Consent, Cycle, Evidence, Role
from criteria import queries as rulebooks
from criteria.models import Criterion
from reviews.actions import asking, assigning, awarding, declaring, resolving, validating
from reviews.lifecycle import Found, Slot
from reviews.models import Assignment, Award, PanelMember, Part
from reviews.queries import results, verdicts
from wwc import clock
from wwc.accounts.models import User
from wwc.audit.record import through
from wwc.demo import halfway, past, spread, telling, words
from wwc.demo.places import InventedCity, invented_cities
from wwc.opendata import jobs as opendata
from wwc.outbox import post, running

STAGES = ("open", "review", "decide", "announced", "mixed")
# Only a demonstration has it, and the program refuses demonstration people in production.
PASSWORD = "certify-the-demo"  # noqa: S105
SOURCE = "invented for this demonstration"


@dataclass(frozen=True)
class Calendar:
    """The instants of a cycle, as days before now."""

    opened: int
    started: int
    submitted: int
    read: int
    decided: int
    told: int
    due_in: int


# What is past at each stage. In "mixed" some cities were quick: the cycle is still open and a first round was told.
CALENDARS = {
    "open": Calendar(45, 44, 3, 2, 2, 1, due_in=30),
    "review": Calendar(120, 119, 40, 6, 4, 2, due_in=-20),
    "decide": Calendar(160, 159, 80, 20, 6, 3, due_in=-60),
    "announced": Calendar(220, 219, 130, 70, 25, 10, due_in=-100),
    "mixed": Calendar(90, 89, 50, 30, 14, 8, due_in=22),
}


@dataclass
class World:
    """What was made: for a command that prints it, and for tests that go on from it."""

    cycle: Cycle
    people: dict[str, User]
    assessments: list[Assessment] = field(default_factory=list)


@dataclass(frozen=True)
class _Played:
    """One city with what is true of it and how far it is played."""

    city: City
    lead: User
    signatory: User
    contributor: User
    meets: set[str]
    stage: str


def world_at(
    stage: str, *, cities: int, seed: int, now: datetime, say: Callable[[str, int, int], None] = lambda what, done, total: None
) -> World:
    """Make a world of so many invented cities at a stage, by the real actions; the same seed gives the same world.

    `say` hears what is done and how far. Everything happens before `now`. Raises ValueError for an unknown stage.
    """
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is not one of {', '.join(STAGES)}.")
    with through("demo"), post.quietly():
        chance = Random(seed)  # noqa: S311  a world, not a secret
        return _Player(stage, cities, chance, now, say).play()


class _Player:
    """Plays one world; holds what the steps share."""

    def __init__(self, stage: str, count: int, chance: Random, now: datetime, say: Callable[[str, int, int], None]) -> None:
        self.stage, self.count, self.chance, self.now, self.say = stage, count, chance, now, say
        self.days = CALENDARS[stage]
        self.hash = make_password(PASSWORD)
        self.standard = rulebooks.current_standard()
        self.criteria = rulebooks.criteria_of(self.standard)
        self.writing, self.being_read = count_from(0), count_from(0)

    def ago(self, days: float) -> datetime:
        """So many days before now."""
        return self.now - timedelta(days=days)

    def play(self) -> World:
        """All steps in order."""
        people = self._staff()
        played = self._cities(people)
        # A third of the cities come back; where all stages stand side by side, the first one shows what that looks like.
        returning = played[:1] if self.stage == "mixed" else played[::3]
        past.play([(city.city, city.lead) for city in returning], people=people, chance=self.chance, say=self.say)
        cycle = self._cycle(people["staff"])
        world = World(cycle, people)
        for n, city in enumerate(played, 1):
            with transaction.atomic():
                world.assessments.append(self._write(city, cycle, from_last_time=city in returning[::2]))
            self.say("cities have written", n, len(played))
        panel = self._panel(cycle, people)
        reading = [(city, assessment) for city, assessment in zip(played, world.assessments, strict=True) if city.stage != "open"]
        if reading:
            scheduling_at = self.ago(self.days.submitted - 1)
            if self.stage != "mixed":
                with clock.staged_at(scheduling_at):
                    scheduling.begin_review(cycle, by=people["staff"], at=scheduling_at)
            for n, (city, assessment) in enumerate(reading, 1):
                with transaction.atomic():
                    self._read(n - 1, city, assessment, panel, people)
                self.say("cities are read", n, len(reading))
        decided = [(city, assessment) for city, assessment in reading if city.stage in {"decide", "announced"}]
        self._decide(cycle, decided, people)
        told = list(Award.objects.filter(assessment__in=[a for c, a in decided if c.stage == "announced"]))
        if told:
            telling.tell(cycle, told, people, told_at=self.ago(self.days.told), say=self.say)
        running.drain(["send_letter", "write_insights"], until=self.now)
        opendata.write_open_data()
        for assessment in world.assessments:
            assessment.refresh_from_db()
        return world

    def _person(self, address: str, name: str, **fields: Any) -> User:
        found = User.objects.filter(email=address).first()
        return found or User.objects.create_user(address, hashed=self.hash, name=name, is_invented=True, **fields)

    def _staff(self) -> dict[str, User]:
        return {
            "staff": self._person("staff@demo.example", "Demo staff", is_staff=True),
            "director": self._person("director@demo.example", "Demo director", is_staff=True, is_director=True),
            "lead": self._person("practice-lead@demo.example", "Practice lead"),
        }

    def _cycle(self, staff: User) -> Cycle:
        # Five in the afternoon in the East of the US, wherever the clock stands now.
        opened, due = (
            self.ago(self.days.opened),
            (self.now + timedelta(days=self.days.due_in)).replace(hour=22, minute=0, second=0, microsecond=0),
        )
        year = self.now.year
        slug, n = str(year), 1
        while Cycle.objects.filter(slug=slug).exists():
            n += 1
            slug = f"{year}-{n}"
        with clock.staged_at(opened):
            cycle = scheduling.draft_cycle(
                slug=slug, name=f"{slug} cycle", standard=self.standard, opens_at=opened, due_at=due, withdraw_until=due,
                results_expected=(due + timedelta(days=90)).date(), by=staff, at=opened,
            )  # fmt: skip
            return scheduling.open_cycle(cycle, by=staff, at=opened)

    def _cities(self, people: dict[str, User]) -> list[_Played]:
        invented = invented_cities(self.count, self.chance)
        abilities = [self.chance.gauss(0, 1) + 0.25 * (city.population > 250_000) for city in invented]
        wanted = spread.shares(self.standard.code, [(c.code, c.core) for c in self.criteria], self.chance)
        met = spread.who_meets(abilities, wanted, self.chance)
        with transaction.atomic():
            return [self._city(i, invented[i], met[i], people["staff"]) for i in range(self.count)]

    def _city(self, i: int, invented: InventedCity, meets: set[str], staff: User) -> _Played:
        at = self.ago(self.days.opened - 0.5)
        city = listing.add_city(
            name=invented.name, country="US", subdivision=invented.state, timezone=invented.timezone, population=invented.population,
            population_as_of=date(2023, 7, 1), population_source=SOURCE, form=invented.form, source=SOURCE, invented=True, by=staff, at=at,
        )  # fmt: skip
        domain = f"{slugify(invented.name)}.example"
        lead = self._person("city-lead@demo.example" if i == 0 else f"lead@{domain}", f"City lead of {invented.name}")
        contributor = self._person("contributor@demo.example" if i == 0 else f"data-office@{domain}", f"Data office of {invented.name}")
        signatory = self._person("signatory@demo.example" if i == 0 else f"manager@{domain}", f"City manager of {invented.name}")
        for person, role in ((lead, Role.LEAD), (contributor, Role.CONTRIBUTOR), (signatory, Role.SIGNATORY)):
            inviting.add_member(city, person=person, role=role, by=staff, at=at)
        stage = self.stage if self.stage != "mixed" else ("open", "review", "decide", "announced")[i % 4]
        return _Played(city, lead, signatory, contributor, meets, stage)

    # The city's part

    def _write(self, played: _Played, cycle: Cycle, *, from_last_time: bool) -> Assessment:
        """Start, answer, prove and, past the open stage, attest and submit.

        Who starts from last time goes on from the copies, and at the open stage has not confirmed all of them.
        """
        at = self.ago(self.days.started)
        with clock.staged_at(at):
            assessment = submitting.start(played.city, cycle, by=played.lead, at=at)
            if from_last_time:
                copying.copy_forward(assessment, source=case.earlier_of(assessment)[0], by=played.lead, at=at)
            answers = list(Answer.objects.filter(assessment=assessment).select_related("criterion", "assessment__city").order_by("pk"))
            left = self.chance.randint(2, 9) if played.stage == "open" else 0
            unread = {answer.pk for answer in answers[::3] if answer.version and played.stage == "open"}
            self._answer_all(played, [answer for answer in answers[: len(answers) - left] if answer.pk not in unread])
        if played.stage == "open":
            people = {"lead": played.lead, "colleague": played.contributor}
            halfway.while_writing(next(self.writing), assessment, answers[len(answers) - left :], **people, now=self.now)
            return assessment
        at = self.ago(self.days.submitted - self.chance.random())
        with clock.staged_at(at):
            submitting.attest(assessment, by=played.signatory, at=at)
            submitting.submit(assessment, consent=self._consent(), by=played.lead, at=at)
        return assessment

    def _consent(self) -> str:
        return self.chance.choices([Consent.AREAS, Consent.CRITERIA, Consent.TIER], weights=[5, 3, 2])[0]

    def _answer_all(self, played: _Played, answers: list[Answer]) -> None:
        criteria = {criterion.pk: criterion for criterion in self.criteria}
        shared: Evidence | None = None
        for n, answer in enumerate(answers):
            criterion = criteria[answer.criterion_id]
            at = self.ago(self.days.started - 1 - n / 10)
            true = criterion.code in played.meets
            claimed = true or (self.chance.random() < 0.09 and criterion.code != spread.SELDOM[self.standard.code])
            claim = Claim.MET if claimed else self.chance.choices([Claim.NOT_YET, Claim.NOT_PURSUING], weights=[4, 1])[0]
            by = played.contributor if n % 3 else played.lead
            answering.save(
                answer,
                claim=claim,
                ticks=self._ticks(criterion, true),
                narrative=words.narrative(played.city, criterion, claim),
                based_on=answer.version,
                by=by,
                at=at,
            )
            if claimed and n % 3 == 0:
                documenting.attach_link(
                    answer, url=f"https://{slugify(played.city.name)}.example/{criterion.code.lower()}", note="",
                    title=words.title(criterion), pages="", by=by, at=at,
                )  # fmt: skip
            elif claimed and shared is None:
                shared = documenting.attach_file(
                    answer, upload=words.handbook(played.city), title="Data handbook", pages="2", by=by, at=at
                ).evidence
            elif claimed and shared is not None:
                documenting.reuse(answer, evidence=shared, pages=str(1 + n % 6), by=by, at=at)

    def _ticks(self, criterion: Criterion, true: bool) -> list[int]:
        positions = [item.position for item in criterion.checklist.all()]
        enough = criterion.checklist_required
        count = self.chance.randint(enough, len(positions)) if true else self.chance.randint(0, max(enough - 1, 0))
        return sorted(self.chance.sample(positions, count))

    # The review team's part

    def _panel(self, cycle: Cycle, people: dict[str, User]) -> list[PanelMember]:
        at = self.ago(self.days.submitted)
        readers = 4 if self.count <= 24 else 8 * -(-self.count // 50)
        with transaction.atomic(), clock.staged_at(at):
            lead = assigning.add_member(cycle, person=people["lead"], part=Part.LEAD, by=people["staff"], at=at)
            declaring.declare_all(cycle, declared={}, by=lead.person, at=at)
            panel = []
            for n in range(1, readers + 1):
                person = self._person("reviewer@demo.example" if n == 1 else f"reviewer-{n}@demo.example", f"Reviewer {n}")
                people.setdefault("reviewer", person)
                reads = [code for code, _name in settings.LANGUAGES]
                panel.append(assigning.add_member(cycle, person=person, cap=1200, languages=reads, by=people["staff"], at=at))
                declaring.declare_all(cycle, declared={}, by=person, at=at)
        return panel

    def _read(self, n: int, played: _Played, assessment: Assessment, panel: list[PanelMember], people: dict[str, User]) -> None:
        """Assign, read, settle; at the review stage some of it is left to do."""
        at = self.ago(self.days.submitted - 2)
        assessment.refresh_from_db()
        with clock.staged_at(at):
            self._assign(n, assessment, panel, people["staff"], at)
        left_to_read = played.stage == "review"
        at = self.ago(self.days.read)
        with clock.staged_at(at):
            first = list(self._assignments(assessment, Slot.FIRST))
            if left_to_read:
                n += self.stage == "review"  # the first city, to which people sign in, has a question
                first = first[: len(first) * (n % 3) // 3]
            self._file(played, first, slip=0.0, at=at)
            second = self._assignments(assessment, Slot.SECOND).filter(answer__in=[a.answer_id for a in first])
            self._file(played, second, slip=0.04, at=at)
            if not left_to_read:
                self._settle(assessment, people, at)
                return
            question = self._ask_one(assessment, first, at)
        team = {"lead": played.lead, "colleague": played.contributor}
        halfway.while_read(next(self.being_read), assessment, question, **team, now=self.now)

    def _assign(self, n: int, assessment: Assessment, panel: list[PanelMember], staff: User, at: datetime) -> None:
        block = 8 * (n // 50) if len(panel) > 8 else 0
        areas: dict[int, list[Answer]] = {}
        for answer in Answer.objects.filter(assessment=assessment).select_related("criterion").order_by("pk"):
            areas.setdefault(answer.criterion.area_id, []).append(answer)
        twice = {s.answer for s in verdicts.of_assessment(assessment) if s.needs_second}
        picks = []
        for i, answers in enumerate(areas.values()):
            seat = block + i % min(len(panel), 8)
            next_seat = block + (i + 1) % min(len(panel), 8)
            picks.append(assigning.Picked(assessment, panel[seat], answers, Slot.FIRST))
            if again := [answer for answer in answers if answer.pk in twice]:
                picks.append(assigning.Picked(assessment, panel[next_seat], again, Slot.SECOND))
        assigning.publish_plan(assessment.cycle, picks=picks, due_at=max(at, self.now) + timedelta(days=12), by=staff, at=at)

    def _assignments(self, assessment: Assessment, slot: str) -> Any:
        live = Assignment.objects.filter(answer__assessment=assessment, slot=slot, ended_at=None)
        return live.select_related("answer__current", "answer__criterion", "answer__assessment__city", "member__person").order_by("pk")

    def _file(self, played: _Played, assignments: Any, *, slip: float, at: datetime) -> None:
        criteria = {criterion.pk: criterion for criterion in self.criteria}
        for assignment in assignments:
            answer = assignment.answer
            if answer.current is None or answer.current.claim != Claim.MET:
                continue  # confirmed in one list by its reader, below
            true = (answer.criterion.code in played.meets) != (self.chance.random() < slip)
            verdict = Found.MET if true else Found.NOT_MET
            ticks = answer.current.ticks if true and answer.criterion.code in played.meets else []
            if true and not ticks:  # a slip of the second reader, who takes the words for the deed
                ticks = [item.position for item in criteria[answer.criterion_id].checklist.all()]
            validating.record_finding(
                assignment, version=answer.current, verdict=verdict, ticks=ticks,
                rationale=words.rationale(criteria[answer.criterion_id], verdict), by=assignment.member.person, at=at,
            )  # fmt: skip
        by_reader: dict[User, list[Answer]] = {}
        for assignment in assignments:
            if assignment.slot == Slot.FIRST and assignment.answer.current.claim != Claim.MET:
                by_reader.setdefault(assignment.member.person, []).append(assignment.answer)
        for person, answers in by_reader.items():
            validating.confirm_as_city_says(answers[0].assessment, answers=answers, by=person, at=at)

    def _ask_one(self, assessment: Assessment, first: list[Assignment], at: datetime) -> Clarification | None:
        asked = next((a for a in first if a.answer.current and a.answer.current.claim == Claim.MET), None)
        if asked is None:
            return None
        text = "Which departments does the document cover, and since when is it in force?"
        question = asking.ask_city(asked, text=text, by=asked.member.person, at=at)
        return clarifying.send([question], by=asked.member.person, at=at)[0]

    def _settle(self, assessment: Assessment, people: dict[str, User], at: datetime) -> None:
        resolving.agree_all(assessment, by=people["staff"], at=at)
        for standing in verdicts.of_assessment(assessment):
            if standing.is_split and not standing.resolved:
                answer = Answer.objects.select_related("assessment", "criterion").get(pk=standing.answer)
                first = standing.filed[0].finding
                reason = "The document was read once more, and the first reading holds."
                resolving.settle(answer, verdict=first.verdict, rationale=reason, by=people["lead"], at=at)  # type: ignore[union-attr]
        resolving.declare_ready(assessment, by=people["staff"], at=at)

    # The decision

    def _decide(self, cycle: Cycle, decided: list[tuple[_Played, Assessment]], people: dict[str, User]) -> None:
        if not decided:
            return
        at = self.ago(self.days.decided)
        if self.stage != "mixed":
            with clock.staged_at(at):
                scheduling.begin_deciding(cycle, by=people["staff"], at=at)
        running.drain(["score_assessment"], until=self.now)
        for n, (played, assessment) in enumerate(decided, 1):
            with transaction.atomic(), clock.staged_at(at):
                assessment.refresh_from_db()
                if played.stage == "decide" and n % 3 == 0:
                    continue  # left ready, for people to try
                score = results.current_score(assessment)
                follows = results.suggest(assessment, score)  # type: ignore[arg-type]
                award = awarding.propose(assessment, score=score, kind=follows.kind, tier=follows.tier, by=people["staff"], at=at)  # type: ignore[arg-type]
                if played.stage == "announced" or n % 3 == 1:
                    awarding.approve(award, by=people["director"], at=at)
            self.say("cities are decided", n, len(decided))
