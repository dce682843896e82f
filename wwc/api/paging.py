"""Pages of a list by a cursor that names the last row seen, so that rows that come meanwhile shift nothing; the ceiling is stated."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import Q
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from wwc.api.problems import BadParameter

ROWS, MOST = 50, 200
FURTHEST = 2**63 - 1  # what a column of numbers holds
Parameter = tuple[str, dict[str, Any], str]
PAGE_SIZE: Parameter = (
    "page_size",
    {"type": "integer", "minimum": 1, "maximum": MOST, "default": ROWS},
    f"Rows a page, {MOST} at most.",
)


@dataclass(frozen=True)
class Key:
    """A column that a list is sorted by, and how its value is read back from a cursor."""

    column: str
    read: Callable[[str], Any] = str

    def of(self, row: Any) -> str:
        """The value of a row, as text."""
        return str(attrgetter(self.column.replace("__", "."))(row))


@dataclass(frozen=True)
class Order:
    """Keys with their directions; the last one differs in every row, so that no two rows stand at the same place."""

    keys: tuple[Key, ...]
    down: tuple[bool, ...]

    def turned(self) -> "Order":
        """The same rows from the other end."""
        return Order(self.keys, tuple(not each for each in self.down))

    def columns(self) -> list[str]:
        """As order_by takes them."""
        return [f"-{key.column}" if down else key.column for key, down in zip(self.keys, self.down, strict=True)]

    def beyond(self, place: list[Any]) -> Q:
        """The rows that come after this place. What holds for all of them stands first: an index is entered where the page begins."""
        steps = []
        for depth, (key, down) in enumerate(zip(self.keys, self.down, strict=True)):
            same = {before.column: value for before, value in zip(self.keys[:depth], place[:depth], strict=True)}
            steps.append(Q(**same, **{f"{key.column}__{'lt' if down else 'gt'}": place[depth]}))
        return Q(**{f"{self.keys[0].column}__{'lte' if self.down[0] else 'gte'}": place[0]}) & reduce(Q.__or__, steps)


def by(*columns: str | tuple[str, Callable[[str], Any]]) -> Order:
    """An order from column names, a minus before those that go down."""
    named = [column if isinstance(column, tuple) else (column, str) for column in columns]
    return Order(tuple(Key(name.lstrip("-"), read) for name, read in named), tuple(name.startswith("-") for name, _read in named))


class Sized(BasePagination):
    """50 rows a page, `page_size` up to 200."""

    takes: tuple[str, ...] = ("page_size",)

    def size(self, request: Request) -> int:
        """How many rows a page has."""
        said = request.query_params.get("page_size", str(ROWS))
        if not (said.isascii() and said.isdigit() and len(said) < 4 and 1 <= int(said) <= MOST):
            raise BadParameter("page_size", f"{said!r} is not a whole number from 1 to {MOST}.")
        return int(said)


class Pages(Sized):
    """Pages by a cursor; `next` and `previous` are whole addresses."""

    takes = ("cursor", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of this page, one more having been asked for to know whether a page follows."""
        self.address = settings.SITE_URL + request.get_full_path()
        size = self.size(request)
        name, order = self._order(request, view)
        backwards, place = self._place(request, name, order)
        wanted = order.turned() if backwards else order
        rows = queryset.order_by(*wanted.columns())
        found = list((rows.filter(wanted.beyond(place)) if place else rows)[: size + 1])
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        after, before = (bool(place), more) if backwards else (more, bool(place))
        self.next = self._link("n", name, order, found[-1]) if after and found else None
        self.previous = self._link("p", name, order, found[0]) if before and found else None
        return found

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with the addresses of the pages beside them."""
        return Response({"next": self.next, "previous": self.previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for the schema."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link | {"description": "The address of the next page; null on the last one.", "example": None},
                "previous": link | {"description": "The address of the page before; null on the first one.", "example": None},
                "results": _at_most(schema),
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What every list takes."""
        parameters = [
            ("cursor", {"type": "string"}, "Where a page begins, as next and previous give it."),
            PAGE_SIZE,
        ]
        if len(view.orders) > 1:
            names = {"type": "string", "enum": list(view.orders), "default": next(iter(view.orders))}
            parameters.append(("ordering", names, "What the rows are sorted by; a minus sorts down."))
        return _in_query(parameters)

    def _order(self, request: Request, view: Any) -> tuple[str, Order]:
        name = request.query_params.get("ordering", next(iter(view.orders)))
        if name not in view.orders:
            raise BadParameter("ordering", f"{name!r} is not an order of this list. It takes: {', '.join(view.orders)}.")
        return name, view.orders[name]

    def _place(self, request: Request, name: str, order: Order) -> tuple[bool, list[Any]]:
        """Which way a cursor goes and from where; it belongs to the order in which it was made."""
        said = request.query_params.get("cursor")
        if said is None:
            return False, []
        try:
            way, made_in, *values = json.loads(base64.urlsafe_b64decode(said.encode("ascii")))
            if way not in ("n", "p") or made_in != name or not all(map(_keepable, values)):
                raise ValueError
            return way == "p", [key.read(value) for key, value in zip(order.keys, values, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
            raise BadParameter("cursor", "This cursor was not given out for this list in this order. Begin without one.") from None

    def _link(self, way: str, name: str, order: Order, row: Any) -> str:
        place = json.dumps([way, name, *(key.of(row) for key in order.keys)], separators=(",", ":"))
        cursor = base64.urlsafe_b64encode(place.encode()).decode()
        return replace_query_param(remove_query_param(self.address, "cursor"), "cursor", cursor)


class Onwards(Sized):
    """What came after a number that a client has seen; `next` is there on the last page too, to be asked again later."""

    takes = ("after", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows after the number, one more having been asked for to know whether any follow."""
        size, after = self.size(request), self._after(request)
        found = list(queryset.filter(number__gt=after)[: size + 1])
        if not found and after and not queryset.filter(number=after).exists():
            raise BadParameter("after", f"There is no change {after} yet. Begin without it.")
        self.more, found = len(found) > size, found[:size]
        address = settings.SITE_URL + request.get_full_path()
        self.next = replace_query_param(address, "after", found[-1].number if found else after)
        return found

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with where to go on."""
        return Response({"next": self.next, "more": self.more, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for the schema."""
        return {
            "type": "object",
            "required": ["next", "more", "results"],
            "properties": {
                "next": {
                    "type": "string",
                    "format": "uri",
                    "example": "https://www.example.org/api/v1/changes/?after=412",
                    "description": "Where to go on: at once where more follow, else later. It is always there.",
                },
                "more": {"type": "boolean", "example": False, "description": "Whether rows follow now."},
                "results": _at_most(schema),
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What the list takes."""
        number = {"type": "integer", "minimum": 0, "maximum": FURTHEST, "default": 0}
        return _in_query([("after", number, "The number of the last change that was seen; 0 for all from the beginning."), PAGE_SIZE])

    def _after(self, request: Request) -> int:
        said = request.query_params.get("after", "0")
        if not (said.isascii() and said.isdigit() and len(said) < 20 and int(said) <= FURTHEST):
            raise BadParameter("after", f"{said!r} is not the number of a change.")
        return int(said)


def _keepable(value: Any) -> bool:
    """Whether a database can compare with it: text without a mark of zero and without half a character."""
    return isinstance(value, str) and not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)


def _at_most(schema: Any) -> Any:
    """The rows of a page with their ceiling; where an example is made of the schema its place is held by something else."""
    return schema | {"maxItems": MOST} if isinstance(schema, dict) else schema


def _in_query(parameters: list[Parameter]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "query", "required": False, "schema": schema, "description": about} for name, schema, about in parameters]
