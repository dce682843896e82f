"""Who asks to come in: places that the public may look up, requests to take part, claims of a lead's place, cities without a lead."""

from collections.abc import Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from assessments.lifecycle import Status
from assessments.models import (
    Assessment,
    City,
    CityRecord,
    ClaimOutcome,
    ClaimRequest,
    Conflict,
    Fact,
    Invitation,
    JoinRequest,
    Membership,
    Role,
)
from assessments.queries.cities import called
from assessments.queries.program import of_open_cities
from assessments.queries.visible import CLOSING, cities_for_programme, led_city_ids
from wwc.accounts.models import User

# Anybody can have an address there, so it says nothing of a city.
FREE_MAIL = frozenset({
    "aol.com", "att.net", "bellsouth.net", "bol.com.br", "charter.net", "comcast.net", "cox.net", "fastmail.com", "gmail.com",
    "gmx.com", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.com.br", "hotmail.es", "icloud.com", "ig.com.br", "live.com",
    "live.com.mx", "mac.com", "mail.com", "me.com", "msn.com", "outlook.com", "outlook.com.br", "outlook.es", "pm.me",
    "prodigy.net.mx", "proton.me", "protonmail.com", "rocketmail.com", "sbcglobal.net", "terra.com.br", "tutanota.com", "uol.com.br",
    "verizon.net", "yahoo.ca", "yahoo.com", "yahoo.com.ar", "yahoo.com.br", "yahoo.com.co", "yahoo.com.mx", "yahoo.es", "ymail.com",
    "zoho.com",
})  # fmt: skip


def places_called(wanted: str, limit: int = 20) -> list[City]:
    """The places on record that these words name, for anybody: best match first, then the largest. Nothing tells who takes part."""
    if not wanted.strip():
        return []
    return list(called(City.objects.all(), wanted, F("people").desc(nulls_last=True), "folded", "pk")[:limit])


def join_requests_visible_to(user: Any) -> QuerySet[JoinRequest]:
    """The requests to take part, newest first, for the program; a conflict and one's own city close theirs."""
    return of_open_cities(JoinRequest.objects.select_related("cycle", "city"), user).order_by("-pk")


def join_requests_listed(user: Any, asked: Mapping[str, str]) -> QuerySet[JoinRequest]:
    """The requests that the program's list shows: those that wait, or with `show` those that were decided."""
    return join_requests_visible_to(user).filter(decided_at__isnull=asked.get("show") != "decided")


def claims_listed(user: Any, asked: Mapping[str, str]) -> QuerySet[ClaimRequest]:
    """The claims that the program's list shows: those that wait, or with `show` those that ended."""
    rows = claims_visible_to(user)
    return rows.exclude(outcome=ClaimOutcome.OPEN) if asked.get("show") == "ended" else rows.filter(outcome=ClaimOutcome.OPEN)


def claims_visible_to(user: Any) -> QuerySet[ClaimRequest]:
    """The claims by proved addresses, newest first, for the program; a conflict and one's own city close theirs."""
    proved = ClaimRequest.objects.exclude(confirmed_at=None).select_related("city", "ended_by")
    return of_open_cities(proved, user).order_by("-confirmed_at", "-pk")


def claims_to_answer(user: Any, city: City | None = None) -> QuerySet[ClaimRequest]:
    """The claims that wait, in the cities that a person leads, or in one of them."""
    waiting = ClaimRequest.objects.filter(city__in=led_city_ids(user), outcome=ClaimOutcome.OPEN).exclude(confirmed_at=None)
    return (waiting.filter(city=city) if city else waiting).select_related("city").order_by("pk")


def where_claim_stands(claim: ClaimRequest, at: datetime) -> str:
    """What the asker reads: "prove", "waits", "granted" or "over". Until the period ends it waits, whatever was decided against it."""
    if claim.outcome == ClaimOutcome.GRANTED:
        usable = claim.taken_at is None and claim.ended_at is not None and at <= claim.ended_at + settings.INVITATION_LIFE
        return "granted" if usable else "over"
    if claim.confirmed_at is None:
        return "prove" if claim.outcome == ClaimOutcome.OPEN and at <= claim.asked_at + settings.CLAIM_PROOF else "over"
    return "waits" if claim.waits_until and at <= claim.waits_until else "over"


