"""P6: two paths that share no circuit, or no place, against the flow of networkx.

Warm is what people meet: the graph is kept by the data's version, and with it the distances to the
targets that were asked for lately. Cold makes those distances anew for every pair.
"""

from __future__ import annotations

from typing import Any

import networkx

from networkroutes.design.twins import CIRCUIT, NODE, Twins, disjoint_pair
from tests.benchmarks import networks
from tests.benchmarks.measure import interleaved

GOAL = ">= 20x the flow of networkx, never longer than its pair"


def run(size: int = 2_500, rounds: int = 7) -> dict[str, Any]:
    """Search a network of `size` circuits."""
    graph = networks.plane(size)
    rival, (source, target) = networks.rival(graph), networks.ends(graph)
    result: dict[str, Any] = {"name": "P6", "goal": GOAL, "size": size, "rounds": rounds}
    short = []
    for kind, flow in (
        (CIRCUIT, networkx.edge_disjoint_paths),
        (NODE, networkx.node_disjoint_paths),
    ):

        def pair(kind: str = kind) -> Twins | None:
            return disjoint_pair(graph, source, target, kind)

        def cold_pair(kind: str = kind) -> Twins | None:
            graph.trees.clear()
            return disjoint_pair(graph, source, target, kind)

        def theirs_pair(flow: Any = flow) -> list[Any]:
            return list(flow(rival, source, target, cutoff=2))

        pair()
        for state, ours_of in (("warm", pair), ("cold", cold_pair)):
            race = interleaved(ours_of, theirs_pair, rounds)
            times = race.times_faster.as_dict()
            result[f"{state}_times_networkx_by_{kind}"] = times
            result[f"{state}_ours_ms_by_{kind}"] = race.ours_ms
            if times["median"] < 20:
                short.append(f"{times['median']} times networkx by {kind}, {state}.")
        ours = disjoint_pair(graph, source, target, kind)
        theirs = sum(
            networkx.path_weight(rival, path, "weight")
            for path in list(flow(rival, source, target, cutoff=2))[:2]
        )
        if ours is None or ours.total_ms > theirs + 1e-9:
            short.append(f"the pair by {kind} is longer than the rival's.")
    return {**result, "short": short}
