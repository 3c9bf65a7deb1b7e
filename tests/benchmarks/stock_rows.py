"""Any number of parts for the search, the same each time, loaded past the models.

Ids of four letters end at 456,976; the parts beyond have ids that begin with a digit or a sign,
which the product would not give, and stand behind all others in the order of rank. The indexes of
the search are taken off while rows come in and made anew at the end.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from parts.models import PartType, StockPart
from parts.selectors import search_rows
from parts.selectors.search_text import FIELDS, OUT_OF_STOCK
from parts.services import search

KINDS = ("Resistor", "Capacitor", "Relay", "Connector", "Microcontroller", "Sensor")
WORDS = ("thin", "film", "radial", "switch", "bridge", "driver", "module", "fast", "quiet", "dual")
SIGNS = string.digits + string.punctuation
LETTERED = 26**4
CHUNK = 10_000
PARTS, ROWS, KNOWN = "parts_stockpart", "parts_partsearchrow", "parts_searchword"
PART_COLUMNS = (
    *("id", "id4", "manufacturer_code", "description", "manufacturer", "type_id", "tags"),
    *("created_at", "updated_at", "kicad_symbol", "kicad_footprint", "kicad_reference"),
    *("total_quantity", "movement_seq"),
)
ROW_COLUMNS = ("rank", "part_id", "id4", *FIELDS, "haystack")


def id4_of(number: int) -> str:
    """The id of a number."""
    if number >= LETTERED:
        lead, number = divmod(number - LETTERED, 26**3)
        return SIGNS[lead] + id4_of(number)[1:]
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = string.ascii_uppercase[rest] + letters
    return letters


class Stock:
    """Parts that grow in number: each size begins with the rows of the smaller ones."""

    def __init__(self) -> None:
        self._parts = _parts([PartType.objects.create(name=name) for name in KINDS])
        self.size = 0

    def grow(self, size: int) -> None:
        """Add parts, their search rows and words until there are `size`."""
        with _without_indexes():
            while self.size < size:
                self._add(list(islice(self._parts, min(CHUNK, size - self.size))))
        search.after_bulk_load()
        _run(["ANALYZE"])

    @transaction.atomic
    def _add(self, parts: list[StockPart]) -> None:
        rows = [search_rows._row(part, [], []) for part in parts]
        for part, row in zip(parts, rows, strict=True):
            row.rank = OUT_OF_STOCK + part.pk - 1
        _insert(PARTS, PART_COLUMNS, map(_part_values, parts))
        _insert(ROWS, ROW_COLUMNS, ([getattr(row, name) for name in ROW_COLUMNS] for row in rows))
        _learn(sorted({word for row in rows for word in row.haystack.split()}))
        self.size += len(parts)


def _parts(kinds: Sequence[PartType]) -> Iterator[StockPart]:
    dice = Random(7)  # noqa: S311  the same parts each time
    for number in range(LETTERED + len(SIGNS) * 26**3):
        kind = dice.choice(kinds)
        letters = "".join(dice.choices(string.ascii_uppercase, k=2))
        yield StockPart(
            pk=number + 1,
            id4=id4_of(number),
            manufacturer_code=f"{letters}{dice.randrange(10000):04d}{dice.choice('ABC')}",
            description=f"{kind.name.lower()} {' '.join(dice.sample(WORDS, 3))}",
            manufacturer=f"Maker {dice.randrange(300)}",
            type=kind,
            tags=[dice.choice(WORDS)],
            created_at=timezone.now(),
        )


def _part_values(part: StockPart) -> tuple[Any, ...]:
    tags, now = f'["{part.tags[0]}"]', part.created_at
    named = (part.pk, part.id4, part.manufacturer_code, part.description, part.manufacturer)
    return (*named, part.type_id, tags, now, now, "", "", "", 0, 0)


def _insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  own names
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _learn(words: list[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            rows = [(word,) for word in words]
            cursor.executemany(f"INSERT OR IGNORE INTO {KNOWN} (word) VALUES (%s)", rows)  # noqa: S608  own names
            return
        cursor.execute(
            f"INSERT INTO {KNOWN} (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING",
            [words],
        )


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Take the text indexes off, and make them anew over all rows."""
    off, on = (_sqlite_indexes if connection.vendor == "sqlite" else _postgresql_indexes)()
    _run(off)
    yield
    _run(on)


def _postgresql_indexes() -> tuple[list[str], list[str]]:
    found = _rows(
        "SELECT indexname, indexdef FROM pg_indexes "
        "WHERE indexdef LIKE %s AND tablename IN (%s, %s)",
        ["%USING gin%", ROWS, KNOWN],
    )
    memory = "SET maintenance_work_mem = '512MB'"
    return [f"DROP INDEX {name}" for name, _ in found], [memory, *(sql for _, sql in found)]


def _sqlite_indexes() -> tuple[list[str], list[str]]:
    found = _rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [ROWS]
    )
    texts = ("parts_partsearch_fts", *search.FIELD_TABLES)
    fill = [f"INSERT INTO {name}({name}) VALUES ('rebuild')" for name in texts]  # noqa: S608  own names
    return [f"DROP TRIGGER {name}" for name, _ in found], [*fill, *(sql for _, sql in found)]


def _rows(sql: str, values: Sequence[str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _run(statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
