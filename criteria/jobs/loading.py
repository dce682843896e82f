"""Load editions and the links between them from the fixtures, as drafts. What is known already is left alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from criteria.models import (
    ChecklistItem,
    Criterion,
    CriterionLink,
    CriterionText,
    PracticeArea,
    PracticeAreaText,
    Prerequisite,
    Standard,
    Tier,
    TierRequirement,
)

Row = TypeVar("Row", bound=models.Model)


class FixtureError(ValueError):
    """A fixture that cannot be loaded: which file, where in it, and what is wrong. Nothing of it was kept."""


@transaction.atomic
def load_standard(path: Path) -> Standard | None:
    """Load one edition as a draft; None where its code is known already."""
    data = _read(path)
    with _told(path, "the edition"):
        code = data["code"]
        if Standard.objects.filter(code=code).exists():
            return None
        standard = _checked(
            Standard(
                code=code,
                name=data["name"],
                series=data["series"],
                rounding=data["rounding"],
                in_force=data["in_force"],
                note=data["note"],
                languages=_lines(data, "languages"),
                sources=_lines(data, "sources"),
                drafted_from=_edition(data["drafted_from"]) if data["drafted_from"] else None,
            )
        )
        standard.save()
        areas = data["areas"]
    criteria = _load_areas(path, standard, areas)
    _load_prerequisites(path, areas, criteria)
    _load_tiers(path, standard, data, criteria)
    return standard


@transaction.atomic
def load_links(path: Path) -> int:
    """Load how the criteria of one edition relate to those of the next; nought where the two are linked already."""
    data = _read(path)
    with _told(path, "the links"):
        older, newer = _edition(data["from"]), _edition(data["to"])
        if CriterionLink.objects.filter(from_standard=older, to_standard=newer).exists():
            return 0
        origins = {criterion.code: criterion for criterion in older.criteria.all()}
        successors = {criterion.code: criterion for criterion in newer.criteria.all()}
        rows = data["links"]
    links = []
    for row in rows:
        with _told(path, f"the link from {_named(row, 'origin')} to {_named(row, 'successor')}"):
            links.append(
                _checked(
                    CriterionLink(
                        from_standard=older,
                        to_standard=newer,
                        origin=_known(origins, row["origin"], older.code) if row["origin"] else None,
                        successor=_known(successors, row["successor"], newer.code) if row["successor"] else None,
                        kind=row["kind"],
                        comparable=row["comparable"],
                        note=row["note"],
                        provenance=row["provenance"],
                    )
                )
            )
    return len(CriterionLink.objects.bulk_create(links))


def _load_areas(path: Path, standard: Standard, rows: list[dict]) -> dict[str, Criterion]:
    """The areas with their criteria, checklists and texts; the criteria by code."""
    criteria: dict[str, Criterion] = {}
    texts, items, names = [], [], []
    for number, row in enumerate(rows, 1):
        with _told(path, f"practice area {number}"):
            area = _checked(
                PracticeArea(
                    standard=standard,
                    code=row["code"],
                    name=row["name"],
                    also_called=_lines(row, "also_called"),
                    description=row["description"],
                    position=number,
                    partner=row["partner"],
                )
            )
            area.save()
            names += [_checked(PracticeAreaText(area=area, language=language, name=name)) for language, name in row["names"].items()]
            inside = row["criteria"]
        for each in inside:
            with _told(path, f"criterion {_named(each, 'code')}"):
                criterion = _criterion(area, each, position=len(criteria) + 1)
                criterion.save()
                criteria[criterion.code] = criterion
                texts.append(_text(criterion, each))
                items += [
                    _checked(ChecklistItem(criterion=criterion, position=position, text=text))
                    for position, text in enumerate(_lines(each["checklist"], "items"), 1)
                ]
    PracticeAreaText.objects.bulk_create(names)
    CriterionText.objects.bulk_create(texts)
    ChecklistItem.objects.bulk_create(items)
    return criteria


def _criterion(area: PracticeArea, row: dict, *, position: int) -> Criterion:
    checklist = row["checklist"]
    return _checked(
        Criterion(
            standard=area.standard,
            area=area,
            code=row["code"],
            position=position,
            points=row["points"],
            core=row["core"],
            checklist_required=checklist["required"],
            checklist_provenance=checklist["provenance"],
            provenance=row["provenance"],
            prerequisites_provenance=row["prerequisites_provenance"],
            derived_fields=_lines(row, "derived_fields"),
            lookback_months=row["lookback_months"],
            frequency=row["frequency"],
            effort=row["effort"],
            partner=row["partner"],
            sources=_lines(row, "sources"),
        )
    )


def _text(criterion: Criterion, row: dict) -> CriterionText:
    return _checked(
        CriterionText(
            criterion=criterion,
            language="en",
            title=row["title"],
            statement=row["statement"],
            why=row["why"],
            evidence=_lines(row, "evidence"),
            not_enough=_lines(row, "not_enough"),
            reading_notes=_lines(row, "reading_notes"),
            first_steps=_lines(row, "first_steps"),
            departments=_lines(row, "departments"),
        )
    )


def _load_prerequisites(path: Path, rows: list[dict], criteria: dict[str, Criterion]) -> None:
    needs = []
    for row in (each for area in rows for each in area["criteria"]):
        with _told(path, f"criterion {row['code']}"):
            needed = [_known(criteria, code, "this edition") for code in _lines(row, "prerequisites")]
            needs += [Prerequisite(criterion=criteria[row["code"]], needs=criterion) for criterion in needed]
    Prerequisite.objects.bulk_create(needs)


def _load_tiers(path: Path, standard: Standard, data: dict, criteria: dict[str, Criterion]) -> None:
    with _told(path, "the tiers"):
        rows = data["tiers"]
    for number, row in enumerate(rows, 1):
        with _told(path, f"tier {_named(row, 'key')}"):
            tier = _checked(
                Tier(
                    standard=standard,
                    key=row["key"],
                    name=row["name"],
                    position=number,
                    floor_percent=row["floor_percent"],
                    requires_core=row["requires_core"],
                    area_minimum_percent=row["area_minimum_percent"],
                    provenance=row["provenance"],
                )
            )
            tier.save()
            required = [_known(criteria, code, "this edition") for code in _lines(row, "required")]
            TierRequirement.objects.bulk_create([TierRequirement(tier=tier, criterion=criterion) for criterion in required])


def _read(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FixtureError(f"{path.name}: cannot be read, {error.strerror}") from error
    except ValueError as error:
        raise FixtureError(f"{path.name}: is not JSON, {error}") from error
    if not isinstance(data, dict):
        raise FixtureError(f"{path.name}: holds no single edition or set of links")
    return data


@contextmanager
def _told(path: Path, where: str) -> Iterator[None]:
    """Say in which file and where in it something is wrong."""
    try:
        yield
    except KeyError as error:
        raise FixtureError(f"{path.name}, {where}: {error.args[0]!r} is missing") from error
    except ValidationError as error:
        said = "; ".join(f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items())
        raise FixtureError(f"{path.name}, {where}: {said}") from error
    except IntegrityError as error:
        raise FixtureError(f"{path.name}, {where}: it is there twice, or does not fit the rest ({error})") from error
    except (AttributeError, TypeError) as error:
        raise FixtureError(f"{path.name}, {where}: it has another form than expected ({error})") from error
    except FixtureError as error:
        raise FixtureError(f"{path.name}, {where}: {error}") from error


def _checked(row: Row) -> Row:
    """The row, if its own columns hold what they may: SQLite would take a text of any length and any choice."""
    apart = {
        field.name
        for field in row._meta.concrete_fields
        if field.is_relation or isinstance(field, models.JSONField) or (field.null and getattr(row, field.attname) is None)
    }
    row.clean_fields(exclude=apart)
    return row


def _named(row: Any, key: str) -> str:
    """What a row calls itself, for a message about it."""
    return str(row.get(key)) if isinstance(row, dict) else "?"


def _known(criteria: dict[str, Criterion], code: str, edition: str) -> Criterion:
    if code not in criteria:
        raise FixtureError(f"{code} is no criterion of {edition}")
    return criteria[code]


def _edition(code: str) -> Standard:
    try:
        return Standard.objects.get(code=code)
    except Standard.DoesNotExist:
        raise FixtureError(f"edition {code} is not known") from None


def _lines(row: dict, key: str) -> list[str]:
    value = row[key]
    if not isinstance(value, list) or not all(isinstance(line, str) and line.strip() for line in value):
        raise FixtureError(f"{key!r} is not a list of texts")
    return value
