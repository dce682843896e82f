"""Where the reading of each answer stands, and what is settled, in the core's own values."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import Aggregate, Case, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments.lifecycle import Asked, Lock
from assessments.models import Answer, Assessment, Claim, Clarification, Cycle
from assessments.queries import reopenings_now
from criteria.scoring import Verdict
from reviews.lifecycle import DONE, Found, Slot, Stage
from reviews.models import Accord, Assignment, Finding, Resolution
from reviews.planning import drawn
from wwc.refusals import YES, Refusal, Ruling, no


class Incomplete(Refusal):
    """Not every answer has its verdict."""

    message = _("Not every answer has its verdict yet. Nothing was changed.")


class Said(NamedTuple):
    """One finding, as far as standing needs it."""

    pk: int
    version: int | None
    verdict: str
    wants_second: bool
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A live assignment with its latest finding on the current version, and whether it judged an earlier one only."""

    pk: int
    slot: str
    member: int
    person: int
    due_at: datetime | None
    since: datetime
    finding: Said | None
    earlier: Said | None

    @property
    def is_stale(self) -> bool:
        """Whether its verdict is on a version that is no longer the latest."""
        return self.finding is None and self.earlier is not None


@dataclass(frozen=True)
class Standing:
    """One answer with everything its stage follows from."""

    answer: int
    assessment: int
    cycle: int
    city: int
    criterion: int
    code: str
    area: int
    core: bool
    claim: str
    version: int | None
    final: bool
    readings: tuple[Reading, ...]
    resolved: tuple[int, str, str] | None
    resolved_before: bool
    question: str
    question_at: datetime | None
    reopened_at: datetime | None
    wants_two: bool

    def seen_by(self, person: int) -> "Standing":
        """The same as one of its readers may know it: nothing of another reading before their own verdict is filed."""
        own = self.reading_of(person)
        if own is None or own.finding:
            return self
        hidden = tuple(each if each is own else replace(each, finding=None, earlier=None) for each in self.readings)
        return replace(self, readings=hidden)

    @property
    def filed(self) -> tuple[Reading, ...]:
        """The readings whose verdict is on the current version."""
        return tuple(reading for reading in self.readings if reading.finding)

    @property
    def verdict(self) -> str:
        """The settled verdict on the current version; empty while there is none."""
        return self.resolved[1] if self.resolved else ""

    @property
    def said(self) -> tuple[Said, ...]:
        """The findings on the current version, the one that decides first: the third reader's, else the first reading."""
        in_order = sorted(self.filed, key=lambda reading: (reading.slot != Slot.THIRD, reading.pk))
        return tuple(reading.finding for reading in in_order if reading.finding)

    @property
    def is_split(self) -> bool:
        """Whether two or more readings are in and do not give one verdict. "Cannot judge" settles nothing."""
        verdicts = {finding.verdict for finding in self.said}
        return len(self.said) > 1 and (len(verdicts) > 1 or Found.CANNOT_JUDGE in verdicts)

    @property
    def needs_second(self) -> bool:
        """Whether one reading is not enough: by policy, by a flag, by a second reader at work, or since the first could not judge."""
        unsure = any(finding.wants_second or finding.verdict == Found.CANNOT_JUDGE for finding in self.said)
        return self.wants_two or len(self.readings) > 1 or unsure

    @property
    def agreed(self) -> str:
        """The verdict on which all readings that are needed agree; empty while they do not."""
        if not self.filed or self.is_split or any(reading.finding is None for reading in self.readings):
            return ""
        if len(self.filed) < (2 if self.needs_second else 1):
            return ""
        return self.said[0].verdict

    @property
    def third(self) -> Reading | None:
        """The third reading, where its verdict is in and equals one of the two before it."""
        third = next((reading for reading in self.filed if reading.slot == Slot.THIRD), None)
        if third is None or third.finding is None or third.finding.verdict == Found.CANNOT_JUDGE:
            return None
        return third if sum(finding.verdict == third.finding.verdict for finding in self.said) > 1 else None

    @property
    def since(self) -> datetime | None:
        """From when on it waits: since the question was sent, since the reading was assigned, or since the last verdict."""
        if self.stage == Stage.WAITING:
            return self.question_at if self.question == Asked.SENT else self.reopened_at
        if self.filed and self.stage in {Stage.SPLIT, Stage.NEEDS_SECOND, Stage.AGREED}:
            return max(finding.filed_at for finding in self.said)
        unread = [reading.since for reading in self.readings if reading.finding is None]
        return min(unread, default=None)

    def reading_of(self, person: int) -> Reading | None:
        """This person's live reading."""
        return next((reading for reading in self.readings if reading.person == person), None)

    @property
    def with_city(self) -> bool:
        """Whether the city can change it now: a question was sent, or it was opened again at the city's wish."""
        return self.question == Asked.SENT or self.reopened_at is not None

    @property
    def is_confirmable(self) -> bool:
        """Whether the city does not claim it and it waits for its one reading: confirmed in a list, as the city says."""
        waits = self.stage not in DONE and not self.filed and not self.question and not self.reopened_at
        return waits and self.claim in {Claim.NOT_YET, Claim.NOT_PURSUING}

    @cached_property
    def stage(self) -> Stage:
        """Where it is, in the order of the workflow."""
        if self.final:
            return Stage.FINAL
        if self.is_split and not self.resolved and not self.third:
            return Stage.SPLIT
        if self.with_city:
            return Stage.WAITING
        if self.resolved:
            return Stage.SETTLED
        if any(reading.is_stale for reading in self.readings) or (self.resolved_before and not self.filed):
            return Stage.STALE
        if self.agreed or self.third:
            return Stage.AGREED
        if self.filed:
            return Stage.FIRST_IN if len(self.readings) > len(self.filed) else Stage.NEEDS_SECOND
        return Stage.ASSIGNED if self.readings else Stage.UNASSIGNED


