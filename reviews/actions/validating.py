"""Reading: file a verdict on one version of one answer, confirm what a city does not claim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import queries as case
from assessments.actions import clarifying
from assessments.lifecycle import Asked, Lock, Status
from assessments.models import Answer, AnswerVersion, Assessment, Clarification, Cycle
from criteria.queries import kept_places
from criteria.scoring import checklist
from reviews import access, letters
from reviews.actions import asking, drafting
from reviews.lifecycle import Found, How, Settled, Slot
from reviews.models import Assignment, Finding, Resolution
from reviews.queries import desk, reading, splits, verdicts
from wwc.outbox import post
from wwc.refusals import Refusal, require
from wwc.typed import plain

# Kept as the reason of a verdict that only repeats the city's own word; its result says it in the city's language.
AS_CITY_SAYS = "Not met, as the city says."

NEEDED = (
    "lock", "current", "assessment__cycle", "assessment__status", "assessment__city__name", "assessment__city__subdivision_name",
    "criterion__standard", "criterion__code", "criterion__checklist_required",
)  # fmt: skip


class NotReadNow(Refusal):
    """The assessment is not in review."""

    message = _("This assessment is not being read at this stage. Your text is kept; nothing was filed.")


class ChangedMeanwhile(Refusal):
    """The city has a newer version than the one that was read."""

    message = _("The city has sent a newer version. Nothing was filed; your text is kept. Look at what changed, then file.")


class AlreadySettled(Refusal):
    """The answer has its verdict."""

    message = _("This answer has its settled verdict. Nothing was filed.")


class QuestionOpen(Refusal):
    """The city is writing on this answer."""

    message = _("A question on this answer is open with the city. Nothing was filed; come back when the reply is here.")


class OtherShown(Refusal):
    """The other reading has been shown, so this one stands as it was filed."""

    message = _("You have seen the other reading, so yours stays as filed. If they differ, settle it side by side.")


class RationaleMissing(Refusal):
    """The verdict needs words."""

    message = _("Give the reasons: a verdict of not met or cannot judge needs them, and so do ticks that say otherwise. Nothing was filed.")


class UnknownTick(Refusal):
    """A tick beside no item."""

    message = _("A tick stands beside no item of the checklist. Nothing was filed.")


class NotAsCitySays(Refusal):
    """Confirming in a list is for what the city does not claim."""

    message = _("Only answers of Not yet or Not pursuing that wait for your reading can be confirmed in a list. Nothing was confirmed.")


@dataclass(frozen=True)
class Facts:
    """What decides, asked of the database after the lock, whether a finding can be filed."""

    live: bool
    settled: bool
    asked: bool
    answered: bool
    reopened: bool
    own: bool
    other: bool


@transaction.atomic
def record_finding(
    assignment: Assignment, *, version: AnswerVersion | None, verdict: str, ticks: Iterable[int] = (), rationale: str = "",
    confidence: str = "", internal_note: str = "", wants_second: bool = False, by: Any, at: datetime,
) -> Finding:  # fmt: skip
    """File a verdict on the current version of an answer. A later one supersedes it until the other reading is shown."""
    require(access.may_find(by, assignment))
    answer = _locked(assignment)
    facts = _facts(answer, assignment)
    if not facts.live:
        raise NotReadNow()
    if answer.current_id != (version.pk if version else None):
        raise ChangedMeanwhile()
    if facts.settled or answer.lock == Lock.FINAL:
        raise AlreadySettled()
    if facts.asked:
        raise QuestionOpen()
    if facts.reopened:
        raise QuestionOpen(_("The city has this answer open again. Nothing was filed; come back when it is closed."))
    if facts.own and facts.other and reading.other_shown(assignment, version):
        raise OtherShown()
    ticks, rationale = sorted(set(ticks)), plain(rationale).strip()
    if verdict not in Found.values:
        raise Refusal(_("Choose a verdict: met, not met or cannot judge. Nothing was filed."))
    needs_words = _needs_words(answer, verdict, ticks)
    if not rationale and (assignment.slot == Slot.THIRD or needs_words):
        raise RationaleMissing()
    if rationale:
        asking.require_no_reader_named(rationale, answer.assessment.cycle_id)
    if facts.answered and verdict != Found.CANNOT_JUDGE:
        for question in Clarification.objects.filter(answer=answer, status=Asked.ANSWERED).order_by("pk"):
            clarifying.close(question, by=by, at=at)
    drafting.forget(assignment)
    if assignment.put_off_at:
        drafting.take_up(assignment, by=by, at=at)
    filed = Finding.objects.create(
        assignment=assignment, answer=answer, version=version, verdict=verdict, ticks=ticks, rationale=rationale,
        confidence=confidence, internal_note=plain(internal_note).strip(), wants_second=wants_second, filed_at=at, filed_by=by,
    )  # fmt: skip
    if facts.other:
        _tell_of_split(answer, at)
    return filed


@transaction.atomic
def reaffirm(assignment: Assignment, *, by: Any, at: datetime) -> Finding:
    """File one's last verdict again on the version that came since, with the same ticks and words."""
    require(access.may_find(by, assignment))
    last = assignment.findings.order_by("pk").last()
    if last is None:
        raise Refusal(_("There is no earlier verdict to keep. Nothing was filed."))
    version = Answer.objects.select_related("current").get(pk=assignment.answer_id).current
    return record_finding(
        assignment, version=version, verdict=last.verdict, ticks=last.ticks, rationale=last.rationale, confidence=last.confidence,
        internal_note=last.internal_note, wants_second=last.wants_second, by=by, at=at,
    )  # fmt: skip


