"""A city starts its assessment, its signatory attests, it is submitted once, withdrawn, or opened again."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assessments import access, letters, queries
from assessments.actions import printing
from assessments.lifecycle import Asked, CycleStatus, Lock, Status
from assessments.models import (
    Answer,
    Assessment,
    Attestation,
    City,
    Clarification,
    Consent,
    Cycle,
    Extension,
    PaperKind,
    ReopenRequest,
    Role,
    Snapshot,
)
from assessments.models.assessment import ReasonMissing
from assessments.queries import Gap
from criteria.models import Criterion
from wwc.audit.models import Event
from wwc.audit.record import history_of, record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require
from wwc.templatetags.display import day_year, figure, when_year

CALLED = "called_to_attest"
RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class CycleNotOpen(Refusal):
    """The cycle takes no cities now."""

    message = _("This cycle takes no cities now. Nothing was started. Ask us which cycle comes next.")


class BelowTheLine(Refusal):
    """The city is too small, lies outside the Americas, or its population is not known."""


class Closed(Refusal):
    """The assessment was withdrawn or not submitted in time."""

    message = _("This assessment is closed. Everything written is kept. Ask us to reopen, or start from it next cycle.")


class DeadlinePassed(Refusal):
    """The window has ended."""


class NotYetOpen(Refusal):
    """The window has not begun."""


class SubmitBlocked(Refusal):
    """Things are missing. `gaps` lists each with its page."""

    def __init__(self, gaps: Sequence[Gap]) -> None:
        text = ngettext(
            "Not sent yet: %(n)s thing is missing, with a link. Everything written is saved.",
            "Not sent yet: %(n)s things are missing, each with a link. Everything written is saved.",
            len(gaps),
        )
        super().__init__(text % {"n": len(gaps)}, gaps=gaps)
        self.gaps = tuple(gaps)


class NotAConsent(Refusal):
    """A choice that is none of the three."""

    message = _("Choose what the public may see. Nothing was sent.")


class NobodySigns(Refusal):
    """The team has no signatory."""

    message = _("Your team has no signatory yet. Nothing was sent. Invite one first.")


class SignedAlready(Refusal):
    """The answers are attested as they are."""

    message = _("The answers are attested as they are now. Nothing was sent; a lead can submit.")


class CalledToday(Refusal):
    """Those who sign are asked once a day."""


class WithdrawClosed(Refusal):
    """The one date for all cities has passed."""


class NothingToReopen(Refusal):
    """The assessment is not submitted or closed."""

    message = _("Only an assessment that was submitted or closed can be opened again. Nothing was changed.")


class DateNeeded(Refusal):
    """Opening again for writing after the date needs a new date."""

    message = _("The date for writing has passed. Give a new date that lies ahead. Nothing was changed.")


@transaction.atomic
def start(city: City, cycle: Cycle, *, by: Any, at: datetime) -> Assessment:
    """Start a city's assessment in a cycle, with an answer for every criterion; started already, the same one is returned."""
    require(access.may_start(by, city))
    city = City.objects.select_for_update().get(pk=city.pk)  # two starts at once make one assessment
    existing = Assessment.objects.filter(city=city, cycle=cycle).select_related("city", "cycle__standard").first()
    if existing is not None:
        return existing
    cycle = Cycle.objects.select_related("standard").get(pk=cycle.pk)
    if cycle.status != CycleStatus.OPEN or under_lock() > cycle.due_at + cycle.grace:
        raise CycleNotOpen()
    _require_eligible(city, cycle)
    assessment = Assessment.objects.create(city=city, cycle=cycle, started_at=at, started_by=by)
    criteria = Criterion.objects.filter(standard=cycle.standard).order_by("position")
    Answer.objects.bulk_create([Answer(assessment=assessment, criterion=criterion) for criterion in criteria])
    record("started", assessment, by=by, at=at, city_id=city.pk, after=Status.DRAFTING)
    letters.joined(assessment, at=at)
    return assessment


@transaction.atomic
def attest(assessment: Assessment, *, by: Any, at: datetime) -> Attestation:
    """The signatory's word that the answers are true. It names the hash of the whole content, so any later save voids it."""
    require(access.may_attest(by, assessment))
    assessment = _held(assessment)
    _require_drafting(assessment)
    answers = queries.answers_of(assessment)
    live = queries.live_attestation(assessment, answers)
    if live is not None:
        return live
    gaps = queries.gaps_in_answers(assessment, answers)
    if gaps:
        raise SubmitBlocked(gaps)
    content_hash = queries.content_hash(assessment, answers)
    attestation = Attestation.objects.create(assessment=assessment, content_hash=content_hash, attested_at=at, attested_by=by)
    record("attested", assessment, by=by, at=at, city_id=assessment.city_id, content_hash=content_hash)
    return attestation


