"""Processes of the pool that are killed while they wait take nothing with them."""

import os
import signal
import subprocess
import sys

import pytest

from tests.architecture.house import ROOT

PROGRAM = """
import os, signal, sys, time
from operator import neg
from billiard.exceptions import TimeoutError
from billiard.pool import Pool
from inventory_site.core.sturdy_pool import SturdyPool

pool = {"SturdyPool": SturdyPool, "Pool": Pool}[sys.argv[1]](2)
try:
    for _ in range(3):
        known = {process.pid for process in pool._pool}
        assert pool.apply_async(neg, [1]).get(timeout=20) == -1
        for number in known:
            os.kill(number, signal.SIGKILL)
        while known & {process.pid for process in pool._pool} or len(pool._pool) < len(known):
            time.sleep(0.02)
        found = [pool.apply_async(neg, [number]) for number in range(20)]
        assert [one.get(timeout=int(sys.argv[2])) for one in found] == [-n for n in range(20)]
    print("goes on", flush=True)
except TimeoutError:
    print("stands still", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize(
    ("pool", "patience_s", "outcome"),
    [
        ("SturdyPool", 20, "goes on"),
        ("Pool", 2, "stands still"),  # else the room could go
    ],
)
def test_every_waiting_process_is_killed(pool: str, patience_s: int, outcome: str) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, pool, str(patience_s)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert started.stdout is not None
        assert started.stdout.readline() == f"{outcome}\n"
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()
