"""Many rows of one model in one call: an instance's own statement costs more than the row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db import connection, models

PLAIN = (str, int)  # what every database takes as it is
Change = tuple[models.Model, tuple[str, ...]]


def insert(rows: Sequence[models.Model]) -> None:
    """Add rows, without asking for their ids; columns that are null in all of them are left out."""
    if not rows:
        return
    meta: Any = rows[0]._meta
    fields = [
        field
        for field in meta.concrete_fields
        if getattr(field, "auto_now", False)
        or any(getattr(row, field.attname) is not None for row in rows)
    ]
    names = ", ".join(_name(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    columns = [[_kept(field, row, is_new=True) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {_name(meta.db_table)} ({names}) VALUES ({marks})",  # noqa: S608  names of our own
            list(zip(*columns, strict=True)),
        )


def update(changes: Iterable[Change]) -> None:
    """Store the named fields of rows, one after the other, alike ones in one call."""
    for names, some in groupby(changes, lambda change: change[1]):
        rows = [row for row, _ in some]
        meta: Any = rows[0]._meta
        fields = [meta.get_field(name) for name in names]
        setting = ", ".join(f"{_name(field.column)} = %s" for field in fields)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {_name(meta.db_table)} SET {setting} WHERE id = %s",  # noqa: S608  names of our own
                [[*(_kept(field, row) for field in fields), row.pk] for row in rows],
            )


def _kept(field: Any, row: models.Model, *, is_new: bool = False) -> Any:
    value = field.pre_save(row, is_new)
    if value is None or (type(value) in PLAIN and not isinstance(field, models.JSONField)):
        return value
    return field.get_db_prep_save(value, connection)


def _name(text: str) -> str:
    return str(connection.ops.quote_name(text))
