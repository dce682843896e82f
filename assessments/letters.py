"""Letters of the case: who gets which, with what values. Their words are texts of the post office."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext, override

from assessments import queries
from assessments.models import (
    Answer,
    Assessment,
    City,
    ClaimRequest,
    Clarification,
    Delegation,
    ExtensionRequest,
    Invitation,
    JoinRequest,
    Membership,
    ReopenRequest,
    Reply,
    Role,
    Snapshot,
)
from criteria import queries as rulebooks
from wwc.outbox import post
from wwc.templatetags.display import due as deadline
from wwc.templatetags.display import figure, hour_there, weekday, when_year

INVITATION = "invitation"
"""The salt of the secret in an invitation's link."""
CLAIM = "claim"
"""The salt of the secret in the link of who asks to become a lead."""

# The text and the page of each reminder of the due date.
DEADLINE_NEAR = {
    7: ("deadline_near_7", "assessments:overview"),
    2: ("deadline_near_2", "assessments:submitting"),
    0: ("deadline_near_0", "assessments:submitting"),
}


def invited(invitation: Invitation, *, language: str = "", at: datetime) -> None:
    """To the address that was invited: who asks, for which city, as what, until when; in the city's language unless one was chosen."""
    city, language = invitation.city, language or invitation.city.language
    cycle = queries.cycle_of(city)
    with override(language):
        values = {
            "person": str(invitation.invited_by),
            "city": str(city),
            "cycle": str(cycle) if cycle else gettext("the coming cycle"),
            "role": invitation.get_role_display(),
            "expires": _due(invitation.expires_at, city),
        }
    post.post(
        "invited",
        key=f"invited:{invitation.pk}",
        address=invitation.email,
        at=at,
        values=values,
        link={"to": "assessments:accept", "args": [], "sign": INVITATION, "pk": invitation.pk},
        city_id=city.pk,
        language=language,
    )


def address_changed(membership: Membership, before: str, after: str, *, at: datetime) -> None:
    """To the address that somebody had and to the one that they have now: with which one they sign in."""
    person, city = membership.person, membership.city
    values = {"person": str(person), "city": str(city), "email": after}
    for place, address in (("old", before), ("new", after)):
        post.post(
            "address_changed",
            key=f"address_changed:{person.pk}:{at.isoformat()}:{place}",
            to=person,
            address=address,
            at=at,
            values=values,
            link={"to": "account_login", "args": []},
            city_id=city.pk,
        )


def joined(assessment: Assessment, *, at: datetime) -> None:
    """To the leads: the city takes part, and can begin."""
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            values = {
                "city": str(assessment.city),
                "cycle": str(assessment.cycle),
                "possible": figure(assessment.answers.count()),
                "due": _due(queries.window_of(assessment).due_at, assessment.city),
            }
        _post("joined", assessment, person, f"{assessment.pk}", at=at, values=values)


def deadline_near(assessment: Assessment, days: int, *, at: datetime) -> None:
    """So many days before the date: to the leads, from two days on to signatories too. What is missing is one page."""
    city, due_at = assessment.city, queries.window_of(assessment).due_at
    answers = queries.answers_of(assessment)
    gaps = queries.missing(assessment, answers)
    kind, to = DEADLINE_NEAR[days]
    for person in queries.people_with(city, Role.LEAD) if days > 2 else _leads_and_signatories(city):
        with override(person.language):
            values = {
                "city": str(city),
                "due": _due(due_at, city),
                "ask_by": _due(queries.ask_by(assessment), city),
                "hour": hour_there(due_at, city.timezone),
                "answered": figure(sum(1 for answer in answers if answer.current and answer.current.claim)),
                "possible": figure(len(answers)),
                "missing": figure(len([gap for gap in gaps if gap.kind == "no_evidence"] if days > 2 else gaps)),
            }
        _post(kind, assessment, person, f"{assessment.pk}:{due_at.isoformat()}", at=at, values=values, to=to)


def join_received(asked: JoinRequest, *, at: datetime) -> None:
    """To who asked that a city take part: it arrived. One a day to an address, and no typed word in it: anybody can type it."""
    who = hashlib.sha256(asked.email.lower().encode()).hexdigest()[:32]
    post.post("join_received", key=f"join_received:{who}:{at.date()}", at=at, **_to_asker(asked))


