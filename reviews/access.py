"""Who may do what in the judgement, and why not. A conflict of interest beats every role."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import queries as case
from assessments.models import Answer, Assessment, BrokenGlass, City, Clarification, Conflict, Cycle, Role
from reviews.models import (
    Announcement,
    Appeal,
    Assignment,
    Award,
    Calibration,
    CalibrationItem,
    Call,
    Erasure,
    Export,
    PanelMember,
    Phrase,
    Revocation,
)
from reviews.queries import appeals, audiences, declarations, desk, exports, lists, people
from reviews.queries import calibration as calibrations
from wwc.refusals import HIDDEN, YES, Ruling, no

NOT_A_CALLER = gettext_lazy("A call is logged by a reader, a practice lead or staff.")
NOT_A_DIRECTOR = gettext_lazy("A question comes from a reader, a practice lead or staff.")


def may_declare(by: Any, cycle: Cycle) -> Ruling:
    """Whoever has a part in the cycle says where they stand with its cities; so does staff, who read them too."""
    if by.of_programme or PanelMember.objects.filter(cycle=cycle, person=by, left_at=None).exists():
        return YES
    return HIDDEN


def may_find_conflict(by: Any, city: City) -> Ruling:
    """Staff record what was found about somebody else."""
    return _of_programme(by) and _open_city(by, city.pk)


def may_waive(by: Any, conflict: Conflict) -> Ruling:
    """Staff waive a conflict, never their own, in cities open to them."""
    if not by.of_programme:
        return HIDDEN
    if conflict.person_id == by.pk:
        return no(_("Nobody waives a conflict of their own. Someone else of the program can."))
    return _open_city(by, conflict.city_id)


def may_see_glass(by: Any) -> Ruling:
    """The program sees who looked at which city in an emergency."""
    return _of_programme(by)


def may_break_glass(by: Any, city: City) -> Ruling:
    """A director opens to themselves, to look at, a city that a conflict closes to them; never one whose team they belong to."""
    if not by.of_programme:
        return HIDDEN
    if not by.is_director:
        return no(_("A director does this."))
    if declarations.own_city_ids(by).filter(city=city).exists():
        return no(_("You belong to this city's team, which nobody can lift."))
    if declarations.is_open_to(by, city.pk):
        return no(_("This city is open to you already."))
    return YES


def may_end_glass(by: Any, glass: BrokenGlass) -> Ruling:
    """A director who sees an emergency access ends it, one's own or that of another."""
    if not declarations.glass_shown(by).filter(pk=glass.pk).exists():
        return HIDDEN
    return YES if by.is_director else no(_("A director does this."))


def may_manage_panel(by: Any) -> Ruling:
    """Staff choose who reads."""
    return _of_programme(by)


def may_assign(by: Any, assessment: Assessment) -> Ruling:
    """Staff say who reads what, in cities open to them."""
    return _of_programme(by) and _open_city(by, assessment.city_id)


def may_see_quality(by: Any, cycle: Cycle) -> Ruling:
    """Whoever reads in the cycle sees their own figures, a practice lead those of their areas, the program all; never of closed cities."""
    return may_declare(by, cycle)


def may_recuse(by: Any, assignment: Assignment) -> Ruling:
    """The reader steps aside, whenever they like; staff can take an answer back."""
    if assignment.member.person_id == by.pk:
        return YES
    return may_assign(by, assignment.answer.assessment)


def may_find(by: Any, assignment: Assignment) -> Ruling:
    """Only the reader to whom the answer is assigned now, who has declared for its city."""
    return YES if desk.is_reading(by, assignment) else HIDDEN


def may_choose(by: Any, person: Any) -> Ruling:
    """How one reads is one's own."""
    return YES if by == person else HIDDEN


def may_add_phrase(by: Any, for_all: bool) -> Ruling:
    """Readers keep phrases of their own; what everybody is offered comes from staff."""
    if by.is_staff:
        return YES
    if by.of_programme or declarations.panels_of(by).exists():
        return no(_("Staff keep the phrases that everybody is offered.")) if for_all else YES
    return HIDDEN


