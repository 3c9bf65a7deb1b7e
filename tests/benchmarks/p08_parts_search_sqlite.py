"""P8: the search of parts on SQLite, against LIKE over three columns."""

from __future__ import annotations

from typing import Any

from django.db import connection

from tests.benchmarks.stock_questions import measured

GOAL = ">= 50x LIKE at 1M for 4 letters and more; broad words <= 20 ms; else as on PostgreSQL"


def run(size: int = 1_000_000, rounds: int = 7) -> dict[str, Any]:
    """Search a tenth of `size` parts, then `size` of them."""
    if connection.vendor != "sqlite":
        return {"name": "P8", "goal": GOAL, "short": ["It is measured on SQLite."]}
    return measured("P8", GOAL, size, rounds, 50)
