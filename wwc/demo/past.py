"""Two earlier cycles on the edition of 2018, for some of the cities: written in bulk up to "ready", then decided by the actions.

They carry what the program published of 2018 and 2019: most cities meet the open data portal, and from the first assessment to
the second every practice area goes up but Repurposing.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from assessments import queries as case
from assessments.actions import scheduling
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
    Consent,
    Cycle,
    Evidence,
    EvidenceVersion,
    Snapshot,
)
from criteria import queries as rulebooks
from criteria.models import Criterion, Standard
from reviews.actions import awarding
from reviews.lifecycle import Found, How
from reviews.models import Assignment, Award, Finding, PanelMember, Resolution
from reviews.queries import results
from wwc import clock
from wwc.accounts.models import User
from wwc.audit.models import Event
from wwc.audit.record import record
from wwc.demo import spread, telling
from wwc.outbox import post, running

YEARS = (2018, 2019)
EDITION = "2018"


def play(
    returning: Sequence[tuple[City, User]], *, people: dict[str, User], chance: Random, say: Callable[[str, int, int], None]
) -> list[Cycle]:
    """Give each of these cities an assessment in each of two past cycles; the cycles, closed."""
    standard = Standard.objects.get(code=EDITION)
    criteria = rulebooks.criteria_of(standard)
    areas = {criterion.code: criterion.area.code for criterion in criteria}
    wanted = spread.shares(EDITION, [(c.code, c.core) for c in criteria], chance)
    first = spread.who_meets([chance.gauss(0, 1) for _ in returning], wanted, chance)
    second = [spread.second_time(met, areas, EDITION, chance) for met in first]
    cycles = []
    for year, met in zip(YEARS, (first, second), strict=True):
        with transaction.atomic():
            cycle, assessments = ready_in_bulk(year, standard, criteria, returning, met, people)
        _decide(cycle, assessments, people, told_at=datetime(year + 1, 4, 24, 15, tzinfo=UTC), say=say)
        cycles.append(cycle)
        say("past cycles", len(cycles), len(YEARS))
    return cycles


def ready_in_bulk(
    year: int,
    standard: Standard,
    criteria: Sequence[Criterion],
    returning: Sequence[tuple[City, User]],
    met: Sequence[set[str]],
    people: dict[str, User],
) -> tuple[Cycle, list[Assessment]]:
    """One cycle with every assessment submitted, read once and ready: rows as the actions leave them, written in bulk."""
    opened, due, read = (datetime(year, month, 3, 17, tzinfo=UTC) for month in (2, 7, 11))
    staff, reader = people["staff"], people["lead"]
    cycle = Cycle.objects.create(
        slug=f"{year}-demo", name=f"{year} cycle (demonstration)", standard=standard, status=CycleStatus.DECIDING,
        opens_at=opened, due_at=due, withdraw_until=due, opened_at=opened, opened_by=staff,
    )  # fmt: skip
    for before, after in (("draft", "open"), ("open", "reviewing"), ("reviewing", "deciding")):
        record("moved", cycle, by=staff, at=opened, before=before, after=after)
    member = PanelMember.objects.create(cycle=cycle, person=reader, cap=5000, joined_at=due, joined_by=staff)
    Conflict.objects.bulk_create(
        Conflict(person=reader, city=city, cycle=cycle, state=ConflictState.NONE, said_at=due, said_by=reader) for city, _lead in returning
    )
    Assessment.objects.bulk_create(
        Assessment(city=city, cycle=cycle, status=Status.READY, consent=Consent.CRITERIA, started_at=opened, started_by=lead)
        for city, lead in returning
    )
    assessments = list(Assessment.objects.filter(cycle=cycle).select_related("city", "cycle__standard").order_by("pk"))
    meets = {assessment.pk: codes for assessment, codes in zip(assessments, met, strict=True)}
    leads = {assessment.pk: lead for assessment, (_city, lead) in zip(assessments, returning, strict=True)}
    _moves(assessments, people, opened=due, read=read)
    Answer.objects.bulk_create(Answer(assessment=a, criterion=c, lock=Lock.LOCKED) for a in assessments for c in criteria)
    answers = list(Answer.objects.filter(assessment__cycle=cycle).select_related("criterion", "assessment__city").order_by("pk"))
    _say(answers, meets, leads, {c.pk: c for c in criteria}, at=due - timedelta(days=9))
    _prove(answers, meets, leads, at=due - timedelta(days=8))
    for assessment in assessments:
        _snapshot(assessment, leads[assessment.pk], at=due - timedelta(days=1))
    _judge(answers, meets, member, staff, at=read)
    return cycle, assessments


def _moves(assessments: list[Assessment], people: dict[str, User], *, opened: datetime, read: datetime) -> None:
    steps = (
        (Status.DRAFTING, Status.SUBMITTED, opened),
        (Status.SUBMITTED, Status.IN_REVIEW, opened),
        (Status.IN_REVIEW, Status.READY, read),
    )
    Event.objects.bulk_create(
        Event(
            at=at, by=people["staff"], channel="demo", verb="moved", subject="assessments.assessment", subject_id=a.pk, city_id=a.city_id,
            before=before, after=after,
        )
        for a in assessments
        for before, after, at in steps
    )  # fmt: skip


def _say(answers: list[Answer], meets: dict[int, set[str]], leads: dict[int, User], words: dict[int, Criterion], *, at: datetime) -> None:
    """One version of each answer: what is true is claimed, the rest is not yet."""
    versions = []
    for answer in answers:
        met = answer.criterion.code in meets[answer.assessment_id]
        criterion = words[answer.criterion_id]
        ticks = [item.position for item in criterion.checklist.all()][: criterion.checklist_required] if met else []
        claim = Claim.MET if met else Claim.NOT_YET
        narrative = criterion.text.statement if met else ""
        versions.append(
            AnswerVersion(
                answer=answer, number=1, claim=claim, ticks=ticks, narrative=narrative, saved_at=at, saved_by=leads[answer.assessment_id]
            )
        )
    AnswerVersion.objects.bulk_create(versions, batch_size=1000)
    first = AnswerVersion.objects.filter(answer=OuterRef("pk")).values("pk")[:1]
    Answer.objects.filter(assessment__in=list(meets), version=0).update(version=1, current=Subquery(first))


def _prove(answers: list[Answer], meets: dict[int, set[str]], leads: dict[int, User], *, at: datetime) -> None:
    """One page of the city's own site proves what it meets, each time at another place."""
    cities = {answer.assessment_id: answer.assessment.city for answer in answers}
    pages = {}
    for pk, city in cities.items():
        known = {"title": f"Handbook of {city.name}", "added_at": at, "added_by": leads[pk]}
        page = Evidence.objects.create(city=city, version=1, **known)
        address = f"https://{city.slug}.example/handbook"
        page.current = EvidenceVersion.objects.create(evidence=page, number=1, kind="link", url=address, added_at=at, added_by=leads[pk])
        Evidence.objects.filter(pk=page.pk).update(current=page.current)
        pages[pk] = page
    AnswerEvidence.objects.bulk_create(
        AnswerEvidence(
            answer=answer, evidence=pages[answer.assessment_id], pages=str(n % 60 + 1), added_at=at, added_by=leads[answer.assessment_id]
        )
        for n, answer in enumerate(answers)
        if answer.criterion.code in meets[answer.assessment_id]
    )


