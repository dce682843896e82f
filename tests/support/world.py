"""One world for tests that walk all pages: cities at every stage, and something of everything that has a page of its own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assessments.actions import claiming, clarifying, importing, inviting, joining, printing, reopening, requesting, scheduling
from assessments.letters import CLAIM, INVITATION
from assessments.models import (
    Answer,
    Assessment,
    Claim,
    ClaimRequest,
    Clarification,
    Conflict,
    Cycle,
    EvidenceVersion,
    ExtensionRequest,
    Import,
    Invitation,
    JoinRequest,
    Paper,
    Preview,
    ReopenRequest,
    Role,
)
from criteria.actions import drafting, publishing
from criteria.models import Criterion, Standard
from reviews.actions import announcing, appealing, asking, breaking, calling, declaring, exporting, noting, validating
from reviews.actions import drafting as phrases
from reviews.jobs.exports import write_export
from reviews.lifecycle import AwardStatus, Found, Slot
from reviews.models import Announcement, Appeal, Assignment, Award, CalibrationItem, Call, Export, PublishedAward, Resolution, Scorecard
from reviews.queries import appeals, exports, results
from tests.factories import people, published, reviews
from wwc.accounts import tokens
from wwc.accounts.models import ApiToken, User
from wwc.demo import World, world_at
from wwc.outbox.models import Work

CITIES = 7  # the fewest with which one is left to decide
OPEN, REVIEW, DECIDE, TOLD = range(4)  # every fourth city is at the same stage


@dataclass
class Setting:
    """The rows that pages are about, by what they are in this world; `people` by the part they play."""

    cycle: Cycle
    people: dict[str, User]
    open: Assessment
    review: Assessment
    ready: Assessment
    told: Assessment
    unread: Assignment
    split: Answer
    question: Clarification
    written: Clarification
    draft: Standard
    withdrawn: str
    invitation: Invitation
    conflict: Conflict
    round: Announcement
    token: ApiToken
    aside: Work
    planned: Cycle
    public: PublishedAward
    newcomer: JoinRequest
    not_listed: JoinRequest
    claim: ClaimRequest
    unproved: ClaimRequest
    asked_time: ExtensionRequest
    asked_answer: ReopenRequest
    filed: Appeal
    heard: Appeal

    @property
    def practice(self) -> CalibrationItem:
        """An answer of an open calibration round."""
        return CalibrationItem.objects.order_by("pk")[0]

    @property
    def call(self) -> Call:
        """The latest call with the city that is read."""
        return Call.objects.order_by("-pk")[0]

    @property
    def proof(self) -> EvidenceVersion:
        """A file that proves something in the open assessment."""
        return EvidenceVersion.objects.exclude(kind="link").filter(evidence__city=self.open.city).order_by("pk")[0]

    @property
    def drawn(self) -> EvidenceVersion:
        """A file beside the unread answer, with a page of it."""
        version = self.unread.answer.evidence.filter(evidence__current__kind="text")[0].evidence.current
        preview, new = Preview.objects.get_or_create(
            version=version, defaults={"outcome": "drawn", "of": 1, "drawn": 1, "made_at": self.unread.assigned_at}
        )
        if new:
            preview.sheets.create(number=1, stored=version.stored)
        return version

    @property
    def brought(self) -> Import:
        """A workbook that was brought back and waits for somebody to confirm."""
        return Import.objects.get(assessment=self.open, applied_at=None)

    @property
    def confirmed(self) -> Import:
        """A workbook of which rows were saved."""
        return Import.objects.exclude(applied_at=None).get(assessment=self.open)

    @property
    def printed(self) -> Paper:
        """The questionnaire on paper."""
        return Paper.objects.exclude(made_at=None).filter(assessment=self.open)[0]

    @property
    def paper(self) -> Scorecard:
        """A rendered scorecard."""
        return Scorecard.objects.filter(award__assessment=self.told).exclude(rendered_at=None).order_by("pk")[0]

    @property
    def certified(self) -> Award:
        """The last award with a tier that was told: of the city whose lead is the lead, from the cycle of before."""
        return Award.objects.filter(status="released").exclude(tier="").latest("pk")

    @property
    def export(self) -> Export:
        """An export of staff that a worker has written."""
        staff = self.people["staff"]
        return staff.exports.first() or _exported(self.cycle, staff)

    @property
    def link(self) -> str:
        """The secret of the invitation's link."""
        return signing.dumps(self.invitation.pk, salt=INVITATION)


