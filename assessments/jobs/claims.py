"""A claim whose time has come: the address was never proved, or the waiting period has ended."""

from datetime import datetime

from django.conf import settings

from assessments import letters, queries
from assessments.models import City, ClaimOutcome, ClaimRequest
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox.running import completing


class TooEarly(RuntimeError):
    """The period has not ended by the clock of the database; the work comes back."""


def expire_claim(claim_id: int) -> None:
    """Close a claim whose address nobody proved in time. Nobody is written to: the address may be anybody's."""
    with completing():
        claim = _held(claim_id)
        now = under_lock()
        if claim.outcome == ClaimOutcome.OPEN and claim.confirmed_at is None and now > claim.asked_at + settings.CLAIM_PROOF:
            _end(claim, ClaimOutcome.EXPIRED, now)


def settle_claim(claim_id: int) -> None:
    """End the waiting period: nobody objected, so who asks from the city's own domain becomes a lead; all others hear no.

    A city that never had a team here is claimed through staff alone: it has nobody who could have objected.
    """
    with completing():
        claim = _held(claim_id)
        now = under_lock()
        if claim.outcome != ClaimOutcome.OPEN or claim.waits_until is None:
            return
        if now < claim.waits_until:
            raise TooEarly(claim_id)
        granted = (
            queries.had_a_team(claim.city)
            and queries.is_own_address(claim.city, claim.email)
            and not queries.may_not_join(claim.city, claim.email)
        )
        _end(claim, ClaimOutcome.GRANTED if granted else ClaimOutcome.REFUSED, now)
        tell = letters.claim_granted if granted else letters.claim_refused
        tell(claim, at=now)


def _held(claim_id: int) -> ClaimRequest:
    """The claim as it is now, and its city, held until the end of the transaction."""
    claim = ClaimRequest.objects.select_for_update().get(pk=claim_id)
    claim.city = City.objects.get(pk=claim.city_id)
    return claim


def _end(claim: ClaimRequest, outcome: str, now: datetime) -> None:
    claim.outcome, claim.ended_at = outcome, now
    claim.save(update_fields=["outcome", "ended_at"])
    record("claim_ended", claim, by=None, at=now, city_id=claim.city_id, before=ClaimOutcome.OPEN, after=outcome)
