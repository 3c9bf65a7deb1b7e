"""The demo's tables; carriers, cable systems, circuit numbers and people are invented."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Place:
    """A point of presence; coordinates in degrees."""

    code: str
    city: str
    country: str
    centre: str
    address: str
    latitude: float
    longitude: float
    time_zone: str
    pop_type: str
    status: str


@dataclass(frozen=True, slots=True)
class Circuit:
    """A circuit; latency in ms, bandwidth in Mbps or `Dark Fiber`, cost per month."""

    circuit_id: str
    a: str
    b: str
    carrier: str
    cable: str
    bandwidth: str
    expected_ms: float
    live_ms: float | None
    cost: int
    currency: str
    special: bool
    mtu: int
    channels: int


@dataclass(frozen=True, slots=True)
class Held:
    """A reservation of the n-th channel of a circuit that ends in some days."""

    circuit_id: str
    channel_number: int
    person: str
    days_left: int


def places() -> list[Place]:
    """Read the points of presence."""
    return [
        Place(**{**row, "latitude": float(row["latitude"]), "longitude": float(row["longitude"])})  # type: ignore[arg-type]  # text but for two
        for row in _rows("places")
    ]


def circuits() -> list[Circuit]:
    """Read the circuits; a blank live latency was never measured."""
    return [
        Circuit(
            circuit_id=row["circuit_id"],
            a=row["a"],
            b=row["b"],
            carrier=row["carrier"],
            cable=row["cable"],
            bandwidth=row["bandwidth"],
            expected_ms=float(row["expected_ms"]),
            live_ms=float(row["live_ms"]) if row["live_ms"] else None,
            cost=int(row["cost"]),
            currency=row["currency"],
            special=row["special"] == "1",
            mtu=int(row["mtu"]),
            channels=int(row["channels"]),
        )
        for row in _rows("circuits")
    ]


def reservations() -> list[Held]:
    """Read who holds what."""
    return [
        Held(row["circuit_id"], int(row["channel_number"]), row["person"], int(row["days_left"]))
        for row in _rows("reservations")
    ]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)