def join_refused(asked: JoinRequest, *, at: datetime) -> None:
    """To who asked: not this time, and why."""
    post.post("join_refused", key=f"join_refused:{asked.pk}", at=at, **_to_asker(asked, words=asked.words))


def _to_asker(asked: JoinRequest, **values: str) -> dict[str, Any]:
    """A letter to somebody without an account, who asked that a city take part."""
    with override(asked.language):
        place = str(asked.city) if asked.city else gettext("your city")
    return {
        "address": asked.email,
        "values": {"city": place, "cycle": str(asked.cycle), **values},
        "link": {"to": "assessments:join", "args": []},
        "city_id": asked.city_id,
        "language": asked.language,
    }


def claim(claim: ClaimRequest, *, own: bool, at: datetime) -> None:
    """To the leads: somebody asks to become one. `own` says that the address lies in a domain that is known as the city's."""
    for person in queries.people_with(claim.city, Role.LEAD):
        with override(person.language):
            until = _due(claim.waits_until or at, claim.city)
            domain = queries.domain_of(claim.email)
            values = {"city": str(claim.city), "person": claim.name, "domain": domain, "due": until, "date": until}
        post.post(
            "claim" if own else "claim_outside",
            key=f"claim:{claim.pk}:{person.pk}",
            to=person,
            at=at,
            values=values,
            link={"to": "assessments:team", "args": [claim.city.slug]},
            city_id=claim.city_id,
        )


def claim_proof(claim: ClaimRequest, *, at: datetime) -> None:
    """To the address that was typed: a link that proves it. No typed word in it, and one a day for a claim."""
    post.post("claim_proof", key=f"claim_proof:{claim.pk}:{at.date()}", at=at, **_to_claimant(claim, claim.asked_at + settings.CLAIM_PROOF))


def claim_granted(claim: ClaimRequest, *, at: datetime) -> None:
    """To who asked: access can begin, by a link that works once."""
    post.post(
        "claim_granted", key=f"claim_granted:{claim.pk}:{at.isoformat()}", at=at, **_to_claimant(claim, at + settings.INVITATION_LIFE)
    )


def claim_refused(claim: ClaimRequest, *, at: datetime) -> None:
    """To who asked: not by this way. Never before the day that they were told, so that haste tells nothing."""
    with override(claim.language):
        words = claim.words or gettext("Nobody who could grant it has done so.")
    sent = _to_claimant(claim, at, words=words)
    post.post("claim_refused", key=f"claim_refused:{claim.pk}", at=at, due_at=claim.waits_until, **{**sent, "link": {}})


def _to_claimant(claim: ClaimRequest, until: datetime, **values: str) -> dict[str, Any]:
    """A letter to the address of who asks to become a lead, with the one link that is theirs."""
    with override(claim.language):
        expires = _due(until, claim.city)
    return {
        "address": claim.email,
        "values": {"city": str(claim.city), "expires": expires, **values},
        "link": {"to": "assessments:follow_claim", "args": [], "sign": CLAIM, "pk": claim.pk},
        "city_id": claim.city_id,
        "language": claim.language,
    }


def handed(delegations: Sequence[Delegation], *, at: datetime) -> None:
    """To the colleague: which criteria are with them, by when, who asks."""
    first = delegations[0]
    assessment, person = first.answer.assessment, first.person
    with override(person.language):
        values = {
            "n": figure(len(delegations)),
            "date": weekday(first.due_on),
            "person": str(first.handed_by),
            "criteria": ", ".join(each.answer.criterion.code for each in delegations),
            "city": str(assessment.city),
        }
    _post("handed", assessment, person, f"{first.pk}", at=at, values=values)


def received(snapshot: Snapshot, *, at: datetime) -> None:
    """To leads and signatories: the assessment arrived, with its receipt."""
    assessment = snapshot.assessment
    for person in _leads_and_signatories(assessment.city):
        with override(person.language):
            values = {
                "city": str(assessment.city),
                "receipt": snapshot.receipt,
                "at": when_year(snapshot.submitted_at, assessment.city.timezone),
                "date": when_year(assessment.cycle.due_at, assessment.city.timezone),
            }
        _post("received", assessment, person, f"{snapshot.pk}", at=at, values=values, to="assessments:receipt")