def may_end_phrase(by: Any, phrase: Phrase) -> Ruling:
    """One's own; of the program's, staff."""
    if phrase.person_id == by.pk:
        return YES
    return may_add_phrase(by, for_all=True) if phrase.person_id is None else HIDDEN


def may_read(by: Any, answer: Answer) -> Ruling:
    """Assigned and declared, own areas of a practice lead, staff; never past a conflict."""
    return YES if desk.answers_readable_by(by).filter(pk=answer.pk).exists() else HIDDEN


def may_ask_about(by: Any, answer: Answer) -> Ruling:
    """The reader, the practice lead of the area, and staff ask the city; a director does not."""
    readable = may_read(by, answer)
    if readable and by.is_director and not by.is_staff:
        return no(NOT_A_DIRECTOR)
    return readable


def may_send_questions(by: Any, assessment: Assessment) -> Ruling:
    """Whoever may ask sends what waits: a reader their own questions, staff and leads all they can see."""
    if not desk.answers_readable_by(by).filter(assessment=assessment).exists():
        return HIDDEN
    return no(NOT_A_DIRECTOR) if by.is_director and not by.is_staff else YES


def may_drop_question(by: Any, question: Clarification) -> Ruling:
    """Whoever wrote it, and staff, where they may read the answer."""
    readable = may_read(by, question.answer)
    if readable and not by.is_staff and question.asked_by_id != by.pk:
        return no(_("Someone else wrote this question. They or staff can take it back."))
    return readable


def may_agree(by: Any, answer: Answer) -> Ruling:
    """Readers of the answer and staff record what its readings agree on."""
    return may_read(by, answer)


def may_agree_all(by: Any, assessment: Assessment) -> Ruling:
    """The same for all answers of an assessment that the person may read."""
    return YES if desk.answers_readable_by(by).filter(assessment=assessment).exists() else HIDDEN


def may_confirm(by: Any, assessment: Assessment) -> Ruling:
    """Readers of the assessment confirm what the city itself does not claim."""
    return YES if desk.assignments_visible_to(by).filter(answer__assessment=assessment).exists() else HIDDEN


def may_settle(by: Any, answer: Answer) -> Ruling:
    """The practice lead of the area or a director, and never one of its readers."""
    readable = may_read(by, answer)
    if not readable:
        return readable
    if Assignment.objects.filter(answer=answer, member__person=by, findings__isnull=False).exists():
        return no(_("You read this answer yourself, so someone else settles it."))
    if Assignment.objects.filter(answer=answer, member__person=by, ended_at=None).exists():
        return no(_("This answer is assigned to you. Step aside first, or let someone else settle it."))
    if by.is_director or desk.led_by(by).filter(pk=answer.pk).exists():
        return YES
    return no(_("A practice lead of this area or a director settles it."))


def may_agree_on(by: Any, answer: Answer) -> Ruling:
    """A consensus is the readers' own."""
    return YES if desk.assignments_visible_to(by).filter(answer=answer).exists() else HIDDEN


def may_judge(by: Any, assessment: Assessment) -> Ruling:
    """Whoever reads or steers some of an assessment reads its calls and the team's notes, and writes notes."""
    return YES if desk.assessments_readable_by(by).filter(pk=assessment.pk).exists() else HIDDEN


def may_log_call(by: Any, assessment: Assessment) -> Ruling:
    """A reader, a practice lead or staff log a call with a city that they judge."""
    judges = may_judge(by, assessment)
    return no(NOT_A_CALLER) if judges and by.is_director and not by.is_staff else judges


def may_correct_call(by: Any, call: Call) -> Ruling:
    """Whoever logged it, and staff."""
    ruling = may_log_call(by, call.assessment)
    if ruling and not by.is_staff and call.logged_by_id != by.pk:
        return no(_("Someone else logged this call. They or staff can correct it."))
    return ruling


def may_practise(by: Any, item: CalibrationItem) -> Ruling:
    """The readers and leads of the area file for practice, less what comes from a city closed to them."""
    practises = calibrations.practised_by(by).filter(pk=item.calibration_id).exists()
    return YES if practises and calibrations.items_visible_to(by, item.calibration).filter(pk=item.pk).exists() else HIDDEN


