"""One child process per conversion: CPU, memory, wall time and output are limited.

A crash, a bomb or a hang of the child is a value here, never a dead worker. The child sees an
empty environment but for the path of our code, and a folder of its own that is removed afterwards.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO

MIB = 1024 * 1024
ROOT = Path(__file__).resolve().parents[2]
SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin"
CHUNK_BYTES = 64 * 1024
ERROR_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use; `output_bytes` holds for its standard output and for each file."""

    cpu_s: int = 20
    wall_s: float = 30.0
    memory_bytes: int = 768 * MIB
    output_bytes: int = 32 * MIB


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended.

    `error_code` is blank or one of `failed` (it said no), `timeout`, `too_large`, `crashed` (killed
    by a limit or a signal; `used_up_cpu` tells that one), `missing` (no such program). `files` are
    what it left in its folder.
    """

    ok: bool
    output: bytes = b""
    error_code: str = ""
    message: str = ""
    duration_ms: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict)
    used_up_cpu: bool = False


def run_limited(
    argv_or_module: str | Sequence[str],
    input: bytes | BinaryIO | Path | None = None,
    limits: Limits | None = None,
    *,
    arguments: Sequence[str] = (),
    collect: Sequence[str] = (),
    moved: Mapping[str, Path] | None = None,
) -> Outcome:
    """Run a program, or a module of ours by its dotted name, and return how it ended.

    `input` becomes its standard input (a path is opened for it); `collect` names files that it may
    leave in its working folder, and `moved` where to put large ones, which never pass through our
    memory. Never raises for anything the child does.
    """
    bounds, began = limits or Limits(), time.monotonic()
    command = (
        [sys.executable, "-m", argv_or_module]
        if isinstance(argv_or_module, str)
        else list(argv_or_module)
    )
    with tempfile.TemporaryDirectory(prefix="patchbay-child-") as folder:
        try:
            outcome = _run([*command, *arguments], input, bounds, Path(folder), collect)
            if outcome.ok:
                outcome = taken(outcome, Path(folder), moved or {}, bounds.output_bytes)
        except FileNotFoundError:
            outcome = Outcome(False, error_code="missing", message=f"{command[0]} is missing")
    took = int((time.monotonic() - began) * 1000)
    return replace(outcome, duration_ms=took)


def _run(
    command: list[str],
    input: bytes | BinaryIO | Path | None,
    limits: Limits,
    folder: Path,
    collect: Sequence[str],
) -> Outcome:
    with _as_file(input, folder) as source:
        child = subprocess.Popen(  # noqa: S603  the programs are ours to choose, never a user's
            command,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment(folder),
            preexec_fn=partial(apply_limits, limits),
            start_new_session=True,
        )
    return _collected(child, limits, folder, collect)


def _collected(
    child: subprocess.Popen[bytes], limits: Limits, folder: Path, collect: Sequence[str]
) -> Outcome:
    assert child.stdout is not None  # noqa: S101  a pipe was asked for
    assert child.stderr is not None  # noqa: S101  as above
    output, errors = _Reader(child.stdout, limits.output_bytes), _Reader(child.stderr, ERROR_BYTES)
    output.start()
    errors.start()
    deadline = time.monotonic() + limits.wall_s
    timed_out = False
    while child.poll() is None:
        if time.monotonic() > deadline or output.overflowed:
            timed_out = not output.overflowed
            _end(child)
        else:
            time.sleep(0.01)
    _end(child)
    output.join(1)
    errors.join(1)
    if timed_out:
        return too_slow(limits)
    if output.overflowed:
        return Outcome(False, error_code="too_large", message="the result is too large")
    text = bytes(errors.content).decode("utf-8", "replace").strip()
    message = text.splitlines()[-1][:300] if text else ""
    if child.returncode:
        return gone_wrong(child.returncode, message, out_of_memory="MemoryError" in text)
    files, oversized = _files(folder, collect, limits.output_bytes)
    if oversized:
        return Outcome(False, error_code="too_large", message="the result is too large")
    return Outcome(True, bytes(output.content), files=files)


def too_slow(limits: Limits) -> Outcome:
    """Say that a child was ended at its wall time."""
    return Outcome(False, error_code="timeout", message=f"ran longer than {limits.wall_s:g} s")


def gone_wrong(code: int, message: str = "", *, out_of_memory: bool = False) -> Outcome:
    """Say how a child ended that did not end with 0; below 0 by a signal."""
    killed = code < 0 or out_of_memory
    return Outcome(
        False,
        error_code="crashed" if killed else "failed",
        message=message,
        used_up_cpu=code == -signal.SIGXCPU,
    )


def _files(folder: Path, collect: Sequence[str], limit: int) -> tuple[dict[str, bytes], bool]:
    found: dict[str, bytes] = {}
    for name in collect:
        path = folder / name
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > limit:
            return {}, True
        found[name] = path.read_bytes()
    return found, False


def taken(outcome: Outcome, folder: Path, moved: Mapping[str, Path], limit: int) -> Outcome:
    """Move what a child left in its folder to where it is wanted."""
    for name, target in moved.items():
        path = folder / name
        if path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_size > limit:
            return Outcome(False, error_code="too_large", message="the result is too large")
        shutil.move(path, target)
    return outcome


class _Reader(threading.Thread):
    """Drains a pipe so that the child never waits; keeps at most `limit` bytes."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self._pipe, self._limit = pipe, limit
        self.content = bytearray()
        self.overflowed = False

    def run(self) -> None:
        """Read to the end."""
        while chunk := self._pipe.read(CHUNK_BYTES):
            room = self._limit - len(self.content)
            self.content += chunk[:room]
            self.overflowed = self.overflowed or len(chunk) > room
        self._pipe.close()


def _as_file(input: bytes | BinaryIO | Path | None, folder: Path) -> BinaryIO:
    """The input as a real file, which needs no thread to feed a pipe."""
    if isinstance(input, Path):
        return input.open("rb")
    spool = tempfile.TemporaryFile(dir=folder)
    if isinstance(input, bytes):
        spool.write(input)
    elif input is not None:
        while chunk := input.read(CHUNK_BYTES):
            spool.write(chunk)
    spool.seek(0)
    return spool


def apply_limits(limits: Limits) -> None:
    """Limit the process that calls this, and what it starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)


def environment(folder: Path) -> dict[str, str]:
    """Return all that a child sees of the environment."""
    return {
        "PATH": SEARCH_PATH,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started: its own session is one process group."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    child.wait()
