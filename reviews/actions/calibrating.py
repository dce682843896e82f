"""Calibrating: staff freeze some answers, the readers of an area judge them for practice, the practice lead leads the talk."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from assessments.models import Answer, Cycle
from criteria.models import Criterion, PracticeArea
from reviews import access
from reviews.lifecycle import Found, Settled
from reviews.models import Calibration, CalibrationItem, PracticeFinding
from reviews.queries import calibration as rounds
from wwc.audit.record import record
from wwc.geography import fold
from wwc.refusals import Refusal, require


class Opened(Refusal):
    """Its items are frozen."""

    message = _("This round is open, so its answers stay as they are. Nothing was changed.")


class NotOpen(Refusal):
    """Not opened yet, or over."""

    message = _("This round is not open. Nothing was filed.")


class NothingToPractise(Refusal):
    """A round without items."""

    message = _("Add an answer to practise on first. Nothing was opened.")


class WordsMissing(Refusal):
    """Something that must be said is not."""

    message = _("Give what the city says, the expected verdict and why. Nothing was added.")


class NamesCity(Refusal):
    """Whose answer it was would be known."""


class NotFromBefore(Refusal):
    """An answer that is still judged, or was never settled."""

    message = _("Only settled answers of an announced assessment of an earlier cycle are copied. Nothing was added.")


class OtherArea(Refusal):
    """A criterion of another area."""

    message = _("This criterion belongs to another practice area. Nothing was added.")


class FiledAlready(Refusal):
    """Practice is filed once."""

    message = _("You have filed your practice on this answer. It stays as it is.")


class ReasonsMissing(Refusal):
    """As in the reading itself."""

    message = _("Give the reasons: a verdict of not met or cannot judge needs them. Nothing was filed.")


@transaction.atomic
def draft_round(cycle: Cycle, *, area: PracticeArea, by: Any, at: datetime) -> Calibration:
    """Begin a round for one area of a cycle; its readers do not see it yet."""
    require(access.may_manage_panel(by))
    if area.standard_id != cycle.standard_id:
        raise OtherArea()
    return Calibration.objects.create(cycle=cycle, area=area, drafted_at=at, drafted_by=by)


@transaction.atomic
def add_item(
    calibration: Calibration, *, criterion: Criterion, narrative: str, proof: str, expected: str, why: str, source: Answer | None = None,
    by: Any, at: datetime,
) -> CalibrationItem:  # fmt: skip
    """Add an answer to practise on, invented or copied from an announced assessment; a copy does not name its city."""
    require(access.may_manage_panel(by))
    calibration = _held(calibration)
    if calibration.opened_at:
        raise Opened()
    if criterion.area_id != calibration.area_id:
        raise OtherArea()
    if source is not None:
        require(access.may_read(by, source))
        if not rounds.candidates(by, calibration).filter(pk=source.pk).exists():
            raise NotFromBefore()
        name = source.assessment.city.name
        if any(f" {fold(name)} " in f" {' '.join(_words(text))} " for text in (narrative, proof, why)):
            words = _t(
                "The text names %(city)s. Readers practise without knowing whose answer it was: take the name out. Nothing was added."
            )
            raise NamesCity(words % {"city": name})
    if not (narrative.strip() and why.strip() and expected in Settled.values):
        raise WordsMissing()
    return CalibrationItem.objects.create(
        calibration=calibration, criterion=criterion, narrative=narrative.strip(), proof=proof.strip(), expected=expected,
        why=why.strip(), source_id=source.current_id if source else None, added_at=at, added_by=by,
    )  # fmt: skip


@transaction.atomic
def remove_item(item: CalibrationItem, *, by: Any, at: datetime) -> None:
    """Take an answer out again while the round is a draft."""
    require(access.may_manage_panel(by))
    if _held(item.calibration).opened_at:
        raise Opened()
    CalibrationItem.objects.filter(pk=item.pk).delete()


@transaction.atomic
def open_round(calibration: Calibration, *, by: Any, at: datetime) -> None:
    """Open a round to the readers of its area; from now on its answers are frozen."""
    require(access.may_manage_panel(by))
    calibration = _held(calibration)
    if calibration.opened_at:
        raise Opened()
    if not CalibrationItem.objects.filter(calibration=calibration).exists():
        raise NothingToPractise()
    Calibration.objects.filter(pk=calibration.pk).update(opened_at=at, opened_by=by)
    record("opened_calibration", calibration, by=by, at=at, area=calibration.area.code)


@transaction.atomic
def practise(item: CalibrationItem, *, verdict: str, rationale: str, by: Any, at: datetime) -> PracticeFinding:
    """File a verdict for practice, once. It counts nowhere but in the round."""
    require(access.may_practise(by, item))
    calibration = _held(item.calibration)
    if not calibration.opened_at or calibration.ended_at:
        raise NotOpen()
    if PracticeFinding.objects.filter(item=item, filed_by=by).exists():
        raise FiledAlready()
    if verdict not in Found.values:
        raise Refusal(_("Choose a verdict: met, not met or cannot judge. Nothing was filed."))
    if verdict != Found.MET and not rationale.strip():
        raise ReasonsMissing()
    return PracticeFinding.objects.create(item=item, verdict=verdict, rationale=rationale.strip(), filed_at=at, filed_by=by)


@transaction.atomic
def end_round(calibration: Calibration, *, talk: str, by: Any, at: datetime) -> None:
    """Write down what the talk agreed, and end the round: everybody of the area reads it."""
    require(access.may_lead_talk(by, calibration))
    calibration = _held(calibration)
    if not calibration.opened_at or calibration.ended_at:
        raise NotOpen()
    Calibration.objects.filter(pk=calibration.pk).update(ended_at=at, ended_by=by, talk=talk.strip())
    record(
        "ended_calibration",
        calibration,
        by=by,
        at=at,
        area=calibration.area.code,
        practised=rounds.progress_of([calibration])[calibration.pk][1],
    )


def _held(calibration: Calibration) -> Calibration:
    """The round as it is now, held until the end of the transaction."""
    return Calibration.objects.select_for_update(of=("self",)).select_related("area").get(pk=calibration.pk)


def _words(text: str) -> list[str]:
    """The folded words of a text without what stands around them."""
    return [word.strip(".,;:!?()[]\"'“”") for word in fold(text).split()]
