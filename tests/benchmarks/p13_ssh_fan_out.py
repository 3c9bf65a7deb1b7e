"""P13: a command on many devices over SSH, against bare asyncssh and against default paramiko."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import asyncssh
import paramiko

from devices.executors.base import Target, execute_batch
from devices.executors.ssh import SshExecutor
from devices.executors.ssh_client import cache
from devices.executors.ssh_keys import KnownHosts
from tests.benchmarks.measure import interleaved
from tests.benchmarks.p13_server import PASSWORD, USER, addresses

FAN_OUT, RIVAL_TARGETS, HUNG_S = 50, 20, 5
GOAL = (
    "new logins >= 0.8 of bare asyncssh; a kept connection >= 25 x default paramiko; "
    "one hung device delays no other"
)


@contextlib.contextmanager
def servers(count: int) -> Iterator[int]:
    """Run the server on so many addresses in a process of its own; yield its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.p13_server", str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


def run(size: int = 200, rounds: int = 3) -> dict[str, Any]:
    """Sign in to `size` devices, then use the kept connections again."""
    with servers(size) as port:
        hosts = addresses(size)

        def fresh() -> None:
            cache.close()
            ours(hosts, port)

        logins = interleaved(fresh, lambda: asyncio.run(bare(hosts, port)), rounds)
        few = hosts[:RIVAL_TARGETS]
        ours(few, port)
        kept = interleaved(lambda: ours(few, port), lambda: default_paramiko(few, port), rounds)
        delay = hung_delay(hosts[: FAN_OUT // 2], port)
        cache.close()
    limits = {"logins_of_asyncssh": 0.8, "kept_times_paramiko": 25}
    result: dict[str, Any] = {
        "name": "P13",
        "goal": GOAL,
        "size": size,
        "rounds": rounds,
        "logins_of_asyncssh": logins.times_faster.as_dict(),
        "logins_per_s": round(size / (logins.ours_ms / 1000), 1),
        "kept_times_paramiko": kept.times_faster.as_dict(),
        "delay_by_a_hung_device_s": round(delay, 3),
    }
    short = [
        f"{name.replace('_', ' ')} is below {least}."
        for name, least in limits.items()
        if result[name]["median"] < least
    ]
    if delay > HUNG_S / 2:
        short.append("a hung device delays the others.")
    return {**result, "short": short}


def _config(port: int, hosts: KnownHosts) -> dict[str, Any]:
    return {
        "port": port,
        "username": USER,
        "password": PASSWORD,
        "known_hosts": hosts,
        "timeout": HUNG_S,
        "retries": 0,
    }


def ours(hosts: list[str], port: int) -> None:
    """Run one command on every device, as a run does."""
    config = _config(port, KnownHosts())
    targets = [Target(host, config) for host in hosts]
    outcomes = execute_batch(SshExecutor(), targets, "show", fan_out=FAN_OUT)
    failed = [outcome.error for outcome in outcomes if not outcome.success]
    if failed:
        raise RuntimeError(failed[0])


async def bare(hosts: list[str], port: int) -> None:
    """The limit: asyncssh with as many at once."""
    gate = asyncio.Semaphore(FAN_OUT)

    async def one(host: str) -> None:
        async with (
            gate,
            asyncssh.connect(
                host, port, username=USER, password=PASSWORD, known_hosts=None, client_keys=None
            ) as connection,
        ):
            await connection.run("show")

    await asyncio.gather(*(one(host) for host in hosts))


def default_paramiko(hosts: list[str], port: int) -> None:
    """The rival: a new paramiko client for each command."""
    for host in hosts:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  loopback
        client.connect(host, port, USER, PASSWORD, look_for_keys=False, allow_agent=False)
        _, stdout, _ = client.exec_command("show")
        stdout.read()
        client.close()


def hung_delay(hosts: list[str], port: int) -> float:
    """Return how much later the last good device answers when one hangs."""
    with socket.create_server(("127.0.39.1", 0)) as hung:
        config = _config(port, KnownHosts())
        targets = [Target(host, config) for host in hosts]
        stuck = Target("127.0.39.1", {**config, "port": hung.getsockname()[1]})
        began = time.perf_counter()
        alone = execute_batch(SshExecutor(), targets, "show", fan_out=FAN_OUT)
        without = time.perf_counter() - began
        mixed = execute_batch(SshExecutor(), [stuck, *targets], "show", fan_out=FAN_OUT)
    slowest = max(outcome.duration for outcome in mixed[1:])
    assert all(outcome.success for outcome in (*alone, *mixed[1:]))
    return max(0.0, slowest - without)
