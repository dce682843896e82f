"""Who reads what: the panel of a cycle, assignments, stepping aside."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Status
from assessments.models import Answer, Assessment, Cycle
from criteria.models import PracticeArea
from reviews import access, letters
from reviews.lifecycle import DONE, Slot
from reviews.models import Assignment, PanelMember, Part
from reviews.queries import declarations, desk, verdicts
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.refusals import Refusal, require

MOST = 5000  # answers that one person can be asked to read in a cycle


class OnPanel(Refusal):
    """The person has this part already."""

    message = _("This person is on the panel already. Nothing was changed.")


class NotAssignable(Refusal):
    """A rule of assigning stands against it."""

    message = _("This cannot be assigned. Nothing was changed.")


class NotDeclared(NotAssignable):
    """No word on this city yet, or a conflict."""

    message = _("This person has not declared to be free of conflict with this city. Nothing was assigned.")


class OverCap(NotAssignable):
    """More than the reader takes on."""

    message = _("This is more than the person takes on. Nothing was assigned.")


class OtherArea(NotAssignable):
    """Outside the reader's areas."""

    message = _("This is outside the person's practice areas. Nothing was assigned.")


class OtherLanguage(NotAssignable):
    """The city writes in a language that the reader did not name."""

    message = _("The person does not read the language of this city. Nothing was assigned.")


class Taken(NotAssignable):
    """The reading is somebody's already, or the person's own other one."""

    message = _("This reading is taken already, or the person reads the answer in another turn. Nothing was assigned.")


class NotRead(NotAssignable):
    """The assessment is not being read at this stage."""

    message = _("This assessment is not being read at this stage. Nothing was assigned.")


@dataclass(frozen=True)
class Picked:
    """One line of a plan: these answers of one assessment go to this member."""

    assessment: Assessment
    member: PanelMember
    answers: Sequence[Answer]
    slot: str = Slot.FIRST


@transaction.atomic
def add_member(
    cycle: Cycle, *, person: Any, part: str = Part.REVIEWER, areas: Iterable[PracticeArea] = (), cap: int = 400,
    languages: Sequence[str] = (), employers: Sequence[str] = (), by: Any, at: datetime,
) -> PanelMember:  # fmt: skip
    """Put a person on the panel of a cycle and ask them to declare their conflicts."""
    require(access.may_manage_panel(by))
    if PanelMember.objects.filter(cycle=cycle, person=person, part=part, left_at=None).exists():
        raise OnPanel()
    areas = list(areas)
    _check_part(cycle, areas, cap)
    member = PanelMember.objects.create(
        cycle=cycle, person=person, part=part, cap=cap, languages=list(languages), employers=list(employers), joined_at=at, joined_by=by
    )
    member.areas.set(areas)
    User.objects.filter(pk=person.pk, second_factor=False).update(second_factor=True)  # whoever reads cases signs in by two steps
    codes = [area.code for area in areas]
    record("joined_panel", member, by=by, at=at, part=part, areas=codes, cap=cap, languages=member.languages, person=person.pk)
    letters.conflict_request(member, due_at=at + timedelta(days=cycle.policy.get("declaring_days", 7)), at=at)
    return member


@transaction.atomic
def invite_member(
    cycle: Cycle, *, email: str, name: str = "", part: str = Part.REVIEWER, areas: Iterable[PracticeArea] = (), cap: int = 400,
    languages: Sequence[str] = (), employers: Sequence[str] = (), by: Any, at: datetime,
) -> PanelMember:  # fmt: skip
    """Put somebody on the panel by their address; a person who is not there yet comes to be and sets a password at sign-in."""
    require(access.may_manage_panel(by))
    person = User.objects.filter(email__iexact=email.strip()).first()
    if person is None:
        person = User.objects.create_user(email, None, name=name.strip())
        record("joined", person, by=by, at=at)
    return add_member(cycle, person=person, part=part, areas=areas, cap=cap, languages=languages, employers=employers, by=by, at=at)


@transaction.atomic
def change_member(
    member: PanelMember, *, areas: Iterable[PracticeArea], cap: int, languages: Sequence[str], employers: Sequence[str], by: Any,
    at: datetime,
) -> None:  # fmt: skip
    """Change what somebody reads from now on, and how much. What they have to read already stays with them."""
    require(access.may_manage_panel(by))
    member = PanelMember.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=member.pk)
    areas = list(areas)
    _check_part(member.cycle, areas, cap)
    PanelMember.objects.filter(pk=member.pk).update(cap=cap, languages=list(languages), employers=list(employers))
    member.areas.set(areas)
    codes = [area.code for area in areas]
    record("changed_panel", member, by=by, at=at, areas=codes, cap=cap, languages=list(languages), person=member.person_id)


