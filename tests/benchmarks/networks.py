"""Random networks in the plane, the same ones each time, for us and for the rival."""

from __future__ import annotations

from math import dist
from random import Random
from typing import Any

import networkx

from networkroutes.design.circuits import Circuit
from networkroutes.design.graph import Graph, build_graph

SEED = 20261121
CARRIERS = ("Aurora", "Kestrel", "Pelagia", "Meridian", "Sunward", "Northlight")
MEAN_DEGREE = 5


def plane(circuits: int) -> Graph:
    """Places in a square, each joined to near ones; about five circuits per place."""
    dice = Random(SEED)  # noqa: S311  the same network each time
    places = max(4, 2 * circuits // MEAN_DEGREE)
    side = int(places**0.5)
    spots = [
        (number % side + dice.random() * 0.8, number // side + dice.random() * 0.8)
        for number in range(places)
    ]
    made = []
    for number in range(circuits):
        a = number % places
        b = a + dice.choice((1, side, side + 1, side - 1))
        if b >= places:
            b = a - 1
        weight = 0.1 + dist(spots[a], spots[b]) * dice.uniform(1, 1.4)
        name = f"PLANEX{number:06d}"
        made.append(Circuit(name, f"P{a}", f"P{b}", weight, carrier=dice.choice(CARRIERS)))
    return build_graph(made)


def ends(graph: Graph) -> tuple[int, int]:
    """Two well-joined places far apart: near two corners of the square."""
    by_place = sorted(range(len(graph.names)), key=lambda node: int(graph.names[node][1:]))
    joined = [node for node in by_place if len({arc[0] for arc in graph.arcs[node]}) >= 4]
    return joined[0], joined[-1]


def rival(graph: Graph) -> Any:
    """The same network for networkx."""
    made = networkx.Graph()
    for node, arcs in enumerate(graph.arcs):
        made.add_weighted_edges_from((node, other, weight) for other, weight, _ in arcs)
    return made
