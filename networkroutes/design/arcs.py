"""Lines along great circles, as a flat map of the world draws them."""

from __future__ import annotations

from itertools import pairwise
from math import asin, atan2, cos, degrees, pi, radians, sin, sqrt

STEPS = 16
HALF_TURN = 180.0

Spot = tuple[float, float]


def great_circle(a: Spot, b: Spot) -> list[list[Spot]]:
    """Return the shortest way between two (latitude, longitude) pairs as lines of 16 steps.

    Two lines where it passes the date line, none between equal places. Points by the usual
    interpolation on a sphere.
    """
    if a == b:
        return []
    angle = _angle(a, b)
    if angle == 0 or abs(angle - pi) < 1e-9:
        return [[a, b]]
    points = [_between(a, b, angle, step / STEPS) for step in range(STEPS + 1)]
    lines = [[points[0]]]
    for before, point in pairwise(points):
        if abs(point[1] - before[1]) > HALF_TURN:
            lines.append([])
        lines[-1].append(point)
    return [line for line in lines if len(line) > 1]


def _angle(a: Spot, b: Spot) -> float:
    across = sin(radians(b[1] - a[1]) / 2) ** 2
    half = sin(radians(b[0] - a[0]) / 2) ** 2
    return 2 * asin(min(1.0, sqrt(half + cos(radians(a[0])) * cos(radians(b[0])) * across)))


def _between(a: Spot, b: Spot, angle: float, part: float) -> Spot:
    near, far = sin((1 - part) * angle) / sin(angle), sin(part * angle) / sin(angle)
    x = near * cos(radians(a[0])) * cos(radians(a[1])) + far * cos(radians(b[0])) * cos(
        radians(b[1])
    )
    y = near * cos(radians(a[0])) * sin(radians(a[1])) + far * cos(radians(b[0])) * sin(
        radians(b[1])
    )
    z = near * sin(radians(a[0])) + far * sin(radians(b[0]))
    return degrees(atan2(z, sqrt(x * x + y * y))), degrees(atan2(y, x))