@transaction.atomic
def remove_member(member: PanelMember, *, reason: str, by: Any, at: datetime) -> None:
    """End somebody's part in a cycle. Their live assignments end with it; what they filed stays on record."""
    require(access.may_manage_panel(by))
    member = PanelMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.left_at:
        return
    live = Assignment.objects.filter(member=member, ended_at=None)
    count = live.update(ended_at=at, ended_by=by, ended_because=reason)
    PanelMember.objects.filter(pk=member.pk).update(left_at=at, left_by=by)
    record("left_panel", member, by=by, at=at, reason=reason, ended=count)


@transaction.atomic
def assign(
    answer: Answer, *, member: PanelMember, slot: str = Slot.FIRST, due_at: datetime | None = None, by: Any, at: datetime
) -> Assignment:
    """Give one reading of one answer to a member of the panel. The first assignment moves the assessment into review."""
    require(access.may_assign(by, answer.assessment))
    made = _assign([Picked(answer.assessment, member, [answer], slot)], due_at=due_at, by=by, at=at, tell=True)
    return made[0]


@transaction.atomic
def assign_many(
    assessment: Assessment, *, member: PanelMember, answers: Sequence[Answer], slot: str = Slot.FIRST, due_at: datetime | None = None,
    by: Any, at: datetime, tell: bool = True,
) -> list[Assignment]:  # fmt: skip
    """Give one reading of several answers of an assessment to a member: all of them or none, with one event."""
    require(access.may_assign(by, assessment))
    return _assign([Picked(assessment, member, list(answers), slot)], due_at=due_at, by=by, at=at, tell=tell)


@transaction.atomic
def publish_plan(cycle: Cycle, *, picks: Sequence[Picked], due_at: datetime | None = None, by: Any, at: datetime) -> list[Assignment]:
    """Make a proposal true: every line of it or none. Each reader gets one letter for all of theirs."""
    require(access.may_manage_panel(by))
    for assessment in {pick.assessment for pick in picks}:
        require(access.may_assign(by, assessment))
    if any(pick.assessment.cycle_id != cycle.pk for pick in picks):
        raise NotAssignable()
    return _assign(list(picks), due_at=due_at, by=by, at=at, tell=True)


@transaction.atomic
def recuse(assignment: Assignment, *, reason: str, by: Any, at: datetime) -> None:
    """Step aside from one answer, or take it back from its reader. What was filed stays on record and counts no more."""
    require(access.may_recuse(by, assignment))
    if not reason.strip():
        raise Refusal(_("Say in a few words why. Nothing was changed."))
    answer = Answer.objects.select_for_update(of=("self",)).select_related("assessment", "criterion").get(pk=assignment.answer_id)
    if not Assignment.objects.filter(pk=assignment.pk, ended_at=None).update(ended_at=at, ended_by=by, ended_because=reason.strip()):
        return
    codes, person = [answer.criterion.code], assignment.member.person_id
    record(
        "recused", answer.assessment, by=by, at=at, city_id=answer.assessment.city_id, reason=reason.strip(), person=person, criteria=codes
    )


def _check_part(cycle: Cycle, areas: list[PracticeArea], cap: int) -> None:
    """The limit is one, and the areas are of the edition."""
    if not 1 <= cap <= MOST:
        raise Refusal(_("The limit is a whole number from 1 to 5,000. Nothing was changed."))
    if any(area.standard_id != cycle.standard_id for area in areas):
        raise Refusal(_("A practice area belongs to another edition. Nothing was changed."))


def _assign(picks: list[Picked], *, due_at: datetime | None, by: Any, at: datetime, tell: bool) -> list[Assignment]:
    """Check every line under lock against every rule, write all rows, move what was only submitted, tell the readers."""
    wanted = {answer.pk for pick in picks for answer in pick.answers}
    if not wanted:
        return []
    locked = (
        Answer.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .select_related("assessment__cycle", "assessment__city", "criterion__area")
    )
    answers = {answer.pk: answer for answer in locked.order_by("pk")}
    members = _members({pick.member.pk for pick in picks})
    standing = {each.answer: each for each in verdicts.standings(Answer.objects.filter(pk__in=wanted))}
    _check_members(picks, members, answers)
    seen: set[tuple[int, str]] = set()
    readers = desk.readers_before(wanted)
    for pick in picks:
        member = members[pick.member.pk]
        for answer in pick.answers:
            _check_reading(standing[answer.pk], member, pick.slot, seen, readers[answer.pk])
            seen.add((answer.pk, pick.slot))
            readers[answer.pk].add(member.person_id)
    due_at = due_at or at + timedelta(days=_reading_days(picks[0].assessment.cycle))
    made = Assignment.objects.bulk_create(
        Assignment(answer_id=answer.pk, member_id=pick.member.pk, slot=pick.slot, due_at=due_at, assigned_at=at, assigned_by=by)
        for pick in picks
        for answer in pick.answers
    )
    _tell_the_record(picks, answers, by=by, at=at)
    if tell:
        _tell_readers(picks, members, answers, due_at=due_at, at=at)
    return made


