"""The replaced register as its SQLite file, built from the sample tables."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def tables() -> dict[str, list[dict[str, Any]]]:
    """Read the sample tables."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(DATA.glob("*.json"))}


def write_database(path: Path, content: dict[str, list[dict[str, Any]]]) -> Path:
    """Write tables as the original would have kept them; an empty table has one column."""
    with closing(sqlite3.connect(path)) as link:
        for table, rows in content.items():
            columns = list(rows[0]) if rows else ["id"]
            link.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in columns)
            for row in rows:
                values = [_stored(row[name]) for name in columns]
                link.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608  own names
        link.commit()
    return path


def _stored(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value