def _snapshot(assessment: Assessment, lead: User, *, at: datetime) -> None:
    content = case.content_of(assessment)
    Snapshot.objects.create(
        assessment=assessment, number=1, receipt=f"D{assessment.cycle.slug[:4]}-{assessment.pk}", content=content,
        content_hash=case.hash_of(content), submitted_at=at, submitted_by=lead,
    )  # fmt: skip


def _judge(answers: list[Answer], meets: dict[int, set[str]], member: PanelMember, staff: User, *, at: datetime) -> None:
    """One reading each: what is claimed is met, the rest is not met, as the city says."""
    current = dict(Answer.objects.filter(assessment__in=list(meets)).values_list("pk", "current_id"))
    Assignment.objects.bulk_create(
        (Assignment(answer=answer, member=member, assigned_at=at - timedelta(days=60), assigned_by=staff) for answer in answers),
        batch_size=1000,
    )
    given = dict(Assignment.objects.filter(member=member).values_list("answer_id", "pk"))
    findings, resolutions = [], []
    for answer in answers:
        met = answer.criterion.code in meets[answer.assessment_id]
        why = "" if met else "Not met, as the city says."
        shared: dict[str, Any] = {"answer": answer, "version_id": current[answer.pk], "rationale": why}
        findings.append(
            Finding(
                assignment_id=given[answer.pk], verdict=Found.MET if met else Found.NOT_MET, filed_at=at, filed_by=member.person, **shared
            )
        )
        resolutions.append(
            Resolution(
                how=How.SINGLE if met else How.AS_CITY_SAYS,
                verdict="met" if met else "not_met",
                resolved_at=at,
                resolved_by=member.person,
                **shared,
            )
        )
    Finding.objects.bulk_create(findings, batch_size=1000)
    Resolution.objects.bulk_create(resolutions, batch_size=1000)


def _decide(
    cycle: Cycle, assessments: list[Assessment], people: dict[str, User], *, told_at: datetime, say: Callable[[str, int, int], None]
) -> None:
    """From ready on by the real actions: scored by the worker's job, proposed, approved, told, closed."""
    at = told_at - timedelta(days=20)
    for assessment in assessments:
        post.ask("score_assessment", at=at, city_id=assessment.city_id, assessment_id=assessment.pk)
    running.drain(["score_assessment"])
    awards: list[Award] = []
    with transaction.atomic(), clock.staged_at(at):
        for assessment in assessments:
            score = results.current_score(assessment)
            follows = results.suggest(assessment, score)  # type: ignore[arg-type]
            award = awarding.propose(assessment, score=score, kind=follows.kind, tier=follows.tier, by=people["staff"], at=at)  # type: ignore[arg-type]
            awards.append(awarding.approve(award, by=people["director"], at=at))
    telling.tell(cycle, awards, people, told_at=told_at, say=say, name="Round")
    cycle.refresh_from_db()
    scheduling.mark_announced(cycle, by=people["staff"], at=told_at)
    scheduling.close_cycle(cycle, by=people["director"], at=told_at)
