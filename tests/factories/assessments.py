"""A city's case, made by the real actions: a cycle that is open, a city with its team, answers, proof, a submission."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import OuterRef, Subquery

from assessments.actions import answering, clarifying, documenting, inviting, reopening, requesting, scheduling, submitting
from assessments.lifecycle import CycleStatus, Status
from assessments.models import (
    Answer,
    AnswerVersion,
    Assessment,
    City,
    CityRecord,
    Claim,
    Clarification,
    Cycle,
    ExtensionRequest,
    Fact,
    ReopenRequest,
    Reply,
    ReplyDraft,
    Role,
    Snapshot,
)
from criteria.models import Standard
from tests.conftest import NOW
from tests.factories import people
from wwc.accounts.models import User
from wwc.audit.record import record

# Far enough ahead that the database's own clock finds every window open.
DUE = datetime(2090, 1, 9, 22, 0, tzinfo=UTC)


def staff() -> User:
    """Who opens cycles and adds people."""
    return people.person("staff", is_staff=True)


def cycle(slug: str = "2026", **fields: Any) -> Cycle:
    """An open cycle of the 2022 edition; the same slug is the same cycle."""
    found = Cycle.objects.filter(slug=slug).first()
    if found:
        return found
    dates = {"opens_at": NOW - timedelta(days=30), "due_at": DUE, "withdraw_until": DUE + timedelta(days=30)}
    given = {"name": f"{slug} cycle", "standard": Standard.objects.get(code="2022"), **dates, **fields}
    return scheduling.open_cycle(scheduling.draft_cycle(slug=slug, **given, by=staff(), at=NOW), by=staff(), at=NOW)


def city(name: str = "Port Lindell", *, population: int | None = 84000, **fields: Any) -> City:
    """An invented city on the lists, with nobody in its team."""
    slug = name.lower().replace(" ", "-")
    place = {"country": "US", "subdivision": "OH", "subdivision_name": "Ohio", "timezone": "America/Chicago", **fields}
    made = City.objects.create(slug=slug, name=name, folded=name.lower(), is_invented=True, **place)
    if population is not None:
        CityRecord.objects.create(city=made, fact=Fact.POPULATION, number=population, as_of=date(2024, 7, 1), source="A list")
    return made


def member(place: City, role: str, name: str = "") -> User:
    """A person with a part in the city's team; without a name, `lead-port-lindell`."""
    person = people.person(name or f"{role}-{place.slug}")
    inviting.add_member(place, person=person, role=role, by=staff(), at=NOW)
    return person


def started(name: str = "Port Lindell", **fields: Any) -> Assessment:
    """An assessment of a city that has a lead, a contributor and a signatory, with nothing answered."""
    place = city(name, **fields)
    team = {role: member(place, role) for role in Role.values}
    return submitting.start(place, cycle(), by=team[Role.LEAD], at=NOW)


def earlier(case: Assessment, edition: str = "2018", slug: str = "2019") -> Assessment:
    """An assessment that the same city started three years before, in a cycle of that edition, with nothing answered."""
    dates = {"opens_at": NOW - timedelta(days=1100), "due_at": DUE, "withdraw_until": DUE}
    fields = {"name": f"{slug} cycle", "standard": Standard.objects.get(code=edition), "status": CycleStatus.OPEN, **dates}
    of, made = Cycle.objects.get_or_create(slug=slug, defaults={**fields, "opened_at": NOW, "opened_by": staff()})
    if made:  # no cycle of an edition that is retired can be opened now, so its record is written as it was then
        record("moved", of, by=staff(), at=NOW, before=CycleStatus.DRAFT, after=CycleStatus.OPEN)
    return submitting.start(case.city, of, by=lead(case.city), at=NOW - timedelta(days=1095))


def lead(place: City) -> User:
    """The lead that `started` gives a city."""
    return people.person(f"lead-{place.slug}")


def contributor(place: City) -> User:
    """The contributor that `started` gives a city."""
    return people.person(f"contributor-{place.slug}")


def signatory(place: City) -> User:
    """The signatory that `started` gives a city."""
    return people.person(f"signatory-{place.slug}")


def answer(case: Assessment, code: str = "DM1") -> Answer:
    """One answer as it is now."""
    rows = Answer.objects.select_related("criterion", "current", "assessment__city", "assessment__cycle__standard")
    return rows.get(assessment=case, criterion__code=code)


def said(case: Assessment, code: str = "DM1", claim: str = Claim.MET, *, by: User | None = None, **words: Any) -> Answer:
    """An answer that was saved with this claim."""
    one = answer(case, code)
    given = {"ticks": [1], "narrative": f"How {code} works here.", **words}
    answering.save(one, claim=claim, based_on=one.version, by=by or lead(case.city), at=NOW, **given)
    return answer(case, code)


