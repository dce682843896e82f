"""Reading the two official lists of places of the US Census Bureau, row by row.

The Gazetteer file (tab- or pipe-delimited) says where a place is, the sub-county population estimates (CSV) how many
people live there. Both may lie in a .zip, as they are published. Nothing is kept here: rows go by one at a time.
"""

import csv
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from wwc.geography import STATES, STATES_BY_FIPS

GAZETTEER = {"USPS", "GEOID", "NAME", "FUNCSTAT", "INTPTLAT", "INTPTLONG"}
ESTIMATES = {"SUMLEV", "STATE", "PLACE", "NAME", "STNAME"}
YEAR = re.compile(r"POPESTIMATE(\d{4})$")
WHOLE_PLACE = "162"
# Statistical areas, and governments on paper only: nobody there can take part.
WITHOUT_GOVERNMENT = frozenset({"S", "N", "I"})
CONSOLIDATED = ("metropolitan government", "metro government", "unified government", "consolidated government", "urban county")
Table = Iterator[tuple[int, list[str]]]
KINDS = ("city and borough", "municipality", "corporation", "borough", "village", "town", "city")


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is one sentence with the remedy."""


@dataclass(frozen=True)
class Place:
    """One place as a list has it. Positions come from the Gazetteer, populations from the estimates."""

    geoid: str
    official: str
    name: str
    kind: str
    state: str
    latitude: float | None = None
    longitude: float | None = None
    populations: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be read, with its number in the file and why."""

    row: int
    why: str

    def __str__(self) -> str:
        return f"Row {self.row}: {self.why}"


@dataclass(frozen=True)
class PlaceFile:
    """An open list: which of the two it is, what to name as its source, and its rows."""

    kind: str
    source: str
    sha256: str
    rows: Iterator[Place | Wrong]


@contextmanager
def opened(path: Path, encoding: str = "utf-8") -> Iterator[PlaceFile]:
    """Open a list, plain or zipped, and tell by its header which it is. Raises Unreadable."""
    try:
        with path.open("rb") as whole:
            sha256 = hashlib.file_digest(whole, "sha256").hexdigest()
        with _member(path) as (name, binary):
            yield _told(name, _table(name, binary, encoding), sha256)
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror or error}.") from error
    except zipfile.BadZipFile as error:
        raise Unreadable(f"{path.name} is not a whole .zip file. Download it again.") from error


