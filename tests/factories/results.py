"""Assessments at the point of decision: answered, read, settled, with the verdicts that a test wants."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assessments.lifecycle import CycleStatus, Lock, Status
from assessments.models import Answer, AnswerVersion, Assessment, City, CityRecord, Claim, Cycle, Fact, Membership, Role
from criteria.models import Criterion, Standard
from reviews.actions import announcing, awarding
from reviews.jobs.score import score_assessment
from reviews.models import Announcement, Award, Resolution, Scorecard
from reviews.queries import results
from tests.conftest import NOW
from tests.factories import people
from tests.factories.assessments import in_first_version
from wwc.clock import staged_at

CORE = ("LC1", "DM1", "PA1")


def cycle(slug: str = "2026", *, edition: str = "2022", **fields: Any) -> Cycle:
    """A cycle of an edition, the one of 2022 unless said."""
    dates = {"opens_at": NOW - timedelta(days=200), "due_at": NOW - timedelta(days=90), "withdraw_until": NOW - timedelta(days=90)}
    found = Cycle.objects.filter(slug=slug).first()
    standard = Standard.objects.get(code=edition)
    return found or Cycle.objects.create(slug=slug, name=f"{slug} cycle", standard=standard, status=CycleStatus.DECIDING, **dates | fields)


def city(name: str, **fields: Any) -> City:
    """An invented city with a lead, a signatory and its population."""
    slug = name.lower().replace(" ", "-")
    made = City.objects.create(
        slug=f"{slug}-ohio",
        name=name,
        folded=name.lower(),
        is_invented=True,
        **{"country": "US", "subdivision": "OH", "subdivision_name": "Ohio", **fields},
    )
    CityRecord.objects.create(city=made, fact=Fact.POPULATION, number=148310, as_of=NOW.date(), source="invented")
    CityRecord.objects.create(city=made, fact=Fact.FORM, text="council-manager", as_of=NOW.date(), source="invented")
    for role in (Role.LEAD, Role.SIGNATORY, Role.CONTRIBUTOR):
        Membership.objects.create(city=made, person=people.person(f"{slug}-{role}"), role=role, added_at=NOW)
    return made


def met(n: int, edition: str = "2022") -> list[str]:
    """Codes of n criteria that all earn their point: the core first, then in an order that honors prerequisites."""
    needs: dict[str, list[str | None]] = {}
    rules = Criterion.objects.filter(standard__code=edition).order_by("position")
    for code, needed in rules.values_list("code", "prerequisites__needs__code"):
        needs.setdefault(code, []).append(needed)
    chosen = list(CORE) if edition == "2022" else []
    while len(chosen) < n:
        free = [code for code, needed in needs.items() if code not in chosen and {*needed} <= {*chosen, None}]
        chosen += free[: n - len(chosen)]
    return chosen[:n]


def settled(
    place: City, verdicts: Collection[str], *, status: str = Status.READY, at: datetime = NOW, in_cycle: Cycle | None = None,
    settled_by: str = "reader", **fields: Any
) -> Assessment:  # fmt: skip
    """An assessment in which exactly these codes were settled as met, with a reason on every criterion."""
    lead = people.person(f"{place.name.lower().replace(' ', '-')}-lead")
    in_cycle = in_cycle or cycle()
    case = Assessment.objects.create(city=place, cycle=in_cycle, status=status, started_at=at, started_by=lead, **fields)
    criteria = list(Criterion.objects.filter(standard=in_cycle.standard).order_by("position"))
    answers = Answer.objects.bulk_create([Answer(assessment=case, criterion=each, lock=Lock.LOCKED) for each in criteria])
    claims = {True: Claim.MET, False: Claim.NOT_YET}
    versions = AnswerVersion.objects.bulk_create(
        [AnswerVersion(answer=a, number=1, claim=claims[a.criterion.code in verdicts], saved_at=at, saved_by=lead) for a in answers]
    )
    in_first_version(case)
    reader = people.person(settled_by)
    Resolution.objects.bulk_create(
        [
            Resolution(
                answer=a,
                version=v,
                how="agreed",
                verdict="met" if a.criterion.code in verdicts else "not_met",
                rationale=f"Reasons for {a.criterion.code}.",
                resolved_at=at,
                resolved_by=reader,
            )
            for a, v in zip(answers, versions, strict=True)
        ]
    )
    return case


def scored(place: City, n: int, **fields: Any) -> Assessment:
    """An assessment that is ready, with n points and its score."""
    of = fields.get("in_cycle") or cycle()
    case = settled(place, met(n, of.standard.code), **{**fields, "in_cycle": of})
    score_assessment(case.pk)
    return case


def approved(case: Assessment, *, proposer: Any, director: Any, at: datetime = NOW, **given: Any) -> Award:
    """A decision on an assessment, as its score comes to unless something else is given, approved by a second person."""
    score = results.current_score(case)
    assert score is not None
    follows = results.suggest(case, score)
    award = awarding.propose(case, score=score, by=proposer, at=at, **{"kind": follows.kind, "tier": follows.tier, **given})
    return awarding.approve(award, by=director, at=at)


def prepared(
    awards: Collection[Award], *, by: Any, at: datetime = NOW, announce_at: datetime = NOW, slug: str = "round-1", **given: Any
) -> Announcement:
    """A round with these decisions at that hour; its papers are asked for and not rendered."""
    with staged_at(at):
        batch = announcing.draft_round(
            next(iter(awards)).assessment.cycle, slug=slug, name=f"{slug.replace('-', ' ').capitalize()}, 2026", by=by, at=at
        )
        announcing.add(batch, awards=awards, by=by, at=at)
        return announcing.prepare(batch, announce_at=announce_at, by=by, at=at, **given)


def rendered(batch: Announcement, body: bytes = b"%PDF-1.7 a paper") -> None:
    """Every paper of the round is there, without the time that real ones take."""
    for card in results.papers_of(batch).filter(rendered_at=None):
        stored = default_storage.save(f"papers/{card.pk}/paper-{card.pk}.pdf", ContentFile(body))
        fields = {"stored": stored, "sha256": sha256(body).hexdigest(), "size": len(body), "rendered_at": NOW}
        Scorecard.objects.filter(pk=card.pk).update(**fields)


def released(awards: Collection[Award], *, by: Any, director: Any, at: datetime = NOW, slug: str = "round-1") -> Announcement:
    """A round that is out, with papers that took no time."""
    batch = prepared(awards, by=by, at=at, announce_at=at, slug=slug)
    rendered(batch)
    with staged_at(at):
        announcing.release(batch, by=director, at=at)
    batch.refresh_from_db()
    return batch
