"""Two paths that share nothing they must not, with the smallest sum of lengths.

Circuit- and node-disjoint pairs by Suurballe's algorithm (1974; Suurballe and Tarjan 1984), with
the kept distances to the target as potentials. Pairs that must not share a carrier or cable system
have no such algorithm, nor has a limit that the best pair breaks; they are found by trying first
paths from the shortest on, each with its best partner, until no longer first path can do better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

from networkroutes.design.circuits import Circuit, folded
from networkroutes.design.graph import Arc, Graph, Path
from networkroutes.design.kshortest import shortest_paths

CIRCUIT, NODE, CARRIER, CABLE = "circuit", "node", "carrier", "cable_system"
KINDS = (CIRCUIT, NODE, CARRIER, CABLE)
MOST_FIRST_PATHS = 300
FLOAT_NOISE_MS = 1e-6

FlowArc = tuple[int, int, int]
Fits = Callable[[Path], bool]
Sharing = Callable[[Path], set[int]]
SecondSearch = Callable[
    [list[list[Arc]], int, int, list[float], list[FlowArc]], list[FlowArc] | None
]


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
    fits: Fits | None = None,
) -> Twins | None:
    """Return the best pair of paths that share no circuit, location, carrier or cable system.

    Neither path is longer than `up_to_ms`, and both fit. Carrier and cable pairs share no circuit
    either; an unknown carrier or cable system counts as shared with nothing. None when there is no
    pair.
    """
    if kind in RISKS:
        return _tried_pair(graph, source, target, _sharing_risk(graph, RISKS[kind]), up_to_ms, fits)
    pair = _circuit_pair if kind == CIRCUIT else _node_pair
    found = pair(graph, source, target)
    if found is None or all(
        path.rounded_ms <= up_to_ms and (fits is None or fits(path))
        for path in (found.primary, found.secondary)
    ):
        return found
    sharing = _sharing_circuit if kind == CIRCUIT else _sharing_node(graph)
    return _tried_pair(graph, source, target, sharing, up_to_ms, fits)


def _carrier_risk(circuit: Circuit) -> str:
    return folded(circuit.carrier)


def _cable_risk(circuit: Circuit) -> str:
    return folded(circuit.cable_system)


RISKS: dict[str, Callable[[Circuit], str]] = {CARRIER: _carrier_risk, CABLE: _cable_risk}


def _circuit_pair(graph: Graph, source: int, target: int) -> Twins | None:
    return _flow_pair(graph, source, target, _second_by_circuit)


def _node_pair(graph: Graph, source: int, target: int) -> Twins | None:
    return _flow_pair(graph, source, target, _second_by_node)


def _flow_pair(graph: Graph, source: int, target: int, second_search: SecondSearch) -> Twins | None:
    to_go, step = graph.tree_to(target, source)
    if to_go[source] == inf or source == target:
        return None
    first: list[FlowArc] = []
    node = source
    while (arc := step[node]) is not None:
        first.append((node, arc[0], arc[2]))
        node = arc[0]
    second = second_search(graph.arcs, source, target, to_go, first)
    if second is None:
        return None
    one, other = (_as_path(graph, walk) for walk in _untangled(source, target, first, second))
    if (other.length_ms, other.nodes) < (one.length_ms, one.nodes):
        one, other = other, one
    return Twins(one, other)


def _second_by_circuit(
    arcs: list[list[Arc]], source: int, target: int, to_go: list[float], first: list[FlowArc]
) -> list[FlowArc] | None:
    """Search with lengths reduced by the distances to the target; arcs of the first path may only
    be walked backwards, for nothing.

    A reduced length is what a step costs beyond the shortest way, so that only locations within
    the detour of the second path are looked at. Locations beyond the source count as far as it.
    """
    leaving = {node: edge for node, _, edge in first}
    backwards = {other: (node, edge) for node, other, edge in first}
    best, limit, far = [inf] * len(arcs), inf, to_go[source]
    best[source] = 0.0
    came_from: dict[int, FlowArc] = {}
    heap = [(0.0, source)]
    while heap:
        so_far, node = heappop(heap)
        if node == target:
            return _arcs_back(source, target, came_from)
        if so_far > best[node]:
            continue
        base, taken = so_far - min(to_go[node], far), leaving.get(node)
        for other, weight, edge in arcs[node]:
            there = to_go[other]
            reached = base + weight + (there if there < far else far)
            if reached < so_far:  # float noise
                reached = so_far
            if reached < best[other] and reached < limit and edge != taken:
                best[other] = reached
                came_from[other] = (node, other, edge)
                heappush(heap, (reached, other))
                if other == target:
                    limit = reached
        back = backwards.get(node)
        if back is not None and so_far < best[back[0]]:
            best[back[0]] = so_far
            came_from[back[0]] = (node, back[0], back[1])
            heappush(heap, (so_far, back[0]))
    return None


def _second_by_node(
    arcs: list[list[Arc]], source: int, target: int, to_go: list[float], first: list[FlowArc]
) -> list[FlowArc] | None:
    """Search as by circuit, where a location of the first path may only be left backwards.

    Such a location has two states: reached from outside it is its number plus `size`, and only the
    way back along the first path is open; reached along that way back, it may be left again.
    """
    size, leaving = len(arcs), {node: edge for node, _, edge in first}
    backwards = {other: (node, edge) for node, other, edge in first if other != target}
    best, limit, far = [inf] * (2 * size), inf, to_go[source]
    best[source] = 0.0
    came_from: dict[int, FlowArc] = {}
    heap = [(0.0, source)]
    while heap:
        so_far, state = heappop(heap)
        if state == target:
            return _arcs_back(source, target, came_from, size)
        if so_far > best[state]:
            continue
        node = state % size
        if node in backwards:
            before, edge = backwards[node]
            if so_far < best[before]:
                best[before] = so_far
                came_from[before] = (state, before, edge)
                heappush(heap, (so_far, before))
        if state >= size:
            continue
        base, taken = so_far - min(to_go[node], far), leaving.get(node)
        for other, weight, edge in arcs[node]:
            there = to_go[other]
            reached = base + weight + (there if there < far else far)
            if reached < so_far:  # float noise
                reached = so_far
            if reached < limit and edge != taken:
                entered = other + size if other in backwards else other
                if reached < best[entered]:
                    best[entered] = reached
                    came_from[entered] = (state, entered, edge)
                    heappush(heap, (reached, entered))
                    if entered == target:
                        limit = reached
    return None


def _arcs_back(
    source: int, target: int, came_from: dict[int, FlowArc], size: int = 0
) -> list[FlowArc]:
    arcs, state = [], target
    while state != source:
        before, here, edge = came_from[state]
        arcs.append((before % size, here % size, edge) if size else (before, here, edge))
        state = before
    arcs.reverse()
    return arcs


def _untangled(
    source: int, target: int, first: list[FlowArc], second: list[FlowArc]
) -> list[list[FlowArc]]:
    """Take out what both walk in opposite directions and follow the rest from the source twice."""
    arcs = set(first)
    for node, other, edge in second:
        if (other, node, edge) in arcs:
            arcs.remove((other, node, edge))
        else:
            arcs.add((node, other, edge))
    leaving: dict[int, list[FlowArc]] = {}
    for arc in sorted(arcs):
        leaving.setdefault(arc[0], []).append(arc)
    walks = []
    for _ in range(2):
        walk, node = [], source
        while node != target:
            arc = leaving[node].pop(0)
            walk.append(arc)
            node = arc[1]
        walks.append(walk)
    return walks


def _as_path(graph: Graph, walk: list[FlowArc]) -> Path:
    """Return a walk as a path without loops."""
    nodes, edges = [walk[0][0]], list[int]()
    for _, place, edge in walk:
        if place in nodes:
            keep = nodes.index(place)
            del nodes[keep + 1 :], edges[keep:]
            continue
        nodes.append(place)
        edges.append(edge)
    length = 0.0
    for edge in edges:
        length += graph.circuits[edge].weight_ms
    return Path(length, tuple(nodes), tuple(edges))


def _sharing_circuit(first: Path) -> set[int]:
    return set(first.edges)


def _sharing_node(graph: Graph) -> Sharing:
    def sharing(first: Path) -> set[int]:
        inner = first.nodes[1:-1]
        return set(first.edges) | {edge for node in inner for _, _, edge in graph.arcs[node]}

    return sharing


def _sharing_risk(graph: Graph, risk_of: Callable[[Circuit], str]) -> Sharing:
    by_risk: dict[str, set[int]] = {}
    for edge, circuit in enumerate(graph.circuits):
        by_risk.setdefault(risk_of(circuit), set()).add(edge)

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
    fits: Fits | None,
) -> Twins | None:
    """Try first paths from the shortest on, each with the shortest path that shares nothing."""
    best: Twins | None = None
    for tried, first in enumerate(shortest_paths(graph, source, target, up_to_ms=up_to_ms)):
        if best is not None and 2 * first.length_ms >= best.total_ms:
            return best
        if tried == MOST_FIRST_PATHS:
            return Twins(best.primary, best.secondary, is_proven=False) if best else None
        if fits is not None and not fits(first):
            continue
        second = _second_path(graph, source, target, sharing(first), up_to_ms)
        if second is None or second.rounded_ms > up_to_ms or (fits and not fits(second)):
            continue
        if best is None or first.length_ms + second.length_ms < best.total_ms:
            best = Twins(first, second)
    return best


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
            return _as_path(graph, _arcs_back(source, target, came_from))
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
