"""Whom the program writes to from a list: the people of its rows, asked again when the letter goes.

Who was written to can tell as much as the letter. So no list goes by a verdict, a score or a decision (`why_not`), and
rows that read the same to a city are written to as one (`_ALIKE`).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.lifecycle import Status
from assessments.models import Assessment, City, Clarification, ExtensionRequest, JoinRequest, Membership, ReopenRequest, Role
from reviews.models import Appeal, Assignment, PanelMember
from reviews.queries import board, lists
from reviews.queries.declarations import closed_city_ids
from reviews.queries.lists import Asked
from reviews.queries.people import people_shown_to
from wwc.accounts.models import User
from wwc.outbox.models import NOWHERE, Letter

# A place in the lists that writes: a list, or one part of it by the word that divides it.
_DIVIDES = {"letters": "state", "board": "what", "people": "state"}
WRITES = frozenset({
    "cities", "appeals", "letters/sent", "people", "people/open", "people/closed", "people/erased", "joining", "requests", "places",
    "assignments", "panel", "board/joined", "board/waiting", "board/overdue", "board/unread", "board/late",
})  # fmt: skip
NOBODY: dict[str, Promise] = {
    "deciding": _(
        "This list goes by results that are not public, so who is written to would tell of them. Writing starts from the cities."
    ),
    "board": _("These rows tell how far a reading is, so nobody is written to from them. Writing starts from the cities of the cycle."),
    "claims": _(
        "Who asks to become a lead learns nothing before the period ends, not even that it still runs. The answer takes your words."
    ),
    "letters": _("Only letters that were sent can have been read. Writing starts from those."),
    "people": _("Being written to from this list would tell that erasing was asked for. Write to each of them about it."),
    "timeline": _("These rows are what happened, not people. Writing starts from the places."),
}

# In review, ready, decided and announced are one here, also to a request that waits; so is an appeal until its city is told.
_RECEIVED = (Status.SUBMITTED, Status.IN_REVIEW, Status.READY, Status.DECIDED, Status.ANNOUNCED)
_GONE = (Status.WITHDRAWN, Status.LAPSED)
_ALIKE: dict[str, tuple[str, tuple[str, ...]]] = {"cities": ("stage", _RECEIVED), "appeals": ("show", ("reading", "confirm", "tell"))}
_NAMED = 5  # of those left out so many are named, the others counted


class Recipient(NamedTuple):
    """Who is written to: somebody with an account, or an address that asked; and the city for which they are, if for one."""

    name: str
    address: str
    language: str
    person: User | None
    city: City | None


class LeftOut(NamedTuple):
    """Rows of a list to whose people no letter goes: why, how many, and the first of them by name."""

    why: str | Promise
    n: int
    names: list[str]


@dataclass(frozen=True)
class Whom:
    """Everybody a list writes to now, each once, and who is left out; `wider` where it is more than its filter shows."""

    who: str | Promise
    people: list[Recipient]
    left_out: list[LeftOut]
    closed: int
    wider: bool

    @property
    def digest(self) -> str:
        """Stands for exactly these people."""
        return sha256("\n".join(sorted(each.address for each in self.people)).encode()).hexdigest()[:24]


Found = tuple[list[Recipient], list[LeftOut]]


def why_not(name: str, asked: Asked) -> Promise | None:
    """Why nobody is written to from a list with these filters; None where people are."""
    part = asked.get(_DIVIDES.get(name, ""), "")
    return None if (f"{name}/{part}" if part else name) in WRITES else NOBODY.get(name, _("There is no such list."))


def whom(name: str, asked: Asked, user: Any, at: datetime) -> Whom:
    """The people of a list that writes, as the person sees it now. Raises ObjectDoesNotExist where what it is about is gone."""
    parts = list(_found(name, asked, user, at))
    people: dict[str, Recipient] = {}
    gone: set[str] = set()
    for each in (each for _who, found, _left in parts for each in found):
        if (each.person and not each.person.is_active) or each.address.endswith(f"@{NOWHERE}"):
            gone.add(each.name)
        else:
            people.setdefault(each.address.lower(), each)
    left_out = [each for _who, _people, left in parts for each in left]
    left_out.append(_left_out(_("Account closed"), sorted(gone)))
    closed = len(closed_city_ids(user))
    return Whom(parts[0][0], list(people.values()), [each for each in left_out if each.n], closed, _is_wider(name, asked))


def _found(name: str, asked: Asked, user: Any, at: datetime) -> Iterable[tuple[Any, list[Recipient], list[LeftOut]]]:
    if name == "board" and asked["what"] in ("unread", "late"):
        yield _("Who reads these answers"), *_readers(_unread(user, asked, at))
        return
    numbers: dict[str, list[int]] = {}
    for table, found in _rows(name, asked, user, at):
        numbers.setdefault(table.name, []).extend(found)
    for table_name, found in numbers.items():
        who, people_of = PEOPLE[table_name]
        yield who, *people_of(found, user)
    if name == "cities" and not asked.get("stage"):
        gone = City.objects.filter(assessments__in=_at_stages(asked, user, at, _GONE)[0][1]).order_by("folded", "pk")
        yield "", [], [_left_out(_("Takes part no longer"), [str(city) for city in gone])]


def _is_wider(name: str, asked: Asked) -> bool:
    word, alike = _ALIKE.get(name, ("", ()))
    return asked.get(word, "") in alike


def _rows(name: str, asked: Asked, user: Any, at: datetime) -> lists.Found:
    """The rows of a list, with those that read the same to their cities."""
    if name == "requests":
        return lists.requests_found(user, asked, _RECEIVED)
    word, alike = _ALIKE.get(name, ("", ()))
    if name == "cities":
        stage = asked.get(word, "")
        return _at_stages(asked, user, at, alike if stage in alike else [stage] if stage else (Status.DRAFTING, *alike))
    if _is_wider(name, asked):
        return [each for value in alike for each in lists.found(name, {**asked, word: value}, user, at)]
    return lists.found(name, asked, user, at)


def _at_stages(asked: Asked, user: Any, at: datetime, stages: Collection[str]) -> lists.Found:
    """The cities of a cycle that are at one of these stages, otherwise as asked."""
    [(table, numbers)] = lists.found("cities", {**asked, "stage": ""}, user, at)
    return [(table, list(Assessment.objects.filter(pk__in=numbers, status__in=stages).values_list("pk", flat=True)))]


def _left_out(why: Promise, names: list[str]) -> LeftOut:
    return LeftOut(why, len(names), names[:_NAMED])


def _person(person: User, city: City | None = None) -> Recipient:
    return Recipient(str(person), person.email, person.language, person, city)


# By the table of a list's rows: whom they stand for, from the numbers of the rows, which hold nothing of a city closed to the person.


def _leads(cities: QuerySet[Any, Any]) -> Found:
    """The leads of these cities (by number) by city and name; a city without one is left out."""
    leads = Membership.objects.filter(role=Role.LEAD, ended_at=None, person__is_active=True)
    rows = leads.filter(city__in=cities).select_related("person", "city").order_by("city__folded", "person__name", "pk")
    without = City.objects.filter(~Exists(leads.filter(city=OuterRef("pk"))), pk__in=cities)
    named = [str(city) for city in without.order_by("folded", "pk")[:_NAMED]]
    return [_person(row.person, row.city) for row in rows], [LeftOut(_("No lead"), without.count(), named)]


def _led(model: Any, city: str) -> Callable[[list[int], Any], Found]:
    """The leads of the cities that rows of a model stand for; `city` is the path to it."""
    return lambda numbers, user: _leads(model.objects.filter(pk__in=numbers).values(city))


def _asked_by(model: Any, assessment: str) -> Callable[[list[int], Any], Found]:
    """Who asked, while they belong to the city's team; `assessment` is the path to what it is about."""
    city = f"{assessment}__city"

    def found(numbers: list[int], user: Any) -> Found:
        rows = model.objects.filter(pk__in=numbers).select_related("asked_by", city).order_by(f"{city}__folded", "asked_by__name", "pk")
        team = Membership.objects.filter(ended_at=None, person=OuterRef("asked_by"), city=OuterRef(city))
        left = {str(row.asked_by) for row in rows.filter(~Exists(team))}
        people = [_person(row.asked_by, attrgetter(city.replace("__", "."))(row)) for row in rows.filter(Exists(team))]
        return people, [_left_out(_("Not in the team any more"), sorted(left))]

    return found