@transaction.atomic
def confirm_as_city_says(assessment: Assessment, *, answers: Sequence[Answer], by: Any, at: datetime) -> list[Resolution]:
    """Confirm in one list what the city itself says it does not do: each is filed and settled as not met, read once."""
    require(access.may_confirm(by, assessment))
    wanted = {answer.pk for answer in answers}
    rows = Answer.objects.select_for_update(of=("self",)).filter(pk__in=wanted, assessment=assessment)
    locked = {answer.pk: answer for answer in rows.select_related("current", "assessment").order_by("pk")}
    if any(answer.assessment.status != Status.IN_REVIEW for answer in locked.values()):
        raise NotReadNow()
    mine = dict(desk.assignments_visible_to(by).filter(answer__in=wanted).values_list("answer_id", "pk"))
    standing = verdicts.standings(Answer.objects.filter(pk__in=wanted, assessment=assessment))
    if set(locked) != wanted or set(mine) != wanted or not all(each.is_confirmable for each in standing):
        raise NotAsCitySays()
    common = {"verdict": Found.NOT_MET, "rationale": AS_CITY_SAYS}
    findings = Finding.objects.bulk_create(
        Finding(assignment_id=mine[pk], answer_id=pk, version_id=answer.current_id, filed_at=at, filed_by=by, **common)
        for pk, answer in locked.items()
    )
    return Resolution.objects.bulk_create(
        Resolution(
            answer_id=finding.answer_id, version_id=finding.version_id, how=How.AS_CITY_SAYS, verdict=Settled.NOT_MET,
            rationale=AS_CITY_SAYS, findings=[finding.pk], resolved_at=at, resolved_by=by,
        )
        for finding in findings
    )  # fmt: skip


def _tell_of_split(answer: Answer, at: datetime) -> None:
    """Where the verdicts differ both readers hear; whoever leads the area hears when it is unsettled by its day, or after a third."""
    standing = verdicts.standing_of(answer)
    if not standing.is_split:
        return
    key = f"pass_on_split:{answer.pk}:{answer.current_id}"
    kept: dict[str, Any] = {"answer_id": answer.pk, "version_id": answer.current_id}
    if len(standing.readings) > 2:
        post.ask("pass_on_split", key=f"{key}:third", at=at, city_id=standing.city, **kept)
        return
    due_at = splits.settle_by(Cycle.objects.get(pk=standing.cycle), at)
    letters.split(splits.readers_of(standing), standing, due_at=due_at, at=at)
    post.ask("pass_on_split", key=key, at=at, due_at=due_at, city_id=standing.city, **kept)


def _locked(assignment: Assignment) -> Answer:
    """The answer, held until the end of the transaction, with the words for saying what was filed on it."""
    rows = Answer.objects.select_for_update(of=("self",)).select_related("assessment__city", "criterion")
    return rows.only(*NEEDED).get(pk=assignment.answer_id)


def _facts(answer: Answer, assignment: Assignment) -> Facts:
    """Four small queries after the lock: quicker than a single one that has to be put together from them."""
    filed: dict[int, set[int | None]] = {}
    for pk, version in Assignment.objects.filter(answer=answer, ended_at=None).values_list("pk", "findings__version"):
        filed.setdefault(pk, set()).add(version)
    on_this = {pk for pk, versions in filed.items() if answer.current_id in versions}
    open_ones = Clarification.objects.filter(answer=answer, status__in=[Asked.SENT, Asked.ANSWERED])
    asked = set(open_ones.values_list("status", flat=True))
    return Facts(
        live=assignment.pk in filed and answer.assessment.status == Status.IN_REVIEW,
        settled=Resolution.objects.filter(answer=answer, version=answer.current_id).exists(),
        asked=Asked.SENT in asked,
        answered=Asked.ANSWERED in asked,
        reopened=case.grants_now().filter(answer=answer).exists(),
        own=assignment.pk in on_this,
        other=bool(on_this - {assignment.pk}),
    )


def _needs_words(answer: Answer, verdict: str, ticks: list[int]) -> bool:
    """Whether the verdict is one that needs reasons, or the ticks say otherwise."""
    items = len(kept_places(answer.criterion))
    try:
        enough = items == 0 or checklist.is_met(answer.criterion.checklist_required, items, ticks)
    except checklist.ChecklistError:
        raise UnknownTick() from None
    return verdict != Found.MET or not enough
