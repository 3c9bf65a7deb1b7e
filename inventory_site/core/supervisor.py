"""Keeps a few processes together: all run, or none.

Plain Python, so that it stays small in memory. Started as `python -m inventory_site.core.supervisor
PLAN`, where PLAN is JSON, see `Plan`. Children have sessions of their own, so a Ctrl-C in the
terminal reaches them only through here, once.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from types import FrameType

PR_SET_PDEATHSIG = 1
LOOK_EVERY_S = 0.2
STOP_WITHIN_S = 20.0
READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run; `ready_text` is printed once `host:port` takes connections.

    The first command is the one that listens: the others start when it does, so that the first page
    does not wait for them. What is `optional` may end without the rest. `preparing` is the number
    of a child that prepares the site while the first command loads; it has to end well.
    """

    commands: dict[str, list[str]]
    host: str
    port: int
    ready_text: str
    environment: dict[str, str] = field(default_factory=dict)
    optional: list[str] = field(default_factory=list)
    preparing: int | None = None

    def dumps(self) -> str:
        """Return the plan as the argument of the supervisor."""
        return json.dumps(asdict(self))


class Supervisor:
    """Runs the plan's children until one ends or a signal comes."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.asked_to_stop = False

    def run(self) -> int:
        """Return 0 after a signal, 1 when a child ended by itself; no child is left either way."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        first, *others = self.plan.commands
        try:
            self._start(first)
            return self._watch(others) if self._prepared() else int(not self.asked_to_stop)
        finally:
            self._stop_all()

    def _start(self, name: str) -> None:
        self.children[name] = subprocess.Popen(  # noqa: S603  the plan is made by `manage.py up`
            self.plan.commands[name],
            env={**os.environ, **self.plan.environment},
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def _prepared(self) -> bool:
        """Wait for the child that prepares the site; False when there is no sense in going on."""
        if self.plan.preparing is None:
            return True
        while not self.asked_to_stop and not self._one_has_ended():
            number, status = os.waitpid(self.plan.preparing, os.WNOHANG)
            if number:
                return status == 0
            time.sleep(LOOK_EVERY_S)
        os.kill(self.plan.preparing, signal.SIGTERM)
        os.waitpid(self.plan.preparing, 0)
        return False

    def _watch(self, waiting: list[str]) -> int:
        """Look after the children; those that wait start with the first page, or without it."""
        ready_until, is_ready = time.monotonic() + READY_WITHIN_S, False
        while not self.asked_to_stop:
            if self._one_has_ended():
                return 1
            in_time = time.monotonic() < ready_until
            if not is_ready and in_time and self._listens():
                is_ready = True
                say(self.plan.ready_text)
            while waiting and (is_ready or not in_time):
                self._start(waiting.pop(0))
            time.sleep(LOOK_EVERY_S)
        return 0

    def _one_has_ended(self) -> bool:
        """Whether a child ended that the others need; who is optional is said and forgotten."""
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            if name not in self.plan.optional:
                say(f"The {name} process ended with {child.returncode}; stopping the others.")
                return True
            say(f"The {name} process ended with {child.returncode}; the site runs without it.")
            del self.children[name]
        return False

    def _listens(self) -> bool:
        host = self.plan.host if self.plan.host not in {"0.0.0.0", "::", ""} else "127.0.0.1"  # noqa: S104  compared
        with contextlib.suppress(OSError):
            socket.create_connection((host, self.plan.port), timeout=0.5).close()
            return True
        return False

    def _stop_all(self) -> None:
        """Ask all to end, wait, then end what is left with everything it started."""
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN_S
        for child in self.children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(until - time.monotonic(), 0.1))
        for child in self.children.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True


def say(text: str) -> None:
    """Write to the terminal at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    """In the child: ask Linux for a SIGTERM when the supervisor is gone, however it went."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(Supervisor(Plan(**json.loads(sys.argv[1]))).run())