@transaction.atomic
def call_signatories(assessment: Assessment, *, by: Any, at: datetime) -> list[Any]:
    """Ask those who sign to attest, once everything else is there, and once a day; the people who were asked."""
    require(access.may_call_signatories(by, assessment))
    assessment = _held(assessment)
    _require_drafting(assessment)
    answers = queries.answers_of(assessment)
    gaps = queries.gaps_in_answers(assessment, answers)
    if gaps:
        raise SubmitBlocked(gaps)
    if queries.live_attestation(assessment, answers) is not None:
        raise SignedAlready()
    people = queries.people_with(assessment.city, Role.SIGNATORY)
    if not people:
        raise NobodySigns()
    last = history_of(assessment).filter(verb=CALLED, at__gt=at - timedelta(days=1)).last()
    if last is not None:
        text = _t("They were asked on %(at)s already. Nothing was sent twice; ask again a day later.")
        raise CalledToday(text % {"at": when_year(last.at, assessment.city.timezone)})
    event = record(CALLED, assessment, by=by, at=at, city_id=assessment.city_id)
    for person in people:
        letters.attest(assessment, person, event.pk, at=at)
    return people


@transaction.atomic
def submit(assessment: Assessment, *, by: Any, at: datetime, consent: str | None = None, reason: str = "") -> Snapshot:
    """Submit: everything is there and attested, the content is frozen, every answer locked, a receipt given.

    Submitted already, the same receipt is returned and nothing is written. Staff submit for a city with a reason.
    """
    require(access.may_submit(by, assessment))
    assessment = _held(assessment)
    given = queries.receipt_of(assessment)
    if given is not None and assessment.status not in (Status.DRAFTING, Status.WITHDRAWN, Status.LAPSED):
        return given
    late = _require_drafting(assessment)
    for_city = not queries.roles_of(by, assessment.city)
    if for_city and not reason.strip():
        raise ReasonMissing()
    if consent is not None and consent not in Consent.values:
        raise NotAConsent(field="consent")
    list(Answer.objects.select_for_update().filter(assessment=assessment).order_by("pk").values_list("pk"))
    answers = queries.answers_of(assessment)
    gaps = queries.missing(assessment, answers)
    if gaps:
        raise SubmitBlocked(gaps)
    content = queries.content_of(assessment, answers)
    snapshot = Snapshot.objects.create(
        assessment=assessment,
        number=given.number + 1 if given else 1,
        receipt=_new_receipt(at),
        content=content,
        content_hash=queries.hash_of(content),
        attestation=queries.live_attestation(assessment, answers),
        late=late,
        submitted_at=at,
        submitted_by=by,
    )
    Answer.objects.filter(assessment=assessment).update(lock=Lock.LOCKED)
    if consent is not None:
        _choose(assessment, consent, by=by, at=at)
    behalf = str(assessment.city) if for_city else ""
    assessment.move_to(Status.SUBMITTED, by=by, at=at, reason=reason, on_behalf_of=behalf)
    printing.ask_for(assessment, PaperKind.ANSWERS, assessment.city.language, by=by, at=at)
    letters.received(snapshot, at=at)
    return snapshot


@transaction.atomic
def withdraw(assessment: Assessment, *, by: Any, at: datetime, reason: str = "") -> Assessment:
    """Take an assessment out of its cycle, until the one date that holds for all cities; staff may, with a reason."""
    require(access.may_withdraw(by, assessment))
    assessment = _held(assessment)
    of_city = bool(queries.roles_of(by, assessment.city))
    until = assessment.cycle.withdraw_until
    if of_city and under_lock() > until:
        text = _t(
            "Withdrawing closed on %(date)s for every city of this cycle. "
            "Your assessment stays confidential. Write to us if something changed."
        )
        raise WithdrawClosed(text % {"date": day_year(until, assessment.city.timezone)})
    if not of_city and not reason.strip():
        raise ReasonMissing()
    assessment.move_to(Status.WITHDRAWN, by=by, at=at, reason=reason, on_behalf_of="" if of_city else str(assessment.city))
    _cancel_questions(assessment, by=by, at=at)
    _close_reopenings(assessment, by=by, at=at)
    letters.withdrawn(assessment, _last_move(assessment).pk, at=at)
    return assessment


@transaction.atomic
def reopen(assessment: Assessment, *, reason: str, by: Any, at: datetime, due_at: datetime | None = None) -> Assessment:
    """Open an assessment again: a submitted one for writing, a closed one as it was before. Staff do, with a reason."""
    require(access.may_reopen(by, assessment))
    assessment = _held(assessment)
    if assessment.status == Status.SUBMITTED or assessment.status == Status.LAPSED:
        status: str = Status.DRAFTING
    elif assessment.status == Status.WITHDRAWN:
        status = _last_move(assessment).before
    else:
        raise NothingToReopen()
    assessment.move_to(status, by=by, at=at, reason=reason)
    if status == Status.DRAFTING:
        _close_reopenings(assessment, by=by, at=at)
        _open_for_writing(assessment, due_at, reason, by=by, at=at)
    letters.reopened(assessment, reason, _last_move(assessment).pk, at=at)
    return assessment


