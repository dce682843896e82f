"""Decide what a city is given: one person proposes, another approves; two take it back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Lock, Status
from assessments.models import Answer, Assessment
from assessments.models.assessment import ReasonMissing
from reviews import access, letters
from reviews.lifecycle import AwardStatus, Kind
from reviews.models import Award, Score
from reviews.queries import results
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.refusals import Refusal, require

WITHOUT_TIER = (Kind.NO_TIER, Kind.HONOR_ROLL)


class NotReady(Refusal):
    """The assessment is not at the point of decision."""

    message = _("This assessment is not ready for a decision. Nothing was changed.")


class ScoreMoved(Refusal):
    """The score on the page is not what the settled verdicts come to now."""

    message = _("The score you looked at is not the current one. Nothing was changed. Look at the new one before you decide.")


class AlreadyProposed(Refusal):
    """There is a live decision already."""

    message = _("A decision on this assessment is there already. Nothing was changed. It can be retracted first.")


class TierUnfit(Refusal):
    """Kind and tier do not go together, or the edition has no such tier."""

    message = _("This kind of decision and this tier do not go together. Nothing was changed.")


class StillTakenBack(Refusal):
    """The version that is out is minutes old."""

    message = _("The version that is out can still be taken back. Nothing was changed. Propose another one in some minutes.")


class NotRetractable(Refusal):
    """The decision is out, or was retracted before."""

    message = _("This decision can no longer be retracted. Nothing was changed.")


@transaction.atomic
def propose(
    assessment: Assessment, *, score: Score, kind: str, tier: str, by: Any, at: datetime, reason: str = "", valid_until: date | None = None
) -> Award:
    """Propose a decision on the current score. What does not follow from score and history needs a reason, which stays with it.

    On an announced assessment an upheld appeal asks for one: it replaces the version that is out when its own batch is released.
    """
    require(access.may_propose(by, assessment))
    case = Assessment.objects.select_for_update(of=("self",)).select_related("city", "cycle__standard").get(pk=assessment.pk)
    if case.status != Status.READY and not results.is_reopened(case):
        raise NotReady()
    if results.in_the_works(case) is not None:
        raise AlreadyProposed()
    _require_told_for_good(case)
    current = results.current_score(case)
    if current is None or current.pk != score.pk:
        raise ScoreMoved()
    if (kind in WITHOUT_TIER) != (not tier) or tier not in ["", *(reach["key"] for reach in current.result["tiers"])]:
        raise TierUnfit()
    follows = results.suggest(case, current)
    if (kind, tier) != (follows.kind, follows.tier) and not reason.strip():
        raise ReasonMissing()
    award = Award.objects.create(
        assessment=case,
        score=current,
        version=Award.objects.filter(assessment=case).count() + 1,
        kind=kind,
        tier=tier,
        previous_tier=follows.previous_tier,
        reason=reason.strip(),
        valid_until=valid_until,
        proposed_at=at,
        proposed_by=by,
    )
    record("proposed", award, by=by, at=at, city_id=case.city_id, after=AwardStatus.PROPOSED, reason=reason, kind=kind, tier=tier)
    day = f"{at:%Y-%m-%d}"
    post.ask("tell_directors", key=f"tell_directors:{day}", at=at, due_at=at + letters.GATHERED, day=day)
    return award


@transaction.atomic
def correct(assessment: Assessment, *, kind: str, tier: str, reason: str, note: str, by: Any, at: datetime) -> Award:
    """Propose what should have been told instead of the version that is out: with the reason, and a note that the public reads.

    Approved by another director and told with any round, it closes the public row of before as corrected. The score stays.
    """
    require(access.may_correct(by, assessment))
    case = Assessment.objects.select_for_update(of=("self",)).select_related("city", "cycle__standard").get(pk=assessment.pk)
    out = results.released_award(case)
    if case.status != Status.ANNOUNCED or out is None:
        raise NotReady()
    if results.in_the_works(case) is not None or results.is_reopened(case):
        raise AlreadyProposed()
    _require_told_for_good(case)
    tiers = ["", *(reach["key"] for reach in out.score.result["tiers"])]
    if kind == Kind.NO_TIER or (kind in WITHOUT_TIER) != (not tier) or tier not in tiers:  # what takes a tier away is a revocation
        raise TierUnfit()
    if not reason.strip() or not note.strip():
        raise ReasonMissing()
    version = Award.objects.filter(assessment=case).count() + 1
    said = {"kind": kind, "tier": tier, "reason": reason.strip(), "note": note.strip(), "corrects": True}
    award = Award.objects.create(
        assessment=case, score=out.score, version=version, previous_tier=out.previous_tier, valid_until=out.valid_until,
        proposed_at=at, proposed_by=by, **said,
    )  # fmt: skip
    record("proposed", award, by=by, at=at, city_id=case.city_id, after=AwardStatus.PROPOSED, reason=reason, kind=kind, tier=tier)
    return award


@transaction.atomic
def approve(award: Award, *, by: Any, at: datetime) -> Award:
    """Approve what someone else proposed: the assessment is decided and its answers are final. An announced one stays as it is."""
    require(access.may_approve(by, award))
    row = _locked(award)
    case = row.assessment
    if row.status != AwardStatus.PROPOSED or case.status not in (Status.READY, Status.ANNOUNCED):
        raise NotReady()
    if not row.corrects and results.current_score(case) != row.score:
        raise ScoreMoved()
    row.move_to(AwardStatus.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    if case.status == Status.READY:
        case.move_to(Status.DECIDED, by=by, at=at)
        Answer.objects.filter(assessment=case).update(lock=Lock.FINAL)
    return row


@transaction.atomic
def retract(award: Award, *, reason: str, by: Any, at: datetime) -> Award:
    """Take a decision back before its announcement; a decided assessment is ready again."""
    require(access.may_retract(by, award))
    if not reason.strip():
        raise ReasonMissing()
    row = _locked(award)
    if row.status not in (AwardStatus.PROPOSED, AwardStatus.APPROVED, AwardStatus.IN_BATCH):
        raise NotRetractable()
    row.move_to(AwardStatus.RETRACTED, by=by, at=at, reason=reason)
    if row.assessment.status == Status.DECIDED:
        row.assessment.move_to(Status.READY, by=by, at=at, reason=reason)
        Answer.objects.filter(assessment=row.assessment, lock=Lock.FINAL).update(lock=Lock.LOCKED)
    return row


def _require_told_for_good(case: Assessment) -> None:
    """Another version waits until the one that is out can no longer be taken back: taken back, it would be in the works again."""
    out = results.released_award(case)
    if out is not None and results.can_be_taken_back_at(out, under_lock()):
        raise StillTakenBack()


def _locked(award: Award) -> Award:
    """The award and its assessment as they are now, both locked, the assessment first."""
    Assessment.objects.select_for_update(of=("self",)).get(pk=award.assessment_id)
    rows = Award.objects.select_for_update(of=("self",)).select_related("assessment__city", "assessment__cycle__standard", "score")
    return rows.get(pk=award.pk)
