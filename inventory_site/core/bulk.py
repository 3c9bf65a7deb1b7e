"""Writing many rows, each with values of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connections, models, router, transaction

BATCH = 1000


def update_rows(rows: Sequence[models.Model], fields: Iterable[str]) -> None:
    """Write the named fields of rows of one model, which are found by their keys.

    Django's `bulk_update` makes an expression of every value, and asks of each row all keys of its
    batch. Here SQLite gets one statement for all rows, PostgreSQL a table of values. As there, no
    signal is sent and `auto_now` is not followed; unlike there, values are plain.
    """
    if not rows:
        return
    options: Any = rows[0]._meta
    columns = [*(options.get_field(name) for name in fields), options.pk]
    connection = connections[router.db_for_write(type(rows[0]))]
    values = (
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in columns]
        for row in rows
    )
    write = _one_by_one if connection.vendor == "sqlite" else _by_table
    with transaction.atomic(using=connection.alias, savepoint=False):
        write(connection, options.db_table, columns, values)


def _one_by_one(connection: Any, table: str, columns: list[Any], values: Iterator[Any]) -> None:
    quote = connection.ops.quote_name
    *sets, key = [f"{quote(field.column)} = %s" for field in columns]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {quote(table)} SET {', '.join(sets)} WHERE {key}", values)  # noqa: S608  names of models


def _by_table(connection: Any, table: str, columns: list[Any], values: Iterator[Any]) -> None:
    """Join the table with batches of values; a cast to a length would cut, so casts have none."""
    quote, heads = connection.ops.quote_name, [f"v{number}" for number in range(len(columns))]
    *sets, key = [
        f"{quote(field.column)} = {head}::{field.db_type(connection).partition('(')[0]}"
        for field, head in zip(columns, heads, strict=True)
    ]
    row = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        while batch := list(islice(values, BATCH)):
            cursor.execute(
                f"UPDATE {quote(table)} SET {', '.join(sets)} "  # noqa: S608  names of models
                f"FROM (VALUES {', '.join([row] * len(batch))}) AS new ({', '.join(heads)}) "
                f"WHERE {quote(table)}.{key}",
                [value for one in batch for value in one],
            )