def _joining(numbers: list[int], user: Any) -> Found:
    rows = JoinRequest.objects.filter(pk__in=numbers).select_related("city").order_by("name", "pk")
    return [Recipient(row.name, row.email, row.language, None, row.city) for row in rows], []


def _accounts(found: QuerySet[User], user: Any) -> list[Recipient]:
    """Those of these people who are shown to who writes, each with the first of their cities that is open to who writes."""
    people = people_shown_to(user).filter(pk__in=found.values("pk"))
    teams = Membership.objects.filter(person__in=people.values("pk"), ended_at=None).exclude(city__in=closed_city_ids(user))
    cities: dict[int, City] = {}
    for row in teams.select_related("city").order_by("city__folded", "pk"):
        cities.setdefault(row.person_id, row.city)
    return [_person(person, cities.get(person.pk)) for person in people.order_by("name", "pk")]


def _had(numbers: list[int], user: Any) -> Found:
    """To whom these letters went, at the address that they have now; once more to an address that has no account."""
    rows = Letter.objects.filter(pk__in=numbers)
    others = rows.filter(to=None).order_by("address", "pk").values_list("address", "language", "city_id").distinct()
    cities = City.objects.in_bulk({city for _address, _language, city in others if city})
    strangers = [Recipient(address, address, language, None, cities.get(city)) for address, language, city in others]
    return [*_accounts(User.objects.filter(pk__in=rows.exclude(to=None).values("to")), user), *strangers], []


