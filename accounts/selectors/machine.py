"""What can be said of the machine and the programs on it, without waiting."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

GIB = 1024**3
TOOLS = frozenset(
    "ping nmap traceroute arp-scan ssh snmpget snmpwalk curl wget python3 python node npm".split()
)
STARTED = time.time()
NEARLY_FULL, BUSY = 90.0, 80.0


def memory() -> dict[str, Any]:
    """Return how much memory is in use; `warning` from 90 %."""
    values = _meminfo()
    total, free = values.get("MemTotal", 0), values.get("MemAvailable", 0)
    used = round(100 * (total - free) / total, 1) if total else 0.0
    return {
        **_judged(used, NEARLY_FULL, "memory"),
        "usage_percent": used,
        "available_gb": round(free / GIB, 2),
        "total_gb": round(total / GIB, 2),
    }


def disk() -> dict[str, Any]:
    """Return how full the disk of the site's state is; `warning` from 90 %."""
    usage = shutil.disk_usage(settings.PATCHBAY_VAR)
    used = round(100 * usage.used / usage.total, 1)
    return {
        **_judged(used, NEARLY_FULL, "disk"),
        "usage_percent": used,
        "free_gb": round(usage.free / GIB, 2),
        "total_gb": round(usage.total / GIB, 2),
    }


def processor() -> dict[str, Any]:
    """Return the load of the last minute per core; `warning` from 80 %."""
    used = round(100 * os.getloadavg()[0] / (os.cpu_count() or 1), 1)
    return {**_judged(used, BUSY, "cpu"), "usage_percent": min(used, 100.0)}


def info() -> dict[str, Any]:
    """Return what the process is and runs on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    uptime = time.time() - STARTED
    return {
        "hostname": platform.node(),
        "platform": platform.platform(),
        "python_version": sys.version.split()[0],
        "process": {
            "pid": os.getpid(),
            "create_time": STARTED,
            "cpu_percent": round(100 * (usage.ru_utime + usage.ru_stime) / max(uptime, 1), 1),
            "memory_mb": round(usage.ru_maxrss / 1024, 1),
        },
        "uptime_seconds": round(uptime),
        "timestamp": timezone.now(),
    }


def tool(name: str) -> dict[str, Any]:
    """Return whether a program is installed, and where."""
    found = shutil.which(name)
    more = {"path": found} if found else {}
    return {"tool": name, "available": found is not None, **more}


def _judged(used: float, limit: float, what: str) -> dict[str, str]:
    status = "warning" if used >= limit else "healthy"
    return {"status": status, "message": f"{what} {used} % in use"}


def _meminfo() -> dict[str, int]:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.split(":") for line in lines)
    return {name: int(rest.split()[0]) * 1024 for name, rest in pairs}
