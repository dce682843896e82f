"""End an award before its time: one director says why, another confirms. It stays in the public history, with a note."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.models import Assessment
from assessments.models.assessment import ReasonMissing
from reviews import access, letters
from reviews.jobs import changes
from reviews.lifecycle import UNDECIDED, AppealStatus, AwardStatus
from reviews.models import Appeal, Award, ChangeKind, PublishedAward, Revocation
from reviews.queries import appeals, results
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.refusals import Refusal, require


class NotRevocable(Refusal):
    """Only an award that is out ends before its time; a decision of no tier gives nothing."""

    message = _("Only an award that is out, and has been for some minutes, can be revoked. Nothing was changed.")


class SomethingUnderWay(Refusal):
    """Another version, or an appeal, would lose its ground."""

    message = _("Another version or an appeal of this award is under way. Nothing was changed. It is brought to its end first.")


class AskedAlready(Refusal):
    """One at a time."""

    message = _("A revocation of this award is proposed already. Nothing was changed.")


class Ended(Refusal):
    """It was confirmed or dropped."""

    message = _("This revocation was confirmed or dropped already. Nothing was changed.")


@transaction.atomic
def propose_revocation(award: Award, *, reason: str, note: str, by: Any, at: datetime) -> Revocation:
    """Say why an award should end: to its city, and in a note that the public reads. A second director confirms it."""
    require(access.may_revoke(by, award))
    row = _locked(award)
    _require_revocable(row)
    if not reason.strip() or not note.strip():
        raise ReasonMissing()
    if Revocation.objects.filter(award=row, dropped_at=None).exists():
        raise AskedAlready()
    made = Revocation.objects.create(award=row, reason=reason.strip(), note=note.strip(), proposed_at=at, proposed_by=by)
    record("proposed", made, by=by, at=at, city_id=row.assessment.city_id, reason=made.reason)
    return made


@transaction.atomic
def confirm_revocation(revocation: Revocation, *, by: Any, at: datetime) -> Award:
    """End the award, as the second director: page, list and interface say so at once, and the city hears why."""
    require(access.may_confirm_revocation(by, revocation))
    row = _locked(revocation.award)
    held = _pending(revocation)
    _require_revocable(row)
    row.move_to(AwardStatus.REVOKED, by=by, at=at, reason=held.reason)
    answer_by = appeals.work_due(row.assessment, under_lock())
    Revocation.objects.filter(pk=held.pk).update(confirmed_at=at, confirmed_by=by, answer_by=answer_by)
    shown = list(results.published_rows_of(row))
    ended = {"closed_at": at, "closed_because": ChangeKind.REVOKED, "note": held.note}
    PublishedAward.objects.filter(pk__in=[each.pk for each in shown]).update(**ended)
    record("confirmed", held, by=by, at=at, city_id=row.assessment.city_id)
    letters.revoked(row, held, answer_by=answer_by, at=at)
    changes.note((each, ChangeKind.REVOKED) for each in shown)
    return row


@transaction.atomic
def drop_revocation(revocation: Revocation, *, by: Any, at: datetime) -> Revocation:
    """Let it be: the award stands as it was."""
    require(access.may_revoke(by, revocation.award))
    _locked(revocation.award)
    held = _pending(revocation)
    Revocation.objects.filter(pk=held.pk).update(dropped_at=at, dropped_by=by)
    record("dropped", held, by=by, at=at, city_id=revocation.award.assessment.city_id)
    held.refresh_from_db()
    return held


def _require_revocable(award: Award) -> None:
    if award.status != AwardStatus.RELEASED or not award.tier or results.can_be_taken_back_at(award, under_lock()):
        raise NotRevocable()
    open_ = Appeal.objects.filter(answer__assessment=award.assessment_id, status__in=[*UNDECIDED, AppealStatus.CONFIRMED])
    if results.in_the_works(award.assessment) is not None or open_.exists():
        raise SomethingUnderWay()


def _pending(revocation: Revocation) -> Revocation:
    held = Revocation.objects.select_for_update().get(pk=revocation.pk)
    if held.confirmed_at is not None or held.dropped_at is not None:
        raise Ended()
    return held


def _locked(award: Award) -> Award:
    """The award and its assessment as they are now, both held, the assessment first."""
    Assessment.objects.select_for_update(of=("self",)).get(pk=award.assessment_id)
    rows = Award.objects.select_for_update(of=("self",)).select_related("assessment__city", "assessment__cycle__standard", "announcement")
    return rows.get(pk=award.pk)
