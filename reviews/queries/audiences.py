"""Whom the program writes to at once. A list goes by what a city reads of its own stage, never by a verdict, a score or a decision."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Status
from assessments.models import Assessment, City, Cycle, Membership, Role
from assessments.queries import narrowed
from reviews.models import PanelMember
from reviews.queries.declarations import conflict_free
from wwc.accounts.models import User

DRAFTING, RECEIVED, CITIES, PANEL = "drafting", "received", "cities", "panel"
LABELS = {
    DRAFTING: _("Leads of cities that have not submitted yet"),
    RECEIVED: _("Leads of cities whose assessment was received"),
    CITIES: _("Leads of all cities that take part"),
    PANEL: _("Reviewers and practice leads"),
}
# In review, ready, decided and announced are one here: a list by any of them would tell of a result.
_RECEIVED = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)
_STAGES: dict[str, tuple[str, ...]] = {DRAFTING: (Status.DRAFTING,), RECEIVED: _RECEIVED, CITIES: (Status.DRAFTING, *_RECEIVED)}


class Recipient(NamedTuple):
    """A person, and the city for which they are written to; none for the panel."""

    person: User
    city: City | None


def narrowing(given: Mapping[str, Any]) -> dict[str, str]:
    """The filters of a list that an audience can be narrowed by: what is public of a city, and no stage."""
    asked = {name: str(given.get(name, "")).strip()[:100] for name in ("q", "country", "population")}
    return {name: value for name, value in asked.items() if value}


def nearest(stage: str) -> str:
    """The audience that the cities at a stage belong to, as they read it themselves."""
    return DRAFTING if stage == Status.DRAFTING else RECEIVED if stage in _RECEIVED else CITIES


def recipients(user: Any, cycle: Cycle, audience: str, asked: Mapping[str, str] | None = None) -> list[Recipient]:
    """Who is written to, by city and name, less the cities closed to the one who writes; of cities those asked for. One query."""
    if audience == PANEL:
        members = PanelMember.objects.filter(cycle=cycle, left_at=None, person__is_active=True).select_related("person")
        people = {member.person_id: member.person for member in members.order_by("person__name", "person_id")}
        return [Recipient(person, None) for person in people.values()]
    cases = narrowed(Assessment.objects.filter(conflict_free(user), cycle=cycle, status__in=_STAGES.get(audience, ())), asked or {})
    leads = Membership.objects.filter(role=Role.LEAD, ended_at=None, person__is_active=True, city__in=cases.values("city"))
    rows = leads.select_related("person", "city").order_by("city__folded", "person__name", "pk")
    return [Recipient(row.person, row.city) for row in rows]
