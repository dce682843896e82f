"""A whole batch becomes public, or nothing does."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any

from django.conf import settings
from django.db import transaction

from assessments import queries as case
from assessments.lifecycle import Status
from assessments.models import City, Consent
from reviews import letters
from reviews.jobs import changes
from reviews.lifecycle import AppealStatus, AwardStatus, Batch, Kind
from reviews.models import Announcement, Audience, Award, ChangeKind, PaperKind, PublishedAward, PublishedCity, Scorecard
from reviews.queries import appeals, results
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.models import Letter

log = logging.getLogger("wwc.work")


def announce_due() -> None:
    """Publish every approved batch whose hour has come; one that fails does not hold up the others."""
    for announcement in Announcement.objects.filter(status=Batch.APPROVED, announce_at__lte=under_lock()).order_by("announce_at"):
        try:
            publish(announcement, at=under_lock())
        except Exception:
            log.exception("announcement %s was not published; nothing of it was", announcement.pk)


def tell_due() -> None:
    """Tell the leads of every approved batch whose hour for them has come; one that fails does not hold up the others."""
    waiting = Announcement.objects.filter(status=Batch.APPROVED, cities_told_at__lte=under_lock(), announce_at__gt=under_lock())
    for announcement in waiting.order_by("cities_told_at"):
        try:
            tell_cities(announcement, at=under_lock())
        except Exception:
            log.exception("the cities of announcement %s were not told; none of them was", announcement.pk)


@transaction.atomic
def tell_cities(announcement: Announcement, *, at: datetime) -> bool:
    """Write the same letter to the leads of every city of the batch, no tier included, in an order that says nothing.

    False, and nothing written, where they have it already or the batch is not approved.
    """
    batch = Announcement.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=announcement.pk)
    if (
        batch.announce_at is None
        or not results.is_told_to_cities(batch)
        or Letter.objects.filter(key__startswith=letters.preview_key(batch)).exists()
    ):
        return False
    awards = list(results.awards_of(batch))
    secrets.SystemRandom().shuffle(awards)
    for award in awards:
        letters.preview(award, batch, batch.announce_at, at=at)
    record("cities_told", batch, by=batch.approved_by, at=at, cities=len(awards))
    return True


@transaction.atomic
def publish(announcement: Announcement, *, at: datetime) -> bool:
    """Make every decision of the batch known: published rows, assessments, awards and letters in one transaction.

    It stands in the record under the name of the person who approved it, whether that person's click or the schedule
    calls it. False, and nothing written, where it was published already or waits for no hour.
    """
    rows = Announcement.objects.select_for_update(of=("self",)).select_related("cycle__standard", "appeals_of")
    batch = rows.get(pk=announcement.pk)
    if batch.status not in (Batch.PREPARED, Batch.APPROVED) or batch.approved_by is None:
        return False
    by, number = batch.approved_by, batch.number + 1
    awards = list(results.awards_of(batch))
    papers: dict[int, dict[str, Scorecard]] = {award.pk: {} for award in awards}
    for card in results.papers_of(batch).filter(audience=Audience.PUBLIC):
        papers[card.award_id][card.kind] = card
    histories = results.histories({award.assessment.city_id: award.assessment.city for award in awards}.values())
    words = cache(partial(results.words_of, batch.cycle.standard))
    due_at = at + settings.LETTER_HOLD
    told: list[changes.Told] = []
    for award in awards:
        replaced, ended = _replace(award, by=by, at=at)
        if replaced:
            told.append((replaced, ended))
        award.move_to(AwardStatus.RELEASED, by=by, at=at)
        if award.kind != Kind.NO_TIER:
            place, others = _place(award.assessment.city, on=papers[award.pk][PaperKind.SCORECARD].announced_on)
            row = _copy(award, batch, papers[award.pk], words("en"), place, replaced, at=at)
            told += [*((other, ChangeKind.REWRITTEN) for other in others), (row, ChangeKind.ANNOUNCED)]
        if batch.appeals_of is None:
            history = histories[award.assessment.city_id]
            letters.result(award, batch, number=number, history=history, words=words, at=at, due_at=due_at)
    for appeal in appeals.told_by(batch):
        appeal.move_to(AppealStatus.TOLD, by=by, at=at, told_at=at)
        letters.appeal_settled(appeal, batch, number=number, at=at, due_at=due_at)
    batch.move_to(Batch.RELEASED, by=by, at=at, number=number, released_at=at, released_by=by)
    # Not before the round can no longer be taken back: what a dataset tells once stays told.
    key = f"write_insights:round={batch.pk}:{number}"
    post.ask("write_insights", at=at, due_at=due_at + timedelta(minutes=1), key=key, cycle_id=batch.cycle_id)
    announcement.refresh_from_db()
    changes.note(told)
    return True


def _replace(award: Award, *, by: Any, at: datetime) -> tuple[PublishedAward | None, ChangeKind]:
    """Make room for a decision: a first one announces its assessment, another takes the place of the version that is out.

    The public row of that version ends, and is returned with how it ended.
    """
    ended = ChangeKind.CORRECTED if award.corrects else ChangeKind.SUPERSEDED
    earlier = results.version_before(award)
    if earlier is None:
        award.assessment.move_to(Status.ANNOUNCED, by=by, at=at)
        return None, ended
    earlier.move_to(AwardStatus(ended), by=by, at=at)
    row = results.published_rows_of(earlier).first()
    if row is not None:
        PublishedAward.objects.filter(pk=row.pk).update(closed_at=at, closed_because=ended.value)
    return row, ended


def _copy(
    award: Award, batch: Announcement, cards: Mapping[str, Scorecard], words: results.Words, place: PublishedCity,
    replaced: PublishedAward | None, *, at: datetime,
) -> PublishedAward:  # fmt: skip
    """What the public may know of one award, as far as its city agreed. It stays in the round of the row that it replaces.

    The Honor Roll has no certificate, nor has a round that was approved before there were any.
    """
    told_in = batch.appeals_of or batch
    card, certificate = cards[PaperKind.SCORECARD], cards.get(PaperKind.CERTIFICATE)
    score, consent = award.score, award.assessment.consent
    points = consent in (Consent.AREAS, Consent.CRITERIA)
    areas = results.areas_of(score, "en", words) if points else []
    return PublishedAward.objects.create(
        number=secrets.token_hex(8),
        city=place,
        kind=award.kind,
        tier=award.tier,
        previous_tier=award.previous_tier,
        round_slug=replaced.round_slug if replaced else told_in.slug,
        round_name=replaced.round_name if replaced else told_in.name,
        announced_on=card.announced_on,
        note=award.note,
        replaces=replaced,
        valid_until=award.valid_until,
        edition=score.edition,
        consent=consent,
        points=score.points if points else None,
        possible=score.possible if points else None,
        areas=[
            {"code": area.code, "name": area.name, "points": area.points, "possible": area.possible, "met": area.met, "criteria": area.of}
            for area in areas
        ]
        if points
        else None,
        criteria=[
            {
                "code": line.code,
                "title": line.title,
                "area": area.code,
                "core": line.core,
                "verdict": "met" if line.met else "not_met",
                "earned": line.earned,
            }
            for area in areas
            for line in area.lines
        ]
        if consent == Consent.CRITERIA
        else None,
        document=card.stored,
        document_sha256=card.sha256,
        certificate=certificate.stored if certificate else "",
        certificate_sha256=certificate.sha256 if certificate else "",
        code=card.code,
        published_at=at,
    )


def _place(city: City, *, on: Any) -> tuple[PublishedCity, list[PublishedAward]]:
    """The public row of a city with its facts as of that day; what is not known here leaves what the row knew.

    Beside it the awards it had already, where a fact changed and so what is told of them.
    """
    population, form = case.population(city, on), case.form_of_government(city, on)
    facts = {
        "name": city.name,
        "folded": city.folded,
        "country": city.country,
        "subdivision": city.subdivision,
        "subdivision_name": city.subdivision_name,
        "region": city.region,
        "geoid": city.geoid or "",
        "latitude": city.latitude,
        "longitude": city.longitude,
        "timezone": city.timezone,
        "population": population.number if population else None,
        "population_as_of": population.as_of if population else None,
        "population_source": population.source if population else "",
        "form_of_government": form.text if form else "",
        "form_source": form.source if form else "",
        "form_checked": form.checked if form else False,
        "is_invented": city.is_invented,
    }
    known = PublishedCity.objects.filter(geoid=city.geoid).first() if city.geoid else None
    known = known or PublishedCity.objects.filter(slug=city.slug).first()
    if known is None:
        return PublishedCity.objects.create(slug=city.slug, **facts), []
    changes = {name: value for name, value in facts.items() if value not in (None, "") and value != getattr(known, name)}
    if not changes:
        return known, []
    PublishedCity.objects.filter(pk=known.pk).update(**changes)
    known.refresh_from_db()
    return known, list(PublishedAward.objects.filter(city=known, closed_at=None).order_by("pk"))