def text_file(name: str = "policy.txt", body: str = "The policy.") -> SimpleUploadedFile:
    """A small file that is taken."""
    return SimpleUploadedFile(name, body.encode())


def proven(case: Assessment, code: str = "DM1", **given: Any) -> Any:
    """A file that proves an answer."""
    upload = given.pop("upload", None) or text_file(f"{code}.txt", f"The policy on {code}.")
    return documenting.attach_file(answer(case, code), upload=upload, by=lead(case.city), at=NOW, **given)


def complete(case: Assessment, met: Iterable[str] = ("LC1", "DM1", "PA1")) -> Assessment:
    """Every criterion answered, those named with Yes and a file. The versions are written in bulk, for speed."""
    met, by = set(met), lead(case.city)
    answers = list(Answer.objects.filter(assessment=case, current=None).select_related("criterion").order_by("criterion__position"))
    AnswerVersion.objects.bulk_create(
        AnswerVersion(
            answer=one,
            number=1,
            claim=Claim.MET if one.criterion.code in met else Claim.NOT_YET,
            ticks=[1],
            narrative=f"How {one.criterion.code} works here.",
            saved_at=NOW,
            saved_by=by,
        )
        for one in answers
    )
    in_first_version(case)
    for code in met:
        proven(case, code)
    return case


def in_first_version(case: Assessment) -> None:
    """The versions that were written in bulk become what their answers say."""
    first = AnswerVersion.objects.filter(answer=OuterRef("pk"), number=1).values("pk")
    Answer.objects.filter(assessment=case, current=None).update(version=1, current=Subquery(first))


def attested(case: Assessment) -> Assessment:
    """Complete and signed."""
    submitting.attest(complete(case), by=signatory(case.city), at=NOW)
    return case


def submitted(case: Assessment) -> Snapshot:
    """Submitted with a receipt."""
    return submitting.submit(attested(case), by=lead(case.city), at=NOW)


def in_review(name: str = "Port Lindell") -> Assessment:
    """An assessment that is being read."""
    case = submitted(started(name)).assessment
    case.move_to(Status.IN_REVIEW, by=staff(), at=NOW)
    return case


def asked(case: Assessment, code: str = "DM1", **given: Any) -> Clarification:
    """A question that was sent to the city."""
    draft = clarifying.ask(answer(case, code), text="Which departments does it cover?", by=staff(), at=NOW, **given)
    return clarifying.send([draft], by=staff(), at=NOW)[0]


def written(asked: Clarification, *, by: User | None = None, **given: Any) -> ReplyDraft:
    """A reply that is being written: what was changed, and the answer as it is to be."""
    one = answer(asked.answer.assessment, asked.answer.criterion.code)
    words = {"text": "We added a page.", "claim": "met", "ticks": [1], "narrative": "More.", "based_on": one.version, "seen_at": NOW}
    return clarifying.keep_reply(asked, **{**words, **given}, by=by or lead(one.assessment.city), at=NOW)


def ready(asked: Clarification, *, by: User | None = None, **given: Any) -> ReplyDraft:
    """A reply that waits to be sent."""
    written(asked, by=by, **given)
    return clarifying.mark_ready(asked, by=by or lead(asked.answer.assessment.city), at=NOW)


def replied(asked: Clarification, *, by: User | None = None, **given: Any) -> Reply:
    """A reply that was sent by itself."""
    by = by or lead(asked.answer.assessment.city)
    ready(asked, by=by, **given)
    return clarifying.send_replies(asked.answer.assessment, by=by, at=NOW)[0]


def asked_for_time(case: Assessment, question: Clarification | None = None, **given: Any) -> ExtensionRequest:
    """A request for a week more, which waits."""
    due = question.due_at if question and question.due_at else DUE
    said = {"until": due + timedelta(days=7), "reason": "The data officer is away.", "by": lead(case.city), **given}
    return requesting.ask_for_time(case, question=question, at=NOW, **said)


def asked_to_reopen(case: Assessment, code: str = "DM1", *, by: User | None = None) -> ReopenRequest:
    """A request to open one answer again, which waits."""
    return reopening.ask_to_reopen(answer(case, code), reason="A page is missing.", by=by or lead(case.city), at=NOW)


def opened_again(case: Assessment, code: str = "DM1", *, by: User | None = None, **given: Any) -> ReopenRequest:
    """An answer that is open again."""
    return reopening.grant_reopening(asked_to_reopen(case, code, by=by), by=staff(), at=NOW, **{"open_until": DUE, **given})
