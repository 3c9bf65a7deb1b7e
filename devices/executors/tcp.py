"""Which TCP ports of a target are open."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from devices.executors.base import Outcome, clean, positive
from inventory_site.core.whole import whole_number

COMMON = (22, 23, 80, 135, 139, 161, 443, 445, 3389, 5985, 5986, 8080, 8443)
MAX_PORTS = 4096


def parse_ports(text: Any) -> list[int]:
    """Read `22,80-83` or a list of numbers; raises `ValueError`."""
    if isinstance(text, (list, tuple)):
        text = ",".join(str(one) for one in text)
    found: list[int] = []
    for part in str(text).replace(" ", "").split(","):
        if not part:
            continue
        first, dash, last = part.partition("-")
        low, high = whole_number(first), whole_number(last if dash else first)
        if low is None or high is None or not 0 < low <= high <= 65535:
            raise ValueError(f"{part} is no port or range of ports")
        found += range(low, high + 1)
        if len(found) > MAX_PORTS:
            raise ValueError(f"at most {MAX_PORTS} ports at a time")
    return sorted(set(found))


async def scan(
    host: str, ports: Sequence[int], *, timeout_s: float = 1.0, at_once: int = 100
) -> list[int]:
    """Return the open ports in order."""
    gate = asyncio.Semaphore(at_once)

    async def knock(port: int) -> int | None:
        async with gate:
            try:
                _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout_s)
            except (TimeoutError, OSError):
                return None
            writer.close()
            return port

    found = await asyncio.gather(*(knock(port) for port in ports))
    return sorted(port for port in found if port is not None)


async def ssh_banner(host: str, port: int, *, timeout_s: float = 2.0) -> str:
    """Return the first line an SSH server says, 255 characters at most; blank without one."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout_s)
    except (TimeoutError, OSError):
        return ""
    try:
        line = await asyncio.wait_for(reader.read(255), timeout_s)
    except (TimeoutError, OSError):
        line = b""
    finally:
        writer.close()
    first = clean(line).split("\n", 1)[0].strip()
    return first if first.startswith("SSH-") else ""


class TcpScanExecutor:
    """Open TCP ports; `command` names them, e.g. `22,80-83`."""

    slug: ClassVar[str] = "tcp_scan"
    defaults: ClassVar[Mapping[str, Any]] = {"timeout": 1, "retries": 0}

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        return positive(config, "timeout")

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Scan one target."""
        try:
            ports = parse_ports(command or config.get("ports") or list(COMMON))
        except ValueError as err:
            return Outcome(False, error=str(err), error_code="invalid")
        began = time.perf_counter()
        try:
            socket.getaddrinfo(target, None)
        except OSError:
            text = f"Cannot resolve {target}"
            return Outcome(False, error=text, error_code="unreachable")
        found = asyncio.run(scan(target, ports, timeout_s=float(config.get("timeout") or 1)))
        text = ", ".join(map(str, found)) or "none"
        took = time.perf_counter() - began
        return Outcome(True, f"Open: {text}", duration=took, extra={"open_ports": found})
