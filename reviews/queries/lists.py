"""The lists that staff look at, as tables to take away: the very rows that a page shows with its filters as they stand."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments import queries as case
from assessments.models import ClaimRequest, Cycle, JoinRequest
from reviews.models import PanelMember
from reviews.queries import appeals, board, exports, people, results
from reviews.queries.exports import Table
from wwc.outbox.models import Work

Asked = Mapping[str, str]
Found = list[tuple[Table, list[int]]]

_TABLES = {table.name: table for table in exports.TABLES}
_NOT_OF_A_CYCLE: Callable[..., Any] = lambda *_: None  # noqa: E731
JOINING = Table(
    "join_requests", _("Requests to take part"), JoinRequest,
    "id city_id place name email work message language asked_at decided_at decided_by_id accepted words", _NOT_OF_A_CYCLE,
    {"city": "city__slug", "cycle": "cycle__slug"},
)  # fmt: skip
CLAIMS = Table(
    "lead_requests", _("Requests to become a lead"), ClaimRequest,
    "id city_id name email language asked_at confirmed_at waits_until outcome ended_at ended_by_id words taken_at taken_by_id",
    _NOT_OF_A_CYCLE, {"city": "city__slug"},
)  # fmt: skip
WORK = Table("work", _("Running work"), Work, "id kind city_id asked_at due_at attempts done_at parked_at progress total", _NOT_OF_A_CYCLE)
DECIDING = Table(
    "deciding", _("Deciding"), _TABLES["assessments"].model, _TABLES["assessments"].columns, _NOT_OF_A_CYCLE,
    {**_TABLES["assessments"].also, "country": "city__country"},
)  # fmt: skip


OWN_TABLES = (JOINING, CLAIMS, WORK, DECIDING)


@dataclass(frozen=True)
class Listing:
    """One list: what it is called, which words of an address it knows, its rows by table, and where it is a page."""

    label: str | Promise
    knows: tuple[str, ...]
    found: Callable[[Any, Asked, datetime], Found]
    page: Callable[[Asked], str]


# What the words of an address are called.
NAMES = {
    "q": _("Words sought"), "state": _("State"), "stage": _("State"), "show": _("Part of the list"), "part": _("Part"), "kind": _("Kind"),
    "language": _("Language"), "tier": _("Tier"), "country": _("Country"), "population": _("Population"), "cycle": _("Cycle"),
    "what": _("Rows"), "reader": _("Reader"), "filed": _("Filed"), "assessment": _("Assessment"),
}  # fmt: skip


def asked_of(listing: Listing, given: Mapping[str, Any]) -> dict[str, str]:
    """What an address asks of a list: the words that it knows, those that are empty left out."""
    asked = {name: str(given.get(name, "")).strip()[:100] for name in listing.knows}
    return {name: value for name, value in asked.items() if value}


def named(asked: Asked) -> list[tuple[Any, str]]:
    """The filters by what they are called."""
    return [(NAMES[name], value) for name, value in asked.items()]


def found(name: str, asked: Asked, user: Any, at: datetime) -> Found:
    """The numbers of the rows that a list shows the person now, by table. Raises ObjectDoesNotExist where what it is about is gone."""
    return LISTS[name].found(user, asked, at)


def _one(table: Table, rows: QuerySet[Any]) -> Found:
    return [(table, sorted(rows.order_by().values_list("pk", flat=True)))]


def cycle_of(user: Any, asked: Asked) -> Cycle:
    """The cycle that an address names. Raises ObjectDoesNotExist where there is none for the person."""
    return case.cycles_visible_to(user).get(slug=asked.get("cycle", ""))


def _cities(user: Any, asked: Asked, at: datetime) -> Found:
    return _one(_TABLES["assessments"], case.rows_of(cycle_of(user, asked), user, asked))


def requests_found(user: Any, asked: Asked, received: Collection[str] = ()) -> Found:
    """The requests for time and answers; of those that wait also the ones of assessments at other stages after the receipt."""
    times, reopenings = case.requests_decided(user) if asked.get("state") == "decided" else case.requests_open(user, received)
    of = {"time": _one(_TABLES["time_requests"], times), "answer": _one(_TABLES["reopenings"], reopenings)}
    return of.get(asked.get("kind", ""), [*of["time"], *of["answer"]])


def _timeline(user: Any, asked: Asked, at: datetime) -> Found:
    number = asked.get("assessment", "")
    assessment = case.assessments_for_programme(user).get(pk=int(number) if number.isdecimal() and len(number) < 10 else 0)
    return _one(_TABLES["events"], case.timeline_of(assessment))


# By the kind of row that stands behind a count of the board: its table, and the number of a row.
_ON_BOARD: dict[str, tuple[Table, Callable[[Any], int]]] = {
    "cases": (_TABLES["assessments"], lambda row: row.pk),
    "assessments": (_TABLES["assessments"], lambda row: row.pk),
    "answers": (_TABLES["answers"], lambda row: row.answer),
    "questions": (_TABLES["questions"], lambda row: row.pk),
    "letters": (_TABLES["letters"], lambda row: row.pk),
    "work": (WORK, lambda row: row.pk),
}


def _board(user: Any, asked: Asked, at: datetime) -> Found:
    whole = board.board(cycle_of(user, asked), user, at)
    if asked.get("what", "") not in board.ROWS:
        raise Cycle.DoesNotExist
    table, number = _ON_BOARD[board.ROWS[asked["what"]].kind]
    return [(table, sorted(number(row) for row in whole.rows(asked["what"])))]


def _assignments(user: Any, asked: Asked, at: datetime) -> Found:
    cycle, number = cycle_of(user, asked), asked.get("reader", "")
    member = PanelMember.objects.get(cycle=cycle, left_at=None, pk=int(number) if number.isdecimal() and len(number) < 10 else 0)
    readings = board.board(cycle, user, at).readings_of(member.pk, filed="filed" in asked)
    return [(_TABLES["assignments"], sorted(reading.pk for reading in readings))]


def _panel(user: Any, asked: Asked, at: datetime) -> Found:
    return _one(_TABLES["panel"], PanelMember.objects.filter(cycle=cycle_of(user, asked), left_at=None))


def _at(route: str, *names: str) -> Callable[[Asked], str]:
    """The address of a page whose path takes these words."""
    return lambda asked: reverse(route, args=[asked.get(name, "-") for name in names])


LISTS: dict[str, Listing] = {
    "cities": Listing(
        _("Cities of a cycle"), ("cycle", "q", "stage", "country", "population"), _cities, _at("assessments:cycle", "cycle")
    ),
    "deciding": Listing(
        _("Deciding"), ("show", "tier", "country", "population"),
        lambda user, asked, at: _one(DECIDING, results.deciding_sought(user, asked)), _at("reviews:awarding"),
    ),
    "appeals": Listing(
        _("Appeals"), ("show", "country"),
        lambda user, asked, at: _one(_TABLES["appeals"], appeals.listed(user, asked)), _at("reviews:appealing"),
    ),
    "letters": Listing(
        _("Letters"), ("state", "kind", "language", "q"),
        lambda user, asked, at: _one(_TABLES["letters"], case.letters_listed(user, asked)), _at("assessments:all_letters"),
    ),
    "people": Listing(
        _("People"), ("q", "part", "state"),
        lambda user, asked, at: _one(_TABLES["people"], people.people_listed(user, asked)), _at("reviews:people"),
    ),
    "joining": Listing(
        _("Requests to take part"), ("show",),
        lambda user, asked, at: _one(JOINING, case.join_requests_listed(user, asked)), _at("assessments:join_requests"),
    ),
    "claims": Listing(
        _("Requests to become a lead"), ("show",),
        lambda user, asked, at: _one(CLAIMS, case.claims_listed(user, asked)), _at("assessments:claims"),
    ),
    "requests": Listing(
        _("Requests for time and answers"), ("state", "kind"),
        lambda user, asked, at: requests_found(user, asked), _at("assessments:requests"),
    ),
    "places": Listing(
        _("Places"), ("q",),
        lambda user, asked, at: _one(_TABLES["cities"], case.places_known(user, asked.get("q", ""))), _at("assessments:cities"),
    ),
    "timeline": Listing(_("Everything that happened"), ("assessment",), _timeline, _at("assessments:case", "assessment")),
    "board": Listing(_("Rows of the board"), ("cycle", "what"), _board, _at("reviews:rows", "cycle", "what")),
    "assignments": Listing(
        _("Assignments of a reader"), ("cycle", "reader", "filed"), _assignments, _at("reviews:reader_rows", "cycle", "reader")
    ),
    "panel": Listing(_("Panel"), ("cycle",), _panel, _at("reviews:assigning", "cycle")),
}  # fmt: skip