def clarification_waiting(assessment: Assessment, sent: Sequence[Clarification], *, at: datetime) -> None:
    """To the leads, and to those who wrote the answers: which criteria are asked about, and until when."""
    for person in _leads_and_writers(assessment, sent):
        with override(person.language):
            values = {
                "n": figure(len(sent)),
                "due": _due(min(each.due_at for each in sent if each.due_at), assessment.city),
                "criteria": ", ".join(each.answer.criterion.code for each in sent),
                "city": str(assessment.city),
            }
        key = "-".join(str(each.pk) for each in sent[:1]) + f"+{len(sent)}"
        _post("clarification_waiting", assessment, person, key, at=at, values=values, to="assessments:clarifying")


def clarification_near(assessment: Assessment, asked: Sequence[Clarification], days: int, *, at: datetime) -> None:
    """To the leads, and to those who wrote the answers: which questions are still open shortly before their date."""
    due_at = min(each.due_at for each in asked if each.due_at)
    for person in _leads_and_writers(assessment, asked):
        with override(person.language):
            values = {
                "n": figure(len(asked)),
                "due": _due(due_at, assessment.city),
                "criteria": ", ".join(each.answer.criterion.code for each in asked),
            }
        key = f"{assessment.pk}:{due_at.isoformat()}:{days}"
        _post("clarification_near", assessment, person, key, at=at, values=values, to="assessments:clarifying")


def answers_received(replies: Sequence[Reply], *, at: datetime) -> None:
    """To the leads: answers to questions arrived and are closed again; one letter for all that were sent together."""
    assessment = replies[0].clarification.answer.assessment
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            values = {"n": figure(len(replies)), "at": when_year(at, assessment.city.timezone), "city": str(assessment.city)}
        _post("answers_received", assessment, person, f"{replies[0].pk}", at=at, values=values, to="assessments:clarifying")


def clarification_closed(clarification: Clarification, *, at: datetime) -> None:
    """To the leads: the question ended. The same words whatever the ending."""
    answer = clarification.answer
    assessment = answer.assessment
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            saved = answer.current.saved_at if answer.current else at
            values = {"criterion": answer.criterion.code, "at": when_year(saved, assessment.city.timezone), "city": str(assessment.city)}
        _post("clarification_closed", assessment, person, f"{clarification.pk}", at=at, values=values, to="assessments:clarifying")


def extended(assessment: Assessment, extension_pk: int, *, at: datetime) -> None:
    """To the leads: the new date of the assessment."""
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            values = {"what": gettext("Your assessment"), "due": _due(queries.window_of(assessment).due_at, assessment.city)}
        _post("extended", assessment, person, f"{extension_pk}", at=at, values=values)


def question_extended(question: Clarification, event_pk: int, *, at: datetime) -> None:
    """To the leads: the new date of one question."""
    assessment = question.answer.assessment
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            what = gettext("Your answer to the question on %(criterion)s") % {"criterion": question.answer.criterion.code}
            values = {"what": what, "due": _due(question.due_at or at, assessment.city)}
        _post("extended", assessment, person, f"question:{event_pk}", at=at, values=values, to="assessments:clarifying")


def extension_refused(request: ExtensionRequest, due_at: datetime, *, at: datetime) -> None:
    """To the leads: the date stays, and why."""
    assessment, question = request.assessment, request.clarification
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            what = gettext("your assessment")
            if question is not None:
                what = gettext("your answer to the question on %(criterion)s") % {"criterion": question.answer.criterion.code}
            values = {"what": what, "due": _due(due_at, assessment.city), "reason": request.words}
        to = "assessments:clarifying" if question else "assessments:overview"
        _post("extension_refused", assessment, person, f"{request.pk}", at=at, values=values, to=to)


def reopened(assessment: Assessment, reason: str, event_pk: int, *, at: datetime) -> None:
    """To the leads: the assessment is open again, why, and until when."""
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            due = _due(queries.window_of(assessment).due_at, assessment.city)
            values = {"what": gettext("Your assessment"), "due": due, "reason": reason}
        _post("reopened", assessment, person, f"{event_pk}", at=at, values=values)


