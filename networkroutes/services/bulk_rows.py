"""Reading the lines of a bulk upload: each checked by itself, against the file, and against the
database; in chunks, and the keys in a temporary file, so memory does not grow with the file."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any

from networkroutes.errors import BulkRefused
from networkroutes.importers.tables import Line, read_table
from networkroutes.models import ExchangeRate
from networkroutes.models.rates import BASE_CURRENCY
from networkroutes.services.bulk_modules import Key, Module

CHUNK = 500
MOST_SHOWN_ROWS = 1000
INSERT, UPDATE, KEEP = "insert", "update", "unchanged"


@dataclass(slots=True)
class Row:
    """A checked line; `errors` are sentences, `label` is its key as the file writes it.

    `key` is empty where it cannot be read, or stands in a line before.
    """

    number: int
    label: str = ""
    key: Key = ()
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    pk: int | None = None
    parent: int | None = None


@dataclass(slots=True)
class Outcome:
    """What an upload found and did; `rows` shows the first 1,000 lines of a dry run."""

    module: str
    total: int = 0
    invalid: int = 0
    inserted: int = 0
    updated: int = 0
    errors: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)

    @property
    def valid(self) -> int:
        """How many lines may go in."""
        return self.total - self.invalid


def checked(module: Module, source: IO[bytes], outcome: Outcome, *, upsert: bool) -> Iterator[Row]:
    """Yield every line with its errors, in chunks that ask the database once each."""
    chunk: list[Row] = []
    with closing(sqlite3.connect("", check_same_thread=False)) as seen:
        seen.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")
        for line in _lines(source):
            if not outcome.total:
                outcome.ignored_columns = [n for n in line.cells if module.column(n) is None]
            outcome.total += 1
            row = _read(module, line)
            first = _first_row(seen, row) if row.key else row.number
            if first != row.number:
                row.errors.append(f"{', '.join(module.key)} is the same as in row {first}")
                row.key = ()
            chunk.append(row)
            if len(chunk) == CHUNK:
                yield from _looked_up(module, chunk, upsert=upsert)
                chunk = []
        yield from _looked_up(module, chunk, upsert=upsert)


def _first_row(seen: sqlite3.Connection, row: Row) -> int:
    """Return the number of the first row with this key."""
    key = "\x1f".join(map(str, row.key))
    made = seen.execute("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING", (key, row.number))
    if made.rowcount:
        return row.number
    return int(seen.execute("SELECT row FROM seen WHERE key = ?", (key,)).fetchone()[0])


def paired(module: Module, rows: Iterable[Row]) -> Iterator[tuple[Row, Any]]:
    """Yield each row with the object that it changes, in chunks that ask the database once."""
    waiting: list[Row] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == CHUNK:
            yield from _with_objects(module, waiting)
            waiting = []
    yield from _with_objects(module, waiting)


def described(module: Module, row: Row, obj: Any) -> dict[str, Any]:
    """Say what an upload would do with a row; `changes` has the file's columns that differ."""
    shown: dict[str, Any] = {
        "row": row.number,
        "action": UPDATE if row.pk else INSERT,
        "key": ", ".join(str(row.values.get(name, "")) for name in module.key),
    }
    if row.pk is not None:
        shown["changes"] = {
            name: {"old": _shown(getattr(obj, field)), "new": _shown(row.values[name])}
            for name, field in _field_names(module, row)
            if getattr(obj, field) != row.values[name]
        }
        if not shown["changes"]:
            shown["action"] = KEEP
    return shown


def refusal(message: str, outcome: Outcome, row: Row | None = None) -> BulkRefused:
    """Return the refusal of an upload, or of the one line that does not go in."""
    if row is not None:
        outcome.errors = [f"Row {row.number}: {text}" for text in row.errors]
    return BulkRefused(
        message,
        errors=outcome.errors,
        total_rows=outcome.total,
        valid_rows=outcome.valid,
        invalid_rows=outcome.invalid,
    )


def fields_of(module: Module, row: Row) -> dict[str, Any]:
    """Return the model's fields that the file has."""
    return {field: row.values[name] for name, field in _field_names(module, row)}


def _shown(value: Any) -> Any:
    """Return a value without the zeros that only the column's places add."""
    return Decimal(f"{value.normalize():f}") if isinstance(value, Decimal) else value


def _field_names(module: Module, row: Row) -> Iterator[tuple[str, str]]:
    """Yield (column of the file, field of the model)."""
    for name in row.values:
        column = module.column(name)
        if column is not None and column.field is not None:
            yield name, column.field


def _lines(source: IO[bytes]) -> Iterator[Line]:
    source.seek(0)
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        yield from read_table(text)
    finally:
        if not source.closed:  # a reader that gave up is cleared away later than its file
            text.detach()


def _read(module: Module, line: Line) -> Row:
    row = Row(line.number, ", ".join(line.cells.get(name, "") for name in module.key))
    if line.is_too_long:
        row.errors.append("more cells than the header has")
    for column in module.columns:
        cell = line.cells.get(column.name)
        if not cell and column.is_required:
            row.errors.append(f"{column.name} is required")
        elif cell is not None:
            try:
                row.values[column.name] = column.read(cell)
            except ValueError as err:
                row.errors.append(f"{column.name} {err}")
    if row.values.keys() >= set(module.key):
        row.key = module.key_of(row.values)
    return row


def _looked_up(module: Module, chunk: list[Row], *, upsert: bool) -> list[Row]:
    good = [row for row in chunk if not row.errors]
    keyed = [row for row in chunk if row.key]
    known = module.known([row.key for row in keyed]) if keyed else {}
    for row in keyed:
        row.pk = known.get(row.key)
        if row.pk is not None and (module.make is not None or not upsert):
            shown = ", ".join(str(row.values[name]) for name in module.key)
            row.errors.append(f"{', '.join(module.key)} {shown} already exists")
        if module.model is ExchangeRate and row.values.get("currency_code") == BASE_CURRENCY:
            row.errors.append("USD is the base currency and cannot be edited")
    if module.doubts is not None and good:
        for place, sentence in module.doubts([(row.pk, row.values) for row in good]):
            good[place].errors.append(sentence)
    below = [row for row in chunk if row.values.keys() >= set(module.parent_key)]
    if module.parent is not None and below:
        keys = {row.number: module.key_of(row.values, module.parent_key) for row in below}
        parents = module.parent(keys.values())
        for row in below:
            row.parent = parents.get(keys[row.number])
            if row.parent is None:
                shown = ", ".join(str(row.values[name]) for name in module.parent_key)
                row.errors.append(f"{module.parent_word} {shown} does not exist")
    return chunk


def _with_objects(module: Module, rows: Sequence[Row]) -> Iterator[tuple[Row, Any]]:
    keys = [row.pk for row in rows if row.pk is not None and not row.errors]
    known: dict[Any, Any] = module.model._default_manager.in_bulk(keys) if keys else {}
    return ((row, known.get(row.pk)) for row in rows)
