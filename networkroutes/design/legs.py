"""Paths with the circuits they use, as people and programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from networkroutes.design.circuits import Circuit
from networkroutes.design.graph import Graph, Path
from networkroutes.design.money import BASE, NoRate, Rates, cents


@dataclass(frozen=True, slots=True)
class Leg:
    """One circuit of a path in the direction of travel."""

    start: str
    end: str
    circuit: Circuit


@dataclass(frozen=True, slots=True)
class Way:
    """A path by name; `latency_ms` is rounded to 6 decimals."""

    names: Sequence[str]
    latency_ms: float
    legs: Sequence[Leg]

    @property
    def hops(self) -> int:
        """How many circuits it uses."""
        return len(self.legs)

    @property
    def plain_cost(self) -> int | float:
        """The sum of costs without conversion, as the contract wants it."""
        return as_number(sum((leg.circuit.cost for leg in self.legs), Decimal(0)))

    @property
    def currencies(self) -> list[str]:
        """Distinct currencies in path order."""
        return list(
            dict.fromkeys(leg.circuit.currency for leg in self.legs if leg.circuit.currency)
        )

    def cost_usd(self, rates: Rates) -> Decimal | None:
        """Return the sum in USD, rounded to cents; None when a rate is missing."""
        total = Decimal(0)
        for leg in self.legs:
            currency = (leg.circuit.currency or "").strip().upper() or BASE
            try:
                total += rates.convert(leg.circuit.cost, currency, BASE)
            except NoRate:
                return None
        return cents(total)

    def short(self) -> dict[str, Any]:
        """Return what the log keeps."""
        return {
            "path": list(self.names),
            "totalLatency": as_number(self.latency_ms),
            "hops": self.hops,
        }


def way_of(graph: Graph, path: Path) -> Way:
    """Return a path by name."""
    names = [graph.names[node] for node in path.nodes]
    legs = [
        Leg(start, end, graph.circuits[edge])
        for start, end, edge in zip(names, names[1:], path.edges, strict=False)
    ]
    return Way(names, path.rounded_ms, legs)


def as_number(value: Decimal | float) -> int | float:
    """Return a JSON number: whole ones without a fraction."""
    return int(value) if value == int(value) else float(value)
