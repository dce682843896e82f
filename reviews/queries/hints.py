"""What hints at a conflict of interest that nobody has declared. A hint is shown with its reason and decides nothing by itself."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import City, CityRecord, Conflict, ConflictState, Cycle, Fact, Membership
from assessments.queries import FREE_MAIL, domain_of
from reviews.models import PanelMember
from wwc.geography import fold
from wwc.templatetags.display import day_year

# A domain from which the teams of more cities write says nothing of any one of them.
FEW = 5


def hints(person: Any, cycle: Cycle, cities: Iterable[City]) -> dict[int, list[str]]:
    """The reasons to look twice, for those of the cities that have any. A constant number of queries."""
    found: dict[int, list[str]] = defaultdict(list)
    wanted = {city.pk: city for city in cities}
    for city, words in [*_of_address(person), *_of_team(person), *_of_employers(person, wanted.values()), *_of_waivers(person, cycle)]:
        if city in wanted and words not in found[city]:
            found[city].append(words)
    return {city: words for city, words in found.items() if words}


def _of_address(person: Any) -> list[tuple[int, str]]:
    """Cities whose recorded domain the person's address lies in, and cities whose team writes from the same domain."""
    domain = domain_of(person.email)
    if not domain or domain in FREE_MAIL:
        return []
    parts = domain.split(".")
    above = [".".join(parts[place:]) for place in range(len(parts) - 1)]
    recorded = CityRecord.objects.filter(fact=Fact.DOMAIN, text__in=above).values_list("city_id", "text")
    own = [(city, _("Address in %(domain)s, a domain of the city") % {"domain": text}) for city, text in recorded]
    team = Membership.objects.filter(person__email__iendswith=f"@{domain}").exclude(person=person).values_list("city_id", flat=True)
    shared = set(team)
    told = _("Address in %(domain)s, as people of the city's team have") % {"domain": domain}
    return [*own, *((city, told) for city in shared - {city for city, _words in own} if len(shared) <= FEW)]


def _of_team(person: Any) -> list[tuple[int, str]]:
    """Cities whose team the person has left."""
    left = Membership.objects.filter(person=person).exclude(ended_at=None).order_by("ended_at").values_list("city_id", "ended_at")
    return [(city, _("On the city's team until %(day)s") % {"day": day_year(at)}) for city, at in dict(left).items()]


def _of_employers(person: Any, cities: Iterable[City]) -> list[tuple[int, str]]:
    """Cities that an earlier employer names as whole words: many places share a name, so this is a hint and no more."""
    told = PanelMember.objects.filter(person=person).order_by("pk").values_list("employers", flat=True)
    employers = {fold(each): each for names in told for each in names}
    if not employers:
        return []
    return [
        (city.pk, _("Earlier employer: %(employer)s") % {"employer": words})
        for city in cities
        for plain, words in employers.items()
        if re.search(rf"(?<!\w){re.escape(city.folded)}(?!\w)", plain)
    ]


def _of_waivers(person: Any, cycle: Cycle) -> list[tuple[int, str]]:
    """Cities with a conflict that staff lifted in an earlier cycle."""
    waived = Conflict.objects.filter(person=person, state=ConflictState.WAIVED).exclude(cycle=cycle).values_list("city_id", "cycle__name")
    return [(city, _("A conflict was waived in %(cycle)s") % {"cycle": name}) for city, name in waived]
