"""Arithmetic of measurements, in plain Python: transforms, rates, thresholds, health."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

NO_LIGHT_DBM = -40.0
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
MOST_PCT_OF_SPEED = 105
LIGHT = (3, Decimal("-99999.999"), Decimal("99999.999"))
COLUMNS = {  # places, least and most of what is kept of a port's optics; of light, `LIGHT`
    "temperature": (2, Decimal("-9999.99"), Decimal("9999.99")),
    "voltage": (3, Decimal("-999.999"), Decimal("999.999")),
    "signal_quality_pct": (2, Decimal(0), Decimal(100)),
}


def transformed(value: Any, transform: str) -> Any:
    """Apply `divide:N`, `multiply:N`, `hex_to_mac` or `timeticks_to_seconds`.

    What cannot be transformed stays as it is; null stays null, and so does anything divided by 0.
    A text that is a number counts as one.
    """
    if value is None or not transform:
        return value
    word, _, argument = transform.partition(":")
    if word == "hex_to_mac":
        text = value.hex() if isinstance(value, bytes) else str(value).removeprefix("0x")
        plain = re.sub(r"[:.\-\s]", "", text).lower()
        if re.fullmatch(r"(?:[0-9a-f]{2})+", plain) is None:
            return value
        return ":".join(plain[at : at + 2] for at in range(0, len(plain), 2))
    amount = _number(value)
    number = 100 if word == "timeticks_to_seconds" else _number(argument)
    if amount is None or number is None:
        return value
    found = value
    if word in {"divide", "timeticks_to_seconds"} and number:
        found = amount / number
    elif word == "multiply":
        found = amount * number
    return found if isinstance(found, str) or math.isfinite(found) else value


def _number(value: Any) -> int | float | None:
    """Return a number, or what a text that is one says; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()) is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def kept(value: Decimal, places: int) -> Decimal:
    """Return a measurement as a column of some places keeps it; a half goes away from zero."""
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def level_kept(name: str, value: Decimal) -> Decimal | None:
    """Return a measurement of a port's optics as it is kept; None for what its column has not."""
    places, least, most = COLUMNS.get(name, LIGHT)
    if not value.is_finite() or abs(value) > most + 1:
        return None
    found = kept(value, places)
    return found if least <= found <= most else None


def divides_by_zero(transform: str) -> bool:
    """Whether a transform cannot be done, so that values stay as they are."""
    word, _, argument = transform.partition(":")
    return word == "divide" and re.fullmatch(r"\s*[+-]?0*\.?0+\s*", argument) is not None


def moved_by(before: int | None, after: int | None, *, bits: int = 64) -> int | None:
    """Return how far a counter moved, or None; one of 32 bits may have wrapped, one of 64 not."""
    if before is None or after is None:
        return None
    moved = after - before
    if moved >= 0:
        return moved
    return moved + 2**32 if bits == 32 else None


def per_second(moved: int, seconds: float) -> int:
    """Return a rate, rounded half to even."""
    return int((Decimal(moved) / Decimal(str(seconds))).to_integral_value(ROUND_HALF_EVEN))


def rate_bps(
    before: int | None,
    after: int | None,
    seconds: float,
    *,
    bits: int = 64,
    uptime_before: int | None = None,
    uptime_after: int | None = None,
    speed_mbps: int | None = None,
) -> int | None:
    """Return bits per second of a byte counter, rounded half to even; None where unknown.

    A smaller counter of 32 bits has wrapped; one of 64 bits, or after a restart (smaller uptime),
    tells nothing. A rate above 1.05 times the speed is none.
    """
    if uptime_before is not None and uptime_after is not None and uptime_after < uptime_before:
        return None
    moved = moved_by(before, after, bits=bits)
    if moved is None or seconds <= 0:
        return None
    whole = per_second(moved * 8, seconds)
    if speed_mbps and whole * 100 > speed_mbps * 1_000_000 * MOST_PCT_OF_SPEED:
        return None
    return whole


def utilisation_pct(bps: int | None, speed_mbps: int | None) -> float | None:
    """Return a rate's share of the speed, two decimals."""
    if bps is None or not speed_mbps:
        return None
    return round(bps / (speed_mbps * 1_000_000) * 100, 2)


