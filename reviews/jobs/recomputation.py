"""A whole cycle scored again, in chunks: a score where the fingerprint is new, and always a report of what differs."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction

from assessments.models import Assessment
from criteria.queries import rulebook
from criteria.scoring import ENGINE_VERSION, Rulebook, Verdict
from reviews.jobs import score
from reviews.models import Award, Recomputation, Score, ScoreDifference
from reviews.queries import verdicts
from reviews.queries.results import DECIDING, LIVE
from wwc import bulk
from wwc.audit.record import record
from wwc.clock import under_lock
from wwc.outbox import running

CHUNK = 2000


def recompute_cycle(recomputation_id: int) -> None:
    """Score every assessment of the cycle that has its verdicts, chunk by chunk, each chunk whole or not at all.

    A second run goes on where the last chunk ended, and one that is finished is left alone. Awards are read, never written.
    """
    book = rulebook(Recomputation.objects.select_related("cycle__standard").get(pk=recomputation_id).cycle.standard)
    more = True
    while more:
        with _nothing_collected():
            more = _next_chunk(recomputation_id, book)


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Look for no garbage: a chunk makes very many small values without a cycle, and to look at them all takes as long as to score."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


@transaction.atomic
def _next_chunk(recomputation_id: int, book: Rulebook) -> bool:
    """Score the next assessments and say how far it is; with none left, finish. Whether there may be more."""
    row = Recomputation.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=recomputation_id)
    if row.finished_at:
        return False
    cities = cities_after(row)
    if not cities:
        _finish(row)
        return False
    settled = verdicts.settled_in(list(cities))
    whole = {number: found for number, found in settled.items() if len(found) == len(book.rules)}
    before = scores_before(list(cities))
    stored = score.store(book, whole, before, cities, under_lock())
    differences = _differences(row, book, stored, settled, before)
    bulk.insert(differences)
    row.done, row.reached, row.engine = row.done + len(cities), max(cities), ENGINE_VERSION
    row.total = max(row.total, row.done)
    row.save(update_fields=["done", "total", "reached", "engine"])
    running.progress(row.done, row.total)
    return True


def cities_after(row: Recomputation) -> dict[int, int]:
    """The next assessments in the order of their numbers, locked, each with the number of its city."""
    rows = Assessment.objects.select_for_update().filter(cycle=row.cycle_id, status__in=DECIDING, pk__gt=row.reached)
    return dict(rows.order_by("pk").values_list("pk", "city_id")[:CHUNK])


def scores_before(numbers: list[int]) -> dict[tuple[int, str], int]:
    """The numbers of the stored scores by assessment and fingerprint, in the order in which they were computed."""
    rows = Score.objects.filter(assessment__in=numbers).order_by("pk")
    return {(number, key): pk for number, key, pk in rows.values_list("assessment_id", "fingerprint", "pk")}


def _differences(
    row: Recomputation,
    book: Rulebook,
    stored: score.Stored,
    settled: Mapping[int, Mapping[str, Verdict]],
    before: Mapping[tuple[int, str], int],
) -> list[ScoreDifference]:
    """What there is to say of each: verdicts missing, a new score, an award on another score whose tier is another."""
    latest = {number: pk for (number, _key), pk in before.items()}
    fresh = {new.assessment_id: new.pk for new in stored.rows}
    now = {number: fresh.get(number) or before[number, key] for number, key in stored.keys.items()}
    others = awards_of_another_tier(now)
    found = []
    for number, verdicts_ in settled.items():
        if number not in now:
            missing = len(book.rules) - len(verdicts_)
            found.append(ScoreDifference(recomputation=row, assessment_id=number, before_id=latest.get(number), missing=missing))
        elif number in fresh or number in others:
            found.append(
                ScoreDifference(
                    recomputation=row,
                    assessment_id=number,
                    before_id=latest.get(number),
                    after_id=now[number],
                    award_id=others.get(number),
                )
            )
    return found


def awards_of_another_tier(now: Mapping[int, int]) -> dict[int, int]:
    """Of the assessments whose score is now the one given, the latest live award where it rests on another score and has another tier."""
    live = Award.objects.filter(assessment__in=list(now), status__in=LIVE).order_by("version")
    latest = {award.assessment_id: award for award in live}
    others = {number: award for number, award in latest.items() if award.score_id != now[number]}
    tiers = dict(Score.objects.filter(pk__in=[now[number] for number in others]).values_list("assessment_id", "tier"))
    return {number: award.pk for number, award in others.items() if award.tier != tiers[number]}


def _finish(row: Recomputation) -> None:
    """Say that it is finished, on its row and in the record, together with the work's own "done"."""
    with running.completing():
        row.total, row.engine, row.finished_at = row.done, ENGINE_VERSION, under_lock()
        row.save(update_fields=["total", "engine", "finished_at"])
        differences = ScoreDifference.objects.filter(recomputation=row).count()
        record("recomputed", row, by=None, at=row.finished_at, after=row.cycle.slug, scored=row.done, differences=differences)
