"""Who may do what in the case, and why not. When it may be done is asked by the actions."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from assessments import queries
from assessments.lifecycle import Status
from assessments.models import (
    Answer,
    AnswerEvidence,
    Assessment,
    City,
    ClaimRequest,
    Clarification,
    Delegation,
    Evidence,
    Invitation,
    JoinRequest,
    Membership,
    ReopenRequest,
    Role,
)
from wwc.audit.models import Event
from wwc.refusals import HIDDEN, YES, Ruling, no

NOT_THE_PROGRAM = _("The program never writes the answers of a city.")
LEADS_ONLY = _("This is for city leads. A lead of your city can help.")
SIGNATORIES_ONLY = _("Only a signatory of your city attests. A lead can invite one.")
SIGNATORIES_READ = _("A signatory reads and attests. A lead or a contributor of your city writes.")
STAFF_ONLY = _("This is for program staff.")
CITIES_ASK = _("A lead or a contributor of the city asks. The program grants it or says why not.")
SOMEBODY_ELSE = _("You are signed in with another address than the one invited. Sign out, then open the link again.")
NOT_TO_JOIN = _("Who works for the program, or has a conflict of interest with a city, does not join its team. Write to us.")
RESULT_IS_OUT = _("The result is out, so program staff change the team now. Write to us.")


def may_see(by: Any, city: City) -> Ruling:
    """Whether a person may know of a city's case at all."""
    return YES if queries.cities_visible_to(by).filter(pk=city.pk).exists() else HIDDEN


def may_schedule(by: Any) -> Ruling:
    """Staff draft, open and move cycles."""
    return YES if by.of_programme else HIDDEN


def may_word(by: Any) -> Ruling:
    """Staff and directors write the words of letters."""
    return YES if by.of_programme else HIDDEN


def may_close_cycle(by: Any) -> Ruling:
    """A director closes or cancels a cycle."""
    if not by.of_programme:
        return HIDDEN
    return YES if by.is_director else no(_("A director does this."))


def may_add_city(by: Any) -> Ruling:
    """Staff add a place that no list has."""
    return YES if by.of_programme else HIDDEN


def may_extend(by: Any, assessment: Assessment) -> Ruling:
    """Staff move the date of one assessment."""
    return _programme(by, assessment.city)


def may_act_as(by: Any, city: City) -> Ruling:
    """Staff and directors without a conflict see the pages as a city does."""
    return _programme(by, city)


def may_end_acting(by: Any, began: Event) -> Ruling:
    """Who began it ends it."""
    return YES if began.by_id == by.pk else HIDDEN


def may_start(by: Any, city: City) -> Ruling:
    """A lead of the city starts its assessment, or staff do."""
    return _lead_or_programme(by, city)


def may_ask_to_join(by: Any) -> Ruling:
    """Anybody asks that a city take part, with or without an account; staff look at every request."""
    return YES


def may_decide_joining(by: Any, asked: JoinRequest) -> Ruling:
    """Staff approve or refuse a request to take part; nobody of a city learns that there is one."""
    return YES if queries.join_requests_visible_to(by).filter(pk=asked.pk).exists() else HIDDEN


def may_claim(by: Any, city: City) -> Ruling:
    """Anybody asks to become a lead, with or without an account, but nobody of the program or in conflict with the city."""
    if not by or not by.is_authenticated:
        return YES
    return no(NOT_TO_JOIN) if queries.may_not_join(city, by.email) else YES


def may_prove_claim(by: Any, claim: ClaimRequest) -> Ruling:
    """Who holds the link that went to the address: nobody signed in, or the person with that address."""
    return _with_address(by, claim.email)


def may_answer_claim(by: Any, claim: ClaimRequest) -> Ruling:
    """A lead of the city agrees or objects."""
    roles = queries.roles_of(by, claim.city)
    if Role.LEAD in roles:
        return YES
    return no(LEADS_ONLY) if roles else HIDDEN


def may_decide_claim(by: Any, claim: ClaimRequest) -> Ruling:
    """Staff grant or refuse; a conflict closes it."""
    return YES if queries.claims_visible_to(by).filter(pk=claim.pk).exists() else HIDDEN


