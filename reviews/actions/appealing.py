"""Appeals: a city files one, staff admit it, somebody who was not involved reads it, a director confirms; told with its round."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments import queries as case
from assessments.actions import answering, reopening
from assessments.lifecycle import Status
from assessments.models import Answer, Assessment
from assessments.models.assessment import ReasonMissing
from reviews import access, letters
from reviews.actions import asking
from reviews.lifecycle import AppealStatus, How, Settled
from reviews.models import Appeal, Award, Hearing, PanelMember, Resolution
from reviews.queries import appeals, results
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.refusals import Refusal, require
from wwc.templatetags.display import when_year

RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class NotOut(Refusal):
    """There is no result to appeal."""

    message = _("There is no result to appeal yet. Nothing was changed.")


class NothingToWin(Refusal):
    """The verdict is met already, or it is the city's own word."""

    message = _("Only a verdict of not met on what your city claims can be appealed. Nothing was changed.")


class AppealedAlready(Refusal):
    """One appeal a verdict."""

    message = _("An appeal of this verdict is there already. Nothing was filed twice.")


class NotOpenYet(Refusal):
    """The result is minutes old and may still be taken back."""

    message = _("The result is minutes old. Appeals open once its letters are on their way. Your text is kept on this page.")


class WindowClosed(Refusal):
    """The date that was told is over."""


class OtherStep(Refusal):
    """The appeal is not at this step."""

    message = _("This appeal has gone on meanwhile. Nothing was changed. Look at it again.")


class WordsMissing(Refusal):
    """The city reads why."""

    message = _("Give the reasons: the city reads them. Nothing was changed.")


class NotFree(Refusal):
    """The reader had a hand in the verdict, or has not declared for the city."""

    message = _("An appeal is read by somebody of the panel who was not involved and has declared for the city. Nothing was changed.")


class EvidenceStillOpen(Refusal):
    """The city may still bring evidence."""

    message = _("The city can still bring evidence, so the appeal is not settled yet. Nothing was changed.")


class EndNotAhead(Refusal):
    """The dates of an admitted appeal lie ahead, one after the other."""

    message = _("The date for evidence must lie ahead, and the date for reading after it. Nothing was changed.")


class NoLongerWithdrawn(Refusal):
    """After the date for evidence every appeal of a round is read to its end."""

    message = _("An appeal can be withdrawn until the date for evidence. It is read to its end now; nothing was changed.")


@transaction.atomic
def file(answer: Answer, *, reason: str, brings_evidence: bool = False, on_behalf: str = "", by: Any, at: datetime) -> Appeal:
    """Appeal one verdict of a released result, inside its window. Staff file for a city and say why they do."""
    require(access.may_appeal(by, answer))
    held = Assessment.objects.select_for_update(of=("self",)).get(pk=answer.assessment_id)
    answer = answering.locked(answer)
    award = results.released_award(held)
    if award is None or held.status != Status.ANNOUNCED:
        raise NotOut()
    _require_open_window(award)
    if not appeals.can_be_appealed(award, answer):
        raise NothingToWin()
    if Appeal.objects.filter(answer=answer).exclude(status=AppealStatus.WITHDRAWN).exists():
        raise AppealedAlready()
    of_city = bool(case.roles_of(by, held.city))
    if not reason.strip() or not (of_city or on_behalf.strip()):
        raise ReasonMissing()
    appeal = Appeal.objects.create(
        award=award, answer=answer, receipt=_new_receipt(at), reason=reason.strip(), brings_evidence=brings_evidence,
        on_behalf="" if of_city else on_behalf.strip(), filed_at=at, filed_by=by,
    )  # fmt: skip
    behalf = "" if of_city else str(held.city)
    code = answer.criterion.code
    record("appealed", appeal, by=by, at=at, city_id=held.city_id, on_behalf_of=behalf, reason=appeal.on_behalf, criterion=code)
    letters.appeal_received(appeal, by_when=appeals.work_due(answer.assessment, at), at=at)
    return appeal


@transaction.atomic
def withdraw(appeal: Appeal, *, by: Any, at: datetime) -> Appeal:
    """Take an appeal back, until the date for evidence; from then on every appeal is read to its end."""
    require(access.may_withdraw_appeal(by, appeal))
    row = _locked(appeal)
    if row.status == AppealStatus.FILED:
        row.move_to(AppealStatus.WITHDRAWN, by=by, at=at)
        return row
    if row.opened is None or case.reopening_of(row.answer, under_lock()) != row.opened:
        raise NoLongerWithdrawn()
    row.move_to(AppealStatus.WITHDRAWN, by=by, at=at)
    reopening.close(row.opened, row.answer, by=by, at=at)
    return row


@transaction.atomic
def admit(
    appeal: Appeal, *, reader: PanelMember | None = None, words: str = "", open_until: datetime | None = None,
    due_at: datetime | None = None, by: Any, at: datetime,
) -> Appeal:  # fmt: skip
    """Take an appeal up: the answer opens for the evidence of the city until a date, and somebody not involved reads it by another.

    Without a reader the practice lead of the area can settle it, where they were not involved.
    """
    require(access.may_admit(by, appeal))
    row = _locked(appeal)
    if row.status != AppealStatus.FILED:
        raise OtherStep()
    _require_free(row, reader)
    now, assessment = under_lock(), row.answer.assessment
    until = open_until or appeals.work_due(assessment, now)
    due = due_at or appeals.work_due(assessment, until)
    if not now < until < due:
        raise EndNotAhead()
    opened = reopening.open_to_appeal(row.answer, reason=row.reason, open_until=until, by=by, at=at)
    fields = {"decided_at": at, "decided_by": by, "words": words.strip(), "opened": opened, "reader": reader, "due_at": due}
    row.move_to(AppealStatus.ADMITTED, by=by, at=at, **fields)
    letters.appeal_admitted(row, at=at)
    if reader is not None:
        letters.appeal_to_read(row, at=at)
    return row


