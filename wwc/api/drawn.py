"""The schema as values, and the page of documentation drawn from it."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator


def narrowable(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """The schema, in which a row has to have no field where a client can name those that it wants."""
    for said in (said for methods in result["paths"].values() for said in methods.values()):
        if any(parameter["name"] == "fields" for parameter in said.get("parameters", ())):
            _row(result, said)[0].pop("required", None)
    return result


@dataclass(frozen=True)
class Field:
    """One field of an answer; `within` names the rows that it lies in."""

    name: str
    kind: str
    about: str
    within: str


@dataclass(frozen=True)
class Operation:
    """One address, with what a reader needs."""

    id: str
    path: str
    title: str
    about: str
    parameters: tuple[dict[str, Any], ...]
    fields: tuple[Field, ...]
    paged: bool
    token: bool
    errors: tuple[tuple[str, str], ...]
    example: str

    @property
    def short(self) -> str:
        """The path without what all of them begin with."""
        return self.path.removeprefix("/api/v1/")


@cache
def schema() -> dict[str, Any]:
    """The OpenAPI schema; the code cannot change while a process runs, so it is drawn once."""
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def groups() -> tuple[tuple[str, tuple[Operation, ...]], ...]:
    """The operations by tag, in the order of the street plan."""
    whole = schema()
    found: dict[str, list[Operation]] = {}
    for path, methods in whole["paths"].items():
        for said in methods.values():
            found.setdefault(said["tags"][0], []).append(_operation(whole, path, said))
    return tuple((tag, tuple(operations)) for tag, operations in found.items())


def _operation(whole: dict[str, Any], path: str, said: dict[str, Any]) -> Operation:
    media = next(iter(said["responses"]["200"]["content"].values()))
    row, paged = _row(whole, said)
    errors = ((code, answer["description"]) for code, answer in said["responses"].items() if code >= "400")
    title, _line, about = said["description"].partition(". ")
    return Operation(
        id=said["operationId"],
        path=path,
        title=title.rstrip("."),
        about=about,
        parameters=tuple(parameter | {"values": _values(parameter["schema"])} for parameter in said.get("parameters", [])),
        fields=tuple(_fields(whole, row, "")),
        paged=paged,
        token={} not in said.get("security", [{}]),
        errors=tuple(errors),
        example=json.dumps(next(iter(media["examples"].values()))["value"], indent=2),
    )


def _row(whole: dict[str, Any], said: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The shape of a row that an operation answers with, and whether it answers pages of them."""
    shape = _resolved(whole, next(iter(said["responses"]["200"]["content"].values()))["schema"])
    paged = "results" in shape["properties"]
    return (_resolved(whole, shape["properties"]["results"]["items"]) if paged else shape), paged


def _fields(whole: dict[str, Any], shape: dict[str, Any], within: str) -> list[Field]:
    """The fields of a row, those of the rows within it behind each."""
    found = []
    for name, field in shape["properties"].items():
        found.append(Field(name, _kind(whole, field), field.get("description", ""), within))
        for option in [field.get("items", field), *field.get("oneOf", ()), *field.get("allOf", ())]:
            inner = _resolved(whole, option)
            if "properties" in inner:
                found += _fields(whole, inner, f"{within}.{name}" if within else name)
                break
    return found


def _kind(whole: dict[str, Any], field: dict[str, Any]) -> str:
    """The type in words: "text", "whole number or null", "list of text"."""
    options = field.get("oneOf") or field.get("allOf") or [field]
    words = []
    for option in options:
        shape = _resolved(whole, option)
        said = shape.get("type", "object")
        for kind in said if isinstance(said, list) else [said]:
            words.append(_word(whole, kind, shape))
    return " or ".join(dict.fromkeys(words))


def _word(whole: dict[str, Any], kind: str, shape: dict[str, Any]) -> str:
    if "enum" in shape and kind == "string":
        return " | ".join(str(each) for each in shape["enum"] if each is not None)
    if kind == "string" and shape.get("format") == "date":
        return "date"
    if kind == "array":
        inner = _resolved(whole, shape.get("items", {}))
        return "list of rows" if "properties" in inner else f"list of {_kind(whole, inner)}"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(kind, kind)


def _values(shape: dict[str, Any]) -> str:
    """What a parameter takes."""
    if "enum" in shape:
        return ", ".join(map(str, shape["enum"]))
    if "minimum" in shape and "maximum" in shape:
        return f"{shape['minimum']} to {shape['maximum']}"
    return ""


def _resolved(whole: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        return whole["components"]["schemas"][shape["$ref"].rsplit("/", 1)[1]]
    return shape
