"""What a template could show: everything that can be reached from the context of a page without another query."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.forms import BoundField, Form
from django.test import Client

PLAIN = (str, bytes, int, float, bool, type(None))


def reachable(client: Client, address: str) -> tuple[list[Any], str]:
    """The values within reach of the page at the address, and all text among them as one."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    found = list(_walk(list(answer.context), set()))
    return found, "\n".join([*(str(value) for value in found if isinstance(value, str)), answer.content.decode()])


def _walk(value: Any, seen: set[int]) -> Iterator[Any]:
    if isinstance(value, PLAIN):
        yield value
        return
    if id(value) in seen:
        return
    seen.add(id(value))
    yield value
    for inner in _inside(value):
        yield from _walk(inner, seen)


def _inside(value: Any) -> Iterable[Any]:
    """What a dot in a template leads to: entries, fields, columns that are loaded, rows that a query brings."""
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, Model):
        related = value._state.fields_cache.values()
        fetched = getattr(value, "_prefetched_objects_cache", {}).values()
        return [*(each for name, each in vars(value).items() if not name.startswith("_")), *related, *fetched]
    if is_dataclass(value) and not isinstance(value, type):
        properties = [name for name, each in vars(type(value)).items() if isinstance(each, property)]
        return [getattr(value, name) for name in [*(each.name for each in fields(value)), *properties]]
    if isinstance(value, Form):
        return [value.initial, *(field.initial for field in value.fields.values())]
    if isinstance(value, BoundField):
        return [value.initial]
    if isinstance(value, (QuerySet, list, tuple, set, frozenset)) or hasattr(value, "object_list"):
        return list(value)
    if hasattr(value, "dicts"):  # a context
        return value.dicts
    return []
