"""Settling: record what readings agree on, settle where they differ, declare an assessment ready."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Status
from assessments.models import Answer, Assessment
from reviews import access
from reviews.actions import asking
from reviews.lifecycle import How, Settled, Stage
from reviews.models import Accord, Finding, Resolution
from reviews.queries import desk, results, verdicts
from wwc.audit.record import record
from wwc.outbox import post
from wwc.refusals import Refusal, require


class NothingToSettle(Refusal):
    """The stage of the answer does not allow it."""

    message = _("This answer cannot be settled now. Nothing was changed.")


class ReadingMissing(NothingToSettle):
    """A reading that is needed is not in."""

    message = _("A reading of this answer is still missing. Nothing was settled.")


class StillSplit(NothingToSettle):
    """The readings differ."""

    message = _("The readings of this answer differ. Settle them side by side.")


class NoSplit(NothingToSettle):
    """The readings do not differ."""

    message = _("The readings of this answer do not differ. Nothing was changed.")


class QuestionOpen(NothingToSettle):
    """The city is writing on the answer."""

    message = _("This answer is open with the city. Nothing was settled; come back when it is closed again.")


class NotInReview(Refusal):
    """The assessment is not in review."""

    message = _("This assessment is not being read at this stage. Nothing was changed.")


class ReasonsMissing(Refusal):
    """Settling a difference needs words."""

    message = _("Give the reasons: the city reads them with its result. Nothing was settled.")


class PassedOn(Refusal):
    """A third reader has it."""

    message = _("A third reader has this answer, so the two of you do not settle it any more. Nothing was changed.")


class OnesOwn(Refusal):
    """Two people agree, not one."""

    message = _("You proposed this yourself. The other reader agrees, or proposes something else.")


class OtherProposal(Refusal):
    """What was looked at is no longer what is proposed."""

    message = _("Something else is proposed by now, or the answer has changed. Nothing was settled. Look again.")


class NotReady(Refusal):
    """Something is still open."""


class DecisionProposed(Refusal):
    """What was decided on these verdicts would lose its ground."""

    message = _("A decision on this assessment is proposed. Nothing was changed. It is retracted first.")


@transaction.atomic
def agree(answer: Answer, *, by: Any, at: datetime) -> Resolution:
    """Record what the readings of an answer agree on: one where one is enough, two that are equal, a third that decides."""
    require(access.may_agree(by, answer))
    standing = _locked(answer)
    if standing.stage == Stage.WAITING:
        raise QuestionOpen()
    if standing.is_split and not standing.third:
        raise StillSplit()
    if standing.stage != Stage.AGREED:
        raise NothingToSettle() if standing.resolved or standing.final else ReadingMissing()
    return _record([standing], by=by, at=at)[0]


@transaction.atomic
def agree_all(assessment: Assessment, *, by: Any, at: datetime) -> list[Resolution]:
    """Record all that is agreed in an assessment, as far as the person may read it; what is not agreed stays as it is."""
    require(access.may_agree_all(by, assessment))
    list(Answer.objects.select_for_update(of=("self",)).filter(assessment=assessment).order_by("pk").values_list("pk"))
    _in_review(assessment)
    found = verdicts.standings(desk.answers_readable_by(by).filter(assessment=assessment))
    return _record([each for each in found if each.stage == Stage.AGREED], by=by, at=at)


@transaction.atomic
def settle(answer: Answer, *, verdict: str, rationale: str, by: Any, at: datetime) -> Resolution:
    """Decide where readings differ or could not judge: a practice lead or director who is not a reader of it, with public reasons."""
    require(access.may_settle(by, answer))
    standing = _split(answer)
    if standing.filed and any(reading.finding is None for reading in standing.readings):
        raise ReadingMissing()
    return _settled(standing, How.LEAD, verdict, rationale, by=by, at=at)


@transaction.atomic
def propose_consensus(answer: Answer, *, verdict: str, rationale: str, by: Any, at: datetime) -> Accord:
    """One of the two readers of a split proposes what both could say, with reasons for the city. The other agrees, or not."""
    require(access.may_agree_on(by, answer))
    standing = _between_two(answer, by)
    _require_reasons(standing, verdict, rationale)
    said = {"version_id": standing.version, "verdict": verdict, "rationale": rationale.strip()}
    return Accord.objects.create(answer_id=standing.answer, **said, proposed_at=at, proposed_by=by)


@transaction.atomic
def accept_consensus(accord: Accord, *, by: Any, at: datetime) -> Resolution:
    """The other reader agrees with what is proposed: the answer is settled as a consensus. Both findings stay."""
    require(access.may_agree_on(by, accord.answer))
    standing = _between_two(accord.answer, by)
    latest = verdicts.accord_on(standing)
    if latest is None or latest.pk != accord.pk:
        raise OtherProposal()
    if latest.proposed_by_id == by.pk:
        raise OnesOwn()
    return _settled(standing, How.CONSENSUS, latest.verdict, latest.rationale, by=by, at=at)


@transaction.atomic
def pass_on(answer: Answer, *, by: Any, at: datetime) -> None:
    """A reader says that the two do not agree: the practice lead hears now and not only when the time is over."""
    require(access.may_agree_on(by, answer))
    standing = _between_two(answer, by)
    city_id = standing.city
    record("passed_on", answer, by=by, at=at, city_id=city_id, criterion=standing.code)
    key = f"pass_on_split:{standing.answer}:{standing.version}:asked"
    post.ask("pass_on_split", key=key, at=at, city_id=city_id, answer_id=standing.answer, version_id=standing.version)


@transaction.atomic
def declare_ready(assessment: Assessment, *, by: Any, at: datetime) -> None:
    """Say that every answer has its verdict and no required question is open; the worker then scores."""
    require(access.may_declare_ready(by, assessment))
    _in_review(assessment)
    # Held, so that nothing the city saves or is asked while this is read can come between.
    list(Answer.objects.select_for_update(of=("self",)).filter(assessment=assessment).order_by("pk").values_list("pk"))
    ruling = verdicts.complete(assessment)
    if not ruling:
        raise NotReady(ruling.reason)
    assessment.move_to(Status.READY, by=by, at=at)
    # The instant is part of the key: sent back and declared ready again, it is scored again.
    key = f"score_assessment:{assessment.pk}:{at.isoformat()}"
    post.ask("score_assessment", key=key, at=at, city_id=assessment.city_id, assessment_id=assessment.pk)


@transaction.atomic
def send_back(assessment: Assessment, *, reason: str, by: Any, at: datetime) -> None:
    """Take an assessment that was ready back into review, with the reason."""
    require(access.may_declare_ready(by, assessment))
    assessment.refresh_from_db(fields=["status"], from_queryset=Assessment.objects.select_for_update(of=("self",)))
    if results.live_award(assessment) is not None:
        raise DecisionProposed()
    assessment.move_to(Status.IN_REVIEW, by=by, at=at, reason=reason)


def _in_review(assessment: Assessment) -> None:
    """Lock the assessment and see that it is being read."""
    assessment.refresh_from_db(fields=["status"], from_queryset=Assessment.objects.select_for_update(of=("self",)))
    if assessment.status != Status.IN_REVIEW:
        raise NotInReview()


def _locked(answer: Answer) -> verdicts.Standing:
    """Hold the answer and read how it stands."""
    row = Answer.objects.select_for_update(of=("self",)).select_related("assessment").get(pk=answer.pk)
    if row.assessment.status != Status.IN_REVIEW:
        raise NotInReview()
    return verdicts.standing_of(row)


def _split(answer: Answer) -> verdicts.Standing:
    """Hold the answer and see that its readings differ, or that nobody could judge, and that the city is not writing."""
    standing = _locked(answer)
    if standing.final or standing.resolved or not standing.is_split:
        raise NoSplit()
    if standing.with_city:
        raise QuestionOpen()
    return standing


def _between_two(answer: Answer, by: Any) -> verdicts.Standing:
    """Hold a split that is still between its two readers, one of whom the person is, with both verdicts in."""
    standing = _split(answer)
    if len(standing.readings) > 2:
        raise PassedOn()
    if not any(reading.person == by.pk for reading in standing.filed):
        raise ReadingMissing()
    return standing


def _require_reasons(standing: verdicts.Standing, verdict: str, rationale: str) -> None:
    """A settled difference needs a verdict, and words that the city can read."""
    if verdict not in Settled.values:
        raise Refusal(_("Choose a verdict: met or not met. Nothing was settled."))
    if not rationale.strip():
        raise ReasonsMissing()
    asking.require_no_reader_named(rationale, standing.cycle)


def _settled(standing: verdicts.Standing, how: str, verdict: str, rationale: str, *, by: Any, at: datetime) -> Resolution:
    """Write a resolution with its reasons."""
    _require_reasons(standing, verdict, rationale)
    return Resolution.objects.create(
        answer_id=standing.answer, version_id=standing.version, how=how, verdict=verdict, rationale=rationale.strip(),
        findings=[finding.pk for finding in standing.said], resolved_at=at, resolved_by=by,
    )  # fmt: skip


def _record(found: list[verdicts.Standing], *, by: Any, at: datetime) -> list[Resolution]:
    """Write the resolutions of what is agreed. The reasons are those of the reading that decides: the third, else the first."""
    reasons = dict(Finding.objects.filter(pk__in=[each.said[0].pk for each in found]).values_list("pk", "rationale"))
    return Resolution.objects.bulk_create(
        Resolution(
            answer_id=each.answer, version_id=each.version, verdict=each.said[0].verdict, rationale=reasons[each.said[0].pk],
            how=How.THIRD if each.third else How.AGREED if len(each.said) > 1 else How.SINGLE,
            findings=[finding.pk for finding in each.said], resolved_at=at, resolved_by=by,
        )
        for each in found
    )  # fmt: skip