def _readers(people: QuerySet[User]) -> Found:
    """Readers as such: a letter to them is about no city."""
    return [_person(person) for person in people.order_by("name", "pk")], []


def _unread(user: Any, asked: Asked, at: datetime) -> QuerySet[User]:
    """Who has still to read the answers of a part of the board: those that its rows name."""
    rows = board.board(lists.cycle_of(user, asked), user, at).rows(asked["what"])
    members = {reading.member for row in rows for reading in row.readings if reading.finding is None}
    return User.objects.filter(panels__in=PanelMember.objects.filter(pk__in=members, left_at=None)).distinct()


PEOPLE: dict[str, tuple[Promise, Callable[[list[int], Any], Found]]] = {
    "assessments": (_("Leads of these cities"), _led(Assessment, "city")),
    "cities": (_("Leads of these cities"), _led(City, "pk")),
    "appeals": (_("Leads of the cities that appealed"), _led(Appeal, "answer__assessment__city")),
    "questions": (_("Leads of the cities that have these questions"), _led(Clarification, "answer__assessment__city")),
    "time_requests": (_("Who asked"), _asked_by(ExtensionRequest, "assessment")),
    "reopenings": (_("Who asked"), _asked_by(ReopenRequest, "answer__assessment")),
    "join_requests": (_("Who asked"), _joining),
    "letters": (_("Who had these letters"), _had),
    "people": (_("These people"), lambda numbers, user: (_accounts(User.objects.filter(pk__in=numbers), user), [])),
    "panel": (_("Reviewers and practice leads"), lambda numbers, user: _readers(User.objects.filter(panels__in=numbers).distinct())),
    "assignments": (
        _("Who reads these answers"),
        lambda numbers, user: _readers(User.objects.filter(pk__in=Assignment.objects.filter(pk__in=numbers).values("member__person"))),
    ),
}
