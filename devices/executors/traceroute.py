"""The way to a target, by the `traceroute` program."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, ClassVar

from devices.executors.base import Outcome, clean, positive

HOP = re.compile(r"\A\s*(\d+)\s+(.*)\Z")
ADDRESS = re.compile(r"(\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*:[0-9a-fA-F:]+)")
TIME = re.compile(r"([\d.]+) ms")


class TracerouteExecutor:
    """Hops to a target, with their times in ms."""

    slug: ClassVar[str] = "traceroute"
    defaults: ClassVar[Mapping[str, Any]] = {
        "timeout": 30,
        "max_hops": 20,
        "wait": 1,
        "retries": 0,
    }

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration."""
        return positive(config, "timeout", "max_hops", "wait")

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Trace one target."""
        program = shutil.which("traceroute")
        if program is None:
            return Outcome(
                False,
                error="The traceroute program is not installed",
                error_code="missing_library",
            )
        call = [
            *(program, "-n", "-q", "1", "-w", str(config["wait"])),
            *("-m", str(int(config["max_hops"])), "--", target),
        ]
        timeout = float(config["timeout"])
        try:
            done = subprocess.run(  # noqa: S603  fixed program, checked host
                call, capture_output=True, timeout=timeout, check=False
            )
        except subprocess.TimeoutExpired:
            return Outcome(
                False, error=f"Traceroute timed out after {timeout:g}s", error_code="timeout"
            )
        text = clean(done.stdout)
        hops = [hop for hop in map(read_hop, text.splitlines()) if hop is not None]
        if done.returncode != 0 or not hops:
            return Outcome(False, text, clean(done.stderr).strip() or "No answer", "unreachable")
        return Outcome(True, text, extra={"hops": hops})


def read_hop(line: str) -> dict[str, Any] | None:
    """Read one line of traceroute's output."""
    found = HOP.match(line)
    if found is None:
        return None
    address, took = ADDRESS.search(found[2]), TIME.search(found[2])
    return {
        "hop": int(found[1]),
        "address": address[1] if address else None,
        "time_ms": float(took[1]) if took else None,
    }