def standings(answers: QuerySet[Answer]) -> list[Standing]:
    """Where each of the answers stands, by assessment and in the order of the edition. Six queries, however many answers."""
    rows = list(
        answers.order_by("assessment_id", "criterion__area__position", "criterion__position").values_list(
            "pk", "assessment_id", "assessment__cycle_id", "assessment__city_id", "criterion_id", "criterion__code",
            "criterion__area_id", "criterion__core", "current__claim", "current_id", "lock",
            Subquery(reopenings_now().filter(answer=OuterRef("pk")).values("decided_at")[:1]),
        )
    )  # fmt: skip
    # A short list of numbers is quicker than asking four more times who may see what; a long one would not fit.
    within: Any = [row[0] for row in rows] if len(rows) <= 2000 else answers.order_by().values("pk")
    policies = dict(Cycle.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "policy"))
    said: dict[int, list[Said]] = defaultdict(list)
    found = Finding.objects.filter(answer__in=within, assignment__ended_at=None).order_by("pk")
    for assignment, pk, version, verdict, flagged, filed_at in found.values_list(
        "assignment_id", "pk", "version_id", "verdict", "wants_second", "filed_at"
    ):
        said[assignment].append(Said(pk, version, verdict, flagged, filed_at))
    readers: dict[int, list[tuple]] = defaultdict(list)
    live = Assignment.objects.filter(answer__in=within, ended_at=None).order_by("pk")
    for answer, *reader in live.values_list("answer_id", "pk", "slot", "member_id", "member__person_id", "due_at", "assigned_at"):
        readers[answer].append(tuple(reader))
    resolved: dict[int, tuple] = {}
    for answer, *resolution in (
        Resolution.objects.filter(answer__in=within).order_by("pk").values_list("answer_id", "version_id", "pk", "verdict", "how")
    ):
        resolved[answer] = tuple(resolution)
    asked: dict[int, tuple] = {}
    open_questions = Clarification.objects.filter(answer__in=within, status__in=[Asked.DRAFT, Asked.SENT]).order_by("pk")
    for answer, status, sent_at in open_questions.values_list("answer_id", "status", "sent_at"):
        if asked.get(answer, ("",))[0] != Asked.SENT:
            asked[answer] = (status, sent_at)
    return [_standing(row, policies[row[2]], readers[row[0]], said, resolved.get(row[0]), asked.get(row[0])) for row in rows]


def _standing(
    row: tuple, policy: dict, readers: list[tuple], said: dict[int, list[Said]], resolved: tuple | None, asked: tuple | None
) -> Standing:
    answer, assessment, cycle, city, criterion, code, area, core, claim, version, lock, reopened_at = row
    readings, heeded = [], policy.get("second_reading", {}).get("flagged", True)
    for pk, slot, member, person, due_at, since in readers:
        on_this = [each._replace(wants_second=each.wants_second and heeded) for each in said[pk] if each.version == version]
        before = [finding for finding in said[pk] if finding.version != version]
        readings.append(Reading(pk, slot, member, person, due_at, since, on_this[-1] if on_this else None, before[-1] if before else None))
    current = resolved is not None and resolved[0] == version
    return Standing(
        answer, assessment, cycle, city, criterion, code, area, core, claim or "", version, lock == Lock.FINAL, tuple(readings),
        resolved[1:] if current else None, resolved is not None and not current,  # type: ignore[index]
        asked[0] if asked else "", asked[1] if asked else None, reopened_at,
        _policy_asks_two(policy, assessment, code, core, claim),
    )  # fmt: skip


def _policy_asks_two(policy: dict, assessment: int, code: str, core: bool, claim: str | None) -> bool:
    """Of what the city claims met: every core criterion, and a random share drawn by the stored seed."""
    if claim != Claim.MET:
        return False
    rule = policy.get("second_reading", {})
    return bool(rule.get("core") and core) or drawn(policy.get("seed", 0), assessment, code, rule.get("random_share", 0))


def of_assessment(assessment: Assessment) -> list[Standing]:
    """Where each answer of the assessment stands."""
    return standings(Answer.objects.filter(assessment=assessment))


