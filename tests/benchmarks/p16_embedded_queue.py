"""P16: the embedded broker against kombu's own file system transport, Redis, and under kills."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Ratio
from tests.live.kills import latencies_ms, median_ms, queue_site, survive
from tests.peers.process import Process, running, scratch_folder
from tests.peers.redis import running_redis
from tests.peers.site import ROOT

GOAL = (
    ">= 1.5x the stock file system transport (its polling set to 50 ms); 0 lost of 10,000 under "
    "20 random kill -9; latency <= 25 ms"
)
TRANSPORTS = ("stock", "ours", "redis")
KILLS, KILLED_TASKS_FOR_EACH = 20, 10
TIMED, PAUSE_S = 40, 0.06
NO_PROGRESS_S = 10.0
WORKER = (
    *(sys.executable, "-m", "celery", "--quiet", "-A", "tests.benchmarks.p16_app", "worker"),
    *("-c", "2", "-l", "INFO", "--without-gossip", "--without-mingle"),
)
SEND = """
import json, sys, time
from tests.benchmarks.p16_app import note
asked = []
for number in range(int(sys.argv[1])):
    asked.append(time.time())
    note.delay(number)
    time.sleep(float(sys.argv[2]))
print(json.dumps(asked))
"""


def run(size: int = 1000, rounds: int = 7) -> dict[str, Any]:
    """Send `size` tasks through each transport in turn; then 10 times as many under 20 kills."""
    with running_redis() as address:
        turns = [[_measure(name, size, address) for name in TRANSPORTS] for _ in range(rounds)]
    of_stock = Ratio(tuple(ours.rate / stock.rate for stock, ours, _ in turns))
    of_redis = Ratio(tuple(ours.rate / redis.rate for _, ours, redis in turns))
    with queue_site("") as site:
        survived = survive(site, size * KILLED_TASKS_FOR_EACH, KILLS, 900)
    with queue_site("") as site, site.working():
        through_outbox_ms = median_ms(latencies_ms(site, 0, TIMED))
    stock_ms, latency_ms, redis_ms = (
        round(statistics.median(one.latency_ms for one in column), 1)
        for column in zip(*turns, strict=True)
    )
    return {
        "name": "P16",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "of_stock": of_stock.as_dict(),
        "of_redis": of_redis.as_dict(),
        "tasks_per_s": round(statistics.median(ours.rate for _, ours, _ in turns)),
        "latency_ms": latency_ms,
        "latency_with_outbox_ms": through_outbox_ms,
        "stock_latency_ms": stock_ms,
        "redis_latency_ms": redis_ms,
        "stock_lost_without_kills": sum(stock.lost for stock, _, _ in turns),
        "lost_under_kills": survived.lost,
        "repeated_under_kills": survived.repeated,
        "kills": survived.kills,
        "short": _short(statistics.median(of_stock.values), latency_ms, survived.lost),
    }


def _short(of_stock: float, latency_ms: float, lost: int) -> list[str]:
    said: list[str] = []
    if of_stock < 1.5:
        said.append(f"it is {of_stock:.2f} times as fast as the stock transport.")
    if latency_ms > 25:
        said.append(f"a task waits {latency_ms} ms.")
    if lost:
        said.append(f"{lost} tasks were lost.")
    return said


@dataclass(frozen=True, slots=True)
class Measured:
    """One transport, once."""

    rate: float
    latency_ms: float
    lost: int


def _measure(transport: str, size: int, redis: str) -> Measured:
    with _worker(transport, redis) as (env, folder):
        asked = _send(env, size, 0)
        done = _wait(folder / "notes", size)
        rate = len(done) / (max(done.values()) - asked[0])
        lost = size - len(done)
    with _worker(transport, redis) as (env, folder):
        asked = _send(env, TIMED, PAUSE_S)
        done = _wait(folder / "notes", TIMED)
        waits = [1000 * (at - asked[number]) for number, at in done.items()]
    return Measured(rate, statistics.median(waits), lost)


@contextmanager
def _worker(transport: str, redis: str) -> Iterator[tuple[dict[str, str], Path]]:
    """A worker over an empty folder."""
    with scratch_folder("p16") as folder:
        (folder / "messages").mkdir()
        (folder / "control").mkdir()
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DJANGO")},
            "PYTHONPATH": str(ROOT),
            "P16_FOLDER": str(folder),
            "P16_TRANSPORT": transport,
            "P16_REDIS": redis,
        }
        log = folder / "worker.log"
        process = Process(list(WORKER), log, env=env, cwd=ROOT)
        with running(process, lambda: log.exists() and " ready." in log.read_text()):
            yield env, folder


def _send(env: dict[str, str], count: int, pause_s: float) -> list[float]:
    command = [sys.executable, "-c", SEND, str(count), str(pause_s)]
    done = subprocess.run(command, env=env, cwd=ROOT, check=True, capture_output=True)
    return list(json.loads(done.stdout))


def _wait(notes: Path, count: int) -> dict[int, float]:
    """What was done, by number; ends early when nothing more comes for 10 s."""
    seen, since = -1, time.monotonic()
    while True:
        lines = notes.read_text().splitlines() if notes.exists() else []
        if len(lines) != seen:
            seen, since = len(lines), time.monotonic()
        if seen >= count or time.monotonic() - since > NO_PROGRESS_S:
            return {int(number): float(at) for number, at in map(str.split, lines)}
        time.sleep(0.1)