def may_record_domain(by: Any, city: City) -> Ruling:
    """Staff record which domain is a city's own."""
    return YES if _of_programme(by, city.pk) else HIDDEN


def may_answer(by: Any, answer: Answer) -> Ruling:
    """Leads and contributors answer and add evidence; who only signs reads, and the program never writes."""
    return _writers(by, answer.assessment.city)


def may_import(by: Any, assessment: Assessment) -> Ruling:
    """Leads and contributors bring a workbook back."""
    return _writers(by, assessment.city)


def may_print(by: Any, assessment: Assessment) -> Ruling:
    """Whoever sees the case may have it as a workbook or on paper."""
    return may_see(by, assessment.city)


def may_copy(by: Any, assessment: Assessment) -> Ruling:
    """A lead starts an assessment from an earlier one; the program never writes the answers of a city."""
    if _of_programme(by, assessment.city_id):
        return no(NOT_THE_PROGRAM)
    return _with_role(by, assessment.city, Role.LEAD, LEADS_ONLY)


def may_hand(by: Any, assessment: Assessment) -> Ruling:
    """Leads and contributors hand criteria to colleagues."""
    return _writers(by, assessment.city)


def may_take_back(by: Any, delegation: Delegation) -> Ruling:
    """Leads and contributors take a criterion back, or give theirs back; who shares what is nobody else's to know."""
    city = delegation.answer.assessment.city
    return _writers(by, city) if queries.roles_of(by, city) else HIDDEN


def may_note(by: Any, answer: Answer) -> Ruling:
    """Everybody of the city's team writes notes for colleagues; nobody else knows that there are any."""
    return YES if queries.roles_of(by, answer.assessment.city) else HIDDEN


def may_reply(by: Any, clarification: Clarification) -> Ruling:
    """Leads and contributors reply to a question."""
    return _writers(by, clarification.answer.assessment.city)


def may_send_replies(by: Any, assessment: Assessment) -> Ruling:
    """Leads and contributors send the answers to questions that are ready."""
    return _writers(by, assessment.city)


def may_change_evidence(by: Any, evidence: Evidence) -> Ruling:
    """Leads and contributors replace a document of the city and say what it is."""
    return _writers(by, evidence.city)


def may_gather(by: Any, city: City) -> Ruling:
    """The team takes out all its evidence, and program staff without a conflict may."""
    return may_see(by, city)


def may_detach(by: Any, use: AnswerEvidence) -> Ruling:
    """Leads and contributors take evidence off an answer."""
    return _writers(by, use.answer.assessment.city)


def may_attest(by: Any, assessment: Assessment) -> Ruling:
    """A signatory of the city attests."""
    return _with_role(by, assessment.city, Role.SIGNATORY, SIGNATORIES_ONLY)


def may_submit(by: Any, assessment: Assessment) -> Ruling:
    """A lead of the city submits; staff may on its behalf, with a reason."""
    return _lead_or_programme(by, assessment.city, for_directors=False)


def may_withdraw(by: Any, assessment: Assessment) -> Ruling:
    """A lead of the city withdraws; staff may, with a reason."""
    return _lead_or_programme(by, assessment.city, for_directors=False)


def may_reopen(by: Any, assessment: Assessment) -> Ruling:
    """Staff reopen an assessment, with a reason."""
    return _programme(by, assessment.city)


def may_ask_for_time(by: Any, assessment: Assessment) -> Ruling:
    """Leads and contributors ask for a later date, for the assessment or for one question."""
    return _writers(by, assessment.city, CITIES_ASK)


def may_ask_to_reopen(by: Any, answer: Answer) -> Ruling:
    """Leads and contributors ask to open one submitted answer again."""
    return _writers(by, answer.assessment.city, CITIES_ASK)


def may_decide_requests(by: Any, city: City) -> Ruling:
    """The program grants what a city asks for, or says why not."""
    return _programme(by, city)


def may_finish(by: Any, request: ReopenRequest) -> Ruling:
    """Leads and contributors say that an answer opened again is done; the program closes it."""
    city = request.answer.assessment.city
    return YES if _of_programme(by, city.pk) else _writers(by, city)


