"""How a city's result stands beside those of cities alike, from what is public of them and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median, quantiles

from django.db.models import Q
from django.utils.translation import gettext

from assessments import queries as case
from reviews.models import Award, PublishedAward
from reviews.queries.results import AreaLines
from wwc.geography import BANDS
from wwc.templatetags.display import figure

FEWEST = 5  # with fewer, one city could be read off the figures


@dataclass(frozen=True)
class AreaBeside:
    """One practice area: this city's points and the middle of the others'."""

    name: str
    points: int
    possible: int
    middle: float


@dataclass(frozen=True)
class Beside:
    """This city beside the others: who they are in words, how many, where the middle half of them lies."""

    others: str
    n: int
    low: float
    middle: float
    high: float
    below: int
    areas: tuple[AreaBeside, ...]


def beside(award: Award, areas: Sequence[AreaLines], on: date) -> Beside | None:
    """The narrowest group of cities alike that has five that agreed to publish their points; None where none has.

    Of each city counts its last award of the same edition. Three queries, four where a fact is younger than the day.
    """
    city, score = award.assessment.city, award.score
    own = Q(city__slug=city.slug) | (Q(city__geoid=city.geoid) if city.geoid else Q(pk=None))
    rows = PublishedAward.objects.filter(closed_at=None, edition=score.edition, points__isnull=False, possible=score.possible)
    last = {row.city_id: row for row in rows.exclude(own).select_related("city").order_by("announced_on", "pk")}
    if len(last) < FEWEST:
        return None
    population, form = case.population(city, on), case.form_of_government(city, on)
    groups = _groups(list(last.values()), population.number if population else None, form.text if form else "")
    return next((_beside(award, words, alike, areas) for words, alike in groups if len(alike) >= FEWEST), None)


def _groups(rows: Sequence[PublishedAward], population: int | None, form: str) -> list[tuple[str, list[PublishedAward]]]:
    """Groups of cities alike with what they have in common, the narrowest first; the last is all of them."""
    band = next((each for each in BANDS.values() if _within(each, population)), None)
    sized = [row for row in rows if band and _within(band, row.city.population)]
    governed, both = ([row for row in among if form and row.city.form_of_government == form] for among in (rows, sized))
    size = band_words(band) if band else ""
    return [
        (gettext("cities of %(size)s people with the same form of government") % {"size": size}, both),
        (gettext("cities of %(size)s people") % {"size": size}, sized),
        (gettext("cities with the same form of government"), governed),
        (gettext("cities of this edition that publish their points"), list(rows)),
    ]


def _within(band: tuple[int, int | None], population: int | None) -> bool:
    low, high = band
    return population is not None and low <= population and (high is None or population <= high)


def band_words(band: tuple[int, int | None]) -> str:
    """How many people live in a city of that band: 30,000 to 99,999."""
    low, high = band
    if high is None:
        return gettext("%(low)s or more") % {"low": figure(low)}
    return gettext("%(low)s to %(high)s") % {"low": figure(low), "high": figure(high)}


def _beside(award: Award, others: str, alike: Sequence[PublishedAward], areas: Sequence[AreaLines]) -> Beside:
    points = [row.points or 0 for row in alike]
    low, middle, high = quantiles(points, n=4, method="inclusive")
    return Beside(others, len(alike), low, middle, high, sum(each < award.score.points for each in points), _areas(alike, areas))


def _areas(alike: Sequence[PublishedAward], areas: Sequence[AreaLines]) -> tuple[AreaBeside, ...]:
    """Each area with the middle of the others, where at least five of them tell theirs."""
    told: dict[str, list[int]] = {}
    for row in alike:
        for area in row.areas or []:
            told.setdefault(area["code"], []).append(area["points"])
    return tuple(
        AreaBeside(area.name, area.points, area.possible, median(told[area.code]))
        for area in areas
        if len(told.get(area.code, [])) >= FEWEST
    )
