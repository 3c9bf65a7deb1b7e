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
PER_MS = 10**9


def plane(circuits: int) -> Graph:
    """Places in a square, each joined to near ones; about five circuits per place."""
    dice = Random(SEED)  # noqa: S311  the same network each time
    places = max(4, 2 * circuits // MEAN_DEGREE)
    side = int(places**0.5)
    spots = _spots(places, side, dice)
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


def _spots(places: int, side: int, dice: Random) -> list[tuple[float, float]]:
    return [
        (number % side + dice.random() * 0.8, number // side + dice.random() * 0.8)
        for number in range(places)
    ]


def study(places: int) -> Graph:
    """Places in a square with three circuits each: 2,000 places have 6,000 circuits."""
    dice = Random(SEED)  # noqa: S311  the same network each time
    side = int(places**0.5)
    spots = _spots(places, side, dice)
    made = []
    for a in range(places):
        for step in dice.sample((1, side, side + 1, side - 1), 3):
            b = (a + step) % places
            weight = 0.1 + dist(spots[a], spots[b]) * dice.uniform(1, 1.4)
            name = f"STUDYX{len(made):06d}"
            made.append(Circuit(name, f"P{a}", f"P{b}", weight, carrier=dice.choice(CARRIERS)))
    return build_graph(made)


def pairs(graph: Graph, count: int) -> list[tuple[int, int]]:
    """Random pairs of places, the same ones each time."""
    dice = Random(SEED)  # noqa: S311  the same pairs each time
    return [tuple(dice.sample(range(len(graph.names)), 2)) for _ in range(count)]  # type: ignore[misc]  two each


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


def flow_rival(graph: Graph, *, by_place: bool) -> Any:
    """The same network for networkx's network simplex, which wants whole numbers.

    Each circuit is an arc either way for one path; by place, each place is an arc too.
    """
    made = networkx.DiGraph()
    for node, arcs in enumerate(graph.arcs):
        made.add_edge((node, "in"), (node, "out"), capacity=1 if by_place else 2, weight=0)
        for other, weight, _ in arcs:
            whole = round(weight * PER_MS)
            made.add_edge((node, "out"), (other, "in"), capacity=1, weight=whole)
    return made
