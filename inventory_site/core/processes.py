"""Names of processes that tell whether one of them is still there.

Plain Python. A name is `machine:pid:started`; the machine part covers the boot and the container,
so that a process number is only ever compared where it means something.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from inventory_site.core.whole import whole_number

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One process, for good: a later process with the same number has another `started`."""

    machine: str
    pid: int
    started: str

    def __str__(self) -> str:
        return f"{self.machine}:{self.pid}:{self.started}"

    @classmethod
    def here(cls) -> Process:
        """The calling process."""
        return _of(os.getpid())

    @classmethod
    def parse(cls, name: str) -> Process | None:
        """Read a name; None when the text is not one."""
        parts = name.split(":")
        pid = whole_number(parts[1]) if len(parts) == 3 else None
        return None if pid is None else cls(parts[0], pid, parts[2])

    def is_gone(self) -> bool:
        """Whether the process has certainly ended; False when it cannot be known from here."""
        return self.machine == _machine() and _started(self.pid) != self.started


@functools.lru_cache(maxsize=8)
def _of(pid: int) -> Process:
    return Process(_machine(), pid, _started(pid))


@functools.cache
def _machine() -> str:
    """Host name with a digest of boot and process namespace, so that containers differ."""
    parts = [socket.gethostname()]
    try:
        parts.append((PROC / "sys/kernel/random/boot_id").read_text())
        parts.append(str((PROC / "self/ns/pid").readlink()))
    except OSError:
        parts.append("no /proc")
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
    return re.sub(r"[^A-Za-z0-9.-]", "-", parts[0])[:60] + "-" + digest


def _started(pid: int) -> str:
    """When the process began, in clock ticks since boot; blank when there is none or it is dead."""
    try:
        stat = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return _started_without_proc(pid)
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _started_without_proc(pid: int) -> str:
    """Systems without /proc only tell that a number is in use."""
    if PROC.joinpath("self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "running"
    return "running"
