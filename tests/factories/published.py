"""Published rows: cities that were named, and their awards."""

from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction

from reviews.jobs import changes
from reviews.models import ChangeKind, PublishedAward, PublishedCity
from wwc import geography

AT = datetime(2026, 4, 14, 15, 0, tzinfo=UTC)


def city(name: str = "Alder Reach", state: str = "OH", country: str = "US", **fields: Any) -> PublishedCity:
    """A city that was named."""
    facts = {
        "folded": geography.fold(name),
        "subdivision_name": geography.subdivisions(country).get(state, ""),
        "timezone": "America/Chicago",
        "population": 148_310,
        "population_as_of": date(2024, 7, 1),
        "population_source": "A list",
    }
    slug = fields.pop("slug", geography.slug_of(name, country, state))
    return PublishedCity.objects.create(slug=slug, name=name, country=country, subdivision=state, **facts | fields)


def award(of: PublishedCity, **fields: Any) -> PublishedAward:
    """An award of that city, by default Gold of April 14, 2026, from a release of the program."""
    number = f"{of.slug}-{PublishedAward.objects.count()}"[-24:]
    facts: dict[str, Any] = {
        "number": number,
        "kind": "new",
        "tier": "gold",
        "round_slug": "spring-2026",
        "round_name": "Spring 2026",
        "announced_on": date(2026, 4, 14),
        "valid_until": date(2029, 4, 14),
        "edition": "2022",
        "code": number[-20:].upper(),
        "published_at": AT,
    }
    with transaction.atomic():
        made = PublishedAward.objects.create(city=of, **facts | fields)
        told = [ChangeKind.ANNOUNCED, *([ChangeKind(made.closed_because)] if made.closed_because else [])]
        changes.note((made, kind) for kind in told)
    return made


def named(many: int, first: int = 0) -> list[PublishedAward]:
    """So many cities in several states, each with one award that shows its areas."""
    states = list(geography.STATES)
    areas = [{"code": "DM", "name": "Data Management", "points": 5, "possible": 9, "met": 5, "criteria": 9}]
    facts = {"areas": areas, "points": 5, "possible": 9, "consent": "areas"}
    return [award(city(f"Reach {n}", states[n % 50]), **facts) for n in range(first, first + many)]
