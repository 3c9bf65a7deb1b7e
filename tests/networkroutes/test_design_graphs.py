"""Path finding against an oracle: networkx and brute force on random graphs."""

from __future__ import annotations

import random
from itertools import combinations, islice
from typing import Any

import networkx
import pytest

from networkroutes.design.circuits import Circuit, folded
from networkroutes.design.constraints import Constraints, exclusion_of, names, sort_circuits
from networkroutes.design.graph import Graph, Path, build_graph, shortest_path
from networkroutes.design.kshortest import shortest_paths
from networkroutes.design.passing import passing_paths
from networkroutes.design.twins import (
    CABLE,
    CARRIER,
    CIRCUIT,
    NODE,
    UndecidedError,
    disjoint_pair,
)

GRAPHS = 1000
CARRIERS = (None, "", "Aurora", "Kestrel", "Pelagia", "Sunward")


def some_circuits(seed: int) -> list[Circuit]:
    """A small random network, with parallel circuits and circuits from a place to itself."""
    dice = random.Random(seed)  # noqa: S311  a seeded test
    places, count = dice.randint(2, 9), dice.randint(1, 20)
    return [
        Circuit(
            f"CIRCUT{number:06d}",
            f"P{dice.randrange(places)}",
            f"P{dice.randrange(places)}",
            float(dice.randint(1, 6)),
            capacity_mbps=dice.choice((None, 1000.0, 10_000.0)),
            carrier=dice.choice(CARRIERS),
            cable_system=dice.choice((None, "East", "West", "South")),
            mtu=dice.choice((None, 1500, 9000)),
            is_special=dice.random() < 0.3,
        )
        for number in range(count)
    ]


def oracle(graph: Graph) -> Any:
    """The same network for networkx; of parallel circuits the shortest."""
    made = networkx.Graph()
    made.add_nodes_from(range(len(graph.names)))
    for node, arcs in enumerate(graph.arcs):
        for other, weight, _ in arcs:
            known = made.get_edge_data(node, other)
            if known is None or weight < known["weight"]:
                made.add_edge(node, other, weight=weight)
    return made


def oracle_lengths(graph: Graph, source: int, target: int, count: int) -> list[float]:
    """The lengths of the shortest simple paths by networkx."""
    made = oracle(graph)
    try:
        found = islice(networkx.shortest_simple_paths(made, source, target, "weight"), count)
        return [networkx.path_weight(made, path, "weight") for path in found]
    except networkx.NetworkXNoPath:
        return []


def shares(kind: str, circuits: list[Circuit], one: Path, other: Path) -> bool:
    """Whether two paths share what a pair of this kind must not."""
    if set(one.edges) & set(other.edges):
        return True
    if kind == NODE:
        return bool(set(one.nodes[1:-1]) & set(other.nodes[1:-1]))
    if kind in (CARRIER, CABLE):
        field = "carrier" if kind == CARRIER else "cable_system"
        sets = [
            {folded(getattr(circuits[edge], field)) for edge in path.edges} - {""}
            for path in (one, other)
        ]
        return bool(sets[0] & sets[1])
    return False


def test_k_paths_have_the_oracles_lengths_on_1000_random_graphs() -> None:
    for seed in range(GRAPHS):
        graph = build_graph(some_circuits(seed))
        source, target = 0, len(graph.names) - 1
        if source == target:
            continue

        found = list(islice(shortest_paths(graph, source, target), 12))

        assert [path.length_ms for path in found] == oracle_lengths(graph, source, target, 12), seed
        assert len({path.nodes for path in found}) == len(found)
        assert all(len(set(path.nodes)) == len(path.nodes) for path in found)
        assert found[:1] == [path for path in [shortest_path(graph, source, target)] if path]


