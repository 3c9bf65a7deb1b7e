"""Peers of the device tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import paramiko
import pytest

from devices.executors.ssh_client import cache
from devices.simulator import run
from devices.simulator.world import World


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port that nobody has at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Simulated:
    """The running switches."""

    world: World
    snmp_port: int
    ssh_port: int

    @property
    def options(self) -> dict[str, int]:
        """What a scan has to know."""
        return {"snmp_port": self.snmp_port, "ssh_port": self.ssh_port, "snmp_timeout": 1}


@pytest.fixture(scope="session")
def simulated() -> Iterator[Simulated]:
    """The scenario's switches on free ports of 127.0.10.1 to .12."""
    world = World.load()
    world.scenario["flap_s"] = 10**11  # links hold still while tests look
    snmp_port, ssh_port = free_port(socket.SOCK_DGRAM), free_port()
    key = paramiko.RSAKey.generate(2048)
    loop = asyncio.new_event_loop()
    task = loop.create_task(run.serve(world, key=key, snmp_port=snmp_port, ssh_port=ssh_port))
    thread = threading.Thread(target=_run, args=(loop, task), daemon=True)
    thread.start()
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.10.11", ssh_port)) == 0:
                break
        threading.Event().wait(0.05)
    yield Simulated(world, snmp_port, ssh_port)
    loop.call_soon_threadsafe(task.cancel)
    thread.join(5)


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        loop.close()


@pytest.fixture(autouse=True)
def _no_kept_connections() -> Iterator[None]:
    yield
    cache.close()