def _exported(cycle: Cycle, staff: User) -> Export:
    asked = exporting.ask(cycle, form="csv", tables=exports.NAMES, by=staff, at=timezone.now())
    write_export(asked.pk)
    return Export.objects.get(pk=asked.pk)


def claim_link(claim: ClaimRequest) -> str:
    """The secret of the link in the letters to who asks to become a lead."""
    return signing.dumps(claim.pk, salt=CLAIM)


def setting(*, cities: int = CITIES, seed: int = 5) -> Setting:
    """Make the world and whatever the demonstration leaves out; every step by the action that people use."""
    now = datetime.now(UTC)
    world = world_at("mixed", cities=cities, seed=seed, now=now)
    staff, director = world.people["staff"], world.people["director"]
    review, told = world.assessments[REVIEW], world.assessments[TOLD]
    ready = next(each for each in world.assessments if each.status == "ready")
    who = {name: world.people[name] for name in ("staff", "director")} | {"practice lead": world.people["lead"]}
    for stage, case in (("", world.assessments[OPEN]), ("asked ", review), ("told ", told)):
        who |= {f"{stage}{role}": _member(case, role) for role in Role.values}
    unread, split, question, written = _readings(review)
    who["reader"] = unread.member.person
    _off_line(world.assessments[OPEN], who["lead"], now)
    reviews.practice(world.cycle, "DM", "DM1", by=staff)
    draft = publishing.draft_next(world.cycle.standard, code="2027", name="2027 Standard", by=staff, at=now)
    withdrawn = _last_without_followers(draft)
    drafting.withdraw_criterion(withdrawn, by=staff, at=now)
    conflict = declaring.record_found(
        world.cycle, person=who["practice lead"], city=world.assessments[TOLD].city, reason="Worked there until last year", by=staff, at=now
    )
    phrases.add_phrase("A draft does not count.", for_all=True, by=staff, at=now)
    token, _secret = tokens.make("Monthly report", scopes=[ApiToken.Scope.values[0]], days=90, by=who["lead"], at=now)
    who["guarded"] = _guarded()
    who["looking staff"] = people.person("looking", is_staff=True)
    who["torn director"] = _torn(world.cycle, told, now)
    return Setting(
        cycle=world.cycle, people=who, open=world.assessments[OPEN], review=review, ready=ready, told=told, unread=unread, split=split,
        question=question, written=written, draft=draft, withdrawn=withdrawn.code,
        invitation=inviting.invite(
            world.assessments[OPEN].city, email="newcomer@example.org", role=Role.CONTRIBUTOR, by=who["lead"], at=now
        ),
        conflict=conflict, round=_round(world.cycle, staff, now), token=token, aside=_set_aside(now),
        planned=scheduling.draft_cycle(
            slug="next", name="Next cycle", standard=world.cycle.standard, opens_at=now + timedelta(days=60),
            due_at=now + timedelta(days=160), withdraw_until=now + timedelta(days=170), by=director, at=now,
        ),
        public=_public(),
        claim=claiming.prove(_claims(world.assessments[OPEN], "heir@city.example", now), by=None, at=now),
        unproved=_claims(world.assessments[OPEN], "other@city.example", now),
        newcomer=_asks_to_join(world, now, city=told.city, message="We met at the conference."),
        not_listed=_asks_to_join(world, now, place="Quill Harbor, Ohio, United States"),
        asked_time=requesting.ask_for_time(
            world.assessments[OPEN], until=now + timedelta(days=400), reason="The data officer is away.", by=who["lead"], at=now
        ),
        asked_answer=_asks_to_reopen(review, question.answer, written.answer, who["asked lead"], now),
        **_appeals(told, who, now),
    )  # fmt: skip


