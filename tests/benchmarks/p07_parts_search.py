"""P7: the search of parts on PostgreSQL, against ILIKE over three columns."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tests.benchmarks.stock_questions import measured

GOAL = (
    ">= 100x ILIKE at 1M for 4 letters and more; HTTP p50 <= the database's own time + 6 ms; "
    "1M/100k growth <= 1.5; typo <= 60 ms; 1-2 letters <= 10 ms"
)


def run(size: int = 1_000_000, rounds: int = 7) -> dict[str, Any]:
    """Search a tenth of `size` parts, then `size` of them."""
    if connection.vendor != "postgresql":
        return {"name": "P7", "goal": GOAL, "short": ["It is measured on PostgreSQL."]}
    return measured("P7", GOAL, size, rounds, 100)
