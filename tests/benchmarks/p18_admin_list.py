"""P18: the admin's list of circuits, against Django's own admin and against itself on few rows."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from tests.benchmarks.measure import Race, Ratio
from tests.benchmarks.p18_child import PER_PAGE
from tests.peers.site import ROOT, Home, home

GOAL = (
    "a themed list of 100 rows <= 2.5x stock; a bounded count and a page cap above 100k rows; "
    "1M rows within 1.2x of 10k"
)
FEW = 10_000
THEMES = {"ours": "unfold", "stock": "stock"}
FILL = "import sys; from tests.benchmarks import register; register.add_circuits(int(sys.argv[1]))"


def run(size: int = 1_000_000, rounds: int = 9) -> dict[str, Any]:
    """Open the first page on 10,000 rows, then on `size` rows."""
    with home() as few, home(like=few) as many:
        _fill(few, FEW)
        _fill(many, size)
        small, large = _race(few, few, rounds), _race(many, many, rounds)
        growth = _race(few, many, rounds, ways=("ours", "ours"))
    slower = Ratio(tuple(1 / value for value in small.times_faster.values)).as_dict()
    slower_large = Ratio(tuple(1 / value for value in large.times_faster.values)).as_dict()
    grown = growth.times_faster.as_dict()
    short = [
        *([f"{slower['median']}x stock on 10,000 rows."] if slower["median"] > 2.5 else []),
        *([f"{grown['median']}x from 10,000 to {size:,} rows."] if grown["median"] > 1.2 else []),
    ]
    return {
        "name": "P18",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "rows_on_a_page": PER_PAGE,
        "times_stock_on_10000_rows": slower,
        f"times_stock_on_{size}_rows": slower_large,
        "many_rows_against_10000": grown,
        "ours_ms": small.ours_ms,
        "short": short,
    }


def _fill(place: Home, size: int) -> None:
    subprocess.run(
        [sys.executable, "-c", f"import django; django.setup(); {FILL}", str(size)],
        check=True,
        env=place.environment,
        cwd=ROOT,
    )


def _race(
    first: Home, second: Home, rounds: int, *, ways: tuple[str, str] = ("ours", "stock")
) -> Race:
    """Seconds of the two ways, in turn; the first two rounds warm up."""
    taken: tuple[list[float], list[float]] = ([], [])
    with _admin(first, ways[0]) as one, _admin(second, ways[1]) as other:
        for number in range(rounds + 2):
            for seconds, child, way in zip(taken, (one, other), ways, strict=True):
                spent = _ask(child, way)
                if number > 1:
                    seconds.append(spent)
    return Race(tuple(taken[0]), tuple(taken[1]))


def _ask(child: subprocess.Popen[str], way: str) -> float:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(f"{way}\n")
    child.stdin.flush()
    status, rows, spent = child.stdout.readline().split()
    if int(status) != 200 or int(rows) < PER_PAGE:
        raise RuntimeError(f"{way}: status {status}, {rows} rows")
    return float(spent)


@contextlib.contextmanager
def _admin(place: Home, way: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.p18_child"],
        env={**place.environment, "ADMIN_THEME": THEMES[way]},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        assert child.stdin is not None
        child.stdin.close()
        child.wait(timeout=30)
