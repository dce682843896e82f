"""Many new rows of one model at once, in the quickest way that the database has."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import orjson
from django.db import DatabaseError, connection, models

ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
NOTHING = "\\N"

Row = TypeVar("Row", bound=models.Model)


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows that are new, inside the caller's transaction, and give each its number: by COPY on PostgreSQL."""
    if rows:
        insert_while_made(type(rows[0]), rows, many=len(rows))


def insert_while_made(model: type[Row], rows: Iterable[Row], *, many: int) -> list[Row]:
    """The same for so many rows that are made one after the other: the database takes in the first ones while the next are made.

    Making them must ask it nothing.
    """
    if connection.vendor != "postgresql" or not many:
        return model._default_manager.bulk_create(rows)
    fields = model._meta.concrete_fields
    writers = [(each.attname, _writer(each)) for each in fields]
    made: list[Row] = []

    def lines(numbers: list[int]) -> Iterator[bytes]:
        for number, row in zip(numbers, rows, strict=True):
            row.pk = number
            made.append(row)
            yield ("\t".join([write(getattr(row, name)) for name, write in writers]) + "\n").encode()

    with connection.cursor() as cursor:
        columns = ", ".join(f'"{each.column}"' for each in fields)
        written = _Lines(lines(_numbers(cursor, model, many)))
        try:
            with connection.wrap_database_errors:
                cursor.copy_expert(f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN', written)
        except DatabaseError:
            if written.error is not None:
                raise written.error from None
            raise
    for row in made:
        row._state.adding, row._state.db = False, connection.alias
    return made


class _Lines:
    """Lines as a file that is read while they are made."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines, self.left = lines, b""
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        """So many bytes, less at the end. What went wrong while a row was made is kept: the database only says that something did."""
        try:
            while len(self.left) < size and (line := next(self.lines, None)) is not None:
                self.left += line
        except Exception as error:
            self.error = error
            raise
        part, self.left = self.left[:size], self.left[size:]
        return part


def _numbers(cursor: Any, model: type[models.Model], many: int) -> list[int]:
    """So many numbers that the table will give to nobody else."""
    table, key = model._meta.db_table, model._meta.pk.column
    cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', key])
    cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [*cursor.fetchone(), many])
    return [number for (number,) in cursor.fetchall()]


def _writer(field: models.Field) -> Callable[[Any], str]:
    """How a column's values are written in a line of COPY."""
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, (models.DateTimeField, models.DateField)):
        return lambda value: NOTHING if value is None else value.isoformat()
    if isinstance(field, models.CharField | models.TextField):
        return lambda value: NOTHING if value is None else str(value).translate(ESCAPED)
    return lambda value: NOTHING if value is None else str(value)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode().replace("\\", "\\\\")
