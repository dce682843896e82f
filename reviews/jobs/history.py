"""The awards of the past, from a fixture of the program's own: loaded once, all or nothing, each with its source."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from assessments.models import City, CityRecord, Fact, PlaceList
from reviews.jobs import changes
from reviews.lifecycle import Kind
from reviews.models import ChangeKind, PublishedAward, PublishedCity
from wwc import geography
from wwc.audit.record import record
from wwc.clock import under_lock

TIERS = {"", "certified", "silver", "gold", "platinum"}
KINDS = {Kind.NEW, Kind.LEVEL_UP, Kind.RECERTIFIED, Kind.HONOR_ROLL}
MOST_ERRORS = 20


class HistoryRefused(ValueError):
    """The file was not loaded; the message lists what is wrong, city by city."""


@dataclass(frozen=True)
class Loaded:
    """What a load changed."""

    cities: int
    published: int
    awards: int
    closed: int
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.cities or self.published or self.awards or self.closed)


def load_history(path: str | Path) -> Loaded:
    """Bring the published awards of the past up to the file: a second run changes nothing.

    A row of the history that the file no longer holds is closed as corrected, never deleted. Awards that the program
    released itself are not touched, nor are the facts of a city that has one: they are newer. Raises HistoryRefused.
    """
    path = Path(path)
    content = path.read_bytes()
    entries = _checked(_read(path, content))
    with transaction.atomic():
        cities, added = _cities(entries)
        rows, published, rewritten = _published_cities(entries, cities)
        awards, closed, unchanged, told = _awards(entries, rows)
        loaded = Loaded(cities=added, published=published, awards=awards, closed=closed, unchanged=unchanged)
        if loaded:
            note = PlaceList.objects.create(
                source=path.name,
                sha256=hashlib.sha256(content).hexdigest(),
                loaded_at=under_lock(),
                added=awards,
                changed=closed,
                unchanged=unchanged,
            )
            record("history_loaded", note, by=None, at=note.loaded_at, cities=added, awards=awards, closed=closed)
        changes.note([*((row, ChangeKind.REWRITTEN) for row in rewritten), *told])
    return loaded


# Reading


def _read(path: Path, content: bytes) -> list[dict[str, Any]]:
    try:
        cities = json.loads(content)["cities"]
    except (ValueError, KeyError, TypeError) as error:
        raise HistoryRefused(f"{path.name} is not a history of awards: {error}") from error
    return list(cities)


def _checked(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    errors = [error for entry in entries for error in _wrong(entry)]
    if errors:
        shown = "\n".join(errors[:MOST_ERRORS])
        raise HistoryRefused(f"Nothing was loaded; {len(errors)} things are wrong.\n{shown}")
    return entries


def _wrong(entry: dict[str, Any]) -> Iterator[str]:
    name = entry.get("name") or "a city without a name"
    if not entry.get("name") or entry.get("country") not in geography.COUNTRIES or not entry.get("timezone"):
        yield f"{name}: name, country or time zone is missing."
    seen = set()
    for award in entry.get("awards", []):
        where = f"{name}, {award.get('announced')}"
        if award.get("kind") not in KINDS or award.get("tier") not in TIERS:
            yield f"{where}: kind {award.get('kind')!r} with tier {award.get('tier')!r} is not known."
        if award.get("kind") == Kind.HONOR_ROLL and award.get("tier"):
            yield f"{where}: the Honor Roll has no tier."
        try:
            partial_date(award.get("announced", ""))
        except ValueError:
            yield f"{where}: not a date, a month or a year."
        if not award.get("round") or not award.get("edition"):
            yield f"{where}: round or edition is missing."
        if (key := (award.get("kind"), award.get("announced"))) in seen:
            yield f"{where}: {award.get('kind')} is there twice."
        seen.add(key)
    if not entry.get("awards"):
        yield f"{name}: no award."


def partial_date(text: str) -> tuple[date, str]:
    """The first day that "2020", "2020-06" or "2020-06-29" may mean, and how exactly it is known."""
    parts = text.split("-")
    precision = {1: "year", 2: "month", 3: "day"}.get(len(parts))
    if precision is None or [len(part) for part in parts] != [4, 2, 2][: len(parts)]:
        raise ValueError(text)
    year, month, day = (int(part) for part in [*parts, "1", "1"][:3])
    return date(year, month, day), precision


# Places of the directory of cities


def _cities(entries: list[dict[str, Any]]) -> tuple[list[City], int]:
    """The City of each entry, found by its number, created where the directory lacks it."""
    known = City.objects.filter(
        Q(geoid__in=[entry["geoid"] for entry in entries if entry.get("geoid")])
        | Q(geonames_id__in=[entry["geonames_id"] for entry in entries if entry.get("geonames_id")])
        | Q(slug__in=[_slug(entry) for entry in entries])
    )
    by_number = {number: city for city in known for number in (city.geoid, city.geonames_id) if number}
    by_slug = {city.slug: city for city in known}
    found, added = [], []
    for entry in entries:
        number = entry.get("geoid") or entry.get("geonames_id")
        city = by_number.get(number) if number else by_slug.get(_slug(entry))
        if city is None and _without_number(by_slug.get(_slug(entry))):
            city = by_slug[_slug(entry)]
            City.objects.filter(pk=city.pk).update(geoid=entry.get("geoid"), geonames_id=entry.get("geonames_id"))
        if city is None:
            city = _city(entry, taken=by_slug)
            by_slug[city.slug] = city
            added.append((city, entry))
        found.append(city)
    City.objects.bulk_create([city for city, _entry in added])
    CityRecord.objects.bulk_create(fact for city, entry in added for fact in _facts(city, entry))
    return found, len(added)


def _without_number(city: City | None) -> bool:
    """A place that somebody added by hand before: the same name in the same state, on no list so far."""
    return city is not None and not city.is_invented and city.pk is not None and not (city.geoid or city.geonames_id)


def _slug(entry: dict[str, Any]) -> str:
    return geography.slug_of(entry["name"], entry["country"], entry.get("subdivision", ""))


def _city(entry: dict[str, Any], taken: Iterable[str]) -> City:
    country, subdivision = entry["country"], entry.get("subdivision", "")
    slug = _slug(entry)
    if slug in taken:
        number = entry.get("geoid") or entry.get("geonames_id") or subdivision
        slug = geography.slug_of(entry["name"], country, subdivision, last=str(number))
    return City(
        slug=slug,
        name=entry["name"],
        folded=geography.fold(entry["name"]),
        country=country,
        subdivision=subdivision,
        subdivision_name=geography.subdivisions(country).get(subdivision, ""),
        region=geography.region_of(country, subdivision),
        geoid=entry.get("geoid"),
        geonames_id=entry.get("geonames_id"),
        latitude=entry.get("latitude"),
        longitude=entry.get("longitude"),
        timezone=entry["timezone"],
        language=geography.language_of(country),
        source=entry.get("place_source", ""),
    )


def _facts(city: City, entry: dict[str, Any]) -> Iterator[CityRecord]:
    population = entry.get("population") or {}
    if population.get("as_of"):
        as_of = date.fromisoformat(population["as_of"])
        yield CityRecord(city=city, fact=Fact.POPULATION, number=population["number"], as_of=as_of, source=population["source"])
    first = min(partial_date(award["announced"])[0] for award in entry["awards"])
    for form in entry.get("forms", []):
        as_of = date.fromisoformat(form["as_of"]) if form.get("as_of") else first
        yield CityRecord(city=city, fact=Fact.FORM, text=form["form"], as_of=as_of, source="History of awards, not checked", checked=False)


# What the public may know


def _published_cities(entries: list[dict[str, Any]], cities: list[City]) -> tuple[list[PublishedCity], int, list[PublishedAward]]:
    """The public row of each city, how many were added or changed, and the awards of those that changed."""
    slugs = [city.slug for city in cities]
    known = {row.slug: row for row in PublishedCity.objects.filter(slug__in=slugs)}
    ours = set(PublishedAward.objects.filter(city__slug__in=slugs, code__isnull=False).values_list("city__slug", flat=True))
    rows, changed, moved = [], 0, []
    for entry, city in zip(entries, cities, strict=True):
        values = _shown(entry, city)
        row = known.get(city.slug)
        if row is None:
            row = PublishedCity.objects.create(slug=city.slug, **values)
            changed += 1
        elif city.slug not in ours and any(getattr(row, name) != value for name, value in values.items()):
            PublishedCity.objects.filter(pk=row.pk).update(**values)
            moved.append(row.pk)
        rows.append(row)
    rewritten = list(PublishedAward.objects.filter(city__in=moved, closed_at=None).order_by("pk"))
    return rows, changed + len(moved), rewritten


def _shown(entry: dict[str, Any], city: City) -> dict[str, Any]:
    """The facts of a city as the history states them; its place follows the directory of cities."""
    population = entry.get("population") or {}
    as_of = population.get("as_of")
    return {
        "name": entry["name"],
        "folded": geography.fold(entry["name"]),
        "country": city.country,
        "subdivision": city.subdivision,
        "subdivision_name": city.subdivision_name,
        "region": city.region,
        "geoid": entry.get("geoid") or "",
        "latitude": entry.get("latitude"),
        "longitude": entry.get("longitude"),
        "timezone": city.timezone,
        "population": population.get("number"),
        "population_as_of": date.fromisoformat(as_of) if as_of else None,
        "population_source": population.get("source", ""),
        "form_of_government": entry["forms"][-1]["form"] if entry.get("forms") else "",
        "form_source": "",
        "form_checked": False,
    }


def _awards(entries: list[dict[str, Any]], rows: list[PublishedCity]) -> tuple[int, int, int, list[changes.Told]]:
    """Add what is new, close what the file no longer holds. A number is drawn from the content, so a correction is a new row."""
    wanted = {}
    for entry, row in zip(entries, rows, strict=True):
        for award in entry["awards"]:
            wanted[_number(row.slug, award)] = (row, award)
    held = {row.number: row for row in PublishedAward.objects.filter(code=None, city__is_invented=False).order_by("pk")}
    gone = [row for number, row in held.items() if row.closed_at is None and number not in wanted]
    back = [row for number, row in held.items() if row.closed_at is not None and number in wanted]
    at = under_lock()
    PublishedAward.objects.filter(pk__in=[row.pk for row in gone]).update(closed_at=at, closed_because=ChangeKind.CORRECTED)
    PublishedAward.objects.filter(pk__in=[row.pk for row in back]).update(closed_at=None, closed_because="")
    added = PublishedAward.objects.bulk_create(_award(number, *wanted[number], at) for number in wanted if number not in held)
    told: list[changes.Told] = [(row, ChangeKind.CORRECTED) for row in gone]
    told += [(row, ChangeKind.RESTORED) for row in back]
    told += [(row, ChangeKind.ANNOUNCED) for row in added]
    return len(added) + len(back), len(gone), len(wanted) - len(added) - len(back), told


def _number(slug: str, award: dict[str, Any]) -> str:
    content = json.dumps([slug, award], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def _award(number: str, row: PublishedCity, award: dict[str, Any], at: Any) -> PublishedAward:
    announced_on, precision = partial_date(award["announced"])
    return PublishedAward(
        number=number,
        city=row,
        kind=award["kind"],
        tier=award["tier"],
        round_slug=award["round"],
        round_name=award["round"],
        announced_on=announced_on,
        precision=precision,
        edition=award["edition"],
        source=award.get("source", ""),
        published_at=at,
    )