@transaction.atomic
def refuse(appeal: Appeal, *, words: str, by: Any, at: datetime) -> Appeal:
    """Do not take an appeal to a reader, and say why in words that the city reads."""
    require(access.may_admit(by, appeal))
    row = _locked(appeal)
    if row.status != AppealStatus.FILED:
        raise OtherStep()
    if not words.strip():
        raise WordsMissing()
    row.move_to(AppealStatus.NOT_ADMITTED, by=by, at=at, decided_at=at, decided_by=by, words=words.strip())
    letters.appeal_not_admitted(row, at=at)
    return row


@transaction.atomic
def hand(appeal: Appeal, *, reader: PanelMember, by: Any, at: datetime) -> Appeal:
    """Give an admitted appeal to a reader, or to another one."""
    require(access.may_admit(by, appeal))
    row = _locked(appeal)
    if row.status != AppealStatus.ADMITTED:
        raise OtherStep()
    _require_free(row, reader)
    before = row.reader_id
    Appeal.objects.filter(pk=row.pk).update(reader=reader)
    row.reader = reader
    record("handed", row, by=by, at=at, city_id=row.answer.assessment.city_id, before=str(before or ""), after=str(reader.pk))
    letters.appeal_to_read(row, at=at)
    return row


@transaction.atomic
def settle(appeal: Appeal, *, verdict: str, rationale: str, internal_note: str = "", by: Any, at: datetime) -> Hearing:
    """Read the verdict again, with reasons for the city; nothing of it counts before a director has confirmed it."""
    require(access.may_hear(by, appeal))
    row = _locked(appeal)
    if row.status != AppealStatus.ADMITTED:
        raise OtherStep()
    if case.reopening_of(row.answer, under_lock()) is not None:
        raise EvidenceStillOpen()
    if verdict not in Settled.values:
        raise Refusal(_t("Choose a verdict: met or not met. Nothing was settled."))
    if not rationale.strip():
        raise WordsMissing()
    asking.require_no_reader_named(rationale, row.answer.assessment.cycle_id)
    said = {"verdict": verdict, "rationale": rationale.strip(), "internal_note": internal_note.strip()}
    found = Hearing.objects.create(appeal=row, heard_at=at, heard_by=by, **said)
    row.move_to(AppealStatus.SETTLED, by=by, at=at)
    return found


@transaction.atomic
def send_back(appeal: Appeal, *, reason: str, by: Any, at: datetime) -> Appeal:
    """A director does not confirm what was found: it is read again. What was found stays on record."""
    require(access.may_confirm_appeal(by, appeal))
    row = _locked(appeal)
    if row.status != AppealStatus.SETTLED:
        raise OtherStep()
    if not reason.strip():
        raise ReasonMissing()
    row.move_to(AppealStatus.ADMITTED, by=by, at=at, reason=reason.strip())
    return row


@transaction.atomic
def confirm(appeal: Appeal, *, by: Any, at: datetime) -> Resolution:
    """Confirm what was found as the verdict from now on; the worker scores. The award stays as it is until another one is released."""
    require(access.may_confirm_appeal(by, appeal))
    row = _locked(appeal)
    found = appeals.heard(row)
    if row.status != AppealStatus.SETTLED or found is None:
        raise OtherStep()
    resolution = Resolution.objects.create(
        answer=row.answer, version=row.answer.current, how=How.APPEAL, verdict=found.verdict, rationale=found.rationale,
        resolved_at=at, resolved_by=found.heard_by,
    )  # fmt: skip
    row.move_to(AppealStatus.CONFIRMED, by=by, at=at, confirmed_at=at, confirmed_by=by, resolution=resolution)
    assessment = row.answer.assessment
    key = f"score_assessment:{assessment.pk}:{at.isoformat()}"
    post.ask("score_assessment", key=key, at=at, city_id=assessment.city_id, assessment_id=assessment.pk)
    return resolution


def _require_open_window(award: Award) -> None:
    """Asked of the database under the lock: the window of the award's own round."""
    window, now = appeals.window_of(award), under_lock()
    if window is None:
        raise WindowClosed(_t("What was told on appeal is final. Nothing was changed. Your result and its reasons stay here."))
    if now < window.opens_at:
        raise NotOpenYet()
    if not window.is_open(now):
        day = when_year(window.closes_at, award.assessment.city.timezone)
        text = _t("Appeals for %(round)s closed %(date)s. Nothing was changed. Your result and its reasons stay here.")
        raise WindowClosed(text % {"round": award.announcement, "date": day})


def _require_free(appeal: Appeal, reader: PanelMember | None) -> None:
    if reader is not None and not appeals.readers_for(appeal.answer).filter(pk=reader.pk).exists():
        raise NotFree()


def _locked(appeal: Appeal) -> Appeal:
    """The appeal and its answer as they are now, held; the answer first, as everywhere."""
    answer = answering.locked(appeal.answer)
    Appeal.objects.select_for_update().only("pk").get(pk=appeal.pk)
    row = Appeal.objects.select_related("award__announcement", "award__score", "reader__person", "opened", "resolution").get(pk=appeal.pk)
    row.answer = answer
    return row


def _new_receipt(at: datetime) -> str:
    """A number that the city holds, which tells nothing of how many there are."""
    while True:
        parts = ("".join(secrets.choice(RECEIPT_LETTERS) for _ in range(4)) for _ in range(2))
        receipt = "-".join(["A", str(at.year), *parts])
        if not Appeal.objects.filter(receipt=receipt).exists():
            return receipt
