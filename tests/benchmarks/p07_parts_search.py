"""P7: the search of parts on PostgreSQL, against ILIKE over three columns."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tests.benchmarks.stock_rows import measured

GOAL = ">= 100x ILIKE for selective words, typo <= 60 ms, 1-2 letters <= 10 ms"


def run(size: int = 100_000, rounds: int = 7) -> dict[str, Any]:
    """Search `size` parts (ids of four letters end at 456,976)."""
    if connection.vendor != "postgresql":
        return {"name": "P7", "goal": GOAL, "short": ["It is measured on PostgreSQL."]}
    return measured(GOAL, "P7", size, rounds, 100)