def may_lead_talk(by: Any, calibration: Calibration) -> Ruling:
    """The practice lead of the area, or staff, write down what the talk agreed."""
    if by.of_programme or calibrations.led_by(by).filter(pk=calibration.pk).exists():
        return YES
    readable = calibrations.rounds_visible_to(by).filter(pk=calibration.pk).exists()
    return no(_("The practice lead of this area leads the talk.")) if readable else HIDDEN


def may_declare_ready(by: Any, assessment: Assessment) -> Ruling:
    """Staff and directors, in cities open to them."""
    return _of_programme(by) and _open_city(by, assessment.city_id)


def _of_programme(by: Any) -> Ruling:
    return YES if by.of_programme else HIDDEN


def _open_city(by: Any, city_id: int) -> Ruling:
    return YES if declarations.is_open_to(by, city_id) else HIDDEN


# Letters to many, exports


def may_write_to_many(by: Any, name: str, asked: Mapping[str, str]) -> Ruling:
    """Staff and directors, to people of cities open to them, from a list that tells of no result."""
    if by.of_programme and name in lists.LISTS:
        why_not = audiences.why_not(name, asked)
        return no(why_not) if why_not else YES
    return HIDDEN


def may_export(by: Any) -> Ruling:
    """Staff and directors take tables away, less the cities closed to them."""
    return _of_programme(by)


def may_fetch(by: Any, export: Export) -> Ruling:
    """Only the one who asked, while no city in it has been closed to them since."""
    if not by.of_programme or export.asked_by_id != by.pk:
        return HIDDEN
    if exports.closed_since(export, by):
        return no(_("A city in this export has been closed to you since. Ask for a new export, which leaves it out."))
    return YES


# People


def may_see_people(by: Any) -> Ruling:
    """The program sees who has an account, less those whose only parts are in cities closed to the person."""
    return _of_programme(by)


def may_ask_to_erase(by: Any, person: Any) -> Ruling:
    """Staff and directors ask that somebody shown to them be erased, and take the request back."""
    return YES if people.people_shown_to(by).filter(pk=person.pk).exists() else HIDDEN


def may_confirm_erasure(by: Any, erasure: Erasure) -> Ruling:
    """A director who neither asked for it nor is the person."""
    ruling = may_ask_to_erase(by, erasure.person)
    if not ruling:
        return ruling
    if not by.is_director:
        return no(_("A director confirms it."))
    if erasure.asked_by_id == by.pk:
        return no(_("You asked for this, so another director confirms it."))
    if erasure.person_id == by.pk:
        return no(_("This is your own account, so another director confirms it."))
    return YES


# Awarding, announcing, scorecards


def may_decide(by: Any) -> Ruling:
    """Staff and directors see what waits for a decision, less the cities closed to them."""
    return _of_programme(by)


def may_propose(by: Any, assessment: Assessment) -> Ruling:
    """Staff or a director, in cities open to them."""
    return _of_programme(by) and _open_city(by, assessment.city_id)


def may_approve(by: Any, award: Award) -> Ruling:
    """A director who did not propose it and has no conflict with the city."""
    ruling = may_propose(by, award.assessment)
    return second_hand(by, award) if ruling else ruling


def second_hand(by: Any, award: Award) -> Ruling:
    """Whether the person can be the second hand of a decision in a city open to them; asks no row."""
    if not by.is_director:
        return no(_("A director approves what someone else proposed."))
    if award.proposed_by_id == by.pk:
        return no(_("You proposed this, so another director approves it."))
    return YES


def may_retract(by: Any, award: Award) -> Ruling:
    """A director who is not the person who approved it, or proposed it where nobody approved: two people take a decision back."""
    ruling = may_propose(by, award.assessment)
    if not ruling:
        return ruling
    if not by.is_director:
        return no(_("A director retracts a decision."))
    if by.pk in {award.proposed_by_id, award.approved_by_id}:
        return no(_("You decided this yourself, so another director retracts it."))
    return YES


def may_recompute(by: Any) -> Ruling:
    """Staff and directors have a cycle scored again; what it came to they see less the cities closed to them."""
    return _of_programme(by)


