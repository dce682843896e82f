"""Tell a round: put the decisions together, prepare their papers, release them by a second person, take them back for minutes."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from assessments import clock
from assessments.lifecycle import Status
from assessments.models import Consent, Cycle
from assessments.models.assessment import ReasonMissing
from reviews import access, letters
from reviews.jobs import changes
from reviews.jobs.announcement import publish
from reviews.lifecycle import AppealStatus, AwardStatus, Batch, Kind
from reviews.models import Announcement, Audience, Award, ChangeKind, PaperKind, PublishedAward, Scorecard
from reviews.queries import appeals, results
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.models import Letter
from wwc.refusals import Refusal, require

# Letters that people read out over the telephone: none that are taken for another.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


class Underway(Refusal):
    """The round is released, or waits for its hour."""

    message = _("This round is approved or released. Nothing was changed.")


class NotInReach(Refusal):
    """A decision that cannot join: of another cycle, not approved, or in another round."""

    message = _("A decision joins a round when it is approved, of the same cycle, and in no other round. Nothing was changed.")


class Empty(Refusal):
    """A round without decisions."""

    message = _("This round holds no decision yet. Nothing was changed.")


class NameTaken(Refusal):
    """Two rounds cannot have one address."""

    message = _("A round with this address is there already. Choose another one.")


class NoAppeals(Refusal):
    """Appeals are of a round that is out."""

    message = _("Appeals are told of a round that is announced. Nothing was changed.")


class AppealsBegun(Refusal):
    """One batch for all appeals of a round."""

    message = _("The appeals of this round have their batch already. Nothing was changed.")


class AppealsOpen(Refusal):
    """All appeals of a round are told on one day, so that no early word tells which way one went."""

    message = _("Appeals of this round can still be filed, or wait to be admitted, read or confirmed. Nothing was changed.")


class DecisionMissing(Refusal):
    """An upheld appeal changes the score, and the decision on it is not in the batch."""

    message = _("An appeal was upheld, and the decision on its new score is not in this batch. Nothing was changed.")


class ToldOnOneDay(Refusal):
    """Nobody reads the outcome of an appeal before the others."""

    message = _("What was settled on appeals is told to everybody on one day. Nothing was changed.")


class NotPrepared(Refusal):
    """Nothing to release."""

    message = _("This round is not prepared. Nothing was changed. Give it its hour first.")


class PapersMissing(Refusal):
    """Not every paper of the batch is rendered, or a file is not what was rendered."""

    message = ngettext_lazy(
        "%(n)d scorecard or certificate is not rendered yet. Nothing was announced.",
        "%(n)d scorecards and certificates are not rendered yet. Nothing was announced.",
        "n",
    )


class DayPassed(Refusal):
    """The papers carry a day that is over."""

    message = _("The day on the papers has passed. Nothing was announced. Give the round a new hour; the papers are rendered again.")


class TooLate(Refusal):
    """The minutes in which a round can be taken back are over."""

    message = _("The time for taking this round back is over; the letters are on their way. Nothing was changed.")


@transaction.atomic
def draft_round(cycle: Cycle, *, slug: str, name: str, by: Any, at: datetime) -> Announcement:
    """Begin a round of a cycle with its public name."""
    require(access.may_announce(by))
    if Announcement.objects.filter(slug=slug).exists():
        raise NameTaken()
    announcement = Announcement.objects.create(cycle=cycle, slug=slug, name=name)
    record("drafted", announcement, by=by, at=at, after=Batch.DRAFT)
    return announcement


@transaction.atomic
def draft_appeals(announcement: Announcement, *, slug: str, name: str, by: Any, at: datetime) -> Announcement:
    """Begin the batch that tells what was settled on the appeals of a round: all of them, on one day."""
    require(access.may_announce(by))
    row = _locked(announcement)
    if row.status != Batch.RELEASED or row.appeals_of_id is not None:
        raise NoAppeals()
    if Announcement.objects.filter(appeals_of=row).exists():
        raise AppealsBegun()
    if Announcement.objects.filter(slug=slug).exists():
        raise NameTaken()
    batch = Announcement.objects.create(cycle=row.cycle, slug=slug, name=name, appeals_of=row)
    record("drafted", batch, by=by, at=at, after=Batch.DRAFT)
    return batch


@transaction.atomic
def add(announcement: Announcement, *, awards: Iterable[Award], by: Any, at: datetime) -> int:
    """Put approved decisions into the round, no tier included. A prepared round is a draft again until it is prepared anew."""
    require(access.may_announce(by))
    row = _locked(announcement)
    if row.status == Batch.PREPARED:
        row.move_to(Batch.DRAFT, by=by, at=at)
    if row.status not in (Batch.DRAFT, Batch.TAKEN_BACK):
        raise Underway()
    wanted = [award.pk for award in awards]
    found = list(Award.objects.select_for_update(of=("self",)).filter(pk__in=wanted).select_related("assessment"))
    if len(found) < len(set(wanted)) or any(not _can_join(award, row) for award in found):
        raise NotInReach()
    for award in found:
        award.move_to(AwardStatus.IN_BATCH, by=by, at=at, announcement=row)
    announcement.refresh_from_db()
    return len(found)


@transaction.atomic
def prepare(
    announcement: Announcement, *, announce_at: datetime, by: Any, at: datetime, told_before: timedelta | None = None
) -> Announcement:
    """Give the round its hour: validity is counted from that day, and every paper that it still lacks is asked for.

    With `told_before` leads and signatories of every city of it read their result so long before, once it is approved.
    Can be repeated, with the same hour or another one; an approval given before is void then.
    """
    require(access.may_announce(by))
    row = _locked(announcement)
    if row.status == Batch.RELEASED:
        raise Underway()
    awards = list(results.awards_of(row))
    if not awards and not appeals.told_by(row).exists():
        raise Empty()
    _require_appeals_settled(row)
    if told_before is not None and row.appeals_of_id is not None:
        raise ToldOnOneDay()
    told_at = announce_at - told_before if told_before is not None else None
    fields = {"announce_at": announce_at, "cities_told_at": told_at, "prepared_by": by, "prepared_at": at} | dict.fromkeys(
        ["approved_by", "approved_at", "released_by", "released_at"]
    )
    if row.status == Batch.PREPARED:
        before = row.announce_at
        Announcement.objects.filter(pk=row.pk).update(**fields)
        record("prepared_again", row, by=by, at=at, before=f"{before:%Y-%m-%dT%H:%MZ}", after=f"{announce_at:%Y-%m-%dT%H:%MZ}")
        row.refresh_from_db()
    else:
        row.move_to(Batch.PREPARED, by=by, at=at, **fields)
    day, begins = results.announced_on(row), results.counted_from(row)
    for award in awards:
        until = None if award.kind in (Kind.NO_TIER, Kind.HONOR_ROLL) else clock.months_after(begins, row.cycle.validity_months)
        if award.corrects and until is not None:
            until = award.valid_until or until  # a correction changes no date
        if award.valid_until != until:
            Award.objects.filter(pk=award.pk).update(valid_until=until)
    _ask_papers(awards, day, at=at)
    announcement.refresh_from_db()
    return row


@transaction.atomic
def release(announcement: Announcement, *, by: Any, at: datetime) -> Announcement:
    """A second person's word: public at once where the hour has come, else at the hour by the schedule. All or nothing."""
    row = _locked(announcement)
    require(access.may_release(by, row))
    if row.status != Batch.PREPARED or row.announce_at is None:
        raise NotPrepared()
    now = under_lock()
    if row.announce_at <= now and results.day_of(now) > results.announced_on(row):
        raise DayPassed()
    _require_appeals_settled(row)
    missing = papers_missing(row)
    if missing:
        raise PapersMissing(PapersMissing.message % {"n": missing}, n=missing)
    if row.announce_at > now:
        row.move_to(Batch.APPROVED, by=by, at=at, approved_by=by, approved_at=at)
    else:
        Announcement.objects.filter(pk=row.pk).update(approved_by=by, approved_at=at)
        publish(row, at=at)
    announcement.refresh_from_db()
    return announcement


