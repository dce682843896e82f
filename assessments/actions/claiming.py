"""A successor asks to become a lead of a city whose leads have gone: asked, proved, agreed or objected to, granted or refused, taken."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, letters, queries
from assessments.actions import inviting
from assessments.actions.joining import WordsMissing
from assessments.models import City, ClaimOutcome, ClaimRequest, Role
from wwc.accounts.models import User
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.models import Letter
from wwc.refusals import Refusal, require


class ClaimOver(Refusal):
    """Ended, taken or never proved in time."""

    message = _("This link was used or its time has ended. Nothing was changed. Ask again where it came from.")


class ClaimEnded(Refusal):
    """Somebody was quicker, or the clock."""

    message = _("This request has ended already. Nothing was changed.")


class CannotBegin(Refusal):
    """The address belongs to somebody who may not join the team. A lead is not told why."""

    message = _("Access cannot begin with this address. Nothing was changed. Program staff can say more.")


@transaction.atomic
def ask(city: City, *, name: str, email: str, language: str = "en", by: Any, at: datetime) -> ClaimRequest:
    """Ask to become a lead of a city. A link goes to the address; asked again, the same link goes out once a day.

    `by` may be a visitor without an account. The same rows are written whether or not the city takes part.
    """
    require(access.may_claim(by, city))
    email = email.strip().lower()
    mine = ClaimRequest.objects.filter(city=city, email__iexact=email, outcome=ClaimOutcome.OPEN)
    claim = mine.select_for_update().first()
    if claim is not None and claim.confirmed_at is None and at > claim.asked_at + settings.CLAIM_PROOF:
        _end(claim, ClaimOutcome.EXPIRED, by=None, at=at)
        claim = None
    if claim is None:
        try:
            with transaction.atomic():
                claim = ClaimRequest.objects.create(city=city, name=name.strip(), email=email, language=language, asked_at=at)
        except IntegrityError:  # pressed twice at once
            return mine.get()
        record("claimed", claim, by=by, at=at, city_id=city.pk)
        post.ask("expire_claim", at=at, due_at=at + settings.CLAIM_PROOF + timedelta(minutes=1), city_id=city.pk, claim_id=claim.pk)
    claim.city = city
    if claim.confirmed_at is None:
        letters.claim_proof(claim, at=at)
    return claim


@transaction.atomic
def prove(claim: ClaimRequest, *, by: Any, at: datetime) -> ClaimRequest:
    """Prove the address by the link that went there; the waiting period begins, and all leads hear of it. Proved already: the same."""
    require(access.may_prove_claim(by, claim))
    claim = _held(claim)
    if claim.confirmed_at is not None:
        return claim
    if claim.outcome != ClaimOutcome.OPEN or under_lock() > claim.asked_at + settings.CLAIM_PROOF:
        raise ClaimOver()
    claim.confirmed_at, claim.waits_until = at, at + settings.CLAIM_WAIT
    claim.save(update_fields=["confirmed_at", "waits_until"])
    record("proved", claim, by=by, at=at, city_id=claim.city_id)
    letters.claim(claim, own=queries.is_own_address(claim.city, claim.email), at=at)
    post.ask("settle_claim", at=at, due_at=claim.waits_until + timedelta(minutes=1), city_id=claim.city_id, claim_id=claim.pk)
    return claim


@transaction.atomic
def agree(claim: ClaimRequest, *, by: Any, at: datetime) -> ClaimRequest:
    """A lead agrees: access can begin at once."""
    require(access.may_answer_claim(by, claim))
    claim = _waiting(claim)
    _grant(claim, by=by, at=at)
    return claim


@transaction.atomic
def oppose(claim: ClaimRequest, *, by: Any, at: datetime) -> ClaimRequest:
    """A lead objects: nothing begins by itself any more, and staff see it. Who asked hears on the day they were told."""
    require(access.may_answer_claim(by, claim))
    claim = _waiting(claim)
    _end(claim, ClaimOutcome.OBJECTED, by=by, at=at)
    letters.claim_refused(claim, at=at)
    return claim


@transaction.atomic
def grant(claim: ClaimRequest, *, by: Any, at: datetime) -> ClaimRequest:
    """Staff grant a claim that waits, or one that was objected to or refused; a no that was not sent yet is canceled."""
    require(access.may_decide_claim(by, claim))
    claim = _held(claim)
    if claim.outcome not in {ClaimOutcome.OPEN, ClaimOutcome.OBJECTED, ClaimOutcome.REFUSED} or claim.confirmed_at is None:
        raise ClaimEnded()
    post.cancel(Letter.objects.filter(key=f"claim_refused:{claim.pk}"), at=at)
    _grant(claim, by=by, at=at)
    return claim


@transaction.atomic
def refuse(claim: ClaimRequest, *, words: str, by: Any, at: datetime) -> ClaimRequest:
    """Staff refuse a claim that waits, with words. Who asked hears on the day they were told."""
    require(access.may_decide_claim(by, claim))
    claim = _waiting(claim)
    if not words.strip():
        raise WordsMissing(field="words")
    _end(claim, ClaimOutcome.REFUSED, words=words.strip(), by=by, at=at)
    letters.claim_refused(claim, at=at)
    return claim


@transaction.atomic
def take(claim: ClaimRequest, *, name: str = "", password: str | None = None, by: Any, at: datetime) -> User:
    """Become a lead by the link of a granted claim, once. Who has an account joins with it; a new person is made."""
    require(access.may_prove_claim(by, claim))
    claim = _held(claim)
    if queries.where_claim_stands(claim, under_lock()) != "granted":
        raise ClaimOver()
    _require_may_join(claim)
    person = User.objects.filter(email__iexact=claim.email).first() or inviting.new_person(
        claim.city, claim.email, name, password, language=claim.language
    )
    claim.taken_at, claim.taken_by = at, person
    claim.save(update_fields=["taken_at", "taken_by"])
    record("accepted", claim, by=person, at=at, city_id=claim.city_id, after=Role.LEAD)
    inviting.join(claim.city, person, Role.LEAD, added_by=claim.ended_by, at=at)
    return person


def _held(claim: ClaimRequest) -> ClaimRequest:
    """The claim as it is now, held until the end of the transaction."""
    ClaimRequest.objects.select_for_update().only("pk").get(pk=claim.pk)
    return ClaimRequest.objects.select_related("city", "ended_by").get(pk=claim.pk)


def _waiting(claim: ClaimRequest) -> ClaimRequest:
    """The held claim; refused where its waiting has ended."""
    claim = _held(claim)
    if claim.outcome != ClaimOutcome.OPEN or claim.confirmed_at is None:
        raise ClaimEnded()
    return claim


def _grant(claim: ClaimRequest, *, by: Any, at: datetime) -> None:
    _require_may_join(claim)
    _end(claim, ClaimOutcome.GRANTED, by=by, at=at)
    letters.claim_granted(claim, at=at)


def _require_may_join(claim: ClaimRequest) -> None:
    if queries.may_not_join(claim.city, claim.email):
        raise CannotBegin()


def _end(claim: ClaimRequest, outcome: str, *, words: str = "", by: Any, at: datetime) -> None:
    before = claim.outcome
    claim.outcome, claim.ended_at, claim.ended_by, claim.words = outcome, at, by, words
    claim.save(update_fields=["outcome", "ended_at", "ended_by", "words"])
    record("claim_ended", claim, by=by, at=at, city_id=claim.city_id, before=before, after=outcome, reason=words)
