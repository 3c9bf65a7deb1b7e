"""What can be said of a STEP file (ISO 10303-21) without a geometry kernel."""

from __future__ import annotations

import math
import re
from pathlib import Path

START, END = b"ISO-10303-21", b"END-ISO-10303-21"
EDGE_BYTES = 4096
DEFINED = re.compile(rb"#(\d+)\s*=")
NAMED = re.compile(rb"#(\d+)")
STRINGS = re.compile(rb"'[^']*'")
NUMBER = rb"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*"
POINT = re.compile(
    rb"CARTESIAN_POINT\s*\(\s*'[^']*'\s*,\s*\(" + NUMBER + rb"," + NUMBER + rb"," + NUMBER + rb"\)"
)
LARGEST_LENGTH = 1e9


def is_whole(path: Path) -> bool:
    """Whether a file begins and ends as STEP does and names no entity that it does not hold.

    A file that was cut off and closed again would give a part of its model.
    """
    content = path.read_bytes()
    if START not in content[:EDGE_BYTES] or END not in content[-EDGE_BYTES:]:
        return False
    if not _dangling(content):
        return True
    return not _dangling(STRINGS.sub(b"''", content))


def diagonal_of(path: Path) -> float | None:
    """Return the diagonal of the box around all points, in the file's unit; None without points."""
    low, high = [math.inf] * 3, [-math.inf] * 3
    for match in POINT.finditer(path.read_bytes()):
        for axis, text in enumerate(match.groups()):
            value = float(text)
            low[axis], high[axis] = min(low[axis], value), max(high[axis], value)
    diagonal = math.dist(low, high) if low[0] <= high[0] else 0.0
    return diagonal if 0 < diagonal < LARGEST_LENGTH else None


def _dangling(content: bytes) -> bool:
    defined = set(DEFINED.findall(content))
    return not defined or bool(set(NAMED.findall(content)) - defined)