def may_call_signatories(by: Any, assessment: Assessment) -> Ruling:
    """A lead asks those who sign to attest."""
    return _with_role(by, assessment.city, Role.LEAD, LEADS_ONLY)


def may_see_team(by: Any, city: City) -> Ruling:
    """The team sees itself, and the program sees it."""
    return may_see(by, city)


def may_invite(by: Any, city: City) -> Ruling:
    """A lead invites and removes until the result is out; staff always may."""
    ruling = _lead_or_programme(by, city)
    if not ruling or _of_programme(by, city.pk):
        return ruling
    states = set(Assessment.objects.filter(city=city).values_list("status", flat=True))
    return no(RESULT_IS_OUT) if states and states <= {Status.ANNOUNCED, Status.WITHDRAWN, Status.LAPSED} else YES


def may_accept(by: Any, invitation: Invitation) -> Ruling:
    """The address that was invited accepts: nobody signed in, or the person with that address."""
    return _with_address(by, invitation.email)


def may_add_member(by: Any, city: City) -> Ruling:
    """Staff put a person into a city's team without an invitation."""
    return _programme(by, city)


def may_correct_address(by: Any, membership: Membership) -> Ruling:
    """Staff correct the address of somebody in a city's team; nobody's who works for the program."""
    ruling = _programme(by, membership.city)
    if ruling and membership.person.of_programme:
        return no(_("This person works for the program, so the city's pages do not change that address."))
    return ruling


def may_remove(by: Any, membership: Membership) -> Ruling:
    """People leave by themselves; a lead or staff end the part of another."""
    return YES if membership.person_id == by.pk else may_invite(by, membership.city)


def may_ask(by: Any, answer: Answer) -> Ruling:
    """What the case knows of asking: nobody of the city's own team, nobody in conflict with it.

    Who among reviewers may ask about this answer is for the judgement to say before it calls.
    """
    city = answer.assessment.city
    if queries.roles_of(by, city):
        return no(_("You belong to this city, so you cannot ask it."))
    return HIDDEN if queries.conflicted_city_ids(by).filter(city_id=city.pk).exists() else YES


def _with_address(by: Any, email: str) -> Ruling:
    """Nobody signed in, or the person with this address."""
    if by is None or not by.is_authenticated or by.email.lower() == email.lower():
        return YES
    return no(SOMEBODY_ELSE)


def _programme(by: Any, city: City) -> Ruling:
    """Program staff without a conflict; the city's own team reads why not, everybody else learns nothing."""
    if _of_programme(by, city.pk):
        return YES
    return no(STAFF_ONLY) if queries.roles_of(by, city) else HIDDEN


def _writers(by: Any, city: City, not_the_program: Any = NOT_THE_PROGRAM) -> Ruling:
    """A lead or contributor of the city; the program reads why it is none of them."""
    roles = queries.roles_of(by, city)
    if roles & {Role.LEAD, Role.CONTRIBUTOR}:
        return YES
    if roles:
        return no(SIGNATORIES_READ)
    return no(not_the_program) if _of_programme(by, city.pk) else HIDDEN


def _with_role(by: Any, city: City, role: str, reason: Any) -> Ruling:
    """One part of the city's team."""
    roles = queries.roles_of(by, city)
    if role in roles:
        return YES
    return no(reason) if roles or may_see(by, city) else HIDDEN


def _of_programme(by: Any, city_id: int) -> bool:
    """Whether a person sees a city as one of the program; of anybody else the database is not asked."""
    return queries.cities_for_programme(by).filter(pk=city_id).exists()


def _lead_or_programme(by: Any, city: City, *, for_directors: bool = True) -> Ruling:
    """A lead of the city, or program staff without a conflict; some acts for a city are not a director's."""
    roles = queries.roles_of(by, city)
    if Role.LEAD in roles:
        return YES
    if roles:
        return no(LEADS_ONLY)
    if not _of_programme(by, city.pk):
        return HIDDEN
    return YES if by.is_staff or for_directors else no(STAFF_ONLY)
