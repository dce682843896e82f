"""A place that no list has is added by hand."""

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from assessments import access, queries
from assessments.models import City, CityRecord, Fact, GovernmentForm
from wwc import geography
from wwc.audit.record import record
from wwc.refusals import Refusal, require

DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", re.ASCII)


class PlaceUnclear(Refusal):
    """Something about the place cannot be right. `details["field"]` names what to correct."""


class SameName(Refusal):
    """Places of this name are there already. `details["cities"]` lists them."""

    message = _("A place of this name is on record there. Nothing was added. Use it, or say that this is another one.")


class NotADomain(Refusal):
    """Something that is no domain, or one in which anybody can have an address."""

    message = _("This is not a domain of a city. Nothing was recorded. Write it like city.gov, without an at sign.")


class NotOnRecord(Refusal):
    """A domain that is not among the city's own."""

    message = _("This domain is not on record as the city's own. Nothing was changed.")


class ReasonMissing(Refusal):
    """No words why."""

    message = _("Say why, in a few words. Nothing was changed.")


class NumberTaken(Refusal):
    """Another place has this number. `details["city"]` is that place, `details["field"]` the number."""

    message = _("Another place has this number. Nothing was added. Correct the number, or use that place.")


@transaction.atomic
def add_city(
    *,
    name: str,
    country: str,
    subdivision: str,
    population: int,
    population_as_of: date,
    population_source: str,
    source: str,
    subdivision_name: str = "",
    form: str = "",
    timezone: str = "",
    geoid: str = "",
    geonames_id: int | None = None,
    another_of_the_name: bool = False,
    invented: bool = False,
    by: Any,
    at: datetime,
) -> City:
    """Add a place with its population, both with their source; refused where it seems to be there already.

    An invented one belongs to a demonstration and is marked so wherever it is shown.
    """
    require(access.may_add_city(by))
    known = geography.subdivisions(country)
    timezone = timezone or geography.TIMEZONES.get(country, "")
    _clear(name.strip(), country, subdivision, known, timezone, form)
    for field, number in (("geoid", geoid or None), ("geonames_id", geonames_id)):
        taken = City.objects.filter(**{field: number}).first() if number else None
        if taken:
            raise NumberTaken(field=field, city=taken)
    same = queries.namesakes(name, country, subdivision)
    if same and not another_of_the_name:
        raise SameName(cities=same)
    city = City.objects.create(
        slug=_free_slug(name, country, subdivision),
        name=name.strip(),
        folded=geography.fold(name),
        country=country,
        subdivision=subdivision,
        subdivision_name=known.get(subdivision, subdivision_name.strip()),
        region=geography.region_of(country, subdivision),
        geoid=geoid or None,
        geonames_id=geonames_id,
        timezone=timezone,
        language=geography.language_of(country),
        source=source,
        is_invented=invented,
    )
    facts = [CityRecord(city=city, fact=Fact.POPULATION, number=population, as_of=population_as_of, source=population_source)]
    if form:
        facts.append(CityRecord(city=city, fact=Fact.FORM, text=form, as_of=population_as_of, source=source, checked=False))
    CityRecord.objects.bulk_create(facts)
    record("city_added", city, by=by, at=at, city_id=city.pk, source=source, namesakes=[each.pk for each in same])
    return city


@transaction.atomic
def record_domain(city: City, *, domain: str, source: str, by: Any, at: datetime) -> CityRecord:
    """Record that a domain of addresses is the city's own, and who says so; recorded already by that source, the same is returned."""
    require(access.may_record_domain(by, city))
    domain = domain.strip().lower().rpartition("@")[2]
    if not DOMAIN.fullmatch(domain) or domain in queries.FREE_MAIL:
        raise NotADomain(field="domain")
    City.objects.select_for_update().get(pk=city.pk)
    if queries.domains_of(city).get(domain) == source.strip():
        return CityRecord.objects.filter(city=city, fact=Fact.DOMAIN, text=domain, source=source.strip()).order_by("-pk")[0]
    record("domain_recorded", city, by=by, at=at, city_id=city.pk, domain=domain, source=source.strip())
    return CityRecord.objects.create(city=city, fact=Fact.DOMAIN, text=domain, as_of=at.date(), source=source.strip())


@transaction.atomic
def take_domain_back(city: City, *, domain: str, reason: str, by: Any, at: datetime) -> None:
    """Say that a domain is not the city's own after all, however it was known: nothing is granted by it any more."""
    require(access.may_record_domain(by, city))
    if not reason.strip():
        raise ReasonMissing(field="reason")
    City.objects.select_for_update().get(pk=city.pk)
    if domain not in queries.domains_of(city):
        raise NotOnRecord()
    CityRecord.objects.create(city=city, fact=Fact.NOT_DOMAIN, text=domain, as_of=at.date(), source=reason.strip()[:300])
    record("domain_taken_back", city, by=by, at=at, city_id=city.pk, domain=domain, reason=reason.strip())


def _clear(name: str, country: str, subdivision: str, known: dict[str, str], timezone: str, form: str) -> None:
    if not name:
        raise PlaceUnclear(_("The place has no name."), field="name")
    if country not in geography.COUNTRIES:
        raise PlaceUnclear(_("The program certifies cities of the Americas. This country is not among them."), field="country")
    if known and subdivision not in known:
        raise PlaceUnclear(_("This state or province is not in that country. Choose one of its own."), field="subdivision")
    if timezone not in available_timezones():
        raise PlaceUnclear(_("This time zone is not known. Choose one of the list."), field="timezone")
    if form and form not in GovernmentForm.values:
        raise PlaceUnclear(_("This form of government is not known. Choose one of the list."), field="form")


def _free_slug(name: str, country: str, subdivision: str) -> str:
    """The plain public address if it is free, else one with the province or a number."""
    slug = geography.slug_of(name, country, subdivision)
    lasts = [subdivision, *map(str, range(2, 100))]
    while City.objects.filter(slug=slug).exists():
        slug = geography.slug_of(name, country, subdivision, last=lasts.pop(0))
    return slug
