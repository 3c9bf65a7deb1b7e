"""Paths that pass named locations, from the shortest on.

For one location this is Yen's search with another question for each deviation: the shortest way
from here through the location to the target is a pair of ways from the location, one to here and
one to the target, that meet nowhere else, and such pairs are found at once (Suurballe 1974). So a
location far off the shortest paths is found as soon as one near them. More locations than one have
no such algorithm: paths through the farthest are looked at until they pass the others too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import inf

from networkroutes.design.flows import disjoint_walks, second_by_node
from networkroutes.design.graph import Arc, Graph, Path
from networkroutes.design.kshortest import Search, shortest_paths

MOST_LOOKED_AT = 2000


def passing_paths(
    graph: Graph, source: int, target: int, via: frozenset[int], *, up_to_ms: float = inf
) -> Iterator[Path]:
    """Yield the paths that pass every location of `via`, in the order of `shortest_paths`.

    With two locations or more it ends after 2,000 paths through the farthest of them.
    """
    inner = via - {source, target}
    if not inner:
        yield from shortest_paths(graph, source, target, up_to_ms=up_to_ms)
        return
    to_go = graph.tree_to(target)[0]
    farthest = max(inner, key=lambda node: (graph.tree_to(node)[0][source] + to_go[node], node))
    search = _Through(graph, source, target, farthest)
    found = iter(lambda: search.next_path(up_to_ms), None)
    looked_at = found if len(inner) == 1 else islice(found, MOST_LOOKED_AT)
    yield from (path for path in looked_at if path is not None and inner <= {*path.nodes})


class _Through(Search):
    """The deviations of the paths through one location; begins with all of them open."""

    def __init__(self, graph: Graph, source: int, target: int, via: int) -> None:
        super().__init__(graph, source, target)
        self.via, self.to_via = via, graph.tree_to(via)[0]
        self._add((source,), (), 0.0, frozenset())

    def _add(
        self,
        root: tuple[int, ...],
        root_edges: tuple[int, ...],
        root_ms: float,
        closed: frozenset[int],
    ) -> None:
        if self.via in root:
            super()._add(root, root_edges, root_ms, closed)
            return
        barred = {*root, self.target}
        to_via = min(
            (
                weight + self.to_via[other]
                for other, weight, edge in self.graph.arcs[root[-1]]
                if edge not in closed and other not in barred
            ),
            default=inf,
        )
        bound = root_ms + to_via + self.to_go[self.via]
        if bound < inf:
            self._push(root, root_edges, root_ms, closed, bound, None)

    def _a_star(self, start: int, barred: set[int], closed: frozenset[int]) -> list[Arc] | None:
        if self.via in barred:
            return super()._a_star(start, barred, closed)
        joined = _joined(self.graph, start, self.target, barred, closed)
        walks = disjoint_walks(joined, self.via, len(self.graph.names), second_by_node)
        if walks is None:
            return None
        to_start, to_target = (walk[:-1] for walk in sorted(walks, key=lambda w: w[-1][0] != start))
        weights = self.graph.circuits
        back = [(node, weights[edge].weight_ms, edge) for node, _, edge in reversed(to_start)]
        return back + [(other, weights[edge].weight_ms, edge) for _, other, edge in to_target]


def _joined(
    graph: Graph, start: int, target: int, barred: set[int], closed: frozenset[int]
) -> Graph:
    """Return the graph without what is barred or closed at the start, and with one location more,
    the last, that only start and target lead to, for nothing."""
    gone = barred - {start}
    arcs, last = list(graph.arcs), len(graph.names)
    for node in {other for place in barred for other, _, _ in arcs[place]} | {start}:
        arcs[node] = [arc for arc in arcs[node] if arc[0] not in gone and arc[2] not in closed]
    for node in gone:
        arcs[node] = []
    ends = [(end, 0.0, len(graph.circuits) + number) for number, end in enumerate((start, target))]
    for end, weight, edge in ends:
        arcs[end] = [*arcs[end], (last, weight, edge)]
    return Graph(graph.circuits, [*graph.names, ""], {}, [*arcs, ends])
