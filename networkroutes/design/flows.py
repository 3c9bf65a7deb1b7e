"""Two ways that share no circuit or no location, with the smallest sum of lengths.

Suurballe's algorithm (1974; Suurballe and Tarjan 1984), with the kept distances to the target as
potentials.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf

from networkroutes.design.graph import Arc, Graph, Path

FlowArc = tuple[int, int, int]
SecondSearch = Callable[
    [list[list[Arc]], int, int, list[float], list[FlowArc]], list[FlowArc] | None
]


def disjoint_walks(
    graph: Graph, source: int, target: int, second_search: SecondSearch
) -> list[list[FlowArc]] | None:
    """Return the two ways from source to target; None when there are not two."""
    to_go, step = graph.tree_to(target, source)
    if to_go[source] == inf or source == target:
        return None
    first: list[FlowArc] = []
    node = source
    while (arc := step[node]) is not None:
        first.append((node, arc[0], arc[2]))
        node = arc[0]
    second = second_search(graph.arcs, source, target, to_go, first)
    return None if second is None else _untangled(source, target, first, second)


def second_by_circuit(
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
            return arcs_back(source, target, came_from)
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


def second_by_node(
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
            return arcs_back(source, target, came_from, size)
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


def arcs_back(
    source: int, target: int, came_from: dict[int, FlowArc], size: int = 0
) -> list[FlowArc]:
    """Return the way that a search came, from the source on; `size` folds two states into one."""
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


def as_path(graph: Graph, walk: list[FlowArc]) -> Path:
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
