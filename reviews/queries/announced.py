"""The only public door: what was announced, read from the published rows and nothing else.

A row with `closed_at` was taken back, corrected or superseded: nothing here shows it. One that was revoked stays in the history
of its city, with its note, and stands in no list.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, IntegerField, Max, Min, OuterRef, Q, QuerySet, Value, When

from assessments import clock
from reviews.lifecycle import Kind
from reviews.models.published import PublishedAward, PublishedChange, PublishedCity
from wwc import geography
from wwc.geography import BANDS

TIERS = ("platinum", "gold", "silver", "certified")
KINDS = {kind.value: kind.label for kind in Kind if kind != Kind.NO_TIER}
UNPUBLISHED = "not-published"
IN_HISTORY = Q(closed_at=None) | Q(closed_because="revoked")
REPLACED = {"superseded", "corrected"}
_BY_NAME = ("city__folded", "city__subdivision_name", "pk")
SORTS: dict[str, tuple[Any, ...]] = {
    "name": _BY_NAME,
    "-name": ("-city__folded", "-city__subdivision_name", "-pk"),
    "tier": ("rank", *_BY_NAME),
    "-tier": ("-rank", *_BY_NAME),
    "date": ("announced_on", *_BY_NAME),
    "-date": ("-announced_on", *_BY_NAME),
    "population": (F("city__population").asc(nulls_last=True), *_BY_NAME),
    "-population": (F("city__population").desc(nulls_last=True), *_BY_NAME),
}


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


def changed_at() -> datetime | None:
    """When anything public changed last; None where nothing ever was."""
    latest: datetime | None = PublishedChange.objects.aggregate(at=Max("at"))["at"]
    return latest


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
    return PublishedAward.objects.filter(closed_at=None).filter(~Exists(later)).select_related("city").order_by(*SORTS["name"])


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
    code = code.strip()
    found = PublishedAward.objects.filter(code__iexact=code).select_related("city").first() if code else None
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


def rounds() -> QuerySet[Any, Any]:
    """The rounds, newest first: slug, name, number of awards, first and last day."""
    return (
        PublishedAward.objects.filter(closed_at=None)
        .values("round_slug", "round_name")
        .annotate(awards=Count("pk"), first=Min("announced_on"), last=Max("announced_on"))
        .order_by("-last", "-round_slug")
    )


def round_awards(slug: str) -> QuerySet[PublishedAward]:
    """The awards of one round, with their cities, newest first."""
    return awards().filter(round_slug=slug)


def search(text: str = "", filters: Filters | None = None) -> QuerySet[PublishedAward]:
    """Where the cities stand that answer to the words (city, state or country, accents or not) and the filters."""
    filters = Filters() if filters is None else filters
    found = standing()
    for word in geography.fold(text).replace(",", " ").split():
        found = found.filter(_answers_to(word))
    if filters.tiers:
        found = found.filter(_of_tier(filters.tiers))
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.year:
        found = found.filter(announced_on__year=filters.year)
    if filters.country:
        found = found.filter(city__country=filters.country)
    if filters.state:
        found = found.filter(city__country="US", city__subdivision=filters.state)
    if filters.population in BANDS:
        low, high = BANDS[filters.population]
        found = found.filter(city__population__gte=low, **({"city__population__lte": high} if high else {}))
    return found.annotate(rank=_rank()).order_by(*SORTS.get(filters.sort, SORTS["name"]))


def facets() -> Facets:
    """Counts for filters, map and headline, in one query."""
    counted = Facets()
    columns = ("kind", "tier", "announced_on", "city__country", "city__subdivision", "city__subdivision_name", "city__is_invented")
    for kind, tier, day, country, state, name, invented in standing().values_list(*columns):
        counted.honor_roll += kind == Kind.HONOR_ROLL
        counted.certified += kind != Kind.HONOR_ROLL
        counted.invented += invented
        counted.tiers[tier_key(kind, tier)] += 1
        counted.kinds[kind] += 1
        counted.years[day.year] += 1
        counted.countries[country] += 1
        if country == "US":
            counted.states[state] += 1
            counted.state_names[state] = name
    return counted


def tier_key(kind: str, tier: str) -> str:
    """What a filter calls the tier: its key, honor_roll, or not-published where no source states it."""
    return Kind.HONOR_ROLL.value if kind == Kind.HONOR_ROLL else tier or UNPUBLISHED


def front(most: int = 12) -> dict[str, Any]:
    """What the first page shows of the certified cities: the counts, the last round and its first awards."""
    last = rounds().first()
    shown = list(round_awards(last["round_slug"])[:most]) if last else []
    return {"facets": facets(), "round": last, "awards": shown}


def _answers_to(word: str) -> Q:
    """The word is in the city's name, in its state or province, or in its country in English or the reader's language."""
    match = Q(city__folded__contains=word) | Q(city__country__in=[code for code in geography.COUNTRIES if _names_country(word, code)])
    for country in ("US", *geography.PROVINCES):
        codes = [code for code, name in geography.subdivisions(country).items() if _names(word, code, name)]
        if codes:
            match |= Q(city__country=country, city__subdivision__in=codes)
    return match


def _names_country(word: str, code: str) -> bool:
    if code == "US" and word in {"usa", "america"}:
        return True
    return _names(word, code, geography.COUNTRIES[code]) or _names(word, code, geography.country_name(code))


def _names(word: str, code: str, name: str) -> bool:
    """A code only as a whole; a part of a name from three letters on, or every place would answer to "ia"."""
    return word == code.casefold() or (len(word) > 2 and word in geography.fold(name))


def _of_tier(tiers: tuple[str, ...]) -> Q:
    named = [tier for tier in tiers if tier not in {UNPUBLISHED, Kind.HONOR_ROLL.value}]
    match = Q(tier__in=named) & ~Q(tier="")
    if UNPUBLISHED in tiers:
        match |= Q(tier="") & ~Q(kind=Kind.HONOR_ROLL)
    if Kind.HONOR_ROLL.value in tiers:
        match |= Q(kind=Kind.HONOR_ROLL)
    return match


def _rank() -> Case:
    return Case(
        *(When(tier=tier, then=Value(len(TIERS) - place)) for place, tier in enumerate(TIERS)),
        When(kind=Kind.HONOR_ROLL, then=Value(-1)),
        default=Value(0),
        output_field=IntegerField(),
    )
