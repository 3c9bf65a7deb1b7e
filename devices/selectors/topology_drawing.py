"""Where the nodes of a topology stand on a drawing: springs for a few, a grid for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 1000.0, 620.0, 70.0
MAX_SPRINGS, ROUNDS = 60, 120


@dataclass(frozen=True, slots=True)
class Place:
    """A point of the drawing."""

    x: float
    y: float


def places(nodes: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """Return a place per node; the same input gives the same drawing."""
    if not nodes:
        return {}
    if len(nodes) > MAX_SPRINGS:
        return _grid(nodes)
    found = [
        [math.cos(2 * math.pi * at / len(nodes)), math.sin(2 * math.pi * at / len(nodes))]
        for at in range(len(nodes))
    ]
    number = {node: at for at, node in enumerate(nodes)}
    edges = [(number[a], number[b]) for a, b in links if a in number and b in number and a != b]
    ideal = 1.6 / math.sqrt(len(nodes))
    for turn in range(ROUNDS):
        _step(found, edges, ideal, 0.15 * (1 - turn / ROUNDS))
    return _fitted(nodes, found)


def _step(
    found: list[list[float]], edges: Sequence[tuple[int, int]], ideal: float, reach: float
) -> None:
    """Move every node a little: apart from all others, and towards its neighbours."""
    force = [[-0.05 * x, -0.05 * y] for x, y in found]
    for one in range(len(found)):
        for two in range(one + 1, len(found)):
            dx, dy = found[one][0] - found[two][0], found[one][1] - found[two][1]
            away = max(math.hypot(dx, dy), 0.01)
            push = ideal * ideal / away / away
            for at, sign in ((one, 1), (two, -1)):
                force[at][0] += sign * dx * push
                force[at][1] += sign * dy * push
    for one, two in edges:
        dx, dy = found[one][0] - found[two][0], found[one][1] - found[two][1]
        pull = math.hypot(dx, dy) / ideal
        for at, sign in ((one, -1), (two, 1)):
            force[at][0] += sign * dx * pull
            force[at][1] += sign * dy * pull
    for at, (fx, fy) in enumerate(force):
        size = max(math.hypot(fx, fy), 0.001)
        move = min(size, reach)
        found[at][0] += fx / size * move
        found[at][1] += fy / size * move


def _fitted(nodes: Sequence[str], found: Sequence[Sequence[float]]) -> dict[str, Place]:
    xs, ys = [x for x, _ in found], [y for _, y in found]
    wide, high = max(max(xs) - min(xs), 0.001), max(max(ys) - min(ys), 0.001)
    return {
        node: Place(
            round(MARGIN + (x - min(xs)) / wide * (WIDTH - 2 * MARGIN), 1),
            round(MARGIN + (y - min(ys)) / high * (HEIGHT - 2 * MARGIN), 1),
        )
        for node, (x, y) in zip(nodes, found, strict=True)
    }


def _grid(nodes: Sequence[str]) -> dict[str, Place]:
    columns = math.ceil(math.sqrt(len(nodes) * WIDTH / HEIGHT))
    rows = math.ceil(len(nodes) / columns)
    return {
        node: Place(
            round(MARGIN + (at % columns) * (WIDTH - 2 * MARGIN) / max(1, columns - 1), 1),
            round(MARGIN + (at // columns) * (HEIGHT - 2 * MARGIN) / max(1, rows - 1), 1),
        )
        for at, node in enumerate(nodes)
    }