@pytest.mark.parametrize("kind", [CIRCUIT, NODE, CARRIER, CABLE])
def test_twins_share_nothing_and_are_the_shortest_pair_by_brute_force(kind: str) -> None:
    pairs = 0
    for seed in range(GRAPHS // 4):
        circuits = some_circuits(seed)
        graph = build_graph(circuits, parallel=True)
        source, target = 0, len(graph.names) - 1
        if source == target:
            continue
        every = list(islice(shortest_paths(graph, source, target), 400))
        if len(every) == 400:
            continue

        found = disjoint_pair(graph, source, target, kind)

        lengths = [
            one.length_ms + other.length_ms
            for one, other in combinations(every, 2)
            if not shares(kind, circuits, one, other)
        ]
        assert (found is None) == (not lengths), seed
        if found is not None:
            pairs += 1
            assert found.total_ms == pytest.approx(min(lengths)), seed
            assert not shares(kind, circuits, found.primary, found.secondary), seed
            assert found.primary.length_ms <= found.secondary.length_ms
    assert pairs > 20


@pytest.mark.parametrize("kind", [CIRCUIT, NODE, CARRIER])
def test_a_pair_within_a_limit_is_found_where_the_shortest_pair_breaks_it(kind: str) -> None:
    broken = 0
    for seed in range(GRAPHS):
        circuits = some_circuits(seed)
        graph = build_graph(circuits, parallel=True)
        source, target = 0, len(graph.names) - 1
        free = None if source == target else disjoint_pair(graph, source, target, kind)
        if free is None or free.primary.length_ms == free.secondary.length_ms:
            continue
        every = list(islice(shortest_paths(graph, source, target), 400))
        if len(every) == 400:
            continue
        limit = free.secondary.length_ms - 1

        found = disjoint_pair(graph, source, target, kind, up_to_ms=limit)

        lengths = [
            one.length_ms + other.length_ms
            for one, other in combinations(every, 2)
            if other.length_ms <= limit and not shares(kind, circuits, one, other)
        ]
        assert (found is None) == (not lengths), seed
        if found is not None:
            broken += 1
            assert found.total_ms == pytest.approx(min(lengths)), seed
            assert max(found.primary.length_ms, found.secondary.length_ms) <= limit
            assert not shares(kind, circuits, found.primary, found.secondary), seed
    assert broken > 0


def test_paths_that_pass_a_location_are_all_of_them_in_order_of_length() -> None:
    through = 0
    for seed in range(GRAPHS // 2):
        graph = build_graph(some_circuits(seed))
        source, target, via = 0, len(graph.names) - 1, seed % len(graph.names)
        if source == target:
            continue
        every = list(islice(shortest_paths(graph, source, target), 400))
        for wanted in ({via}, {via, 1}):
            found = list(passing_paths(graph, source, target, frozenset(wanted)))

            fitting = [path for path in every if wanted <= set(path.nodes)]
            assert [path.length_ms for path in found] == [path.length_ms for path in fitting], seed
            assert {path.nodes for path in found} == {path.nodes for path in fitting}, seed
            through += len(found)
    assert through > 500


@pytest.mark.parametrize("kind", [CIRCUIT, NODE, CARRIER, CABLE])
def test_both_of_a_pair_pass_a_location_where_any_pair_does(kind: str) -> None:
    pairs = 0
    for seed in range(GRAPHS):
        circuits = some_circuits(seed)
        graph = build_graph(circuits, parallel=True)
        source, target, via = 0, len(graph.names) - 1, 1
        if target < 2:
            continue
        every = list(passing_paths(graph, source, target, frozenset({via})))
        lengths = [
            one.length_ms + other.length_ms
            for one, other in combinations(every, 2)
            if not shares(kind, circuits, one, other)
        ]

        found = disjoint_pair(graph, source, target, kind, via=frozenset({via}))

        assert (found is None) == (not lengths), seed
        if found is not None:
            pairs += 1
            assert found.total_ms == pytest.approx(min(lengths)), seed
            assert not shares(kind, circuits, found.primary, found.secondary), seed
            assert found.primary.length_ms <= found.secondary.length_ms
    assert pairs > 10 or kind == NODE  # two ways through one place share it


def test_a_location_far_off_the_shortest_paths_is_found() -> None:
    size = 20  # millions of paths lie between the corners that leave the far one out
    circuits = [
        Circuit(f"SQUARE{number:06d}", f"{x}/{y}", f"{x + right}/{y + 1 - right}", 1.0)
        for number, (x, y, right) in enumerate(
            (x, y, right) for x in range(size) for y in range(size) for right in (0, 1)
        )
    ]
    graph = build_graph(circuits)
    source, target, via = (graph.number_of[name] for name in ("0/0", "9/9", "19/0"))

    found = list(islice(passing_paths(graph, source, target, frozenset({via})), 3))

    assert [path.length_ms for path in found] == [38.0, 38.0, 38.0]
    assert all(via in path.nodes for path in found)


def test_constraints_hold_on_every_path_that_is_returned() -> None:
    for seed in range(GRAPHS // 4):
        dice = random.Random(seed)  # noqa: S311  a seeded test
        circuits = some_circuits(seed)
        wanted = Constraints(
            bandwidth_mbps=dice.choice((None, 5000.0)),
            carriers=names(dice.choice(([], ["aurora"], [" KESTREL ", "Pelagia"]))),
            mtu=dice.choice((None, 9000)),
            allow_ull=dice.random() < 0.5,
            cable_systems=names(dice.choice(([], ["east"]))),
            locations=frozenset(dice.choice(([], ["P1"]))),
        )
        sorted_ = sort_circuits(circuits, wanted)
        graph = build_graph(sorted_.usable)
        assert sorted_.total == len(circuits)
        if len(graph.names) < 2:
            continue

        limit = float(dice.randint(4, 12))
        for path in shortest_paths(graph, 0, len(graph.names) - 1, up_to_ms=limit):
            assert path.length_ms <= limit
            for edge in path.edges:
                assert exclusion_of(graph.circuits[edge], wanted) is None


def test_ties_follow_the_order_of_first_appearance() -> None:
    def circuit(number: int, a: str, b: str, weight: float = 5.0) -> Circuit:
        return Circuit(f"TIEAAA{number:06d}", a, b, weight)

    first = [circuit(1, "T1", "T2"), circuit(2, "T1", "T3"), circuit(3, "T2", "T4")]
    graph = build_graph([*first, circuit(4, "T3", "T4")])
    turned = build_graph([circuit(4, "T3", "T4"), *first])

    def names_of(found: Graph) -> list[str]:
        path = shortest_path(found, found.number_of["T1"], found.number_of["T4"])
        assert path is not None
        return [found.names[node] for node in path.nodes]

    assert names_of(graph) == ["T1", "T2", "T4"]
    assert names_of(turned) == ["T1", "T3", "T4"]


def test_of_parallel_circuits_the_shortest_then_the_lower_id_is_taken() -> None:
    circuits = [
        Circuit("AAABBB000003", "A", "B", 5.0),
        Circuit("AAABBB000002", "A", "B", 5.0),
        Circuit("AAABBB000001", "B", "A", 50.0),
    ]
    graph = build_graph(circuits)

    path = shortest_path(graph, 0, 1)

    assert path is not None
    assert circuits[path.edges[0]].circuit_id == "AAABBB000002"


def corridor(hops: int, carriers: tuple[str, str]) -> Graph:
    """Places in a row with two circuits from each to the next, of which each may be the shorter."""
    weights = (1.0, 1.1)
    return build_graph(
        [
            Circuit(
                f"CIRCUT{2 * hop + place:06d}",
                f"P{hop}",
                f"P{hop + 1}",
                weights[(hop + place) % 2],
                carrier=carrier,
            )
            for hop in range(hops)
            for place, carrier in enumerate(carriers)
        ],
        parallel=True,
    )


def test_of_more_first_paths_than_are_tried_those_of_one_carrier_are_found() -> None:
    graph = corridor(12, ("Kestrel", "Pelagia"))

    found = disjoint_pair(graph, 0, 12, CARRIER)

    assert found is not None
    assert found.is_proven is False
    assert found.total_ms == pytest.approx(12 * 2.1)
    assert not shares(CARRIER, graph.circuits, found.primary, found.secondary)


def test_that_no_pair_was_found_is_not_said_as_if_there_were_none() -> None:
    graph = corridor(12, ("Kestrel", "Kestrel"))
    with pytest.raises(UndecidedError):
        disjoint_pair(graph, 0, 12, CARRIER)
    assert disjoint_pair(corridor(3, ("Kestrel", "Kestrel")), 0, 3, CARRIER) is None
