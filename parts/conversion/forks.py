"""Conversions whose loading takes longer than their work: the process is forked, not started.

A clean process loads the module once, per process of ours that converts, and forks a child for each
call. Limits, empty environment, folder and process group of a child are those of `run_limited`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from parts.conversion.runner import (
    Limits,
    Outcome,
    environment,
    gone_wrong,
    run_limited,
    taken,
    too_slow,
)

SERVER = "parts.conversion.children.forked"
ANSWER_BYTES, GRACE_S = 1024, 10.0


class Forks:
    """Runs a module of ours with `prepare()` and `main()` in children forked after `prepare()`."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._owner = 0

    def run(
        self, source: Path, limits: Limits, *, arguments: Sequence[str], moved: Mapping[str, Path]
    ) -> Outcome:
        """Do what `run_limited` does; one call at a time.

        A call that comes meanwhile, or whose forking process is lost, gets a process of its own.
        """
        outcome = None
        if self._lock.acquire(blocking=False):
            try:
                outcome = self._forked(source, limits, arguments, moved)
            except OSError:
                self._end()
            except BaseException:
                self._end()  # an answer that is still to come would be taken for the next one
                raise
            finally:
                self._lock.release()
        if outcome is None:
            return run_limited(self._module, source, limits, arguments=arguments, moved=moved)
        return outcome

    def _forked(
        self, source: Path, limits: Limits, arguments: Sequence[str], moved: Mapping[str, Path]
    ) -> Outcome | None:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="patchbay-child-") as folder:
            call = {"folder": folder, "arguments": list(arguments), "limits": asdict(limits)}
            answer = self._answer(source, call, limits.wall_s + GRACE_S)
            if answer is None:
                return None
            outcome = Outcome(ok=True)
            if answer["timed_out"]:
                outcome = too_slow(limits)
            elif answer["code"]:
                outcome = gone_wrong(answer["code"])
            else:
                outcome = taken(outcome, Path(folder), moved, limits.output_bytes)
        return replace(outcome, duration_ms=int((time.monotonic() - began) * 1000))

    def _answer(self, source: Path, call: dict[str, Any], within_s: float) -> Any:
        channel = self._open_channel()
        channel.settimeout(within_s)
        with source.open("rb") as file:
            socket.send_fds(channel, [json.dumps(call).encode()], [file.fileno()])
            answer = channel.recv(ANSWER_BYTES)
        if not answer:
            self._end()
        return json.loads(answer) if answer else None

    def _open_channel(self) -> socket.socket:
        """Return the way to the forking process, which is started when there is none."""
        if self._channel is not None and self._is_running():
            return self._channel
        self._end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(  # noqa: S603  the module is ours to choose
                [sys.executable, "-m", SERVER, self._module],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=environment(Path(tempfile.gettempdir())),
                start_new_session=True,
            )
        self._channel, self._owner = ours, os.getpid()
        return ours

    def _is_running(self) -> bool:
        """Whether the forking process is there and this process is the one that started it."""
        if self._server is None or self._owner != os.getpid():
            return False
        return self._server.poll() is None

    def _end(self) -> None:
        """Leave the forking process, which ends by itself then, with what it has forked."""
        if self._channel is not None:
            self._channel.close()
        if self._server is not None and self._owner == os.getpid():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._server.wait(GRACE_S)
        self._server = self._channel = None
