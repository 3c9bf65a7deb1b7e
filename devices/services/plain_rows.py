"""Rows into their tables, many at a time: plain values in one prepared statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

AS_THEY_ARE: dict[str, type] = {
    "BigIntegerField": int,
    "BooleanField": bool,
    "CharField": str,
    "FloatField": float,
    "IntegerField": int,
    "PositiveSmallIntegerField": int,
    "TextField": str,
}


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, by column name; those whose unique fields are taken already are left out.

    Several times faster than `bulk_create`, which makes an object of every row and an expression of
    every value. What a row does not name gets the field's default. No keys come back.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = (
        f"INSERT INTO {quote(model._meta.db_table)} ({names})"  # noqa: S608  names of our models
        f" VALUES ({marks}) ON CONFLICT DO NOTHING"
    )
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(statement, list(_prepared(rows, fields)))


def _prepared(
    rows: Sequence[Mapping[str, Any]], fields: Sequence[models.Field[Any, Any]]
) -> Iterator[list[Any]]:
    """Yield each row's values as the database takes them."""
    readers = [
        (
            str(field.column),
            field.get_default(),
            AS_THEY_ARE.get(field.get_internal_type()),
            _preparing(field),
        )
        for field in fields
    ]
    for row in rows:
        yield [
            value
            if (value := row.get(name, default)) is None or type(value) is plain
            else prepare(value)
            for name, default, plain, prepare in readers
        ]


def _preparing(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """Return how a field's values are prepared, each distinct value once."""
    known: dict[Any, Any] = {}

    def prepare(value: Any) -> Any:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return prepare
