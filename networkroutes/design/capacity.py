"""How many Mbps a bandwidth text stands for (contract 8.1)."""

from __future__ import annotations

import math
import re
from functools import lru_cache

DARK_FIBRE = "dark fiber"
DARK_FIBRE_MBPS = 200_000.0
NUMBER_AND_UNIT = re.compile(
    r"\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?)\s*([a-z]*)", re.IGNORECASE
)
GIGABIT_UNITS = frozenset(
    {"g", "gb", "gbps", "gbit", "gbits", "gbe", "ge", "gige", "gig", "gigabit", "gigabits"}
)
TERABIT_UNITS = frozenset({"t", "tb", "tbps", "tbit", "tbits", "tbe", "terabit", "terabits"})
MBPS_PER_UNIT = dict.fromkeys(GIGABIT_UNITS, 1e3) | dict.fromkeys(TERABIT_UNITS, 1e6)


@lru_cache(maxsize=4096)  # few texts, many circuits
def capacity_mbps(text: str | None) -> float | None:
    """Return the capacity in Mbps; None when the text names none.

    Dark fibre counts as 200,000. A unit after the number is understood: `10Gb`, `10 Gbps`, `100G`
    and `10 gigabit` are thousands of Mbps, `1T` is a million; `M`, `Mb`, `Mbps`, another word or
    none is Mbps.
    """
    if not text:
        return None
    if DARK_FIBRE in text.lower():
        return DARK_FIBRE_MBPS
    found = NUMBER_AND_UNIT.match(text)
    if found is None:
        return None
    mbps = float(found.group(1)) * MBPS_PER_UNIT.get(found.group(2).lower(), 1)
    return mbps if math.isfinite(mbps) else None


def requested_mbps(amount: float, unit: str | None) -> float:
    """Return a requested bandwidth in Mbps; the unit `Gbps`, in any case, is thousands."""
    return amount * 1000 if (unit or "").strip().lower() == "gbps" else amount


def shown_mbps(mbps: float | None) -> str | None:
    """Write a capacity as a segment shows it: `10000 Mbps`, nothing when unknown."""
    if mbps is None:
        return None
    return f"{int(mbps) if mbps == int(mbps) else mbps} Mbps"
