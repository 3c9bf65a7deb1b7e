"""Reads an original fabrication database (SQLite); plain rows out, nothing written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = ("parts", "part")
NEEDED = {"id", "status", "category"}


class NotALegacyDatabase(Exception):
    """The file is no database of the replaced system."""


@dataclass(frozen=True, slots=True)
class LegacyPart:
    """One row with the columns that its version of the system had."""

    id: int
    values: dict[str, Any]

    def text(self, name: str) -> str | None:
        """Return a column as text, None where it is missing or null."""
        value = self.values.get(name)
        return None if value is None else str(value)

    @property
    def misc_info(self) -> dict[str, Any]:
        """The free data, empty where it cannot be read."""
        value = self.values.get("misc_info")
        try:
            found = json.loads(value) if isinstance(value, (str, bytes)) else value
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {}


def read_parts(path: Path) -> Iterator[LegacyPart]:
    """Yield the parts by id; raises `NotALegacyDatabase`."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            table = _table(database)
            rows = database.execute(f'SELECT * FROM "{table}" ORDER BY id').fetchall()  # noqa: S608  one of our own words
    except sqlite3.DatabaseError as err:
        raise NotALegacyDatabase(f"{path.name} is no database of the fabrication system.") from err
    for row in rows:
        yield LegacyPart(int(row["id"]), dict(row))


def _table(database: sqlite3.Connection) -> str:
    for name in TABLES:
        columns = {row["name"] for row in database.execute(f'PRAGMA table_info("{name}")')}
        if columns >= NEEDED:
            return name
    raise NotALegacyDatabase("The database has no table of parts.")
