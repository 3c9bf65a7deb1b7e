"""What the design tool knows of a circuit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

UNKNOWN_LATENCY_MS = 100.0
UNKNOWN_MTU = 9212
DEFAULT_EQUIPMENT = "Nokia"


@dataclass(slots=True)
class Circuit:
    """A circuit between two locations, in the register's order; never changed once made.

    Not frozen: a network makes thousands at once, and a frozen one takes three times as long.

    `weight_ms` is the expected latency, 100 where none is known; `capacity_mbps` None is unknown.
    """

    circuit_id: str
    location_a: str
    location_b: str
    weight_ms: float
    capacity_mbps: float | None = None
    carrier: str | None = None
    cable_system: str | None = None
    cost: Decimal = Decimal(0)
    currency: str | None = None
    mtu: int | None = None
    is_special: bool = False
    equipment: str | None = None
    loop_carriers: tuple[str, ...] = ()
    repository_type: int = 1

    @property
    def shown_route(self) -> str:
        """The two ends, as exclusion reasons name them."""
        return f"{self.location_a} <-> {self.location_b}"


def weight_of(expected_latency_ms: float | None) -> float:
    """Return the weight of an expected latency: unknown and 0 count as 100 ms."""
    return expected_latency_ms or UNKNOWN_LATENCY_MS


def folded(name: str | None) -> str:
    """Return a carrier or cable system as names are compared: trimmed, in small letters."""
    return (name or "").strip().casefold()
