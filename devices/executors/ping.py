"""Reachability: raw ICMP, then datagram ICMP, then the `ping` program, then TCP; says which."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import icmplib
from icmplib.exceptions import ICMPLibError, NameLookupError, SocketPermissionError

from devices.executors.base import Outcome, positive

INTERVAL_S = 0.05
TCP_PORTS = (22, 443, 80, 23, 161)
UNKNOWN = "Name or service not known"
METHODS = ("raw", "datagram", "program", "tcp")
TIME = re.compile(r"time[=<]([\d.]+)\s*ms")


@dataclass(frozen=True, slots=True)
class Reached:
    """What came of asking one host; times in ms, `method` is one of `METHODS`."""

    host: str
    is_alive: bool
    method: str
    first_ms: float | None = None
    min_ms: float | None = None
    avg_ms: float | None = None
    max_ms: float | None = None
    loss_pct: float = 100.0
    error: str = ""


_method: str | None = None


def method() -> str:
    """Return the best way this process may use; found out once."""
    global _method
    if _method is None:
        _method = _find_method()
    return _method


def _find_method() -> str:
    for name, privileged in (("raw", True), ("datagram", False)):
        with contextlib.suppress(SocketPermissionError, ICMPLibError, OSError):
            icmplib.ping("127.0.0.1", count=1, timeout=0.2, privileged=privileged)
            return name
    return "program" if shutil.which("ping") else "tcp"


async def ping(
    host: str,
    *,
    count: int = 1,
    timeout_s: float = 2.0,
    tcp_ports: Sequence[int] = TCP_PORTS,
    way: str | None = None,
) -> Reached:
    """Ask one host; never raises for what networks do."""
    way = way or method()
    if way in {"raw", "datagram"}:
        return await _icmp(host, way, count, timeout_s)
    if way == "program":
        return await asyncio.to_thread(_program, host, count, timeout_s)
    return await _tcp(host, tcp_ports, timeout_s)


def _lost(host: str, way: str, timeout_s: float, began: float) -> Reached:
    """Say that nothing answered, or that the network refused before the time was over."""
    if time.perf_counter() - began < timeout_s / 2:
        return Reached(host, False, way, error=f"ping: {host}: Destination unreachable")
    return Reached(host, False, way, error=f"Ping timed out after {timeout_s:g}s")


async def _icmp(host: str, way: str, count: int, timeout_s: float) -> Reached:
    began = time.perf_counter()
    try:
        times = await _echoes(host, way, count, timeout_s)
    except NameLookupError:
        return Reached(host, False, way, error=f"ping: {host}: {UNKNOWN}")
    except SocketPermissionError:
        return Reached(host, False, way, error=f"This system does not allow method {way}")
    except (ICMPLibError, OSError) as err:
        return Reached(host, False, way, error=str(err))
    if not times:
        return _lost(host, way, timeout_s, began)
    return Reached(
        host,
        True,
        way,
        first_ms=round(times[0], 3),
        min_ms=round(min(times), 3),
        avg_ms=round(sum(times) / len(times), 3),
        max_ms=round(max(times), 3),
        loss_pct=round(100 * (1 - len(times) / count), 2),
    )


async def _echoes(host: str, way: str, count: int, timeout_s: float) -> list[float]:
    """Return the times in ms of what the host itself answered.

    The socket is connected to it: a raw one is handed the answers to everybody's questions, and
    processes that were forked from one count their questions alike.
    """
    address = (await icmplib.async_resolve(host))[0] if icmplib.is_hostname(host) else host
    kind = icmplib.ICMPv6Socket if icmplib.is_ipv6_address(address) else icmplib.ICMPv4Socket
    number, times = secrets.randbelow(2**16), list[float]()
    with icmplib.AsyncSocket(kind(privileged=way == "raw")) as line:
        for sequence in range(count):
            await asyncio.sleep(INTERVAL_S if sequence else 0)
            asked = icmplib.ICMPRequest(address, number, sequence)
            with contextlib.suppress(ICMPLibError, OSError):
                line.sock.connect((address, 0))
                line.send(asked)
                reply = await line.receive(asked, timeout_s)
                reply.raise_for_status()
                times.append((reply.time - asked.time) * 1000)
    return times


def _program(host: str, count: int, timeout_s: float) -> Reached:
    command = ["ping", "-n", "-c", str(count), "-W", str(max(1, round(timeout_s))), "--", host]
    began = time.perf_counter()
    try:
        done = subprocess.run(  # noqa: S603  fixed program, checked host
            command, capture_output=True, text=True, timeout=timeout_s + 5, check=False
        )
    except subprocess.TimeoutExpired:
        return Reached(host, False, "program", error=f"Ping timed out after {timeout_s:g}s")
    except OSError as err:
        return Reached(host, False, "program", error=str(err))
    times = [float(one) for one in TIME.findall(done.stdout)]
    if done.returncode != 0:
        lost = _lost(host, "program", timeout_s, began)
        return replace(lost, error=(done.stderr or "").strip() or lost.error)
    alive = Reached(host, True, "program", loss_pct=round(100 * (1 - len(times) / count), 2))
    if not times:
        return alive
    return replace(
        alive,
        first_ms=times[0],
        min_ms=min(times),
        avg_ms=round(sum(times) / len(times), 3),
        max_ms=max(times),
    )


async def _tcp(host: str, ports: Sequence[int], timeout_s: float) -> Reached:
    """A port that is open, or that refuses, shows that the host is there."""
    began, is_unknown = time.perf_counter(), asyncio.Event()

    async def knock(port: int) -> float | None:
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), timeout_s)
            writer.close()
        except ConnectionRefusedError:
            return (time.perf_counter() - began) * 1000
        except socket.gaierror:
            is_unknown.set()
            return None
        except (TimeoutError, OSError):
            return None
        return (time.perf_counter() - began) * 1000

    for task in asyncio.as_completed([knock(port) for port in ports]):
        took = await task
        if took is not None:
            ms = round(took, 3)
            return Reached(host, True, "tcp", ms, ms, ms, ms, 0.0)
    if is_unknown.is_set():
        return Reached(host, False, "tcp", error=f"ping: {host}: {UNKNOWN}")
    return _lost(host, "tcp", timeout_s, began)


class PingExecutor:
    """Whether a target answers, and how fast."""

    slug: ClassVar[str] = "ping"
    defaults: ClassVar[Mapping[str, Any]] = {"timeout": 5, "count": 1, "retries": 1}

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        wrong = positive(config, "timeout", "count")
        if config.get("method") and config["method"] not in METHODS:
            wrong = wrong or "method must be raw, datagram, program or tcp"
        return wrong or ("count may be 100 at most" if int(config.get("count") or 1) > 100 else "")

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Ping one target."""
        found = asyncio.run(
            ping(
                target,
                count=int(config.get("count") or 1),
                timeout_s=float(config.get("timeout") or 5),
                way=config.get("method") or None,
            )
        )
        extra = {
            "reachable": found.is_alive,
            "response_time_ms": found.first_ms,
            "rtt_min": found.min_ms,
            "rtt_avg": found.avg_ms,
            "rtt_max": found.max_ms,
            "packet_loss_pct": found.loss_pct,
            "method": found.method,
        }
        if not found.is_alive:
            return Outcome(False, error=found.error, error_code="unreachable", extra=extra)
        return Outcome(True, f"{target} answered in {found.first_ms} ms", extra=extra)


def is_anybody(host: str) -> bool:
    """Whether ping tells nothing: all of 127.0.0.0/8 answers, though only 127.0.0.1 is a host."""
    with contextlib.suppress(OSError):
        packed = socket.inet_aton(host)
        return packed[0] == 127 and packed != b"\x7f\0\0\1"
    return False
