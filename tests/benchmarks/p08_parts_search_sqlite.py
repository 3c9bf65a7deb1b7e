"""P8: the search of parts on SQLite, against LIKE over three columns."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tests.benchmarks.stock_rows import measured

GOAL = ">= 50x LIKE for selective words, broad words <= 20 ms"


def run(size: int = 100_000, rounds: int = 7) -> dict[str, Any]:
    """Search `size` parts (ids of four letters end at 456,976)."""
    if connection.vendor != "sqlite":
        return {"name": "P8", "goal": GOAL, "short": ["It is measured on SQLite."]}
    return measured(GOAL, "P8", size, rounds, 50)
