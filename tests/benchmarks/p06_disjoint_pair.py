"""P6: two paths that share no circuit, or no place, against the flow of networkx.

The study's network has 2,000 places and 6,000 circuits, and its pairs are random. The rival that
the goal names is the flow with our answer, two units at the smallest cost (network simplex, over
arcs made once and not timed); lengths must be equal. The line `any` is networkx's disjoint paths
without regard to length, cut off at two: a smaller question that it answers in less time, never
with a shorter pair.

Warm is what people meet: the graph is kept by the data's version, and with it the distances to the
targets that were asked for lately. Cold makes those distances anew for every pair. CPU time counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import networkx

from networkroutes.design.graph import Graph
from networkroutes.design.twins import CIRCUIT, NODE, Twins, disjoint_pair
from tests.benchmarks import networks
from tests.benchmarks.measure import Race, interleaved

GOAL = ">= 20x the flow of networkx that gives the same pair"
WANTED = 20
Work = Callable[[], Any]
Pair = tuple[int, int]


def run(size: int = 2_000, rounds: int = 7) -> dict[str, Any]:
    """Search pairs of a network of `size` places, another pair each round."""
    graph = networks.study(size)
    result: dict[str, Any] = {"name": "P6", "goal": GOAL, "size": size, "rounds": rounds}
    short = []
    for kind in (CIRCUIT, NODE):
        pairs = networks.pairs(graph, rounds + 1)
        cheapest, free = _cheapest(graph, kind), _any(graph, kind)
        if not all(_is_same(graph, pair, kind, cheapest, free) for pair in pairs):
            short.append(f"a pair by {kind} is not the flow's.")
        for rival, flow in (("flow", cheapest), ("any", free)):
            for state in ("warm", "cold"):
                race = _race(graph, pairs, kind, flow, is_cold=state == "cold")
                times = race.times_faster.as_dict()
                result[f"{state}_times_{rival}_by_{kind}"] = times
                result[f"{state}_ours_ms_by_{kind}"] = race.ours_ms
                if rival == "flow" and times["median"] < WANTED:
                    short.append(f"{times['median']} times the flow by {kind}, {state}.")
    return {**result, "short": short}


def _race(graph: Graph, pairs: list[Pair], kind: str, flow: Any, *, is_cold: bool) -> Race:
    for source, target in pairs:
        disjoint_pair(graph, source, target, kind)
    asked: tuple[Iterator[Pair], Iterator[Pair]] = (iter(pairs), iter(pairs))

    def ours() -> Twins | None:
        if is_cold:
            graph.trees.clear()
        return disjoint_pair(graph, *next(asked[0]), kind)

    rounds = len(pairs) - 1
    return interleaved(ours, lambda: flow(*next(asked[1])), rounds, clock=time.thread_time)


def _cheapest(graph: Graph, kind: str) -> Callable[[int, int], float | None]:
    """Two units of flow at the smallest cost, in ms; none when there is no pair."""
    net = networks.flow_rival(graph, by_place=kind == NODE)

    def flow(source: int, target: int) -> float | None:
        ends = {(source, "out"): -2, (target, "in"): 2}
        for end, demand in ends.items():
            net.nodes[end]["demand"] = demand
        try:
            return float(networkx.network_simplex(net)[0]) / networks.PER_MS
        except networkx.NetworkXUnfeasible:
            return None
        finally:
            for end in ends:
                del net.nodes[end]["demand"]

    return flow


def _any(graph: Graph, kind: str) -> Callable[[int, int], float | None]:
    """Some two disjoint paths and the sum of their lengths."""
    net = networks.rival(graph)
    search = networkx.edge_disjoint_paths if kind == CIRCUIT else networkx.node_disjoint_paths

    def flow(source: int, target: int) -> float | None:
        try:
            paths = list(islice(search(net, source, target, cutoff=2), 2))
        except networkx.NetworkXNoPath:
            return None
        if len(paths) < 2:
            return None
        return sum(networkx.path_weight(net, path, "weight") for path in paths)

    return flow


def _is_same(graph: Graph, pair: Pair, kind: str, cheapest: Any, free: Any) -> bool:
    ours, best, other = disjoint_pair(graph, *pair, kind), cheapest(*pair), free(*pair)
    if ours is None or best is None or other is None:
        return ours is best is other
    return abs(ours.total_ms - best) < 1e-6 and ours.total_ms <= other + 1e-9
