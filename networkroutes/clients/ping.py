"""Round-trip times, by the best means that the machine allows.

The ladder: raw ICMP, datagram ICMP, the `ping` program, the time of a TCP connection. Which rung
holds is tried once per run, on loopback; each answer names its rung.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import icmplib

AT_ONCE = 100
RTT = re.compile(rb"time[=<]\s*([0-9.]+)\s*ms")
RAW, DATAGRAM, PROGRAM, TCP = "icmp", "icmp-datagram", "ping-program", "tcp"


@dataclass(frozen=True, slots=True)
class Target:
    """What to measure; `needs_listener` asks for a TCP connection that is accepted."""

    address: str
    tcp_port: int = 443
    timeout_s: float = 2.0
    needs_listener: bool = False


@dataclass(frozen=True, slots=True)
class Echo:
    """An answer after `ms`, or none; `method` is the rung that was used."""

    ms: float | None
    method: str


def measure(targets: Sequence[Target], method: str | None = None) -> list[Echo]:
    """Measure all targets side by side, in their order; `method` forces one rung."""
    return asyncio.run(_measure(targets, method))


async def best_method() -> str:
    """Return the highest rung that answers on loopback."""
    for method, is_privileged in ((RAW, True), (DATAGRAM, False)):
        with contextlib.suppress(icmplib.ICMPLibError, OSError):
            if (await _icmp("127.0.0.1", 1.0, is_privileged=is_privileged)) is not None:
                return method
    if shutil.which("ping") and await _program("127.0.0.1", 1.0) is not None:
        return PROGRAM
    return TCP


async def _measure(targets: Sequence[Target], method: str | None) -> list[Echo]:
    chosen = method or await best_method()
    places = asyncio.Semaphore(AT_ONCE)

    async def one(target: Target) -> Echo:
        async with places:
            return await _echo(target, chosen)

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _echo(target: Target, method: str) -> Echo:
    if target.needs_listener:
        return Echo(await _connect(target, refused_answers=False), TCP)
    try:
        if method == RAW:
            return Echo(await _icmp(target.address, target.timeout_s, is_privileged=True), RAW)
        if method == DATAGRAM:
            return Echo(
                await _icmp(target.address, target.timeout_s, is_privileged=False), DATAGRAM
            )
    except (icmplib.ICMPLibError, OSError):
        return Echo(None, method)
    if method == PROGRAM:
        return Echo(await _program(target.address, target.timeout_s), PROGRAM)
    return Echo(await _connect(target, refused_answers=True), TCP)


async def _icmp(address: str, timeout_s: float, *, is_privileged: bool) -> float | None:
    host = await icmplib.async_ping(address, count=1, timeout=timeout_s, privileged=is_privileged)
    return float(host.min_rtt) if host.is_alive else None


async def _program(address: str, timeout_s: float) -> float | None:
    """Run `ping`; an address that is neither a number nor a plain name is never passed on."""
    if not _is_host(address):
        return None
    process = await asyncio.create_subprocess_exec(
        "ping",
        "-n",
        "-c",
        "1",
        "-W",
        str(max(1, round(timeout_s))),
        address,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s + 1)
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    found = RTT.search(output)
    return float(found[1]) if found and process.returncode == 0 else None


async def _connect(target: Target, *, refused_answers: bool) -> float | None:
    """Time a TCP connection; a refusal comes from a host that is there."""
    started = perf_counter()
    try:
        opening = asyncio.open_connection(target.address, target.tcp_port)
        _, writer = await asyncio.wait_for(opening, target.timeout_s)
    except ConnectionRefusedError:
        return (perf_counter() - started) * 1000 if refused_answers else None
    except (OSError, TimeoutError, UnicodeError):
        return None
    elapsed = (perf_counter() - started) * 1000
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return elapsed


def _is_host(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252})", text) is not None
