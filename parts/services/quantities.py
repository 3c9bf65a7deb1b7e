"""Sums of quantities stay within what the database holds (contract 2.1)."""

from __future__ import annotations

from parts.choices.stock import MAX_QUANTITY
from parts.errors.stock import StockInvalid


def require_quantity(total: int, field: str) -> int:
    """Return a sum, or raise `StockInvalid` for `field` when it passes the largest quantity."""
    if total > MAX_QUANTITY:
        raise StockInvalid(**{field: f"The sum would pass {MAX_QUANTITY}."})
    return total
