"""Processes of the pool that are killed while they wait take nothing with them."""

import os
import signal
import time

import pytest
from billiard.exceptions import TimeoutError as TooLate
from billiard.pool import Pool

from inventory_site.core.sturdy_pool import SturdyPool

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the pool forks")


def double(number: int) -> int:
    return 2 * number


def kill_all_that_wait(pool: Pool) -> None:
    known = {process.pid for process in pool._pool}
    assert pool.apply_async(double, [1]).get(timeout=10) == 2
    for number in known:
        os.kill(number, signal.SIGKILL)
    until = time.monotonic() + 10
    while known & {process.pid for process in pool._pool} or len(pool._pool) < len(known):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_work_goes_on_after_every_waiting_process_was_killed() -> None:
    pool = SturdyPool(2)
    try:
        for _ in range(3):
            kill_all_that_wait(pool)
            found = [pool.apply_async(double, [number]) for number in range(20)]
            assert [one.get(timeout=10) for one in found] == [2 * number for number in range(20)]
    finally:
        pool.terminate()
        pool.join()


def test_billiards_own_pool_never_works_again() -> None:
    """Else this room could go."""
    pool = Pool(2)
    try:
        kill_all_that_wait(pool)
        with pytest.raises(TooLate):
            pool.apply_async(double, [2]).get(timeout=1)
    finally:
        for process in pool._pool:
            os.kill(process.pid, signal.SIGKILL)
