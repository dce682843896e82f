"""A small world to read in: an edition of four criteria, a cycle, cities that have submitted, readers who have declared."""

from datetime import UTC, datetime, timedelta
from typing import Any

from assessments.lifecycle import CycleStatus, Lock, Status
from assessments.models import (
    Answer,
    AnswerEvidence,
    AnswerVersion,
    Assessment,
    City,
    Claim,
    Cycle,
    Evidence,
    EvidenceVersion,
    Membership,
    Role,
)
from criteria.models import ChecklistItem, Criterion, CriterionText, EditionStatus, PracticeArea, Standard, Tier
from reviews.actions import asking, assigning, calibrating, declaring, resolving, validating
from reviews.models import Assignment, CalibrationItem, Finding, PanelMember
from tests.factories.assessments import in_first_version
from tests.factories.people import person
from wwc.outbox.models import LetterText

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
__all__ = ["asking", "assigning", "calibrating", "declaring", "person", "resolving", "validating"]
POLICY = {
    "second_reading": {"core": True, "near_line": 2, "random_share": 0, "flagged": True},
    "seed": 1,
    "rounds_of_questions": 2,
    "question_days": 10,
}
CODES = ("A1", "A2", "B1", "B2")
LETTERS = (
    "assigned",
    "conflict_request",
    "clarification_waiting",
    "answers_received",
    "clarification_closed",
    "password",
    "invited",
    "split",
)


def letters() -> None:
    """Texts for the letters that reading sends, where the real ones are not loaded."""
    there = set(LetterText.objects.filter(language="en").values_list("key", flat=True))
    LetterText.objects.bulk_create(LetterText(key=key, language="en", subject=key, body=key) for key in LETTERS if key not in there)


def standard(code: str = "small") -> Standard:
    """An edition of two areas with two criteria each; A1 is core and needs two of three checklist items."""
    found = Standard.objects.filter(code=code).first()
    if found:
        return found
    made = Standard.objects.create(code=code, name=f"Standard {code}")
    areas = PracticeArea.objects.bulk_create(
        PracticeArea(standard=made, code=letter, name=f"Area {letter}", position=place) for place, letter in enumerate("AB", 1)
    )
    criteria = Criterion.objects.bulk_create(
        Criterion(
            standard=made, area=area, code=f"{area.code}{number}", position=10 * area.position + number,
            core=(area.code, number) == ("A", 1), checklist_required=2, checklist_provenance="published", provenance="published",
        )
        for area in areas for number in (1, 2)
    )  # fmt: skip
    CriterionText.objects.bulk_create(
        CriterionText(
            criterion=each, title=f"Title of {each}", statement=f"Statement of {each}.",
            evidence=["A policy"], not_enough=["A draft"], reading_notes=["Look at the date"],
        ) for each in criteria
    )  # fmt: skip
    ChecklistItem.objects.bulk_create(
        ChecklistItem(criterion=each, position=position, text=f"Item {position} of {each}") for each in criteria for position in (1, 2, 3)
    )
    Tier.objects.bulk_create(
        Tier(standard=made, key=key, name=key.title(), position=position, floor_percent=floor)
        for position, (key, floor) in enumerate([("certified", 50), ("silver", 75)], 1)
    )
    Standard.objects.filter(pk=made.pk).update(status=EditionStatus.PUBLISHED, published_at=NOW)
    made.refresh_from_db()
    return made


def cycle(slug: str = "c26", **fields: Any) -> Cycle:
    """A cycle of the small edition whose submissions are in."""
    letters()
    staff = person("staff", is_staff=True)
    values = {
        "name": f"Cycle {slug}", "standard": standard(), "status": CycleStatus.REVIEWING, "opens_at": NOW - timedelta(days=90),
        "due_at": NOW - timedelta(days=5), "withdraw_until": NOW - timedelta(days=5), "policy": POLICY,
        "opened_at": NOW - timedelta(days=90), "opened_by": staff,
    }  # fmt: skip
    return Cycle.objects.create(slug=slug, **{**values, **fields})


def city(name: str) -> City:
    """A city of that name in Ohio, with a lead."""
    slug = name.lower().replace(" ", "-")
    made = City.objects.create(slug=slug, name=name, folded=name.lower(), country="US", subdivision="OH", subdivision_name="Ohio")
    lead = person(f"lead-{slug}")
    Membership.objects.create(city=made, person=lead, role=Role.LEAD, added_at=NOW, added_by=person("staff", is_staff=True))
    return made


def lead_of(place: City) -> Any:
    """The lead that `city` gave it."""
    return person(f"lead-{place.slug}")