def _held(assessment: Assessment) -> Assessment:
    """The assessment as it is now, held until the end of the transaction."""
    Assessment.objects.select_for_update().only("pk").get(pk=assessment.pk)
    return Assessment.objects.select_related("city", "cycle__standard").get(pk=assessment.pk)


def _require_eligible(city: City, cycle: Cycle) -> None:
    """Refuse a place outside the Americas, below the cycle's population line, or with no population on record."""
    found = queries.eligibility(city, cycle)
    if found.verdict == "outside":
        raise BelowTheLine(_t("%(city)s lies outside the Americas, for which this certification is. Nothing was started.") % {"city": city})
    if found.verdict == "unknown":
        text = _t("The population of %(city)s is not on record. Nothing was started. Add it with its source, then start again.")
        raise BelowTheLine(text % {"city": city})
    if found.verdict == "below" and found.known is not None:
        text = _t("%(city)s has %(population)s people (%(source)s); this cycle is for %(minimum)s or more. Nothing was started.")
        figures = {"population": figure(found.known.number), "minimum": figure(found.minimum)}
        raise BelowTheLine(text % {"city": city, "source": found.known.source, **figures})


def _require_drafting(assessment: Assessment) -> bool:
    """Refuse unless the held assessment can be written now; True where it counts as late."""
    if assessment.status in (Status.WITHDRAWN, Status.LAPSED):
        raise Closed()
    if assessment.status != Status.DRAFTING:
        raise Closed(_t("This assessment was submitted. Nothing was changed."))
    window, now = queries.window_of(assessment), under_lock()
    zone = assessment.city.timezone
    if assessment.cycle.status not in queries.WRITABLE or now < window.opens_at:
        raise NotYetOpen(_t("This cycle is not open for writing now. Nothing was changed. Everything written is kept."))
    if now > window.closes_at:
        text = _t("Submitting closed %(due)s. Everything written is kept. Ask us to reopen, or start from it next cycle.")
        raise DeadlinePassed(text % {"due": when_year(window.due_at, zone)})
    return window.is_late(now)


def _new_receipt(at: datetime) -> str:
    """A short number that nobody can guess: 2026-K7QM-4Z9D."""
    while True:
        parts = ("".join(secrets.choice(RECEIPT_LETTERS) for _place in range(4)) for _part in range(2))
        receipt = "-".join([str(at.year), *parts])
        if not Snapshot.objects.filter(receipt=receipt).exists():
            return receipt


def _choose(assessment: Assessment, consent: str, *, by: Any, at: datetime) -> None:
    before = assessment.consent
    Assessment.objects.filter(pk=assessment.pk).update(consent=consent)
    assessment.consent = consent
    record("consented", assessment, by=by, at=at, city_id=assessment.city_id, before=before, after=consent)


def _last_move(assessment: Assessment) -> Event:
    return history_of(assessment).filter(verb="moved").latest("pk")


def _cancel_questions(assessment: Assessment, *, by: Any, at: datetime) -> None:
    """A withdrawn assessment is not read further, so nothing is asked any more. The letter about withdrawing says so."""
    open_ones = Clarification.objects.select_for_update(of=("self",)).filter(
        answer__assessment=assessment, status__in=[Asked.DRAFT, Asked.SENT]
    )
    for asked in open_ones:
        before = asked.status
        asked.status, asked.closed_at, asked.closed_by = Asked.CANCELED, at, by
        asked.save(update_fields=["status", "closed_at", "closed_by"])
        record("ended", asked, by=by, at=at, city_id=assessment.city_id, before=before, after=Asked.CANCELED)


def _close_reopenings(assessment: Assessment, *, by: Any, at: datetime) -> None:
    """Answers that were open again by themselves are no more: the whole assessment is open, or closed."""
    for request in ReopenRequest.objects.select_for_update(of=("self",)).filter(queries.OPEN_AGAIN, answer__assessment=assessment):
        request.closed_at, request.closed_by = at, by
        request.save(update_fields=["closed_at", "closed_by"])
        record("closed_again", request, by=by, at=at, city_id=assessment.city_id)


def _open_for_writing(assessment: Assessment, due_at: datetime | None, reason: str, *, by: Any, at: datetime) -> None:
    Answer.objects.filter(assessment=assessment).update(lock=Lock.OPEN)
    if due_at is not None:
        Extension.objects.create(assessment=assessment, due_at=due_at, reason=reason, granted_at=at, granted_by=by)
    if not queries.window_of(assessment).is_open(under_lock()):
        raise DateNeeded(field="due_at")
