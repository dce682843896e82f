"""The only public door: what was announced, read from the published rows and nothing else.

A row with `closed_at` was taken back, corrected or superseded: nothing here shows it. One that was revoked stays in the history
of its city, with its note, and stands in no list.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import get_close_matches
from functools import cached_property, wraps
from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.timezone import now

from assessments import clock
from reviews.lifecycle import Kind
from reviews.models.published import PublishedAward, PublishedChange, PublishedCity
from wwc import geography
from wwc.geography import BANDS

TIERS = ("platinum", "gold", "silver", "certified")
KINDS = {kind.value: kind.label for kind in Kind if kind != Kind.NO_TIER}
QUARTER = 15 * 60  # seconds
UNPUBLISHED = "not-published"
IN_HISTORY = Q(closed_at=None) | Q(closed_because="revoked")
REPLACED = {"superseded", "corrected"}
# What places call themselves, in English, Spanish and Portuguese: no part of the name for who looks for it.
KIND_OF_PLACE = {"city", "town", "village", "of", "the", "ciudad", "cidade", "municipio", "municipality", "de", "do", "da"}
MOST_WORDS, SHORTEST, ALIKE = 6, 4, 0.75  # of what is read kindly: words, letters of a word, how alike by difflib
LATEST = 50  # awards that a feed tells
FRONT = 12  # awards of the last round on the first page
NOT_TOLD = ("areas", "criteria")  # large, and in no list but those that name them


@dataclass(frozen=True)
class Filters:
    """What a list of certified cities is narrowed to; everything goes by the last award of a city."""

    tiers: tuple[str, ...] = ()
    kind: str = ""
    year: int | None = None
    country: str = ""
    state: str = ""
    population: str = ""
    sort: str = "name"

    def __bool__(self) -> bool:
        return bool(self.tiers or self.kind or self.year or self.country or self.state or self.population)


@dataclass
class Facets:
    """How many cities there are of each kind, by their last award."""

    certified: int = 0
    honor_roll: int = 0
    invented: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    state_names: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All cities that were named."""
        return self.certified + self.honor_roll


Page = TypeVar("Page", bound=Callable[..., Any])


def at_one_moment(page: Page) -> Page:
    """Let a page that asks several times read everything as it was when it first asked.

    A round that becomes public meanwhile is in all of the page or in none of it. On SQLite each question sees what is there then.
    """

    @wraps(page)
    def read(*args: Any, **kwargs: Any) -> Any:
        if connection.vendor != "postgresql" or connection.in_atomic_block:
            return page(*args, **kwargs)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return page(*args, **kwargs)

    return read  # type: ignore[return-value]


def awards() -> QuerySet[PublishedAward]:
    """Every announced award, with its city, newest first."""
    return PublishedAward.objects.filter(closed_at=None).select_related("city").order_by("-announced_on", "city__folded", "pk")


def changes() -> QuerySet[PublishedChange]:
    """Every change of what is public in its order, each with its award as it stands now and the row that the award replaced."""
    rows = PublishedChange.objects.select_related("award__city", "award__replaces").order_by("number")
    return rows.defer(*(f"award__{of}{column}" for of in ("", "replaces__") for column in ("areas", "criteria")))


@dataclass(frozen=True)
class Stamp:
    """Which state of what is public there is. As long as it is the same, so is everything that is told to everybody.

    A number can come again where what took it was rolled back, its instant cannot. What stands depends on the day, and a day begins
    somewhere each quarter of an hour.
    """

    number: int
    changed_at: datetime | None
    quarter: int


_LAST = f"SELECT number, at FROM {PublishedChange._meta.db_table} ORDER BY number DESC LIMIT 1"  # noqa: S608  a name of ours


