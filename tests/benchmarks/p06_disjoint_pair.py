"""P6: two paths that share no circuit, or no place, against the flow of networkx."""

from __future__ import annotations

from typing import Any

import networkx

from networkroutes.design.twins import CIRCUIT, NODE, disjoint_pair
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
        race = interleaved(
            lambda kind=kind: disjoint_pair(graph, source, target, kind),
            lambda flow=flow: list(flow(rival, source, target, cutoff=2)),
            rounds,
        )
        result[f"times_networkx_by_{kind}"] = race.times_faster.as_dict()
        result[f"ours_ms_by_{kind}"] = race.ours_ms
        if race.times_faster.as_dict()["median"] < 20:
            short.append(f"less than 20 times networkx by {kind}.")
        ours = disjoint_pair(graph, source, target, kind)
        theirs = sum(
            networkx.path_weight(rival, path, "weight")
            for path in list(flow(rival, source, target, cutoff=2))[:2]
        )
        if ours is None or ours.total_ms > theirs + 1e-9:
            short.append(f"the pair by {kind} is longer than the rival's.")
    return {**result, "short": short}