def standing_of(answer: Answer) -> Standing:
    """Where one answer stands."""
    return standings(Answer.objects.filter(pk=answer.pk))[0]


def states(assessment: Assessment) -> dict[int, Stage]:
    """The stage of each answer, by the answer's number."""
    return {standing.answer: standing.stage for standing in of_assessment(assessment)}


def state_of(answer: Answer) -> Stage:
    """The stage of one answer."""
    return standing_of(answer).stage


def needs_second(answer: Answer) -> bool:
    """Whether one reading of this answer is not enough."""
    return standing_of(answer).needs_second


def live_findings(answer: Answer) -> QuerySet[Finding]:
    """The findings of live assignments on the current version, the latest of each, by slot."""
    chosen = [reading.finding.pk for reading in standing_of(answer).readings if reading.finding]
    return Finding.objects.filter(pk__in=chosen).select_related("assignment__member__person").order_by("assignment__pk")


def accord_on(standing: Standing) -> Accord | None:
    """What is proposed as a consensus on the current version, by whoever proposed last."""
    rows = Accord.objects.filter(answer=standing.answer, version=standing.version).select_related("answer", "proposed_by")
    return rows.order_by("pk").last()


def resolution_of(answer: Answer) -> Resolution | None:
    """The settled verdict on the current version, if there is one."""
    latest = Resolution.objects.filter(answer=answer).select_related("resolved_by").order_by("pk").last()
    return latest if latest and (latest.version_id == answer.current_id or answer.lock == Lock.FINAL) else None


def complete(assessment: Assessment) -> Ruling:
    """Whether every answer is settled on its current version and no required question is open; otherwise what is missing."""
    return ruling_on(of_assessment(assessment), required_open(assessment))


def ruling_on(found: Iterable[Standing], required: int) -> Ruling:
    """The same, of standings already read."""
    found = list(found)
    open_ = sum(not standing.resolved for standing in found)
    if open_:
        return no(ngettext("%(n)d answer has no settled verdict yet.", "%(n)d answers have no settled verdict yet.", open_) % {"n": open_})
    again = sum(standing.reopened_at is not None for standing in found)
    if again:
        return no(
            ngettext("%(n)d answer is open again with the city.", "%(n)d answers are open again with the city.", again) % {"n": again}
        )
    if required:
        return no(ngettext("%(n)d required question is open.", "%(n)d required questions are open.", required) % {"n": required})
    return YES


def required_open(assessment: Assessment) -> int:
    """How many required questions to the city are open."""
    return Clarification.objects.filter(answer__assessment=assessment, required=True, status__in=[Asked.SENT, Asked.DRAFT]).count()


class _AsObject(Aggregate):
    """The codes and verdicts of a group as one JSON object, written by the database; of a code that is there twice the last one counts."""

    template = "json_object_agg(%(expressions)s)::text"
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The same where it is called otherwise."""
        return self.as_sql(compiler, connection, template="json_group_object(%(expressions)s)", **extra)


class _AsStored(Func):
    """A value, then the number that says its place in the group; SQLite knows no order within a group."""

    template = "%(expressions)s"
    arg_joiner = " ORDER BY "
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """The value alone."""
        return compiler.compile(self.get_source_expressions()[0])


def settled_in(assessments: Collection[int]) -> dict[int, dict[str, Verdict]]:
    """The settled verdicts of many assessments by code, each on the version that is current; one query, one row an assessment.

    What was decided stands, also while an appeal holds its answer open, until another verdict is confirmed.
    """
    as_it_stands = Q(version=F("answer__current")) | Q(version=None, answer__current=None) | Q(answer__lock=Lock.FINAL)
    found_on = Resolution.objects.filter(answer__assessment=OuterRef("pk"))
    if connection.vendor == "sqlite":
        later = Resolution.objects.filter(answer=OuterRef("answer"), pk__gt=OuterRef("pk"))
        found_on = found_on.filter(~Exists(later))
    as_object = _AsObject("answer__criterion__code", _AsStored(Case(When(as_it_stands, then="verdict")), "pk"))
    # Asked for each assessment by itself, the database goes by its indices; for all at once it would read every verdict there is.
    each = found_on.order_by().values("answer__assessment").annotate(said=as_object).values("said")
    found: dict[int, dict[str, Verdict]] = {number: {} for number in assessments}
    for number, written in Assessment.objects.filter(pk__in=assessments).values_list("pk", Subquery(each)):
        said = orjson.loads(written or "{}")
        found[number] = said if None not in said.values() else {code: verdict for code, verdict in said.items() if verdict}
    return found


def settled(assessment: Assessment) -> dict[str, Verdict]:
    """The settled verdict of every criterion, by code. Raises Incomplete where one has none on its current version."""
    found = settled_in([assessment.pk])[assessment.pk]
    answers = Answer.objects.filter(assessment=assessment).count()
    if not answers or len(found) < answers:
        raise Incomplete(missing=answers - len(found))
    return found
