"""One step of the proof: a command, how long it took, and how it ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.peers.process import as_account

ROOT = Path(__file__).resolve().parents[2]
CLOSING = re.compile(r"^=+ .*\b(passed|failed|error|errors|no tests ran|skipped)\b.* in .*=+$")


@dataclass(frozen=True, slots=True)
class Result:
    """How a step ended; `closing` is pytest's own last line where the step was pytest."""

    name: str
    passed: bool
    seconds: float
    closing: str = ""

    def line(self) -> str:
        """The step as the summary shows it."""
        word = "ok    " if self.passed else "FAILED"
        return f"  {word}  {self.seconds:6.1f} s  {self.name}"


def run(
    name: str,
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    limit_s: float = 900,
    quiet: bool = True,
) -> Result:
    """Run a command in the checkout; a quiet one shows its output only when it fails.

    Ends the command when it takes longer than `limit_s`. Never raises for a command that fails.
    """
    say(f"── {name}")
    started = time.monotonic()
    process = subprocess.Popen(
        as_account(command, None),
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    timer = threading.Timer(limit_s, process.terminate)
    timer.start()
    lines: list[str] = []
    closing = ""
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        closing = line.strip() if CLOSING.match(line.strip()) else closing
        if not quiet:
            sys.stdout.write(line)
            sys.stdout.flush()
    code = process.wait()
    timer.cancel()
    seconds = time.monotonic() - started
    if quiet and code:
        sys.stdout.writelines(lines)
    if seconds >= limit_s:
        say(f"{name}: stopped after {limit_s:.0f} s")
    return Result(name, code == 0, seconds, closing)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