def _members(ids: set[int]) -> dict[int, PanelMember]:
    """The members, locked, so that two plans cannot fill one person's limit twice."""
    rows = PanelMember.objects.select_for_update(of=("self",)).filter(pk__in=ids, left_at=None)
    return {member.pk: member for member in rows.select_related("person", "cycle").prefetch_related("areas").order_by("pk")}


def _check_members(picks: list[Picked], members: dict[int, PanelMember], answers: dict[int, Answer]) -> None:
    """Part, declaration, limit and stage."""
    taken: dict[int, int] = defaultdict(int)
    for pick in picks:
        member = members.get(pick.member.pk)
        if member is None or member.cycle_id != pick.assessment.cycle_id:
            raise NotAssignable(_("This person is not on the panel of the cycle. Nothing was assigned."))
        taken[member.pk] += len(pick.answers)
    open_to = declarations.open_cities({member.person_id for member in members.values()}, picks[0].assessment.cycle)
    load = desk.loads(members)
    for pick in picks:
        member = members[pick.member.pk]
        if load[member.pk] + taken[member.pk] > member.cap:
            raise OverCap()
        areas = {area.pk for area in member.areas.all()}
        for answer in pick.answers:
            answer = answers[answer.pk]
            if answer.assessment_id != pick.assessment.pk:
                raise NotAssignable()
            if answer.assessment.status not in {Status.SUBMITTED, Status.IN_REVIEW}:
                raise NotRead()
            if answer.assessment.city_id not in open_to[member.person_id]:
                raise NotDeclared()
            if areas and answer.criterion.area_id not in areas:
                raise OtherArea()
            if answer.assessment.city.language not in member.reads:
                raise OtherLanguage()


def _check_reading(standing: verdicts.Standing, member: PanelMember, slot: str, seen: set[tuple[int, str]], readers: set[int]) -> None:
    """The answer has no verdict yet, the reading is free, and the person is in no other reading of it."""
    if standing.stage in DONE:
        raise NotAssignable(_("This answer has its verdict already. Nothing was assigned."))
    if (standing.answer, slot) in seen or any(slot == reading.slot for reading in standing.readings):
        raise Taken()
    if member.person_id in readers or any(member.person_id == reading.person for reading in standing.readings):
        raise Taken()
    if slot == Slot.THIRD and not standing.is_split:
        raise NotAssignable(_("A third reading is for two verdicts that differ. Nothing was assigned."))


def _tell_the_record(picks: list[Picked], answers: dict[int, Answer], *, by: Any, at: datetime) -> None:
    """One event for each line, and the move into review of what was only submitted."""
    for pick in picks:
        pick.assessment.refresh_from_db(fields=["status"])
        if pick.assessment.status == Status.SUBMITTED:
            pick.assessment.move_to(Status.IN_REVIEW, by=by, at=at)
        codes = [answers[answer.pk].criterion.code for answer in pick.answers]
        city, member = pick.assessment.city_id, pick.member
        record(
            "assigned",
            pick.assessment,
            by=by,
            at=at,
            city_id=city,
            member=member.pk,
            person=member.person_id,
            slot=pick.slot,
            criteria=codes,
        )


def _tell_readers(
    picks: list[Picked], members: dict[int, PanelMember], answers: dict[int, Answer], *, due_at: datetime, at: datetime
) -> None:
    """One letter to each reader for all that is new."""
    new: dict[int, list[Answer]] = defaultdict(list)
    for pick in picks:
        new[pick.member.pk] += [answers[answer.pk] for answer in pick.answers]
    for pk, theirs in new.items():
        member = members[pk]
        names = list(dict.fromkeys(answer.criterion.area.name for answer in sorted(theirs, key=lambda a: a.criterion.position)))
        letters.assigned(member, answers=len(theirs), areas=names, due_at=due_at, at=at)


def _reading_days(cycle: Cycle) -> int:
    """How many days a reader has, by the policy of the cycle."""
    return int(cycle.policy.get("reading_days", 28))