def stamp() -> Stamp:
    """What is public now: one short question, since it is asked before each answer that says the same to everybody."""
    number, at = _asked_first(_LAST) or (0, None)
    if at is not None and at.tzinfo is None:  # as SQLite says it
        at = at.replace(tzinfo=UTC)
    return Stamp(number, at, int(now().timestamp()) // QUARTER)


def changed_at() -> datetime | None:
    """When anything public changed last; None where nothing ever was."""
    return stamp().changed_at


def _asked_first(sql: str) -> Any:
    """The first row. The question itself shows whether a connection of before still holds: for that no other is asked."""
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _row(sql)
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()
        return _row(sql)


def _row(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()


def announced_since(moment: datetime) -> bool:
    """Whether a round of this program was announced after that moment; loading what was before it does not count."""
    return PublishedAward.objects.filter(closed_at=None, code__isnull=False, published_at__gt=moment).exists()


def cities() -> QuerySet[PublishedCity]:
    """Every city that an announced award names, by name."""
    named = PublishedAward.objects.filter(city=OuterRef("pk"), closed_at=None)
    return PublishedCity.objects.filter(Exists(named)).order_by("folded", "subdivision_name", "pk")


def standing() -> QuerySet[PublishedAward]:
    """The last announced award of each city, with its city: one row a city."""
    later = PublishedAward.objects.filter(city=OuterRef("city"), closed_at=None).filter(
        Q(announced_on__gt=OuterRef("announced_on")) | Q(announced_on=OuterRef("announced_on"), pk__gt=OuterRef("pk"))
    )
    return (
        PublishedAward.objects.filter(closed_at=None)
        .filter(~Exists(later))
        .select_related("city")
        .order_by("city__folded", "city__subdivision_name", "pk")
    )


def city(slug: str) -> PublishedCity | None:
    """The city at that public address."""
    shown = PublishedAward.objects.filter(IN_HISTORY, city=OuterRef("pk"))
    return PublishedCity.objects.filter(Exists(shown), slug=slug).first()


def history_of(city: PublishedCity) -> list[PublishedAward]:
    """The awards of one city, newest first, revoked ones among them; where it stands is the first that was not."""
    return list(PublishedAward.objects.filter(IN_HISTORY, city=city).select_related("replaces").order_by("-announced_on", "-pk"))


def last_of(history: Sequence[PublishedAward]) -> PublishedAward:
    """The award of a history that counts: the newest that was not revoked, else the newest."""
    return next((award for award in history if not award.is_revoked), history[0])


def award_by_code(code: str) -> PublishedAward | None:
    """The award that carries this verification code, as people type it: in any case, with spaces around."""
    code = code.strip().upper()
    found = PublishedAward.objects.filter(code=code).select_related("city").first() if code else None
    while found is not None and found.closed_because in REPLACED:  # the paper of before leads to what holds now
        found = PublishedAward.objects.filter(replaces=found).exclude(closed_because="taken_back").select_related("city").first()
    return found if found is None or found.closed_at is None or found.is_revoked else None


def revoked_codes() -> list[str]:
    """The codes of the awards that were revoked, in the order of their announcement."""
    ended = PublishedAward.objects.filter(closed_because="revoked").order_by("announced_on", "pk")
    return [code for code in ended.values_list("code", flat=True) if code]


def award_by_number(number: str) -> PublishedAward | None:
    """The award with this public number."""
    return PublishedAward.objects.filter(closed_at=None, number=number).select_related("city").first()


def document(slug: str, key: str) -> PublishedAward | None:
    """The award of that city whose public scorecard has this key; a key that never was and one of a closed row are the same."""
    return next((award for award in _open_rows_of(slug).exclude(document="") if document_key(award) == key), None)


def document_key(award: PublishedAward) -> str:
    """The name of the public scorecard in its address: random, and not the place where the file lies."""
    return PurePosixPath(award.document).stem if award.document else ""


def certificate(slug: str, key: str) -> PublishedAward | None:
    """The award of that city whose certificate has this key; a key that never was and one of a closed row are the same."""
    return next((award for award in _open_rows_of(slug).exclude(certificate="") if certificate_key(award) == key), None)


def certificate_key(award: PublishedAward) -> str:
    """The name of the certificate in its address, as that of the scorecard."""
    return PurePosixPath(award.certificate).stem if award.certificate else ""


def _open_rows_of(slug: str) -> QuerySet[PublishedAward]:
    return PublishedAward.objects.filter(city__slug=slug, closed_at=None).select_related("city")


def stands(award: PublishedAward, on: date) -> bool | None:
    """Whether the award stands on that day; None where its validity is not published, as for all of the history."""
    return None if award.valid_until is None else on <= award.valid_until


def day_in(city: PublishedCity, instant: datetime) -> date:
    """The day of an instant in that city."""
    return clock.there(instant, city.timezone).date()


@dataclass(frozen=True, slots=True)
class Place:
    """Where one city stands, as far as a list is narrowed and sorted by it: its last announced award by its key."""

    award: int
    kind: str
    tier: str
    day: date
    folded: str
    country: str
    subdivision: str
    subdivision_name: str
    population: int | None
    is_invented: bool

    @property
    def rank(self) -> int:
        """Higher for a higher tier; one that no source states stands between the tiers and the Honor Roll."""
        return -1 if self.kind == Kind.HONOR_ROLL else len(TIERS) - TIERS.index(self.tier) if self.tier in TIERS else 0


_COLUMNS = (
    "pk", "kind", "tier", "announced_on", "city__folded", "city__country", "city__subdivision", "city__subdivision_name",
    "city__population", "city__is_invented",
)  # fmt: skip
SORTS: dict[str, Callable[[Place], Any] | None] = {
    "name": None,  # as they are kept; equal ones stay in this order
    "-name": None,
    "tier": lambda place: place.rank,
    "-tier": lambda place: -place.rank,
    "date": lambda place: place.day.toordinal(),
    "-date": lambda place: -place.day.toordinal(),
    "population": lambda place: (place.population is None, place.population or 0),
    "-population": lambda place: (place.population is None, -(place.population or 0)),
}


@dataclass(frozen=True)
class Found:
    """The last awards of the cities that answer to a search, in its order, by their keys; whether the words had to be read kindly."""

    awards: Sequence[int]
    nearly: bool = False


class Directory:
    """What the lists of the public are made of, worked out once for each state of what is public. To read and never to change."""

    @cached_property
    def places(self) -> list[Place]:
        """One of each city, by name."""
        return [Place(*row) for row in standing().values_list(*_COLUMNS)]

    @cached_property
    def facets(self) -> Facets:
        """Counts for filters, map and headline."""
        counted = Facets()
        for place in self.places:
            counted.honor_roll += place.kind == Kind.HONOR_ROLL
            counted.certified += place.kind != Kind.HONOR_ROLL
            counted.invented += place.is_invented
            counted.tiers[tier_key(place.kind, place.tier)] += 1
            counted.kinds[place.kind] += 1
            counted.years[place.day.year] += 1
            counted.countries[place.country] += 1
            if place.country == "US":
                counted.states[place.subdivision] += 1
                counted.state_names[place.subdivision] = place.subdivision_name
        return counted

    @cached_property
    def rounds(self) -> dict[str, dict[str, Any]]:
        """The rounds by slug, newest first: slug, name, number of awards, first and last day."""
        found = (
            PublishedAward.objects.filter(closed_at=None)
            .values("round_slug", "round_name")
            .annotate(awards=Count("pk"), first=Min("announced_on"), last=Max("announced_on"))
            .order_by("-last", "-round_slug")
        )
        return {each["round_slug"]: dict(each) for each in found}

    @cached_property
    def latest(self) -> list[PublishedAward]:
        """The last announced awards, newest first."""
        return list(awards().defer(*NOT_TOLD)[:LATEST])

    @cached_property
    def front(self) -> list[PublishedAward]:
        """The first awards of the last round."""
        return [*awards_of(self.of_round(next(iter(self.rounds)))[:FRONT])] if self.rounds else []

    def of_round(self, slug: str) -> Sequence[int]:
        """The awards of a round that is there, newest first, by their keys."""
        if slug not in self._of_rounds:
            self._of_rounds[slug] = list(awards().filter(round_slug=slug).values_list("pk", flat=True))
        return self._of_rounds[slug]

    @cached_property
    def _of_rounds(self) -> dict[str, Sequence[int]]:
        return {}

    def search(self, text: str = "", filters: Filters | None = None) -> Found:
        """Where the cities stand that answer to the words (city, state or country, accents or not) and the filters.

        Where none answers to the words as they are typed, they are read kindly: an ending, a letter or two, what a place calls itself.
        """
        words = geography.fold(text).replace(",", " ").split()
        found, nearly = self._answering([[word] for word in words]), False
        if words and not found:
            kindly = [self._near(word) for word in words[:MOST_WORDS] if word not in KIND_OF_PLACE]
            found = self._answering(kindly) if kindly else []
            nearly = bool(found)
        return Found(_narrowed(found, Filters() if filters is None else filters), nearly)

    def _answering(self, words: Iterable[Sequence[str]]) -> list[Place]:
        """The places that answer to one of the spellings of each word."""
        found = self.places
        for spellings in words:
            ways = [(word, *_places_named(word)) for word in spellings]
            found = [
                place
                for place in found
                if any(
                    word in place.folded or place.country in countries or (place.country, place.subdivision) in subdivisions
                    for word, countries, subdivisions in ways
                )
            ]
        return found

    def _near(self, word: str) -> list[str]:
        """The words that are spelled like this one; itself where it is too short to be mistaken."""
        return [word] if len(word) < SHORTEST else get_close_matches(word, self._words, n=3, cutoff=ALIKE)

    @cached_property
    def _words(self) -> list[str]:
        """Every word of a city's name, and of the names of states, provinces and countries."""
        regions = (name for country in ("US", *geography.PROVINCES) for name in geography.subdivisions(country).values())
        names = [*(place.folded for place in self.places), *map(geography.fold, (*regions, *geography.COUNTRIES.values()))]
        return sorted({word for name in names for word in name.split()})


_kept: tuple[tuple[Any, ...], Directory] | None = None


def directory() -> Directory:
    """What the lists are made of now. Nothing that was worked out before the last change is in it."""
    global _kept
    here, there = stamp(), _kept
    if there is None or there[0] != (here.number, here.changed_at):
        there = _kept = ((here.number, here.changed_at), Directory())
    return there[1]


def forget() -> None:
    """Work everything out again."""
    global _kept
    _kept = None


def awards_of(keys: Sequence[int], *, with_areas: bool = False) -> list[PublishedAward]:
    """The awards with these keys in their order, with their cities, and with what they say of areas where that is asked for."""
    aside = NOT_TOLD[1:] if with_areas else NOT_TOLD
    rows = PublishedAward.objects.filter(closed_at=None).select_related("city").defer(*aside).in_bulk(keys)
    return [rows[key] for key in keys if key in rows]


def search(text: str = "", filters: Filters | None = None) -> list[PublishedAward]:
    """The same as the list of cities shows, whole."""
    return awards_of(directory().search(text, filters).awards)


def tier_key(kind: str, tier: str) -> str:
    """What a filter calls the tier: its key, honor_roll, or not-published where no source states it."""
    return Kind.HONOR_ROLL.value if kind == Kind.HONOR_ROLL else tier or UNPUBLISHED


def _places_named(word: str) -> tuple[set[str], set[tuple[str, str]]]:
    """The countries, in English or the reader's language, and the states and provinces that answer to a word."""
    countries = {code for code in geography.COUNTRIES if _names_country(word, code)}
    subdivisions = {
        (country, code)
        for country in ("US", *geography.PROVINCES)
        for code, name in geography.subdivisions(country).items()
        if _names(word, code, name)
    }
    return countries, subdivisions


def _narrowed(places: list[Place], filters: Filters) -> list[int]:
    """The awards of the places that the filters leave, in the order that is asked for."""
    low, high = BANDS.get(filters.population, (None, None))
    return [
        place.award
        for place in _sorted(places, filters.sort)
        if (not filters.tiers or tier_key(place.kind, place.tier) in filters.tiers)
        and (not filters.kind or place.kind == filters.kind)
        and (not filters.year or place.day.year == filters.year)
        and (not filters.country or place.country == filters.country)
        and (not filters.state or (place.country, place.subdivision) == ("US", filters.state))
        and (low is None or (place.population is not None and low <= place.population <= (high or place.population)))
    ]


def _sorted(places: list[Place], sort: str) -> Sequence[Place]:
    key = SORTS.get(sort)
    return sorted(places, key=key) if key else places[::-1] if sort == "-name" else places


def _names_country(word: str, code: str) -> bool:
    if code == "US" and word in {"usa", "america"}:
        return True
    return _names(word, code, geography.COUNTRIES[code]) or _names(word, code, geography.country_name(code))


def _names(word: str, code: str, name: str) -> bool:
    """A code only as a whole; a part of a name from three letters on, or every place would answer to "ia"."""
    return word == code.casefold() or (len(word) > 2 and word in geography.fold(name))
