"""P25: from one command to a working sign-in page, and the memory of what it started."""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Ratio
from tests.peers.process import LOOPBACK, Process, free_port
from tests.peers.site import ROOT, Home, answers, home

GOAL = "sign-in page <= 15 s after installation; web, worker and beat <= 400 MB"
LIMIT_S, LIMIT_MB = 15, 400
SETTLE_S = 5.0
PAGES = 50
FAMILY = 7  # supervisor, granian and its worker, Celery worker and two children, beat


def run(size: int = PAGES, rounds: int = 7) -> dict[str, Any]:
    """Start an empty site, then start it again `rounds` times; ask for `size` pages each time."""
    with home(migrate=False) as place:
        first_s, _ = _start(place, size)
        again = [_start(place, size) for _ in range(rounds)]
    starts = Ratio(tuple(took for took, _ in again)).as_dict()
    memory_mb = round(statistics.median(memory["Pss"] for _, memory in again))
    summed_mb = round(statistics.median(memory["Rss"] for _, memory in again))
    return {
        "name": "P25",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "first_start_with_migrations_and_demo_s": round(first_s, 1),
        "start_s": starts,
        "memory_each_page_once_mb": memory_mb,
        "memory_summed_rss_mb": summed_mb,
        "short": _short(first_s, starts["median"], memory_mb, summed_mb),
    }


def _short(first_s: float, start_s: float, memory_mb: int, summed_mb: int) -> list[str]:
    said = []
    if start_s > LIMIT_S:
        said.append(f"a start takes {start_s:.1f} s.")
    if first_s > LIMIT_S:
        said.append(f"the first start, with migrations and demo data, takes {first_s:.1f} s.")
    if memory_mb > LIMIT_MB:
        said.append(f"the processes take {memory_mb} MB.")
    elif summed_mb > LIMIT_MB:
        said.append(
            f"the processes' RSS adds up to {summed_mb} MB, because pages that they share count in "
            f"each; counted once they take {memory_mb} MB."
        )
    return said


def _start(place: Home, pages: int) -> tuple[float, dict[str, float]]:
    """Seconds to the sign-in page, and memory after that many pages."""
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)]
    url, began = f"http://{LOOPBACK}:{port}/admin/login/", time.monotonic()
    process = place.process(command, "up.log").start()
    try:
        process.wait_until(lambda: answers(url), 120)
        took_s = time.monotonic() - began
        _wait_for_family(process)
        for _ in range(pages):
            answers(url)
        time.sleep(SETTLE_S)
        return took_s, _memory_mb({process.pid, *_descendants(process.pid)} - _simulators(process))
    finally:
        process.stop(timeout_s=30)


def _wait_for_family(process: Process) -> None:
    until = time.monotonic() + 60
    while len(_descendants(process.pid)) + 1 < FAMILY and time.monotonic() < until:
        time.sleep(0.2)


def _simulators(process: Process) -> set[int]:
    """The simulated devices of the demo, which are not the site."""
    command = b"simulate_devices"
    return {
        pid
        for pid in _descendants(process.pid)
        if command in Path(f"/proc/{pid}/cmdline").read_bytes()
    }


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child, *_descendants(child)}
    return found


def _memory_mb(pids: set[int]) -> dict[str, float]:
    """Resident memory: `Rss` counts shared pages in each process, `Pss` its share of them."""
    total = {"Rss": 0.0, "Pss": 0.0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in total:
                total[name] += int(value.split()[0]) / 1024
    return total
