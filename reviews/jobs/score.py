"""Settled verdicts in, score rows out: of one assessment, and the same core for a whole cycle."""

from collections.abc import Container, Mapping
from datetime import datetime
from typing import NamedTuple

from assessments.models import Assessment
from criteria.queries import rulebook
from criteria.scoring import ENGINE_VERSION, Rulebook, Verdict, fingerprint, score
from reviews import letters
from reviews.models import Score
from reviews.queries import verdicts
from reviews.queries.results import DECIDING
from wwc import bulk
from wwc.audit.record import record_each
from wwc.clock import under_lock
from wwc.outbox import post
from wwc.outbox.running import completing


class Stored(NamedTuple):
    """What verdicts come to: the fingerprint of each assessment by number, and the rows that were new."""

    keys: dict[int, str]
    rows: list[Score]


def store(
    book: Rulebook,
    settled: Mapping[int, Mapping[str, Verdict]],
    known: Container[tuple[int, str]],
    cities: Mapping[int, int],
    at: datetime,
) -> Stored:
    """Score the verdicts of each assessment (by number) whose fingerprint is not known, and store each score with its event.

    Verdicts must cover the rulebook. `cities` gives the city of each assessment. The database takes in what is computed already
    while the next one is computed.
    """
    keys = {number: fingerprint(book, found) for number, found in settled.items()}
    new = [number for number, key in keys.items() if (number, key) not in known]
    rows = bulk.insert_while_made(Score, (_row(number, keys[number], book, settled[number], at) for number in new), many=len(new))
    record_each("scored", [(row, cities[row.assessment_id]) for row in rows], at=at)
    return Stored(keys, rows)


def score_assessment(assessment_id: int) -> None:
    """Compute the score of an assessment that is ready, once per fingerprint; a second run writes nothing.

    One that was sent back before the worker came has nothing to score; declaring it ready asks again. Verdicts that do
    not cover the rulebook are an error of the work, kept on its row, never a score of nought.
    """
    with completing():
        assessment = Assessment.objects.select_for_update(of=("self",)).select_related("cycle__standard").get(pk=assessment_id)
        if assessment.status not in DECIDING:
            return
        settled = {assessment.pk: verdicts.settled(assessment)}
        known = set(Score.objects.filter(assessment=assessment).values_list("assessment_id", "fingerprint"))
        at = under_lock()
        if store(rulebook(assessment.cycle.standard), settled, known, {assessment.pk: assessment.city_id}, at).rows:
            day = f"{at:%Y-%m-%d}"
            post.ask("tell_ready", key=f"tell_ready:{day}", at=at, due_at=at + letters.GATHERED, day=day)


def _row(number: int, key: str, book: Rulebook, settled: Mapping[str, Verdict], at: datetime) -> Score:
    computed = score(book, settled)
    return Score(
        assessment_id=number,
        fingerprint=key,
        engine=ENGINE_VERSION,
        edition=computed.edition,
        points=computed.points,
        possible=computed.possible,
        tier=computed.tier or "",
        verdicts=dict(settled),
        result=computed,
        computed_at=at,
    )