@transaction.atomic
def take_back(announcement: Announcement, *, reason: str, by: Any, at: datetime) -> Announcement:
    """Undo a release while its letters still wait: public rows end, letters are canceled, every state goes back one step."""
    require(access.may_take_back(by))
    if not reason.strip():
        raise ReasonMissing()
    row = _locked(announcement)
    if row.status != Batch.RELEASED:
        raise NotPrepared()
    if not can_be_taken_back(row):
        raise TooLate()
    number = row.number
    shown = list(PublishedAward.objects.filter(code__in=results.codes_of(row), closed_at=None).select_related("replaces").order_by("pk"))
    codes = [each.code for each in shown]
    before = [each.replaces for each in shown if each.replaces]
    ended = {"closed_at": at, "closed_because": ChangeKind.TAKEN_BACK, "code": None}
    PublishedAward.objects.filter(pk__in=[each.pk for each in shown]).update(**ended)
    PublishedAward.objects.filter(pk__in=[each.pk for each in before]).update(closed_at=None, closed_because="")
    told = Q(key__startswith=letters.result_key(row, number)) | Q(key__startswith=letters.appeal_settled_key(row, number))
    post.cancel(Letter.objects.filter(told), at=at)
    for award in results.awards_of(row):
        award.move_to(AwardStatus.IN_BATCH, by=by, at=at, reason=reason)
        earlier = results.version_before(award)
        if earlier is None:
            award.assessment.move_to(Status.DECIDED, by=by, at=at, reason=reason)
        else:
            earlier.move_to(AwardStatus.RELEASED, by=by, at=at, reason=reason)
    for appeal in appeals.told_by(row):
        appeal.move_to(AppealStatus.CONFIRMED, by=by, at=at, reason=reason, told_at=None)
    row.move_to(Batch.TAKEN_BACK, by=by, at=at, reason=reason)
    record("taken_back", row, by=by, at=at, reason=reason, number=number, codes=codes)
    announcement.refresh_from_db()
    taken = [(each, ChangeKind.TAKEN_BACK) for each in shown]
    changes.note([*taken, *((each, ChangeKind.RESTORED) for each in before)])
    return announcement


