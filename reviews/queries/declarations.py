"""Who may look at which city: what a person declared, what was found, and the rule for members of a city's team."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Now

from assessments.lifecycle import Status
from assessments.models import Assessment, BrokenGlass, City, Conflict, ConflictState, Cycle, Membership
from reviews.models import Assignment, PanelMember
from wwc.accounts.models import User

CLOSING = (ConflictState.DECLARED, ConflictState.FOUND)
OPENING = (ConflictState.NONE, ConflictState.WAIVED)


def conflict_free(user: Any, *, to: str = "") -> Q:
    """Filter to the rows whose city is open to the person: no conflict of any cycle, no part in the city's team.

    `to` is the path from the row to its assessment, ending in two underscores; none on assessments themselves.
    """
    declared = Conflict.objects.filter(person=user, state__in=CLOSING).values("city")
    return ~Q(**{f"{to}city__in": declared}) & ~Q(**{f"{to}city__in": own_city_ids(user)})


def declared_open(user: Any, *, to: str = "") -> Q:
    """Filter to the rows whose city the person has declared free of conflict in its cycle. Silence is not an answer."""
    said = Conflict.objects.filter(person=user, city=OuterRef(f"{to}city"), cycle=OuterRef(f"{to}cycle"), state__in=OPENING)
    return Exists(said) & conflict_free(user, to=to)


def is_declared_open(user: Any, city_id: int, cycle_id: int) -> bool:
    """The same of one city in one cycle."""
    said = set(Conflict.objects.filter(person=user, city=city_id).values_list("cycle", "state"))
    if any(state in CLOSING for _, state in said) or not any((cycle_id, state) in said for state in OPENING):
        return False
    return not own_city_ids(user).filter(city=city_id).exists()


def is_open_to(user: Any, city_id: int) -> bool:
    """Whether no conflict closes the city to the person."""
    return City.objects.filter(conflict_free_city(user), pk=city_id).exists()


def conflict_free_city(user: Any) -> Q:
    """The same filter on cities."""
    return ~Exists(Conflict.objects.filter(person=user, city=OuterRef("pk"), state__in=CLOSING)) & ~Exists(
        Membership.objects.filter(person=user, city=OuterRef("pk"), ended_at=None)
    )


def cities_of(cycle: Cycle) -> QuerySet[City]:
    """The cities that take part in a cycle, by name."""
    taking_part = Assessment.objects.filter(cycle=cycle, city=OuterRef("pk")).exclude(status__in=[Status.WITHDRAWN, Status.LAPSED])
    return City.objects.filter(Exists(taking_part)).order_by("folded", "subdivision", "pk")


def said_by(user: Any, cycle: Cycle) -> dict[int, Conflict]:
    """What the person declared in the cycle, or what was found, by city."""
    return {row.city_id: row for row in Conflict.objects.filter(person=user, cycle=cycle)}


def closed_city_ids(user: Any) -> set[int]:
    """The cities closed to the person, as numbers, by declaration or by rule."""
    declared = Conflict.objects.filter(person=user, state__in=CLOSING).values_list("city_id", flat=True)
    return set(declared.union(own_city_ids(user)))


def own_city_ids(user: Any) -> QuerySet[Membership, int]:
    """The cities whose team the person belongs to."""
    return Membership.objects.filter(person=user, ended_at=None).values_list("city_id", flat=True)


@dataclass(frozen=True)
class Screen:
    """Where a person stands with the cities of a cycle: those to answer for, what was said, and those closed (said, or by rule)."""

    cities: list[City]
    said: dict[int, Conflict]
    closed: list[tuple[City, Conflict | None, bool]]


def screen(user: Any, cycle: Cycle) -> Screen:
    """Everything that the person says and said of the cities of a cycle, in four queries."""
    said, own, shut = said_by(user, cycle), set(own_city_ids(user)), closed_city_ids(user)
    cities = list(cities_of(cycle))
    closed = [(city, said.get(city.pk), city.pk in own) for city in cities if city.pk in shut]
    return Screen([city for city in cities if city.pk not in shut], said, closed)


def hinted(
    person: User, cycle: Cycle, hints: dict[int, list[str]], cities: Iterable[City]
) -> list[tuple[City, list[str], Conflict | None]]:
    """The cities that hint at a conflict of the person and that none closes yet, with what was said of them."""
    said, shut = said_by(person, cycle), closed_city_ids(person)
    return [(city, hints[city.pk], said.get(city.pk)) for city in cities if city.pk in hints and city.pk not in shut]


def undeclared(user: Any, cycle: Cycle) -> int:
    """How many cities of the cycle still wait for the person's word."""
    silent = ~Exists(Conflict.objects.filter(person=user, city=OuterRef("pk"), cycle=cycle))
    return cities_of(cycle).filter(silent, conflict_free_city(user)).count()


