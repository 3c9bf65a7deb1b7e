"""The fast list path: rows become JSON inside the database.

Serializer fields and model instances cost 10 to 20 times what the query costs (PERFORMANCE 2.1), so
large lists are built by `json_object` (SQLite) or `json_build_object` (PostgreSQL), one text per
row, in the order of the fields given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, F, Func, IntegerField, Model, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from inventory_site.core.prepared import keeping_cursor
from inventory_site.core.search import Asked, Condition

CHUNK_ROWS = 2000
GATHER = {
    "postgresql": "string_agg(json_row, ',')",
    "sqlite": "group_concat(json_row, ',')",
}
TINY = ".0e-"  # SQLite's `5.0e-05`, where PostgreSQL writes `5e-05`
TINY_NUMBER = re.compile(r'((?<!\\)": ?-?\d)\.0(e-\d+)')  # after a name, never within a text


class Literal(Value):
    """A text of our own as SQL writes it: among the values, it would be sent every time."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        quoted = str(self.value).replace("'", "''").replace("%", "%%")
        return f"'{quoted}'", []


class JSONRow(Func):
    """One row as JSON text; at most 49 fields (PostgreSQL takes 100 arguments)."""

    output_field = TextField()
    function = "JSON_OBJECT"

    def __init__(self, **fields: Any) -> None:
        arguments: list[Any] = []
        for name, source in fields.items():
            arguments += [Literal(name), F(source) if isinstance(source, str) else source]
        super().__init__(*arguments)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="JSON_BUILD_OBJECT(%(expressions)s)::text", **context
        )


class Fields(dict[str, Any]):
    """The fields of a JSON row by name, all of the model's own table; make one object per shape.

    Its SQL is kept, because compiling thirty expressions costs more than a query that finds few.
    """

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self._kept: dict[tuple[type[Model], str], tuple[str, tuple[Any, ...]]] = {}

    def compiled(self, model: type[Model], using: str) -> tuple[str, tuple[Any, ...]]:
        """Return the row as text of SQL, and its values."""
        key = (model, using)
        if key not in self._kept:
            query = model._base_manager.using(using).query
            row = JSONRow(**self).resolve_expression(query)
            sql, values = query.get_compiler(using).compile(row)
            self._kept[key] = sql, tuple(values)
        return self._kept[key]


class T1(Func):
    """A time as `YYYY-MM-DD HH:MM:SS` in UTC."""

    output_field = TextField()
    template = "SUBSTR(%(expressions)s, 1, 19)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(
            compiler,
            connection,
            template="TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')",
            **context,
        )


class T2(Func):
    """A time as `YYYY-MM-DDTHH:MM:SS.mmmZ` in UTC; columns hold whole milliseconds."""

    output_field = TextField()
    template = "STRFTIME('%%Y-%%m-%%dT%%H:%%M:%%fZ', %(expressions)s)"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = (
            "TO_CHAR(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
        )
        return super().as_sql(compiler, connection, template=template, **context)


def flag(name: str) -> Expression:
    """A boolean as 1, 0 or null."""
    return Cast(F(name), IntegerField())


def json_texts(rows: QuerySet[Any], fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield one JSON object per row, in the queryset's order, without model instances."""
    texts = _with_json(rows, fields).values_list("json_row", flat=True)
    yield from map(alike, texts.iterator(CHUNK_ROWS))


def json_array(rows: QuerySet[Any], fields: Mapping[str, Any]) -> bytes:
    """Return the rows as one JSON array, gathered by the database in the queryset's order."""
    listed = _with_json(rows, fields).values("json_row")
    try:
        query, values = listed.query.sql_with_params()
    except EmptyResultSet:
        return b"[]"
    connection = connections[rows.db]
    gather = GATHER[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {gather} FROM ({query}) listed", values)  # noqa: S608  our own query
        return f"[{alike(cursor.fetchone()[0] or '')}]".encode()


def found_statement(
    model: type[Model], fields: Fields, asked: Asked | None, condition: Condition, using: str
) -> tuple[str, list[Any]]:
    """Return the statement of `json_found` and its values."""
    connection, (where, values) = connections[using], condition
    row, names = fields.compiled(model, using)
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    source, order = table, f"{table}.{key}"
    if asked is not None:
        order = f"{asked.index}.rowid"
        source = f"{asked.index} CROSS JOIN {table} ON {table}.{key} = {order}"
        where, values = f"{asked.index} MATCH %s AND {where}", [asked.question, *values]
    listed = f"SELECT {row} AS json_row FROM {source} WHERE {where} ORDER BY {order}"  # noqa: S608  of our own
    if connection.vendor == "sqlite":  # PostgreSQL hands over many rows sooner than it gathers them
        listed = f"SELECT {GATHER['sqlite']} FROM ({listed}) listed"  # noqa: S608  of our own
    return listed, [*names, *values]


def json_found(
    model: type[Model],
    fields: Fields,
    asked: Asked | None,
    condition: Condition,
    using: str = DEFAULT_DB_ALIAS,
) -> bytes:
    """Return the rows for which a condition of plain SQL holds as one JSON array, by their keys.

    `asked` is what the index is asked first, where it stands apart from the condition.
    """
    with keeping_cursor(connections[using]) as cursor:
        cursor.execute(*found_statement(model, fields, asked, condition, using))
        texts = ",".join(text for (text,) in cursor.fetchall() if text)
        return f"[{alike(texts)}]".encode()


def alike(text: str) -> str:
    """Return rows as JSON with tiny numbers as PostgreSQL writes them; few texts hold any."""
    return TINY_NUMBER.sub(r"\1\2", text) if TINY in text else text


def _with_json(rows: QuerySet[Any], fields: Mapping[str, Any]) -> QuerySet[Any]:
    if isinstance(fields, Fields):
        sql, values = fields.compiled(rows.model, rows.db)
        return rows.annotate(json_row=RawSQL(sql, values, output_field=TextField()))  # noqa: S611  of our own
    return rows.annotate(json_row=JSONRow(**fields))
