"""The way round for each kind of person, on pages that belong to no city and no desk: found only when the frame is drawn.

A page that knows better (one of a city's pages) sets its own. The program's people and the public need no look-up.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Case, F, IntegerField, OuterRef, Subquery, Value, When
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext

from assessments import queries
from assessments.models import Assessment, City, Membership, Role
from reviews.models import PanelMember
from wwc.templatetags.frame import PUBLIC, SHARED, STAFF, mounted

Item = tuple[str, str]
FIRST = Case(
    *(When(role=role, then=Value(place)) for place, role in enumerate((Role.LEAD, Role.SIGNATORY))), default=9, output_field=IntegerField()
)


class WayMiddleware:
    """Gives `request.nav` and `request.me`, which cost nothing until a page shows them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Hang both on the request without asking who it is: an answer that shows no frame stays the same for everybody."""
        way: Any = SimpleLazyObject(lambda: way_of(request.user))
        request.nav = SimpleLazyObject(lambda: way[0])  # type: ignore[attr-defined]
        request.me = SimpleLazyObject(lambda: way[1])  # type: ignore[attr-defined]
        return self.get_response(request)


def way_of(user: Any) -> tuple[list[Item], str]:
    """A person's way round and the line that says who they are: by their city, else by their desk, else by their name alone."""
    if not user.is_authenticated:
        return mounted(PUBLIC), ""
    if user.of_programme:
        part = gettext("Program director") if user.is_director else gettext("Program staff")
        return mounted(STAFF), f"{user} · {part}"
    if user.stands_in_for is not None:
        case = queries.newest_case_of(user.stands_in_for)
        return _as_part(user.stands_in_for, Role.LEAD.label, case.pk if case else None)
    newest = Assessment.objects.filter(city=OuterRef("city")).order_by("-started_at", "-pk").values("pk")[:1]
    live = Membership.objects.filter(person=user, ended_at=None).select_related("city").annotate(case=Subquery(newest))
    own = live.order_by(F("case").desc(nulls_last=True), FIRST, "pk").first()
    if own is not None:
        return _as_part(own.city, own.get_role_display(), own.case)
    panel = PanelMember.objects.filter(person=user, left_at=None).select_related("cycle").order_by("-cycle__opens_at", "pk").first()
    if panel is not None:
        return _of_desk(panel), f"{user} · {capfirst(panel.get_part_display())}"
    return mounted(SHARED), str(user)


def _as_part(city: City, part: Any, case: int | None) -> tuple[list[Item], str]:
    return _of_city(city, case), f"{city.name} · {capfirst(part)}"


def _of_city(city: City, case: int | None) -> list[Item]:
    rooms: list[tuple[Any, ...]] = [
        (gettext("Evidence"), "assessments:documenting", city.slug),
        (gettext("Team"), "assessments:team", city.slug),
        (gettext("Letters"), "assessments:letters", city.slug),
    ]
    if case:
        rooms = [(gettext("Assessment"), "assessments:overview", case), (gettext("Questions"), "assessments:clarifying", case), *rooms]
    return mounted([*rooms, *SHARED])


def _of_desk(panel: PanelMember) -> list[Item]:
    desk = [(gettext("Desk"), "reviews:desk"), (gettext("Splits"), "reviews:splits")]
    return mounted([*desk, (gettext("Conflicts"), "reviews:declaring", panel.cycle.slug), *SHARED])
