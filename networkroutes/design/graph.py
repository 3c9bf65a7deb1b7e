"""The network as numbered locations and circuits between them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import pairwise
from math import inf
from threading import Lock

from networkroutes.design.circuits import Circuit

Arc = tuple[int, float, int]
Tree = tuple[list[float], list[Arc | None]]
ROUNDED_TO = 6
KEPT_TREES = 64


class _Tree:
    """The shortest ways to a target by Dijkstra (1959), grown only as far as they are asked for."""

    __slots__ = ("_heap", "_lock", "distance", "step")

    def __init__(self, size: int, target: int) -> None:
        self.distance = [inf] * size
        self.step: list[Arc | None] = [None] * size
        self.distance[target] = 0.0
        self._heap, self._lock = [(0.0, target)], Lock()

    def grow(self, arcs: list[list[Arc]], source: int | None) -> None:
        """Go on until the way of the source, or of all locations, is final."""
        distance, step, heap = self.distance, self.step, self._heap
        with self._lock:
            while heap and (source is None or heap[0][0] < distance[source]):
                so_far, node = heappop(heap)
                if so_far > distance[node]:
                    continue
                for other, weight, edge in arcs[node]:
                    reached = so_far + weight
                    if reached < distance[other]:
                        distance[other] = reached
                        step[other] = (node, weight, edge)
                        heappush(heap, (reached, other))


@dataclass(slots=True)
class Graph:
    """Locations numbered by first appearance, end A before end B; arcs are (to, weight, circuit).

    Circuits are undirected: each gives two arcs; one from a location to itself gives a location
    and no arc. `trees` keeps the ways of all locations to the targets that were asked for lately.
    """

    circuits: Sequence[Circuit]
    names: list[str] = field(default_factory=list)
    number_of: dict[str, int] = field(default_factory=dict)
    arcs: list[list[Arc]] = field(default_factory=list)
    trees: dict[int, _Tree] = field(default_factory=dict)

    def tree_to(self, target: int, source: int | None = None) -> Tree:
        """Return each location's distance and first step to the target, made once per target.

        With a `source`, they are final for it and what is nearer; others may be too long or
        infinite. A graph never changes, so its trees stay true; the oldest goes when 64 are kept.
        """
        known = self.trees.get(target)
        if known is None:
            known = _Tree(len(self.names), target)
            if len(self.trees) >= KEPT_TREES:
                self.trees.pop(next(iter(self.trees), target), None)
            self.trees[target] = known
        known.grow(self.arcs, source)
        return known.distance, known.step

    def number(self, name: str) -> int:
        """Return a location's number, giving it the next one when it is new."""
        known = self.number_of.get(name)
        if known is None:
            known = self.number_of[name] = len(self.names)
            self.names.append(name)
            self.arcs.append([])
        return known


@dataclass(frozen=True, slots=True)
class Path:
    """A path as location numbers and the circuits between them; `length_ms` is not rounded."""

    length_ms: float
    nodes: tuple[int, ...]
    edges: tuple[int, ...]

    @property
    def rounded_ms(self) -> float:
        """The length without float noise."""
        return round(self.length_ms, ROUNDED_TO)


def build_graph(circuits: Sequence[Circuit], *, parallel: bool = False) -> Graph:
    """Number the locations of circuits in their order and join them.

    Without `parallel`, each pair of locations keeps its circuit of the lowest weight, of equal ones
    the lower circuit id (contract 8.2).
    """
    graph = Graph(circuits)
    best: dict[tuple[int, int], int] = {}
    for place, circuit in enumerate(circuits):
        a, b = graph.number(circuit.location_a), graph.number(circuit.location_b)
        if a == b:
            continue
        if parallel:
            _join(graph, a, b, place)
            continue
        pair = (a, b) if a < b else (b, a)
        known = best.get(pair)
        if known is None or _is_better(circuit, circuits[known]):
            best[pair] = place
    for (a, b), place in best.items():
        _join(graph, a, b, place)
    return graph


def shortest_path(
    graph: Graph, source: int, target: int, banned: Collection[int] = frozenset()
) -> Path | None:
    """Return the shortest path that uses no banned circuit, by Dijkstra (1959).

    Among locations at the same smallest distance the lowest number is visited first, and a
    predecessor is replaced only by a strictly smaller distance (contract 8.3).
    """
    distance = [inf] * len(graph.names)
    came_from: list[tuple[int, int] | None] = [None] * len(graph.names)
    visited = bytearray(len(graph.names))
    distance[source] = 0.0
    heap = [(0.0, source)]
    while heap:
        so_far, node = heappop(heap)
        if visited[node]:
            continue
        if node == target:
            break
        visited[node] = 1
        for other, weight, edge in graph.arcs[node]:
            reached = so_far + weight
            if reached < distance[other] and edge not in banned:
                distance[other] = reached
                came_from[other] = (node, edge)
                heappush(heap, (reached, other))
    return _walked_back(source, target, distance[target], came_from)


def pairs_of(graph: Graph, path: Path) -> set[int]:
    """Return every circuit between two consecutive locations of a path, parallel ones too."""
    found: set[int] = set()
    for a, b in pairwise(path.nodes):
        found.update(edge for other, _, edge in graph.arcs[a] if other == b)
    return found


def _join(graph: Graph, a: int, b: int, place: int) -> None:
    weight = graph.circuits[place].weight_ms
    graph.arcs[a].append((b, weight, place))
    graph.arcs[b].append((a, weight, place))


def _is_better(circuit: Circuit, known: Circuit) -> bool:
    return (circuit.weight_ms, circuit.circuit_id) < (known.weight_ms, known.circuit_id)


def _walked_back(
    source: int, target: int, length: float, came_from: Sequence[tuple[int, int] | None]
) -> Path | None:
    if length == inf:
        return None
    nodes, edges = [target], []
    while nodes[-1] != source:
        step = came_from[nodes[-1]]
        if step is None:
            return None
        nodes.append(step[0])
        edges.append(step[1])
    return Path(length, tuple(reversed(nodes)), tuple(reversed(edges)))