def _appeals(told: Assessment, who: dict[str, User], now: datetime) -> dict[str, Appeal]:
    """A city appeals two verdicts of its result: one waits for staff, one is with a reader who was not involved."""
    award = results.released_award(told)
    assert award is not None
    missed = [code for code, verdict in award.score.verdicts.items() if verdict == "not_met"]
    answers = Answer.objects.filter(assessment=told, criterion__code__in=missed).order_by("criterion__position")
    three = list(answers.select_related("criterion", "current", "assessment__city", "assessment__cycle__standard")[:3])
    for answer in three:  # judged, so that it can be appealed: what the city does not claim cannot
        words = {"how": "lead", "verdict": "not_met", "rationale": "The policy is a draft.", "resolved_at": award.proposed_at}
        Resolution.objects.create(answer=answer, version=answer.current, resolved_by=who["director"], **words)
    made = [appealing.file(each, reason="The annex names the office in charge.", by=who["told lead"], at=now) for each in three[:2]]
    filed, heard = made
    appealing.admit(heard, reader=appeals.readers_for(heard.answer)[0], by=who["staff"], at=now)
    heard.refresh_from_db()
    reopening.finish(heard.opened, by=who["told lead"], at=now)
    who["appeal reader"] = heard.reader.person
    return {"filed": filed, "heard": heard}


def _asks_to_reopen(review: Assessment, asked: Answer, written: Answer, lead: User, now: datetime) -> ReopenRequest:
    """A request on an answer that nobody asks about."""
    free = Answer.objects.filter(assessment=review).exclude(pk__in=[asked.pk, written.pk]).select_related("criterion", "assessment__city")
    return reopening.ask_to_reopen(free.order_by("-pk")[0], reason="A newer policy is in force since Monday.", by=lead, at=now)


def _member(case: Assessment, role: str) -> User:
    return case.city.memberships.filter(role=role, ended_at=None).order_by("pk")[0].person


def _readings(review: Assessment) -> tuple[Assignment, Answer, Clarification, Clarification]:
    """Some of what can happen while one city is read: a split, a question that was sent, one that waits, answers unread."""
    now = timezone.now()
    live = Assignment.objects.filter(answer__assessment=review, ended_at=None, findings=None, answer__current__claim=Claim.MET)
    live = live.select_related("member__person", "answer__current", "answer__assessment__city", "answer__criterion").order_by("pk")
    second = live.filter(slot=Slot.SECOND)[0]
    first = live.get(slot=Slot.FIRST, answer=second.answer_id)
    for assignment, verdict, why in ((first, Found.MET, ""), (second, Found.NOT_MET, "The document names no person in charge.")):
        ticks = assignment.answer.current.ticks if verdict == Found.MET else []
        validating.record_finding(
            assignment, version=assignment.answer.current, verdict=verdict, ticks=ticks, rationale=why, by=assignment.member.person, at=now
        )
    split = Answer.objects.select_related("criterion").get(pk=second.answer_id)
    mine: dict[int, list[Assignment]] = {}
    for each in live.filter(slot=Slot.FIRST).exclude(answer=split):
        mine.setdefault(each.member_id, []).append(each)
    asked, drafted, *rest = max(mine.values(), key=len)
    reader = asked.member.person
    sent = asking.ask_city(asked, text="Since when is the policy in force, and who keeps it?", by=reader, at=now)
    sent = clarifying.send([sent], by=reader, at=now)[0]
    written = asking.ask_city(drafted, text="Which departments does it cover?", by=reader, at=now)
    said = {"participants": "Their chief data officer; two of us", "said": "The policy is renewed every year, and the council votes on it."}
    logged = calling.log_call(review, held_at=now, **said, answers=[asked.answer, drafted.answer], by=reader, at=now)
    calling.correct_call(logged, held_at=now, **said, answers=[asked.answer], by=reader, at=now)
    noting.note_on_answer(asked.answer, text="The annex is the better proof.", by=reader, at=now)
    unread = next((each for each in rest if each.answer.evidence.filter(evidence__current__kind="text").exists()), rest[0])
    return unread, split, sent, written


