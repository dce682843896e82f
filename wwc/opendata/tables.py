"""The tables of the open data: the rows of the API, flat, with what each column means.

Shapes, words and examples are those of the API, so that both say the same. A column that is changed or taken away needs another
`FORM`; one that is added does not.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers as shapes

from criteria import queries as rulebooks
from reviews.queries import announced
from wwc import tables as sheets
from wwc.api import examples, serializers
from wwc.insights import queries as insights

FORM = 1  # the first number of a version
FORMATS = {"csv": "text/csv", "json": "application/json"}
PIECE = 100
Row = dict[str, Any]
Column = tuple[str, shapes.Field, Any]  # its name, its kind and meaning, an example


@dataclass(frozen=True)
class Table:
    """One table. Its columns are some of its own and then those of a shape of the API, `takes` of them or all.

    `key` tells its rows apart. `refers` names columns and the table whose key they are.
    """

    name: str
    title: str
    about: str
    rows: Callable[["Table"], Iterator[Row]]
    shape: type[shapes.Serializer]
    takes: tuple[str, ...] = ()
    before: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    refers: tuple[tuple[tuple[str, ...], str], ...] = ()

    def columns(self) -> list[Column]:
        """All of them, in order."""
        of, example = dict[str, Any](self.shape().fields), EXAMPLES[self.shape.__name__]
        return [*self.before, *((name, of[name], example[name]) for name in self.takes or of)]

    def schema(self) -> dict[str, Any]:
        """Its table schema of the Data Package standard."""
        said: dict[str, Any] = {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": [_described(*column, in_key=column[0] in self.key) for column in self.columns()],
            "missingValues": [""],
        }
        if self.key:
            said["primaryKey"] = list(self.key)
        if self.refers:
            theirs = {table.name: table.key for table in ALL}
            said["foreignKeys"] = [
                {"fields": list(columns), "reference": {"resource": table, "fields": list(theirs[table])}} for columns, table in self.refers
            ]
        return said


def _described(name: str, field: shapes.Field, example: Any, *, in_key: bool) -> dict[str, Any]:
    """A column in the words of the standard. A text may be missing unless its row is known by it; anything else where the API says so."""
    kind = next((kind for shape, kind in _KINDS.items() if isinstance(field, shape)), "string")
    said: dict[str, Any] = {"name": name, "title": name.replace("_", " ").capitalize(), "type": kind, "description": str(field.help_text)}
    limits: dict[str, Any] = {}
    if in_key or (not field.allow_null and (kind not in ("string", "array") or isinstance(field, shapes.ChoiceField))):
        limits["required"] = True
    if isinstance(field, shapes.ChoiceField):
        limits["enum"] = list(field.choices)
    return said | ({"constraints": limits} if limits else {}) | ({} if example in ("", None) else {"example": example})


_KINDS: dict[type[shapes.Field], str] = {
    shapes.IntegerField: "integer", shapes.FloatField: "number", shapes.BooleanField: "boolean", shapes.DateField: "date",
    shapes.DateTimeField: "datetime", shapes.ListField: "array",
}  # fmt: skip
EXAMPLES: dict[str, Row] = examples.OF | {
    "AreaRow": examples.WHOLE["areas"][0], "CriterionRow": examples.CRITERION, "TierRow": examples.WHOLE["tiers"][0],
    "LinkRow": examples.WHOLE["links_back"][0], "AreaOfScore": examples.SCORE["areas"][0], "FigureLine": examples.FIGURE_LINE,
    "CriterionOfScore": {"code": "DM7", "verdict": "met", "earned": 1},
}  # fmt: skip


# Rows, in an order that is the same on every database


def _told(pieces: Callable[[], Iterable[Iterable[Any]]]) -> Callable[[Table], Iterator[Row]]:
    """Rows as the API tells them, some hundreds at a time."""

    def rows(table: Table) -> Iterator[Row]:
        for piece in pieces():
            made: Any = table.shape(list(piece), many=True)
            for name in set(made.child.fields) - set(table.takes or made.child.fields):
                made.child.fields.pop(name)
            yield from made.data

    return rows


def editions() -> list[Any]:
    """The published and the retired editions, the oldest first."""
    return sorted(rulebooks.standards_shown().select_related("drafted_from"), key=lambda standard: standard.code)


def _of_editions(what: str) -> Callable[[Table], Iterator[Row]]:
    """What belongs to an edition, for each of them."""

    def rows(_table: Table) -> Iterator[Row]:
        for standard in editions():
            before = standard.drafted_from.code if standard.drafted_from else None
            for place, row in enumerate(getattr(serializers.StandardWhole(), f"get_{what}")(standard), 1):
                yield {"edition": standard.code, "edition_before": before, "position": place, **row}

    return rows


def _awards(*needed: str) -> Iterator[list[Any]]:
    """All awards; of the columns that are large those that are needed."""
    aside = {"areas", "criteria"} - set(needed)
    rows = announced.awards().select_related("replaces").defer("replaces__areas", "replaces__criteria", *aside)
    order = sorted(announced.awards().values_list("announced_on", "city__slug", "number"))
    for start in range(0, len(order), PIECE):
        numbers = [number for _day, _city, number in order[start : start + PIECE]]
        found = {award.number: award for award in rows.filter(number__in=numbers)}
        yield [found[number] for number in numbers]


def _within_scores(column: str) -> Callable[[Table], Iterator[Row]]:
    """What a score is made of, as far as the city agreed."""

    def rows(_table: Table) -> Iterator[Row]:
        for piece in _awards(column):
            for award in piece:
                for row in getattr(award, column) or ():
                    yield {"number": award.number, "edition": award.edition, **row}

    return rows


def _releases() -> list[Any]:
    return sorted(insights.releases(), key=lambda release: release.cycle.slug)


def _figures(table: Table) -> Iterator[Row]:
    empty = dict.fromkeys(table.shape().fields)
    for release in _releases():
        for figure in serializers.figures_of(release.content):
            for place, row in enumerate(figure["rows"], 1):
                yield {**empty, **figure, "cycle": release.cycle.slug, "edition": release.content["edition"], "row": place, **row}


# Tables


def _text(name: str, about: str, example: str) -> Column:
    return name, shapes.CharField(help_text=about), example


def _number(name: str, about: str, example: int, **said: Any) -> Column:
    return name, shapes.IntegerField(help_text=about, **said), example


_EDITION = _text("edition", "Code of the edition of the Standard.", "2022")
_AWARD = _text("number", "The award's number.", examples.AWARD["number"])
_POSITION = _number("position", "Its place in the edition, from 1.", 1)
_TO_EDITION, _TO_AWARD = (("edition",), "editions"), (("number",), "awards")
_TOLD_OF_AWARDS = (
    "number", "city", "kind", "tier", "previous_tier", "round", "round_name", "announced_on", "precision", "valid_until", "edition",
    "source", "note", "replaces", "replaced_because", "scorecard", "certificate", "verification",
)  # fmt: skip
ALL: tuple[Table, ...] = (
    Table(
        "cities", "Cities", "The cities that an announced award names, with the facts shown of them and their sources.",
        _told(lambda: [sorted(announced.cities(), key=lambda city: city.slug)]), serializers.CityRow, key=("slug",),
    ),
    Table(
        "awards", "Awards", "The announced awards. One that was corrected, superseded or revoked is in no release made after that.",
        _told(_awards), serializers.AwardRow, _TOLD_OF_AWARDS, key=("number",), refers=((("city",), "cities"),),
    ),
    Table(
        "scores", "Scores", "The points of each announced award as far as its city agreed to publish them, and why not further.",
        _told(lambda: _awards("criteria")), serializers.ScoreRow, ("number", "points", "possible", "why"), key=("number",),
        refers=(_TO_AWARD,),
    ),
    Table(
        "area-scores", "Scores by practice area", "The points by practice area of awards whose city agreed to publish them.",
        _within_scores("areas"), serializers.AreaOfScore, ("code", "points", "possible", "met", "criteria"), (_AWARD, _EDITION),
        key=("number", "code"), refers=(_TO_AWARD, (("edition", "code"), "areas")),
    ),
    Table(
        "criterion-scores", "Scores by criterion", "The verdict on each criterion, of awards whose city agreed to publish them.",
        _within_scores("criteria"), serializers.CriterionOfScore, ("code", "verdict", "earned"), (_AWARD, _EDITION),
        key=("number", "code"), refers=(_TO_AWARD, (("edition", "code"), "criteria")),
    ),
    Table(
        "insights", "Insights", "The cycles of which figures are public.", _told(lambda: [_releases()]), serializers.InsightsRow,
        ("cycle", "cycle_name", "edition", "released_at", "sha256"), key=("cycle",), refers=(_TO_EDITION,),
    ),
    Table(
        "figures", "Figures", "The public figures row by row. A column that a figure has not is empty; small groups are in no figure.",
        _figures, serializers.FigureLine,
        before=(
            _text("cycle", "Slug of the cycle.", "2026"), _EDITION,
            ("figure", shapes.ChoiceField(serializers.FIGURES, help_text="Key of the figure."), "criteria"),
            _number("row", "Its place in the figure, from 1.", 1),
            _number("base_cities", "Cities in the figure.", 71, allow_null=True),
            _number("base_assessments", "Assessments in the figure.", 71, allow_null=True),
        ),
        key=("cycle", "figure", "row"), refers=((("cycle",), "insights"), _TO_EDITION),
    ),
    Table(
        "editions", "Editions", "The editions of the Standard.", _told(lambda: [editions()]), serializers.StandardRow,
        ("code", "name", "status", "rounding", "in_force", "note", "sources"), key=("code",),
    ),
    Table(
        "areas", "Practice areas", "The practice areas of each edition.", _of_editions("areas"), serializers.AreaRow,
        before=(_EDITION, _POSITION), key=("edition", "code"), refers=(_TO_EDITION,),
    ),
    Table(
        "criteria", "Criteria", "The criteria of each edition with all their help, in English.", _of_editions("criteria"),
        serializers.CriterionRow, before=(_EDITION, _POSITION), key=("edition", "code"),
        refers=(_TO_EDITION, (("edition", "area"), "areas")),
    ),
    Table(
        "tiers", "Tiers", "The tiers of each edition, from the lowest up.", _of_editions("tiers"), serializers.TierRow,
        before=(_EDITION, _POSITION), key=("edition", "key"), refers=(_TO_EDITION,),
    ),
    Table(
        "crosswalk", "Crosswalk", "How the criteria of an edition relate to those of the edition before.", _of_editions("links_back"),
        serializers.LinkRow, before=(_EDITION, _text("edition_before", "Code of the edition before.", "2018")),
        refers=(_TO_EDITION, (("edition_before",), "editions")),
    ),
)  # fmt: skip


# Lines. A text that is empty is missing, in both forms.


def head(form: str, names: list[str]) -> str:
    """What stands before the rows. No mark of the letters: programs read this, and it would be part of the first name."""
    return sheets.lines([names]) if form == "csv" else "["


def said(form: str, names: list[str], rows: Iterable[Row], *, first: bool) -> str:
    """Rows as text: in CSV lists as JSON and formula-safe, in JSON one object a line."""
    if form == "csv":
        return sheets.lines([_cell(row[name]) for name in names] for row in rows)
    lines = (json.dumps({name: None if row[name] == "" else row[name] for name in names}, ensure_ascii=False) for row in rows)
    return ("\n" if first else ",\n") + ",\n".join(lines)


def tail(form: str) -> str:
    """What stands after the rows."""
    return "" if form == "csv" else "\n]\n"


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
