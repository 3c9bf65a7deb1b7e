"""The contract's rules of form for circuits: plain Python, no database."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from networkroutes.errors import InvalidBandwidth, InvalidCircuitId

CIRCUIT_ID = re.compile(r"[A-Z]{6}[0-9]{6}", re.ASCII)
LEADING_NUMBER = re.compile(r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
DARK_FIBER = "dark fiber"
BANDWIDTH_MAX_LENGTH = 100
# What the columns of circuits' costs, of minimum prices and of exchange rates no longer hold.
ABOVE_COSTS, ABOVE_PRICES, ABOVE_RATES = Decimal(10) ** 14, Decimal(10) ** 12, Decimal(10) ** 12


def check_circuit_id(value: Any) -> None:
    """Raise `InvalidCircuitId` unless the whole value is six capital letters and six digits."""
    if not isinstance(value, str) or CIRCUIT_ID.fullmatch(value) is None:
        raise InvalidCircuitId


def leading_number(text: str) -> float | None:
    """Return the number a text begins with, as JavaScript's parseFloat reads it, without
    Infinity."""
    found = LEADING_NUMBER.match(text)
    return float(found.group(1)) if found else None


def check_bandwidth(value: str | None) -> None:
    """Raise `InvalidBandwidth` unless blank, `dark fiber` in any case, or a leading number above
    zero."""
    if value is None or value == "" or value.lower() == DARK_FIBER:
        return
    number = leading_number(value)
    finite = number is not None and 0 < number < float("inf")
    if not finite or len(value) > BANDWIDTH_MAX_LENGTH:
        raise InvalidBandwidth
