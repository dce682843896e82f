"""A release of the open data held against its own description, by somebody who has the files and the standard and none of our code."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

PROFILE = "https://datapackage.org/profiles/2.0/"
TYPES: dict[str, Callable[[str], Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": {"true": True, "false": False}.__getitem__,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "array": json.loads,
}
LOOKS = {"integer": r"-?\d+", "date": r"\d{4}-\d\d-\d\d", "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "array": r"\[.*\]"}
Row = dict[str, Any]


def described(files: dict[str, bytes]) -> Row:
    """What datapackage.json says."""
    said: Row = json.loads(files["datapackage.json"])
    return said


def rows_of(files: dict[str, bytes], name: str) -> list[Row]:
    """The rows of a table from its CSV, each cell as its column's type; None where it is empty."""
    (schema,) = (each["schema"] for each in described(files)["resources"] if each["name"] == name)
    kinds = {field["name"]: field["type"] for field in schema["fields"]}
    lines = csv.DictReader(StringIO(files[f"{name}.csv"].decode(), newline=""))
    return [{column: TYPES[kinds[column]](_bare(cell)) if cell else None for column, cell in line.items()} for line in lines]


def _bare(cell: str) -> str:
    """A text without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if re.match(r"'+[=+\-@\t\r\n]", cell) else cell


def faults(files: dict[str, bytes]) -> Iterator[str]:
    """All that does not hold: of the description, of each file, each cell, each key, each link between tables."""
    package = described(files)
    yield from _faults_of_description(package)
    tables = {each["name"]: each for each in package["resources"] if each["format"] == "csv"}
    named = [each["path"] for each in package["resources"]]
    if {*named, "datapackage.json", "open-data.zip"} != set(files) or len(set(named)) != len(named):
        yield "other files than the description names"
    for resource in package["resources"]:
        body = files.get(resource["path"], b"")
        if (len(body), f"sha256:{sha256(body).hexdigest()}") != (resource["bytes"], resource["hash"]):
            yield f"{resource['path']}: not these bytes"
            continue
        if resource["format"] == "csv" and (found := list(_faults_of_cells(resource, body.decode()))):
            yield from found
            return
    for name, resource in tables.items():
        rows, schema = rows_of(files, name), resource["schema"]
        if _plain(rows) != json.loads(files[f"{name}.json"]):
            yield f"{name}: not the same rows in both forms"
        if key := schema.get("primaryKey"):
            keys = [tuple(row[column] for column in key) for row in rows]
            if len(set(keys)) != len(keys) or any(None in each for each in keys):
                yield f"{name}: rows with one key"
        for link in schema.get("foreignKeys", ()):
            other = link["reference"]
            if other["fields"] != tables[other["resource"]]["schema"]["primaryKey"]:
                yield f"{name}: leads to no key of {other['resource']}"
            known = {tuple(row[column] for column in other["fields"]) for row in rows_of(files, other["resource"])}
            lost = {tuple(row[column] for column in link["fields"]) for row in rows} - known
            if any(any(part is not None for part in each) for each in lost):
                yield f"{name}: leads to rows of {other['resource']} that are not there"


def _plain(rows: list[Row]) -> list[Row]:
    """As JSON holds them."""
    said = json.dumps(rows, default=lambda value: value.isoformat().replace("+00:00", "Z"))
    found: list[Row] = json.loads(said)
    return found


def _faults_of_description(package: Row) -> Iterator[str]:
    wanted = {"$schema", "name", "id", "title", "description", "homepage", "version", "created", "licenses", "contributors", "sources"}
    if wanted - set(package):
        yield f"without {wanted - set(package)}"
    if package["$schema"] != f"{PROFILE}datapackage.json" or not re.fullmatch(r"[-a-z0-9._/]+", package["name"]):
        yield "no package of the standard"
    if not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", package["version"]):
        yield "no semantic version"
    if not re.fullmatch(LOOKS["datetime"], package["created"]):
        yield "no time of creation"
    if package["licenses"] != [LICENSE]:
        yield "another license"
    for each in (*package["contributors"], *package["sources"]):
        if not each["title"] or not urlsplit(each["path"]).scheme.startswith("http"):
            yield f"{each['title']} is nowhere"
    if not all(each["roles"] for each in package["contributors"]):
        yield "somebody without a role"
    for each in package["resources"]:
        if each["mediatype"] != {"csv": "text/csv", "json": "application/json"}[each["format"]] or each["encoding"] != "utf-8":
            yield f"{each['path']}: of another kind"
        if not each["title"] or not each["description"] or not re.fullmatch(r"[-a-z0-9]+\.(csv|json)", each["path"]):
            yield f"{each['path']}: does not say what it is"


LICENSE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}


def _faults_of_cells(resource: Row, text: str) -> Iterator[str]:
    name, schema = resource["path"], resource["schema"]
    lines = list(csv.reader(StringIO(text, newline=""), strict=True))
    if lines[0] != [field["name"] for field in schema["fields"]] or len(set(lines[0])) != len(lines[0]):
        yield f"{name}: other columns than the dictionary has"
    if len(lines) - 1 != resource["rows"] or any(len(line) != len(lines[0]) for line in lines):
        yield f"{name}: other rows than it says"
    if schema["$schema"] != f"{PROFILE}tableschema.json" or schema["missingValues"] != [""]:
        yield f"{name}: no schema of the standard"
    for place, field in enumerate(schema["fields"]):
        if not field["title"] or len(field["description"]) < 5:
            yield f"{name}: {field['name']} does not say what it means"
        limits = field.get("constraints", {})
        for number, line in enumerate(lines[1:], 2):
            if fault := _fault_of(_bare(line[place]), field["type"], limits):
                yield f"{name}, line {number}, {field['name']}: {fault}"
        if "example" in field and _fault_of(_written(field["example"]), field["type"], limits):
            yield f"{name}: the example of {field['name']} would not be allowed"


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _fault_of(cell: str, kind: str, limits: Row) -> str:
    if not cell:
        return "is empty" if limits.get("required") else ""
    try:
        TYPES[kind](cell)
    except (ValueError, KeyError):
        return f"is no {kind}"
    if not re.fullmatch(LOOKS.get(kind, r".*"), cell, re.DOTALL):
        return f"is not written as a {kind}"
    return f"{cell!r} is not one of those" if "enum" in limits and cell not in limits["enum"] else ""
