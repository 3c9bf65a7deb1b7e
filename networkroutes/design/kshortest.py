"""The k shortest paths without repeated locations.

Yen's algorithm (1971) with Lawler's rule (1972). One reverse shortest-path tree gives each
deviation a lower bound; a deviation whose tree path is free needs no search, and the others are
searched by A* only when their bound comes to the top.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf

from networkroutes.design.graph import Arc, Graph, Path, shortest_path


@dataclass(order=True, slots=True)
class _Candidate:
    """A deviation: `path` is None while only a bound of its length is known."""

    length_ms: float
    is_path: bool
    nodes: tuple[int, ...]
    root: tuple[int, ...] = field(compare=False)
    root_edges: tuple[int, ...] = field(compare=False)
    root_ms: float = field(compare=False)
    closed: frozenset[int] = field(compare=False)
    edges: tuple[int, ...] = field(compare=False, default=())


def shortest_paths(
    graph: Graph, source: int, target: int, *, up_to_ms: float = inf
) -> Iterator[Path]:
    """Yield paths from the shortest on; of equally long ones the order is the same each time.

    The first is the one of `shortest_path`, whose ties the contract settles (8.3). Ends when none
    is left or the next is longer than `up_to_ms`.
    """
    first = shortest_path(graph, source, target)
    if first is None or first.rounded_ms > up_to_ms:
        return
    yield first
    search = Search(graph, source, target)
    search.deviate(first, 0, frozenset())
    while (found := search.next_path(up_to_ms)) is not None:
        yield found


class Search:
    """The heap of deviations of one search."""

    def __init__(self, graph: Graph, source: int, target: int) -> None:
        self.graph, self.target = graph, target
        self.to_go, self.step = graph.tree_to(target)
        self.heap: list[_Candidate] = []

    def next_path(self, up_to_ms: float) -> Path | None:
        """Return the next path in order of length."""
        while self.heap:
            best = heappop(self.heap)
            if round(best.length_ms, 6) > up_to_ms:
                return None
            if not best.is_path:
                self._search(best)
                continue
            path = Path(best.length_ms, best.nodes, best.edges)
            self.deviate(path, len(best.root) - 1, best.closed)
            return path
        return None

    def deviate(self, path: Path, from_place: int, closed: frozenset[int]) -> None:
        """Add the deviations of a path from the place where it left its own parent."""
        root_ms = 0.0
        for place, edge in enumerate(path.edges[:from_place]):
            root_ms += self._weight(path.nodes[place], edge)
        for place in range(from_place, len(path.edges)):
            edge = path.edges[place]
            taken = closed | {edge} if place == from_place else frozenset({edge})
            root, root_edges = path.nodes[: place + 1], path.edges[:place]
            self._add(root, root_edges, root_ms, taken)
            root_ms += self._weight(path.nodes[place], edge)

    def _weight(self, node: int, edge: int) -> float:
        return next(weight for _, weight, known in self.graph.arcs[node] if known == edge)

    def _add(
        self,
        root: tuple[int, ...],
        root_edges: tuple[int, ...],
        root_ms: float,
        closed: frozenset[int],
    ) -> None:
        barred = set(root)
        bound, first = inf, None
        for arc in self.graph.arcs[root[-1]]:
            through = arc[1] + self.to_go[arc[0]]
            if through < bound and arc[2] not in closed and arc[0] not in barred:
                bound, first = through, arc
        if first is None:
            return
        tail = self._tree_path(first, barred)
        if tail is None:
            self._push(root, root_edges, root_ms, closed, root_ms + bound, None)
        else:
            self._push(root, root_edges, root_ms, closed, 0.0, tail)

    def _tree_path(self, first: Arc, barred: set[int]) -> list[Arc] | None:
        """Return the way along the tree, unless it meets a location of the root."""
        steps, arc = [first], first
        while arc[0] != self.target:
            following = self.step[arc[0]]
            if following is None or following[0] in barred:
                return None
            arc = following
            steps.append(arc)
        return steps

    def _push(
        self,
        root: tuple[int, ...],
        root_edges: tuple[int, ...],
        root_ms: float,
        closed: frozenset[int],
        bound: float,
        tail: list[Arc] | None,
    ) -> None:
        nodes, edges, length = root, root_edges, bound
        if tail is not None:
            length = root_ms
            for arc in tail:
                length += arc[1]
            nodes = root + tuple(arc[0] for arc in tail)
            edges = root_edges + tuple(arc[2] for arc in tail)
        heappush(
            self.heap,
            _Candidate(length, tail is not None, nodes, root, root_edges, root_ms, closed, edges),
        )

    def _search(self, bounded: _Candidate) -> None:
        tail = self._a_star(bounded.root[-1], set(bounded.root), bounded.closed)
        if tail is not None:
            self._push(bounded.root, bounded.root_edges, bounded.root_ms, bounded.closed, 0.0, tail)

    def _a_star(self, start: int, barred: set[int], closed: frozenset[int]) -> list[Arc] | None:
        """Return the shortest way to the target around the barred locations (Hart et al., 1968).

        The distance of the whole graph is a consistent bound in any part of it.
        """
        to_go, target = self.to_go, self.target
        reached = {start: 0.0}
        came_from: dict[int, tuple[int, Arc]] = {}
        heap = [(to_go[start], start)]
        done = set()
        while heap:
            _, node = heappop(heap)
            if node == target:
                return _steps_back(start, target, came_from)
            if node in done:
                continue
            done.add(node)
            so_far = reached[node]
            for arc in self.graph.arcs[node]:
                other = arc[0]
                if other in barred or (node == start and arc[2] in closed):
                    continue
                length = so_far + arc[1]
                if length < reached.get(other, inf):
                    reached[other] = length
                    came_from[other] = (node, arc)
                    heappush(heap, (length + to_go[other], other))
        return None


def _steps_back(start: int, target: int, came_from: dict[int, tuple[int, Arc]]) -> list[Arc]:
    steps, node = [], target
    while node != start:
        node, arc = came_from[node]
        steps.append(arc)
    steps.reverse()
    return steps
