"""The long proof of polling: 2,000 targets ten times, and a third of them dead."""

from __future__ import annotations

import asyncio
import random
import resource
import time

import pytest

from devices.executors import snmp_codec
from devices.executors.snmp_engine import Agent, NoAnswer, SnmpEngine
from tests.benchmarks.p11_snmp_polling import OIDS, ours, responders

pytestmark = [pytest.mark.soak, pytest.mark.xdist_group("devices-many")]
TARGETS, ROUNDS, WARM, TIMEOUT_S, MAX_GROWTH_KIB = 2000, 10, 3, 1.0, 8 * 1024


def rss_kib() -> int:
    """Return the memory of this process, KiB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


def answered(answers: list) -> int:
    return sum(isinstance(answer, snmp_codec.Response) for _, answer in answers)


def test_memory_stays_flat_over_ten_rounds_of_2000_targets() -> None:
    sizes = []
    with responders(TARGETS) as ports:
        for _ in range(WARM + ROUNDS):
            found = asyncio.run(ours(ports, OIDS, timeout_s=5))
            sizes.append(rss_kib())
            assert answered(found) >= TARGETS * 0.99

    assert sizes[-1] - sizes[WARM] < MAX_GROWTH_KIB, sizes


def test_a_third_of_dead_targets_slows_the_rest_by_less_than_a_fifth() -> None:
    """The dead wait beside the others: what is added is at most their own timeout."""
    with responders(1200) as ports:
        alive = list(ports)
        dead = list(range(1, 601))
        asyncio.run(ours(alive, OIDS))
        rounds = []
        for _ in range(5):
            alone = asyncio.run(last_answer(alive, []))
            mixed = asyncio.run(last_answer(alive, dead))
            rounds.append((alone, mixed))

    usual = sorted(alone for alone, _ in rounds)[2]
    beside = sorted(mixed for _, mixed in rounds)[2]
    assert beside < usual * 1.2 + 0.05, rounds


async def last_answer(alive: list[int], dead: list[int]) -> float:
    """Return when the last living target had answered, with the dead ones asked among them."""
    began, last = time.perf_counter(), 0.0
    mixed = [*alive, *dead]
    random.Random(7).shuffle(mixed)  # noqa: S311  the same order each time
    wanted = [snmp_codec.parse_oid(oid) for oid in OIDS]
    async with SnmpEngine() as engine:

        async def one(port: int) -> None:
            nonlocal last
            agent = Agent("127.0.0.1", port, timeout_s=TIMEOUT_S, retries=0)
            try:
                await engine.get(agent, wanted)
            except NoAnswer:
                return
            last = max(last, time.perf_counter() - began)

        await asyncio.gather(*(one(port) for port in mixed))
    return last