def can_be_taken_back(announcement: Announcement) -> bool:
    """Whether the round is out and its letters still wait."""
    if announcement.status != Batch.RELEASED or announcement.released_at is None:
        return False
    return under_lock() <= announcement.released_at + settings.LETTER_HOLD


def papers_missing(announcement: Announcement) -> int:
    """How many papers of the batch are not there with the hash that was noted."""
    cards = results.papers_of(announcement).exclude(rendered_at=None)
    return sum(results.papers_wanted(announcement).values()) - sum(_is_there(card) for card in cards)


def _ask_papers(awards: list[Award], day: date, *, at: datetime) -> None:
    known = dict(Scorecard.objects.filter(award__in=awards).exclude(code="").values_list("award_id", "code"))
    for award in awards:
        told = award.kind != Kind.NO_TIER
        code = known.get(award.pk) or (_new_code() if told else "")
        public = (Audience.PUBLIC, award.assessment.consent)
        wanted: list[tuple[str, str, str]] = [(PaperKind.SCORECARD, Audience.CITY, Consent.CRITERIA)]
        wanted += [(PaperKind.SCORECARD, *public)] if told else []
        wanted += [(PaperKind.CERTIFICATE, *public)] if award.tier else []
        for kind, audience, consent in wanted:
            card, _new = Scorecard.objects.get_or_create(
                award=award,
                kind=kind,
                announced_on=day,
                language=award.assessment.city.language,
                audience=audience,
                consent=consent,
                defaults={"code": code, "asked_at": at},
            )
            # The work names no city: how many papers a city gets would tell its result.
            post.ask("render_scorecard", at=at, scorecard_id=card.pk)


def _new_code() -> str:
    word = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    return f"{word[:4]}-{word[4:]}"


def _is_there(card: Scorecard) -> bool:
    if not default_storage.exists(card.stored):
        return False
    with default_storage.open(card.stored, "rb") as file:
        return sha256(file.read()).hexdigest() == card.sha256


def _can_join(award: Award, announcement: Announcement) -> bool:
    return (
        award.status == AwardStatus.APPROVED
        and award.assessment.cycle_id == announcement.cycle_id
        and results.tells_appeals_of(award) == announcement.appeals_of_id
    )


def _require_appeals_settled(announcement: Announcement) -> None:
    """For a batch of settled appeals: nobody can file any more, none waits, and every upheld one has its decision in the batch."""
    of = announcement.appeals_of
    if of is None:
        return
    if under_lock() <= appeals.window_over(of) or appeals.undecided_in(of):
        raise AppealsOpen()
    if appeals.without_award(announcement):
        raise DecisionMissing()


def _locked(announcement: Announcement) -> Announcement:
    rows = Announcement.objects.select_for_update(of=("self",)).select_related("cycle", "prepared_by", "appeals_of")
    return rows.get(pk=announcement.pk)