def submitted(name: str, of: Cycle, **claims: str) -> Assessment:
    """An assessment as it is once submitted: every answer in its first version and locked. All is claimed met unless said."""
    place = city(name)
    lead = lead_of(place)
    made = Assessment.objects.create(city=place, cycle=of, status=Status.SUBMITTED, started_at=NOW, started_by=lead)
    criteria = Criterion.objects.filter(standard=of.standard).order_by("position")
    answers = Answer.objects.bulk_create(Answer(assessment=made, criterion=each, lock=Lock.LOCKED) for each in criteria)
    AnswerVersion.objects.bulk_create(_next(each, claims.get(each.criterion.code, Claim.MET)) for each in answers)
    in_first_version(made)
    return made


def _next(answer: Answer, claim: str, narrative: str = "We do this.") -> AnswerVersion:
    given = {"claim": claim, "ticks": [1, 2], "narrative": narrative, "saved_at": NOW, "saved_by": answer.assessment.started_by}
    return AnswerVersion(answer=answer, number=answer.version + 1, **given)


def version(answer: Answer, claim: str = Claim.MET, narrative: str = "We do this.") -> AnswerVersion:
    """The next version of an answer, as a save or a reply writes it."""
    made = _next(answer, claim, narrative)
    made.save()
    Answer.objects.filter(pk=answer.pk).update(version=made.number, current=made)
    answer.refresh_from_db()
    return made


def answer(assessment: Assessment, code: str) -> Answer:
    """The answer to one criterion."""
    return Answer.objects.select_related("assessment__city", "assessment__cycle", "criterion", "current").get(
        assessment=assessment, criterion__code=code
    )


def document(of: Answer, filename: str = "policy.txt", kind: str = "text", stored: str = "aa/one") -> EvidenceVersion:
    """A file that proves the answer."""
    by = of.assessment.started_by
    kept = Evidence.objects.create(city=of.assessment.city, title=filename, added_at=NOW, added_by=by)
    made = EvidenceVersion.objects.create(
        evidence=kept, number=1, kind=kind, filename=filename, stored=stored, size=10, sha256="0" * 64, added_at=NOW, added_by=by
    )
    Evidence.objects.filter(pk=kept.pk).update(version=1, current=made)
    AnswerEvidence.objects.create(answer=of, evidence=kept, pages="4", added_at=NOW, added_by=by)
    return made


def reader(
    of: Cycle, name: str = "reader", *, declares: bool = True, part: str = "reviewer", areas: Any = (), cap: int = 400,
    languages: Any = (),
) -> PanelMember:  # fmt: skip
    """Somebody on the panel who has declared to be free of conflict with every city of the cycle."""
    who = person(name)
    chosen = PracticeArea.objects.filter(standard=of.standard, code__in=areas)
    member = assigning.add_member(
        of, person=who, part=part, areas=chosen, cap=cap, languages=languages, by=person("staff", is_staff=True), at=NOW
    )
    if declares:
        declaring.declare_all(of, declared={}, by=who, at=NOW)
    return member


def assign(of: Answer, member: PanelMember, slot: str = "first") -> Assignment:
    """Staff give the answer to a reader."""
    return assigning.assign(of, member=member, slot=slot, by=person("staff", is_staff=True), at=NOW)


def find(assignment: Assignment, verdict: str = "met", **fields: Any) -> Finding:
    """The reader files a verdict on what is current."""
    row = Answer.objects.select_related("current").get(pk=assignment.answer_id)
    values = {"ticks": [1, 2] if verdict == "met" else [1], "rationale": "" if verdict == "met" else "Not shown.", "at": NOW}
    return validating.record_finding(assignment, version=row.current, verdict=verdict, by=assignment.member.person, **{**values, **fields})


def fresh(assignment: Assignment) -> Assignment:
    """The assignment as it is now, with its answer."""
    rows = Assignment.objects.select_related("member__person", "answer__current", "answer__assessment", "answer__criterion")
    return rows.get(pk=assignment.pk)


def consensus(of: Answer, one: PanelMember, other: PanelMember, verdict: str = "not_met", why: str = "Not shown.") -> Any:
    """One reader of a split proposes, the other agrees."""
    accord = resolving.propose_consensus(of, verdict=verdict, rationale=why, by=one.person, at=NOW)
    return resolving.accept_consensus(accord, by=other.person, at=NOW)


def practice(of: Cycle, area: str = "A", code: str = "A1", *, opened: bool = True, by: Any = None) -> CalibrationItem:
    """A calibration round of an area with one invented answer that is not met."""
    staff = by or person("staff", is_staff=True)
    made = calibrating.draft_round(of, area=PracticeArea.objects.get(standard=of.standard, code=area), by=staff, at=NOW)
    criterion = Criterion.objects.get(standard=of.standard, code=code)
    words = {"narrative": "We have a draft policy.", "proof": "A page marked draft.", "why": "A draft is not in force."}
    item = calibrating.add_item(made, criterion=criterion, **words, expected="not_met", by=staff, at=NOW)
    if opened:
        calibrating.open_round(made, by=staff, at=NOW)
    return CalibrationItem.objects.select_related("calibration", "criterion").get(pk=item.pk)
