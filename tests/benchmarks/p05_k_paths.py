"""P5: k shortest paths, against networkx; the load from the database apart."""

from __future__ import annotations

import math
import statistics
import time
from itertools import islice
from typing import Any

import networkx

from networkroutes.design.graph import Graph
from networkroutes.design.kshortest import shortest_paths
from networkroutes.selectors import design as selector
from tests.benchmarks import networks, register
from tests.benchmarks.measure import interleaved

GOAL = ">= 10x networkx at k=5, >= 25x at k=20; growth exponent <= 1.3 from 1k to 50k circuits"
GROWTH_SIZES = (1_000, 5_000, 20_000, 50_000)
LEAST = {5: 10, 20: 25}


def run(size: int = 1_000, rounds: int = 7) -> dict[str, Any]:
    """Search one network of `size` circuits; loading is measured on 5,000 circuits."""
    graph = networks.plane(size)
    rival, (source, target) = networks.rival(graph), networks.ends(graph)
    result: dict[str, Any] = {"name": "P5", "goal": GOAL, "size": size, "rounds": rounds}
    short = []
    for count, least in LEAST.items():
        race = interleaved(
            lambda count=count: list(islice(shortest_paths(graph, source, target), count)),
            lambda count=count: _rival_paths(rival, source, target, count),
            rounds,
        )
        result[f"times_networkx_at_k_{count}"] = race.times_faster.as_dict()
        result[f"ours_ms_at_k_{count}"] = race.ours_ms
        if race.times_faster.as_dict()["median"] < least:
            short.append(f"less than {least} times networkx at k={count}.")
        if not _same(graph, rival, source, target, count):
            short.append(f"the lengths differ at k={count}.")
    result["growth_exponent"] = growth = _growth(rounds)
    if growth > 1.3:
        short.append("the growth exponent is above 1.3.")
    result |= _loading(rounds)
    return {**result, "short": short}


def _rival_paths(rival: Any, source: int, target: int, count: int) -> list[list[int]]:
    return list(islice(networkx.shortest_simple_paths(rival, source, target, "weight"), count))


def _same(graph: Graph, rival: Any, source: int, target: int, count: int) -> bool:
    ours = [path.length_ms for path in islice(shortest_paths(graph, source, target), count)]
    theirs = [
        networkx.path_weight(rival, path, "weight")
        for path in _rival_paths(rival, source, target, count)
    ]
    return len(ours) == len(theirs) and all(map(math.isclose, ours, theirs))


def _growth(rounds: int) -> float:
    """The slope of log CPU time over log circuits, k = 5."""
    logs = []
    for circuits in GROWTH_SIZES:
        graph = networks.plane(circuits)
        source, target = networks.ends(graph)
        taken = []
        for _ in range(rounds):
            began = time.process_time()
            list(islice(shortest_paths(graph, source, target), 5))
            taken.append(time.process_time() - began)
        logs.append((math.log(circuits), math.log(statistics.median(taken))))
    return round(statistics.linear_regression(*zip(*logs, strict=True)).slope, 2)


def _loading(rounds: int) -> dict[str, float]:
    with register.database():
        register.add_circuits(5_000)
        race = interleaved(selector.load_network, selector.network, rounds)
    return {"load_of_5000_ms": race.ours_ms, "kept_network_ms": race.other_ms}