def _off_line(case: Assessment, lead: User, now: datetime) -> None:
    """Two workbooks that came back, one of them confirmed, and a paper."""
    answer = Answer.objects.filter(assessment=case).select_related("criterion", "current").order_by("-criterion__position")[0]
    row = {"row": 3, "code": answer.criterion.code, "base": answer.version, "claim": "not_met", "ticks": [1], "narrative": "By hand."}
    fields: dict[str, Any] = {"filename": "answers.xlsx", "sha256": "0" * 64, "read_at": now, "read_by": lead}
    done, waiting = (
        Import.objects.create(assessment=case, rows=[{**row, "base": 0, "narrative": words}], problems=problems, **fields)
        for words, problems in (("By hand.", []), ("On paper.", [{"row": 4, "kind": "choice", "value": "Perhaps"}]))
    )
    importing.confirm(done, choices={answer.criterion.code: (True, answer.version)}, by=lead, at=now)
    assert waiting.applied_at is None
    paper = printing.ask(case, kind="blank", language="en", by=lead, at=now)
    body = b"%PDF-1.7 a paper"
    stored = default_storage.save("papers/blank/5d1c.pdf", ContentFile(body))
    Paper.objects.filter(pk=paper.pk).update(made_at=now, stored=stored, sha256=sha256(body).hexdigest(), size=len(body))


def _last_without_followers(draft: Standard) -> Criterion:
    """A criterion that no other one needs and that is not core, so that it can be withdrawn."""
    needed = Criterion.objects.filter(standard=draft, prerequisites__isnull=False).values("prerequisites__needs")
    free = Criterion.objects.filter(standard=draft, core=False).exclude(pk__in=needed)
    return free.select_related("standard", "area").order_by("-position")[0]


def _round(cycle: Cycle, staff: User, now: datetime) -> Announcement:
    """A round that waits for its hour."""
    batch = announcing.draft_round(cycle, slug="second", name="Second round", by=staff, at=now)
    announcing.add(batch, awards=Award.objects.filter(assessment__cycle=cycle, status=AwardStatus.APPROVED), by=staff, at=now)
    return announcing.prepare(batch, announce_at=now + timedelta(days=3), by=staff, at=now)


def _asks_to_join(world: World, now: datetime, **what: Any) -> JoinRequest:
    """A visitor without an account asks that a city take part."""
    return joining.ask(world.cycle, name="Ana Ruiz", email="ana@city.example", work="Chief data officer", by=None, at=now, **what)


def _claims(case: Assessment, email: str, now: datetime) -> ClaimRequest:
    """A visitor without an account asks to become a lead."""
    return claiming.ask(case.city, name="Ana Ruiz", email=email, by=None, at=now)


def _public() -> PublishedAward:
    """A city that agreed to show everything: no chance of the demonstration decides whether there is one."""
    areas, criteria = [], []
    standard = Standard.objects.get(code="2022")
    for area in standard.areas.order_by("position"):
        rows = list(Criterion.objects.filter(area=area).select_related("area").order_by("position"))
        areas.append(
            {
                "code": area.code,
                "name": area.name,
                "points": len(rows) - 1,
                "possible": len(rows),
                "met": len(rows) - 1,
                "criteria": len(rows),
            }
        )
        for n, each in enumerate(rows):
            met = {"earned": int(n > 0), "verdict": "met" if n else "not_met"}
            criteria.append({"code": each.code, "title": each.code, "area": area.code, "core": each.core, **met})
    paper = default_storage.save("papers/alder-reach/2f6c1d.pdf", ContentFile(b"%PDF-1.7 a paper"))
    framed = default_storage.save("papers/alder-reach/7b90e4.pdf", ContentFile(b"%PDF-1.7 a certificate"))
    shown = {"areas": areas, "criteria": criteria, "points": 35, "possible": 43, "consent": "criteria"}
    return published.award(published.city(), document=paper, certificate=framed, certificate_sha256="7b" * 32, **shown)


def _set_aside(now: datetime) -> Work:
    """Work that stopped five times."""
    fields: dict[str, Any] = {"kind": "score_assessment", "key": "set-aside", "args": {}, "attempts": 5, "error": "The worker ended."}
    return Work.objects.create(asked_at=now, due_at=now, parked_at=now, **fields)


def _torn(cycle: Cycle, told: Assessment, now: datetime) -> User:
    """A director in conflict with one city, who looks at it in an emergency."""
    person = people.person("torn-director", is_director=True)
    declaring.declare_all(cycle, declared={told.city_id: "My brother is its mayor"}, by=person, at=now)
    breaking.break_glass(told.city, reason="A file with home addresses was added.", minutes=60, by=person, at=now)
    return person


def _guarded() -> User:
    """A person of the program with a second step at sign-in."""
    person = people.person("guarded", is_staff=True)
    TOTP.activate(person, generate_totp_secret())
    RecoveryCodes.activate(person)
    return person
