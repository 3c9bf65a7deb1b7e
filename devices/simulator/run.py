"""Starts the agents of a scenario."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import paramiko

from devices.simulator.snmp_agent import SnmpAgent
from devices.simulator.ssh_server import SshServer
from devices.simulator.world import World


def host_key(path: Path) -> paramiko.PKey:
    """Return the servers' key, made on first use and kept, so that known hosts stay true."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        paramiko.RSAKey.generate(2048).write_private_key_file(str(path))
    return paramiko.RSAKey(filename=str(path))


async def serve(world: World, *, key: paramiko.PKey, snmp_port: int, ssh_port: int) -> None:
    """Answer for every device that is not down, until cancelled."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)
    loop = asyncio.get_running_loop()
    transports, servers = [], []
    try:
        for device in world.devices.values():
            if device.is_down:
                continue
            transport, _ = await loop.create_datagram_endpoint(
                lambda device=device: SnmpAgent(world, device),  # type: ignore[misc]  # bound now
                local_addr=(device.address, snmp_port),
            )
            transports.append(transport)
            server = SshServer(world, device, ssh_port, key)
            server.start()
            servers.append(server)
        await asyncio.Event().wait()
    finally:
        for transport in transports:
            transport.close()
        for server in servers:
            server.stop()
