"""Which circuits a search may use, and why it may not use the others (contract 8.1, 12.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from networkroutes.design.circuits import DEFAULT_EQUIPMENT, UNKNOWN_MTU, Circuit, folded

BANDWIDTH = "bandwidth"
CARRIER = "carrier_avoidance"
LOOP_CARRIER = "local_loop_carrier_avoidance"
EQUIPMENT = "equipment_restriction"
MTU = "mtu_requirement"
ULL = "ull_restriction"
DECOMMISSIONED = "decommission_pop"
AVOIDED = "avoidance"
REASONS = (BANDWIDTH, CARRIER, LOOP_CARRIER, MTU, ULL, EQUIPMENT, DECOMMISSIONED)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What a path may use; an unset field has no effect.

    Names of carriers and cable systems are compared trimmed and in any case; locations and circuits
    exactly. `allow_ull` and `allow_cisco` false exclude special and Cisco circuits.
    """

    bandwidth_mbps: float | None = None
    carriers: frozenset[str] = frozenset()
    mtu: int | None = None
    allow_ull: bool = True
    allow_cisco: bool = True
    closed_locations: frozenset[str] = frozenset()
    cable_systems: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    circuit_ids: frozenset[str] = frozenset()
    repository_types: frozenset[int] = frozenset()


@dataclass(slots=True)
class Sorted:
    """Circuits by whether they may be used; `excluded` maps a reason to its circuits."""

    usable: list[Circuit] = field(default_factory=list)
    excluded: dict[str, list[Circuit]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many circuits were looked at."""
        return len(self.usable) + self.total_excluded

    @property
    def total_excluded(self) -> int:
        """How many may not be used."""
        return sum(len(circuits) for circuits in self.excluded.values())


def names(values: Iterable[str]) -> frozenset[str]:
    """Return names as they are compared; blanks are left out."""
    return frozenset(name for name in map(folded, values) if name)


def sort_circuits(circuits: Iterable[Circuit], wanted: Constraints) -> Sorted:
    """Split circuits, in their order, by the first rule that each fails."""
    found = Sorted()
    for circuit in circuits:
        reason = exclusion_of(circuit, wanted)
        if reason is None:
            found.usable.append(circuit)
        else:
            found.excluded.setdefault(reason, []).append(circuit)
    return found


def exclusion_of(circuit: Circuit, wanted: Constraints) -> str | None:
    """Return the first rule that the circuit fails, in the contract's order; None when usable.

    Unknown capacity passes, a circuit without a carrier is never avoided, an unknown MTU counts as
    9212, unknown equipment as Nokia. Rules that the contract does not know come last.
    """
    if _is_too_narrow(circuit, wanted.bandwidth_mbps):
        return BANDWIDTH
    if wanted.carriers and circuit.carrier and folded(circuit.carrier) in wanted.carriers:
        return CARRIER
    if wanted.carriers and circuit.loop_carriers and avoided_loops(circuit, wanted):
        return LOOP_CARRIER
    if not wanted.allow_cisco and folded(circuit.equipment or DEFAULT_EQUIPMENT) == "cisco":
        return EQUIPMENT
    mtu = UNKNOWN_MTU if circuit.mtu is None else circuit.mtu
    if wanted.mtu is not None and mtu < wanted.mtu:
        return MTU
    if not wanted.allow_ull and circuit.is_special:
        return ULL
    ends = {circuit.location_a, circuit.location_b}
    if not wanted.closed_locations.isdisjoint(ends):
        return DECOMMISSIONED
    return AVOIDED if _is_avoided(circuit, wanted, ends) else None


def avoided_loops(circuit: Circuit, wanted: Constraints) -> Sequence[str]:
    """Return the circuit's local-loop carriers that are avoided."""
    return [name for name in circuit.loop_carriers if folded(name) in wanted.carriers]


def _is_too_narrow(circuit: Circuit, required: float | None) -> bool:
    known = circuit.capacity_mbps
    return bool(required) and known is not None and required is not None and known < required


def _is_avoided(circuit: Circuit, wanted: Constraints, ends: set[str]) -> bool:
    return (
        circuit.circuit_id in wanted.circuit_ids
        or bool(circuit.cable_system and folded(circuit.cable_system) in wanted.cable_systems)
        or not wanted.locations.isdisjoint(ends)
        or bool(wanted.repository_types and circuit.repository_type not in wanted.repository_types)
    )