def open_cities(people: Iterable[int], cycle: Cycle) -> dict[int, set[int]]:
    """For each person (by number) the cities that they declared open in the cycle and that nothing closes. Three queries."""
    wanted = list(people)
    found: dict[int, set[int]] = {person: set() for person in wanted}
    said = Conflict.objects.filter(person__in=wanted, cycle=cycle, state__in=OPENING)
    for person, city in said.values_list("person_id", "city_id"):
        found[person].add(city)
    closed = Conflict.objects.filter(person__in=wanted, state__in=CLOSING).values_list("person_id", "city_id")
    for person, city in closed.union(Membership.objects.filter(person__in=wanted, ended_at=None).values_list("person_id", "city_id")):
        found[person].discard(city)
    return found


def panels_of(user: Any) -> QuerySet[PanelMember]:
    """The person's live parts, the latest cycle first."""
    return PanelMember.objects.filter(person=user, left_at=None).select_related("cycle__standard").order_by("-cycle__opens_at", "part")


def silent(people: Iterable[int], cycle: Cycle, *, to: Any = None) -> dict[int, int]:
    """For each person (by number) how many cities of the cycle wait for their word, of those open to whoever asks. Few queries."""
    wanted = list(people)
    cities = set(cities_of(cycle).order_by().values_list("pk", flat=True)) - (closed_city_ids(to) if to else set())
    heard: dict[int, set[int]] = {person: set() for person in wanted}
    said = Conflict.objects.filter(person__in=wanted).filter(Q(cycle=cycle) | Q(state__in=CLOSING)).values_list("person_id", "city_id")
    for person, city in said.union(Membership.objects.filter(person__in=wanted, ended_at=None).values_list("person_id", "city_id")):
        heard[person].add(city)
    return {person: len(cities - heard[person]) for person in wanted}


def people_of(cycle: Cycle) -> QuerySet[User]:
    """The people on the panel of a cycle."""
    return User.objects.filter(panels__cycle=cycle, panels__left_at=None).distinct()


def cities_shown(user: Any, cycle: Cycle) -> QuerySet[City]:
    """The cities of the cycle that are open to the person; for the program only."""
    cities = cities_of(cycle)
    return cities.filter(conflict_free_city(user)) if user.of_programme else cities.none()


def conflicts_to(user: Any) -> QuerySet[Conflict]:
    """What others declared, or was found, that staff may see: nothing of cities closed to themselves."""
    if not user.of_programme:
        return Conflict.objects.none()
    return Conflict.objects.exclude(city__in=closed_city_ids(user)).select_related("cycle", "city", "person", "said_by")


def conflicts_shown(user: Any, person: User, cycle: Cycle) -> QuerySet[Conflict]:
    """What staff may see of one person: the conflicts and waivers of a cycle, and what closes a city from any other."""
    rows = conflicts_to(user).filter(Q(cycle=cycle) | Q(state__in=CLOSING), person=person).exclude(state=ConflictState.NONE)
    member = Membership.objects.filter(person=person, city=OuterRef("city"), ended_at=None)
    return rows.annotate(by_rule=Exists(member)).order_by("city__folded", "pk")


def glass_shown(user: Any) -> QuerySet[BrokenGlass]:
    """Who looked at which city in an emergency, the newest first: one's own, and those of cities open to the person."""
    if not user.of_programme:
        return BrokenGlass.objects.none()
    rows = BrokenGlass.objects.exclude(~Q(person=user), city__in=closed_city_ids(user)).select_related("city", "person", "ended_by")
    return rows.annotate(is_live=Case(When(until__gt=Now(), ended_at=None, then=True), default=False)).order_by("-pk")


def cities_in_conflict(user: Any) -> QuerySet[City]:
    """The cities that a conflict closes to the person, other than their own, by name."""
    closing = Conflict.objects.filter(person=user, city=OuterRef("pk"), state__in=CLOSING)
    return City.objects.filter(Exists(closing)).exclude(pk__in=own_city_ids(user)).order_by("folded", "pk")


def came_late(person: User) -> list[tuple[PanelMember, int]]:
    """The person's parts in cycles whose reading has begun, each with the newest assessment that came since and waits for their word."""
    late: dict[int, tuple[PanelMember, int]] = {}
    begun = Assignment.objects.filter(answer__assessment__cycle=OuterRef("cycle"))
    for member in panels_of(person).filter(Exists(begun)):
        silent = ~Exists(Conflict.objects.filter(person=person, city=OuterRef("city"), cycle=member.cycle))
        waiting = Assessment.objects.filter(silent, conflict_free(person), cycle=member.cycle, started_at__gt=member.joined_at)
        newest = waiting.exclude(status__in=[Status.WITHDRAWN, Status.LAPSED]).order_by("-pk").values_list("pk", flat=True).first()
        if newest:
            late[member.cycle_id] = member, newest
    return list(late.values())
