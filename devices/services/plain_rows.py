"""Rows into their tables, many at a time: plain values in one prepared statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model; those whose unique fields are taken already are left out.

    Several times faster than `bulk_create`, which builds an expression for every value. The rows
    keep no keys, so this is for tables that nobody reads back at once.
    """
    if not rows:
        return
    fields = [field for field in rows[0]._meta.concrete_fields if not field.primary_key]
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    statement = (
        f"INSERT INTO {quote(rows[0]._meta.db_table)} ({names})"  # noqa: S608  names of our models
        f" VALUES ({marks}) ON CONFLICT DO NOTHING"
    )
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.executemany(statement, list(_prepared(rows, fields)))


def _prepared(
    rows: Sequence[models.Model], fields: Sequence[models.Field[Any, Any]]
) -> Iterator[list[Any]]:
    """Yield each row's values as the database takes them."""
    readers = [
        (field.attname, AS_THEY_ARE.get(field.get_internal_type()), _preparing(field))
        for field in fields
    ]
    for row in rows:
        values = row.__dict__
        yield [
            value if (value := values[name]) is None or type(value) is plain else prepare(value)
            for name, plain, prepare in readers
        ]


def _preparing(field: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """Return how a field's values are prepared, each distinct value once."""
    known: dict[Any, Any] = {}

    def prepare(value: Any) -> Any:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return prepare