def answer_reopened(request: ReopenRequest, *, at: datetime) -> None:
    """To the leads: one answer is open again, why, and until when."""
    assessment = request.answer.assessment
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            due = _due(request.open_until or at, assessment.city)
            values = {"what": _the_answer(request.answer), "due": due, "reason": request.words or request.reason}
        _post("reopened", assessment, person, f"answer:{request.pk}", at=at, values=values)


def reopen_refused(request: ReopenRequest, *, at: datetime) -> None:
    """To the leads: the answer stays as it was submitted, and why."""
    assessment = request.answer.assessment
    for person in queries.people_with(assessment.city, Role.LEAD):
        with override(person.language):
            values = {"what": _the_answer(request.answer), "reason": request.words}
        _post("reopen_refused", assessment, person, f"{request.pk}", at=at, values=values)


def deadline_passed(assessment: Assessment, event_pk: int, *, at: datetime) -> None:
    """To leads and signatories: the assessment was not submitted, everything is kept, and until when it can be opened again."""
    city, window = assessment.city, queries.window_of(assessment)
    for person in _leads_and_signatories(city):
        with override(person.language):
            values = {
                "city": str(city),
                "cycle": str(assessment.cycle),
                "due": _due(window.due_at, city),
                "ask_by": when_year(queries.ask_by(assessment), city.timezone),
            }
        _post("deadline_passed", assessment, person, f"{event_pk}", at=at, values=values)


def attest(assessment: Assessment, person: Any, event_pk: int, *, at: datetime) -> None:
    """To one who signs: everything is there, and waits for the signature."""
    with override(person.language):
        values = {
            "city": str(assessment.city),
            "possible": figure(assessment.answers.count()),
            "due": _due(queries.window_of(assessment).due_at, assessment.city),
        }
    _post("attest", assessment, person, f"{event_pk}", at=at, values=values, to="assessments:submitting")


def withdrawn(assessment: Assessment, event_pk: int, *, at: datetime) -> None:
    """To leads and signatories: the assessment was withdrawn."""
    city = assessment.city
    for person in _leads_and_signatories(city):
        with override(person.language):
            values = {
                "city": str(city),
                "cycle": str(assessment.cycle),
                "at": when_year(at, city.timezone),
                "date": when_year(assessment.cycle.withdraw_until, city.timezone),
            }
        _post("withdrawn", assessment, person, f"{event_pk}", at=at, values=values)


def _the_answer(answer: Answer) -> str:
    """One answer as a sentence about it begins: its code, and its title in the reader's language."""
    code, language = answer.criterion.code, get_language() or "en"
    words = rulebooks.criterion_of(answer.assessment.cycle.standard, code, language)
    return gettext("Your answer to %(criterion)s") % {"criterion": f"{code} {words.text.title}" if words else code}


def _leads_and_signatories(city: City) -> Iterable[Any]:
    return queries.people_with(city, Role.LEAD, Role.SIGNATORY)


def _leads_and_writers(assessment: Assessment, asked: Iterable[Clarification]) -> list[Any]:
    """The leads, and those who wrote the answers that are asked about and are still in the team."""
    team = {person.pk for person in queries.people_with(assessment.city, *Role.values)}
    writers = [each.answer.current.saved_by for each in asked if each.answer.current]
    people = [*queries.people_with(assessment.city, Role.LEAD), *(writer for writer in writers if writer.pk in team)]
    return list({person.pk: person for person in people}.values())


def _post(
    kind: str, assessment: Assessment, person: Any, key: str, *, at: datetime, values: dict[str, Any], to: str = "assessments:overview"
) -> None:
    """One letter to one person about one thing, with a link to a page of the assessment."""
    post.post(
        kind,
        key=f"{kind}:{key}:{person.pk}",
        to=person,
        at=at,
        values=values,
        link={"to": to, "args": [assessment.pk]},
        city_id=assessment.city_id,
    )


def _due(at: datetime, city: City) -> str:
    """A deadline in full in the city's own time; a letter does not say the days left, it may be read later."""
    return deadline(at, city.timezone, now=at + timedelta(microseconds=1))