def may_try_edition(by: Any) -> Ruling:
    """Staff and directors try an edition on past assessments, less those of the cities closed to them."""
    return _of_programme(by)


def may_announce(by: Any) -> Ruling:
    """Staff and directors put rounds together and prepare them."""
    return _of_programme(by)


def may_release(by: Any, announcement: Announcement) -> Ruling:
    """A director who did not prepare the round."""
    if not by.of_programme:
        return HIDDEN
    if not by.is_director:
        return no(_("A director announces what someone else prepared."))
    if announcement.prepared_by_id == by.pk:
        return no(_("You prepared this round, so another director announces it."))
    return YES


def may_take_back(by: Any) -> Ruling:
    """Any director, in the minutes after the release."""
    if not by.of_programme:
        return HIDDEN
    return YES if by.is_director else no(_("A director takes a round back."))


# Appeals


def may_appeal(by: Any, answer: Answer) -> Ruling:
    """A lead of the city appeals a verdict; staff file for it, saying why."""
    city = answer.assessment.city
    roles = case.roles_of(by, city)
    if roles:
        return YES if Role.LEAD in roles else no(_("A lead of your city appeals. Others of the team read what becomes of it."))
    ruling = _of_programme(by) and _open_city(by, city.pk)
    return no(_("Staff file an appeal for a city.")) if ruling and not by.is_staff else ruling


def may_target(by: Any, assessment: Assessment) -> Ruling:
    """A lead of the city chooses what it aims at next; the program never does."""
    roles = case.roles_of(by, assessment.city)
    if Role.LEAD in roles:
        return YES
    return no(_("A lead of your city chooses its targets. Others of the team read them.")) if roles else HIDDEN


def may_withdraw_appeal(by: Any, appeal: Appeal) -> Ruling:
    """Whoever may file it takes it back."""
    return may_appeal(by, appeal.answer)


def may_see_appeals(by: Any) -> Ruling:
    """The program sees the appeals, a reader those that they are to read; never of cities closed to them."""
    return YES if by.of_programme or declarations.panels_of(by).exists() else HIDDEN


def may_admit(by: Any, appeal: Appeal) -> Ruling:
    """Staff take an appeal up, or say why not, in cities open to them."""
    return _of_programme(by) and _open_city(by, appeal.answer.assessment.city_id)


def may_hear(by: Any, appeal: Appeal) -> Ruling:
    """The reader who was given it, or the practice lead of the area; nobody who had a hand in the verdict."""
    if not appeals.heard_by(by).filter(pk=appeal.pk).exists():
        return no(_("Somebody of the panel who was not involved before reads an appeal.")) if may_admit(by, appeal) else HIDDEN
    if appeals.is_involved(by, appeal.answer):
        return no(_("You had a hand in this verdict, so somebody else reads the appeal."))
    return YES


def may_confirm_appeal(by: Any, appeal: Appeal) -> Ruling:
    """A director who did not read it, neither now nor before."""
    ruling = may_admit(by, appeal)
    if not ruling:
        return ruling
    if not by.is_director:
        return no(_("A director confirms what the reader of an appeal found."))
    if appeals.is_settled_by(by, appeal):
        return no(_("You settled this verdict yourself, so another director confirms it."))
    return YES


# Coming back


def may_correct(by: Any, assessment: Assessment) -> Ruling:
    """A director corrects what was told, in cities open to them; another one approves it."""
    ruling = may_propose(by, assessment)
    return no(_("A director corrects what was told.")) if ruling and not by.is_director else ruling


def may_revoke(by: Any, award: Award) -> Ruling:
    """A director ends an award before its time, in cities open to them."""
    ruling = may_propose(by, award.assessment)
    return no(_("A director revokes an award.")) if ruling and not by.is_director else ruling


def may_confirm_revocation(by: Any, revocation: Revocation) -> Ruling:
    """Another director than who proposed it."""
    return may_revoke(by, revocation.award) and _other_hand(by, revocation)


def _other_hand(by: Any, revocation: Revocation) -> Ruling:
    return no(_("You proposed this, so another director confirms it.")) if revocation.proposed_by_id == by.pk else YES