def domain_of(email: str) -> str:
    """The domain of an address."""
    return email.rpartition("@")[2].strip().lower()


def domains_of(city: City) -> dict[str, str]:
    """The domains that are the city's own, each with how that is known.

    Staff recorded them, or a lead or signatory of the city has or had an address there. A domain in which anybody can
    have an address, or that the team of another city uses as well, is nobody's own. What staff said last of a domain counts.
    """
    team = Membership.objects.filter(city=city, role__in=[Role.LEAD, Role.SIGNATORY]).values_list("person__email", flat=True)
    used = {domain_of(email) for email in team} - FREE_MAIL
    if used:
        ending = reduce(or_, (Q(person__email__iendswith=f"@{domain}") for domain in used))
        others = Membership.objects.filter(ending).exclude(city=city).values_list("person__email", flat=True)
        used -= {domain_of(email) for email in others}
    own = dict.fromkeys(sorted(used), "")
    said = CityRecord.objects.filter(city=city, fact__in=[Fact.DOMAIN, Fact.NOT_DOMAIN]).order_by("pk")
    for fact, domain, source in said.values_list("fact", "text", "source"):
        own.pop(domain, None)
        if fact == Fact.DOMAIN:
            own[domain] = source
    return own


def domains_taken_back(city: City) -> dict[str, str]:
    """The domains of which staff said that they are not the city's own, each with the reason; unless they said otherwise since."""
    said = CityRecord.objects.filter(city=city, fact=Fact.NOT_DOMAIN).order_by("pk").values_list("text", "source")
    own = domains_of(city)
    return {domain: reason for domain, reason in said if domain not in own}


def is_own_address(city: City, email: str) -> bool:
    """Whether an address lies in one of the city's own domains, or below one."""
    domain = domain_of(email)
    return any(domain == own or domain.endswith(f".{own}") for own in domains_of(city))


def may_not_join(city: City, email: str) -> bool:
    """Whether the address is that of somebody who works for the program, or has a conflict of interest with the city, or is closed."""
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        return False
    return not person.is_active or person.of_programme or Conflict.objects.filter(person=person, city=city, state__in=CLOSING).exists()


def had_a_team(city: City) -> bool:
    """Whether anybody ever worked for the city here."""
    return Membership.objects.filter(city=city).exists()


def cities_without_lead(user: Any) -> QuerySet[City]:
    """The cities that take part and have no lead who could act, by name, each with its newest assessment (`newest`).

    `invited` says that a lead is invited and has not come yet.
    """
    leads = Membership.objects.filter(city=OuterRef("pk"), role=Role.LEAD, ended_at=None, person__is_active=True)
    begun = Assessment.objects.filter(city=OuterRef("pk")).exclude(status__in=[Status.WITHDRAWN, Status.LAPSED])
    invited = Invitation.objects.filter(city=OuterRef("pk"), role=Role.LEAD, accepted_at=None, canceled_at=None)
    orphaned = cities_for_programme(user).filter(Exists(begun), ~Exists(leads))
    newest = Subquery(begun.order_by("-started_at", "-pk").values("pk")[:1])
    return orphaned.annotate(newest=newest, invited=Exists(invited)).order_by("folded", "pk")


def wants_second_lead(city: City) -> bool:
    """Whether the city has one lead who can act, and no second one is invited."""
    invited = Invitation.objects.filter(city=OuterRef("city"), role=Role.LEAD, accepted_at=None, canceled_at=None)
    leads = Membership.objects.filter(city=city, role=Role.LEAD, ended_at=None, person__is_active=True)
    return list(leads.annotate(invited=Exists(invited)).values_list("invited", flat=True)[:2]) == [False]
