"""Two paths that share nothing they must not, with the smallest sum of lengths.

Circuit- and node-disjoint pairs by Suurballe's algorithm (1974; Suurballe and Tarjan 1984), with
the kept distances to the target as potentials. Pairs that must not share a carrier or cable system
have no such algorithm, nor has a limit that the best pair breaks; they are found by trying first
paths from the shortest on, each with its best partner, until no longer first path can do better.
Where that takes too long, the shortest path of each single carrier or cable system is tried too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import inf

from networkroutes.design.circuits import Circuit, folded
from networkroutes.design.flows import (
    FlowArc,
    SecondSearch,
    arcs_back,
    as_path,
    disjoint_walks,
    second_by_circuit,
    second_by_node,
)
from networkroutes.design.graph import Graph, Path
from networkroutes.design.passing import passing_paths

CIRCUIT, NODE, CARRIER, CABLE = "circuit", "node", "carrier", "cable_system"
KINDS = (CIRCUIT, NODE, CARRIER, CABLE)
MOST_FIRST_PATHS = 300
FLOAT_NOISE_MS = 1e-6

Sharing = Callable[[Path], set[int]]


class UndecidedError(Exception):
    """None of the first paths tried has a partner; a longer one may have."""


@dataclass(frozen=True, slots=True)
class Twins:
    """A pair, the shorter path first; `is_proven` false means that a better pair may exist."""

    primary: Path
    secondary: Path
    is_proven: bool = True

    @property
    def total_ms(self) -> float:
        """The sum of both lengths."""
        return self.primary.length_ms + self.secondary.length_ms


def disjoint_pair(
    graph: Graph,
    source: int,
    target: int,
    kind: str = CIRCUIT,
    *,
    up_to_ms: float = inf,
    via: frozenset[int] = frozenset(),
) -> Twins | None:
    """Return the best pair of paths that share no circuit, location, carrier or cable system.

    Neither path is longer than `up_to_ms`, and both pass every location of `via`. Carrier and cable
    pairs share no circuit either; an unknown carrier or cable system counts as shared with nothing.
    None when there is no pair; raises `UndecidedError` when there may be one that was not found.
    """
    via -= {source, target}
    if kind in RISKS:
        risk_of, by_risk = RISKS[kind], _by_risk(graph, RISKS[kind])
        sharing = _sharing_risk(graph, risk_of, by_risk)
        return _tried_pair(graph, source, target, sharing, up_to_ms, via, by_risk)
    if kind == NODE and via:
        return None
    pair = _circuit_pair if kind == CIRCUIT else _node_pair
    found = pair(graph, source, target)
    if found is None or all(
        path.rounded_ms <= up_to_ms and via <= {*path.nodes}
        for path in (found.primary, found.secondary)
    ):
        return found
    sharing = _sharing_circuit if kind == CIRCUIT else _sharing_node(graph)
    return _tried_pair(graph, source, target, sharing, up_to_ms, via)


def _carrier_risk(circuit: Circuit) -> str:
    return folded(circuit.carrier)


def _cable_risk(circuit: Circuit) -> str:
    return folded(circuit.cable_system)


RISKS: dict[str, Callable[[Circuit], str]] = {CARRIER: _carrier_risk, CABLE: _cable_risk}


def _circuit_pair(graph: Graph, source: int, target: int) -> Twins | None:
    return _flow_pair(graph, source, target, second_by_circuit)


def _node_pair(graph: Graph, source: int, target: int) -> Twins | None:
    return _flow_pair(graph, source, target, second_by_node)


def _flow_pair(graph: Graph, source: int, target: int, second_search: SecondSearch) -> Twins | None:
    walks = disjoint_walks(graph, source, target, second_search)
    if walks is None:
        return None
    one, other = (as_path(graph, walk) for walk in walks)
    return _in_order(one, other)


def _in_order(one: Path, other: Path) -> Twins:
    if (other.length_ms, other.nodes) < (one.length_ms, one.nodes):
        one, other = other, one
    return Twins(one, other)


def _sharing_circuit(first: Path) -> set[int]:
    return set(first.edges)


def _sharing_node(graph: Graph) -> Sharing:
    def sharing(first: Path) -> set[int]:
        inner = first.nodes[1:-1]
        return set(first.edges) | {edge for node in inner for _, _, edge in graph.arcs[node]}

    return sharing


def _by_risk(graph: Graph, risk_of: Callable[[Circuit], str]) -> dict[str, set[int]]:
    by_risk: dict[str, set[int]] = {}
    for edge, circuit in enumerate(graph.circuits):
        by_risk.setdefault(risk_of(circuit), set()).add(edge)
    return by_risk


def _sharing_risk(
    graph: Graph, risk_of: Callable[[Circuit], str], by_risk: dict[str, set[int]]
) -> Sharing:
    def sharing(first: Path) -> set[int]:
        found = set(first.edges)
        for edge in first.edges:
            risk = risk_of(graph.circuits[edge])
            if risk:
                found |= by_risk[risk]
        return found

    return sharing


def _tried_pair(
    graph: Graph,
    source: int,
    target: int,
    sharing: Sharing,
    up_to_ms: float,
    via: frozenset[int],
    by_risk: dict[str, set[int]] | None = None,
) -> Twins | None:
    """Try first paths from the shortest on, each with the shortest path that shares nothing."""

    def pair_of(first: Path | None) -> Twins | None:
        if first is None:
            return None
        if via:
            rest = _without(graph, sharing(first))
            second = next(passing_paths(rest, source, target, via, up_to_ms=up_to_ms), None)
        else:
            second = _second_path(graph, source, target, sharing(first), up_to_ms)
        if second is None or second.rounded_ms > up_to_ms:
            return None
        return _in_order(first, second)

    best: Twins | None = None
    for tried, first in enumerate(passing_paths(graph, source, target, via, up_to_ms=up_to_ms)):
        if best is not None and 2 * first.length_ms >= best.total_ms:
            return best
        if tried == MOST_FIRST_PATHS:
            break
        best = _shorter(best, pair_of(first))
    else:
        return best
    for own in _of_one_risk(graph, by_risk or {}):
        first_of_own = next(passing_paths(own, source, target, via, up_to_ms=up_to_ms), None)
        best = _shorter(best, pair_of(first_of_own))
    if best is None:
        raise UndecidedError
    return replace(best, is_proven=False)


def _shorter(one: Twins | None, other: Twins | None) -> Twins | None:
    if one is None or other is None:
        return one or other
    return other if other.total_ms < one.total_ms else one


def _of_one_risk(graph: Graph, by_risk: dict[str, set[int]]) -> Iterator[Graph]:
    """Yield the circuits of each carrier or cable system, with those of which it is unknown."""
    everything = set(range(len(graph.circuits)))
    for risk, edges in sorted(by_risk.items()):
        if risk:
            yield _without(graph, everything - edges - by_risk.get("", set()))


def _without(graph: Graph, banned: set[int]) -> Graph:
    arcs = [[arc for arc in arcs if arc[2] not in banned] for arcs in graph.arcs]
    return Graph(graph.circuits, graph.names, graph.number_of, arcs)


def _second_path(
    graph: Graph, source: int, target: int, banned: set[int], up_to_ms: float
) -> Path | None:
    """Return the shortest path without the banned circuits, by A* with the kept distances; what
    cannot stay within `up_to_ms` is not looked at."""
    to_go, limit = graph.tree_to(target)[0], up_to_ms + FLOAT_NOISE_MS
    best = {source: 0.0}
    came_from: dict[int, FlowArc] = {}
    heap, done = [(to_go[source], source)], set[int]()
    while heap:
        _, node = heappop(heap)
        if node == target:
            return as_path(graph, arcs_back(source, target, came_from))
        if node in done:
            continue
        done.add(node)
        for other, weight, edge in graph.arcs[node]:
            reached = best[node] + weight
            whole = reached + to_go[other]
            if reached < best.get(other, inf) and whole <= limit and edge not in banned:
                best[other] = reached
                came_from[other] = (node, other, edge)
                heappush(heap, (whole, other))
    return None
