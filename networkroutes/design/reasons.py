"""Why circuits were left out, in the contract's words (12.1)."""

from __future__ import annotations

from typing import Any

from networkroutes.design.capacity import shown_mbps
from networkroutes.design.circuits import DEFAULT_EQUIPMENT, UNKNOWN_MTU, Circuit
from networkroutes.design.constraints import (
    AVOIDED,
    BANDWIDTH,
    CARRIER,
    EQUIPMENT,
    LOOP_CARRIER,
    MTU,
    REASONS,
    Constraints,
    Sorted,
    avoided_loops,
)


def exclusion_reasons(found: Sorted, wanted: Constraints) -> dict[str, Any]:
    """Return `{rule: {count, routes, carriers?}}` for every rule, and the two totals."""
    shown: dict[str, Any] = {}
    names = [*REASONS, AVOIDED] if AVOIDED in found.excluded else REASONS
    for reason in names:
        circuits = found.excluded.get(reason, [])
        shown[reason] = {
            "count": len(circuits),
            "routes": [_shown(reason, circuit, wanted) for circuit in circuits],
        }
        if reason in (CARRIER, LOOP_CARRIER):
            shown[reason]["carriers"] = _carriers(reason, circuits, wanted)
    shown["total_routes_available"] = found.total
    shown["total_routes_excluded"] = found.total_excluded
    return shown


def _shown(reason: str, circuit: Circuit, wanted: Constraints) -> dict[str, Any]:
    row: dict[str, Any] = {"circuit_id": circuit.circuit_id, "route": circuit.shown_route}
    if reason == BANDWIDTH:
        row["bandwidth"] = shown_mbps(circuit.capacity_mbps)
    elif reason == CARRIER:
        row["carrier"] = circuit.carrier
    elif reason == LOOP_CARRIER:
        row["carriers"] = list(avoided_loops(circuit, wanted))
    elif reason == MTU:
        row["mtu"] = UNKNOWN_MTU if circuit.mtu is None else circuit.mtu
    elif reason == EQUIPMENT:
        row["equipment_type"] = circuit.equipment or DEFAULT_EQUIPMENT
    return row


def _carriers(reason: str, circuits: list[Circuit], wanted: Constraints) -> list[str]:
    found: dict[str, None] = {}
    for circuit in circuits:
        names = [circuit.carrier or ""] if reason == CARRIER else avoided_loops(circuit, wanted)
        found.update(dict.fromkeys(names))
    return list(found)