def microwatt_dbm(value: float | None) -> float | None:
    """Return µW as dBm, two decimals; values of 0 or less are none."""
    if value is None or value <= 0:
        return None
    return round(10 * math.log10(value / 1000), 2)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits of a port, dBm."""

    tx_high: float | None = None
    tx_low: float | None = None
    rx_high: float | None = None
    rx_low: float | None = None


def power_alarms(
    tx_dbm: float | None, rx_dbm: float | None, limits: Thresholds, *, is_up: bool
) -> list[str]:
    """Return the limits that are crossed; a port that is down, or dark, has none. 0 is a value."""
    if not is_up:
        return []
    found = []
    for name, value, low, high in (
        ("tx", tx_dbm, limits.tx_low, limits.tx_high),
        ("rx", rx_dbm, limits.rx_low, limits.rx_high),
    ):
        if value is None or value <= NO_LIGHT_DBM:
            continue
        if high is not None and value > high:
            found.append(f"{name}_high")
        if low is not None and value < low:
            found.append(f"{name}_low")
    return found


@dataclass(frozen=True, slots=True)
class Health:
    """Scores from 0 to 100; a part without data is 100."""

    availability: float
    performance: float
    errors: float
    capacity: float

    @property
    def overall(self) -> float:
        """40 % availability, 25 % performance, 20 % errors, 15 % capacity."""
        parts = 0.4 * self.availability + 0.25 * self.performance
        return round(parts + 0.2 * self.errors + 0.15 * self.capacity, 2)


def availability_score(samples: Sequence[tuple[str | None, str | None]]) -> float:
    """Return 0.7 ping % + 0.3 SNMP % of (ping, snmp) samples; one stands for a missing other."""
    ping, snmp = (_up_pct([pair[at] for pair in samples]) for at in (0, 1))
    known = [one for one in (ping, snmp) if one is not None]
    if not known:
        return 100.0
    ping, snmp = known[0], known[-1]
    return round(0.7 * ping + 0.3 * snmp, 2)


def _up_pct(states: Iterable[str | None]) -> float | None:
    known = [one for one in states if one is not None]
    return 100 * sum(one == "up" for one in known) / len(known) if known else None


def performance_score(latencies_ms: Iterable[float]) -> float:
    """Return the score of the mean latency of samples that were up."""
    values = list(latencies_ms)
    if not values:
        return 100.0
    mean = sum(values) / len(values)
    if mean < 10:
        return 100.0
    if mean < 50:
        return round(90 + (50 - mean) / 40 * 10, 2)
    if mean < 100:
        return round(70 + (100 - mean) / 50 * 20, 2)
    if mean < 500:
        return round(30 + (500 - mean) / 400 * 40, 2)
    return round(max(0.0, 30 - (mean - 500) / 500 * 30), 2)


def error_score(errors: float, packets: float) -> float:
    """Return the score of the share of bad packets; no packets are no data."""
    if packets <= 0:
        return 100.0
    share = errors / packets
    if share <= 0:
        return 100.0
    if share < 1e-5:
        return round(95 + (1e-5 - share) / 1e-5 * 5, 2)
    if share < 1e-4:
        return round(80 + (1e-4 - share) / 9e-5 * 15, 2)
    if share < 1e-3:
        return round(50 + (1e-3 - share) / 9e-4 * 30, 2)
    if share < 1e-2:
        return round(max(0.0, 50 - (share - 1e-3) / 9e-3 * 50), 2)
    return 0.0


def capacity_score(utilisations_pct: Iterable[float]) -> float:
    """Return the score of the mean of the busier directions, in %."""
    values = list(utilisations_pct)
    if not values:
        return 100.0
    mean = sum(values) / len(values)
    if mean < 50:
        return 100.0
    if mean < 70:
        return round(80 + (70 - mean), 2)
    if mean < 85:
        return round(50 + (85 - mean) * 2, 2)
    if mean < 95:
        return round(20 + (95 - mean) * 3, 2)
    return round(max(0.0, 20 - (mean - 95) * 4), 2)


def hour_of(at: datetime) -> datetime:
    """Return the hour that a moment belongs to."""
    return at.replace(minute=0, second=0, microsecond=0)