@contextmanager
def _member(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The file itself, or the one list in a .zip."""
    if not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".zip":
            raise zipfile.BadZipFile
        with path.open("rb") as binary:
            yield path.name, binary
        return
    with zipfile.ZipFile(path) as archive:
        lists = [name for name in archive.namelist() if Path(name).suffix.lower() in {".txt", ".csv"} and not name.startswith("__MACOSX/")]
        if len(lists) != 1:
            raise Unreadable(f"{path.name} holds {len(lists)} lists (.txt or .csv); there must be one.")
        with archive.open(lists[0]) as binary:
            yield Path(lists[0]).name, binary


# One table: decoded line by line, so that a wrong byte is named with its row


def _decoded(name: str, binary: IO[bytes], encoding: str) -> Iterator[str]:
    for number, line in enumerate(binary, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)
        except UnicodeDecodeError as error:
            remedy = "Save it in UTF-8, or name what it is in with --encoding, for example latin-1."
            raise Unreadable(f"{name} is not in {encoding.upper()} (row {number}). {remedy}") from error
        if "\0" in text:
            raise Unreadable(
                f"{name} is not a text in {encoding.upper()} (row {number}). Choose the list as the Census Bureau publishes it."
            )
        yield text


def _table(name: str, binary: IO[bytes], encoding: str) -> Table:
    """The rows with their numbers in the file, the header first."""
    lines = _decoded(name, binary, encoding)
    first = next(lines, "")
    delimiter = next((each for each in "|\t" if each in first), ",")
    # The Gazetteer writes no quotes, so one in a name is a letter like any other.
    reader = csv.reader(_after(first, lines), delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if delimiter == "," else csv.QUOTE_NONE)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise Unreadable(f"{name} breaks off in row {reader.line_num}: {error}.") from error


def _after(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


def _told(name: str, table: Table, sha256: str) -> PlaceFile:
    """Which of the two lists it is, by its header."""
    header = [cell.upper() for cell in next(table, (0, []))[1]]
    years = {index: int(match[1]) for index, cell in enumerate(header) if (match := YEAR.match(cell))}
    if set(header) >= GAZETTEER:
        year = re.search(r"(?:19|20)\d\d", name)
        source = f"U.S. Census Bureau, Gazetteer{' ' + year[0] if year else ''}"
        return PlaceFile("gazetteer", source, sha256, _checked(table, header, _gazetteer))
    if set(header) >= ESTIMATES and years:
        source = f"U.S. Census Bureau, Population Estimates Program, vintage {max(years.values())}"
        columns = {f"POPESTIMATE{year}": year for year in years.values()}
        return PlaceFile("estimates", source, sha256, _checked(table, header, lambda row: _estimate(row, columns)))
    raise Unreadable(
        f"{name} has neither the header of a Gazetteer file (USPS, GEOID, NAME, INTPTLAT, INTPTLONG) "
        "nor that of the sub-county population estimates (SUMLEV, STATE, PLACE, NAME, POPESTIMATE and a year)."
    )


def _checked(table: Table, header: list[str], read: Callable[[dict[str, str]], Place | str | None]) -> Iterator[Place | Wrong]:
    seen: dict[str, int] = {}
    for number, cells in table:
        if not any(cells):
            continue
        if len(cells) < len(header) and all(header[len(cells) :]) is not False:
            yield Wrong(number, f"{len(cells)} columns instead of {len(header)}.")
            continue
        found = read(dict(zip(header, cells, strict=False)))
        if isinstance(found, str):
            yield Wrong(number, found)
        elif found is not None and found.geoid in seen:
            yield Wrong(number, f"GEOID {found.geoid} ({found.official}) was there before, in row {seen[found.geoid]}.")
        elif found is not None:
            seen[found.geoid] = number
            yield found


# One row: a place, nothing where the row is none of ours, or what is wrong with it


def _gazetteer(row: dict[str, str]) -> Place | str | None:
    if row["FUNCSTAT"] in WITHOUT_GOVERNMENT:
        return None
    geoid, state = row["GEOID"], STATES.get(row["USPS"])
    if state is None:
        return f"state {row['USPS']!r} is not known."
    if wrong := _wrong_geoid(geoid, state.fips):
        return wrong
    try:
        latitude, longitude = float(row["INTPTLAT"]), float(row["INTPTLONG"])
    except ValueError:
        return f"position {row['INTPTLAT']!r}, {row['INTPTLONG']!r} is not two numbers."
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return f"position {latitude}, {longitude} is not on the map."
    if not row["NAME"]:
        return f"GEOID {geoid} has no name."
    name, kind = tidied(row["NAME"], state.code)
    return Place(geoid, row["NAME"], name, kind, state.code, latitude, longitude)


def _estimate(row: dict[str, str], years: dict[str, int]) -> Place | str | None:
    if row["SUMLEV"] != WHOLE_PLACE or row.get("FUNCSTAT", "A") in WITHOUT_GOVERNMENT:
        return None
    state = STATES_BY_FIPS.get(row["STATE"])
    if state is None:
        return f"state number {row['STATE']!r} is not known. Leading zeros may be lost."
    geoid = row["STATE"] + row["PLACE"]
    if wrong := _wrong_geoid(geoid, state.fips):
        return wrong
    populations = {}
    for column, year in years.items():
        if not row[column].isdigit():
            return f"{column} {row[column]!r} is not a whole number."
        populations[year] = int(row[column])
    if not row["NAME"]:
        return f"GEOID {geoid} has no name."
    name, kind = tidied(row["NAME"], state.code)
    return Place(geoid, row["NAME"], name, kind, state.code, populations=populations)


def _wrong_geoid(geoid: str, fips: str) -> str:
    if len(geoid) != 7 or not geoid.isdigit():
        return f"GEOID {geoid!r} is not seven digits. Leading zeros may be lost."
    return "" if geoid.startswith(fips) else f"GEOID {geoid} does not begin with {fips}, the number of its state."


def tidied(official: str, state: str) -> tuple[str, str]:
    """The name people use and the kind of place, from an official name.

    "Indianapolis city (balance)" is Indianapolis, "Athens-Clarke County unified government (balance)" is
    Athens-Clarke County, "Boise City city" is Boise City, and "Agawam Town city" in Massachusetts is Agawam.
    """
    name = official.strip()
    balance = name.endswith(" (balance)")
    name = name.removesuffix(" (balance)")
    for suffix in CONSOLIDATED:
        if name.endswith(" " + suffix):
            return _head(name.removesuffix(" " + suffix)), "consolidated"
    for kind in KINDS:
        if name.endswith(" " + kind):
            name = name.removesuffix(" " + kind)
            if state == "MA" and kind == "city":
                name = name.removesuffix(" Town")
            return name, "consolidated" if balance else "city" if kind == "corporation" else kind
    return _head(name), "consolidated" if balance or name.endswith(" County") else ""


def _head(name: str) -> str:
    """A city that has merged with its county goes by the city: Louisville/Jefferson County; Lynchburg, Moore County."""
    return re.split(r"[/,]", name)[0].strip()
