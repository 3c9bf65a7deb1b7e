"""Start a server program, wait until it answers, and end it by its process id."""

from __future__ import annotations

import atexit
import contextlib
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ADMIN_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
LOOPBACK = "127.0.0.1"


class MissingPeer(Exception):
    """A server program that a test needs is not installed."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"{program} is not installed (Debian package {package})")
        self.program = program
        self.package = package


class PeerFailed(Exception):
    """A server program ended, or did not answer in time; the text holds the end of its log."""


def find_program(name: str, package: str, *patterns: str) -> str:
    """Return the path of a program, newest match of the patterns first, or raise `MissingPeer`."""
    for pattern in patterns:
        matches = sorted(glob.glob(pattern), reverse=True)
        if matches:
            return matches[0]
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{ADMIN_FOLDERS}")
    if found is None:
        raise MissingPeer(name, package)
    return found


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def is_listening(port: int, host: str = LOOPBACK) -> bool:
    """Whether a TCP connection to the port is accepted."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def scratch_folder(prefix: str, owner: str | None = None) -> Iterator[Path]:
    """Give a temporary folder, owned by another account where one is named; removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"patchbay-{prefix}-"))
    if owner is not None:
        shutil.chown(folder, owner, pwd.getpwnam(owner).pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged(*candidates: str) -> str | None:
    """Return the account a server should run as: the first that exists; None unless we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in (*candidates, "nobody") if name in known), None)


def as_account(command: Sequence[str], account: str | None) -> list[str]:
    """Prefix a command so that it runs as `account` and ends when its parent does."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    prefix = [setpriv, "--pdeathsig", "TERM"]
    if account is not None:
        group = pwd.getpwnam(account).pw_gid
        prefix = [setpriv, f"--reuid={account}", f"--regid={group}", "--clear-groups", *prefix]
    return [*prefix, *command]


def wait_for(ready: Callable[[], bool], timeout_s: float = 20.0) -> None:
    """Wait until something is so; fail the test when it does not become so in time."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        assert time.monotonic() < deadline, f"it did not happen in {timeout_s} s"
        time.sleep(0.02)


@dataclass
class Process:
    """A running server; its output goes to `log`. Without `inherits`, `env` is all it gets."""

    command: Sequence[str]
    log: Path
    account: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    inherits: bool = True
    popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> Process:
        """Start it in a process group of its own; it is ended at the latest when Python exits."""
        with self.log.open("ab") as output:
            self.popen = subprocess.Popen(
                as_account(self.command, self.account),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**(os.environ if self.inherits else {}), **self.env},
                cwd=self.cwd,
                start_new_session=True,
            )
        atexit.register(self.stop)
        return self

    @property
    def pid(self) -> int:
        """Process id; only after `start`."""
        assert self.popen is not None
        return self.popen.pid

    def wait_until(self, ready: Callable[[], bool], timeout_s: float = 30.0) -> None:
        """Wait for an answer; raise `PeerFailed` with the end of the log when none comes."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.popen is not None and self.popen.poll() is not None:
                raise PeerFailed(f"{self.command[0]} ended early\n{self.log_tail()}")
            if ready():
                return
            time.sleep(0.05)
        self.stop()
        raise PeerFailed(f"{self.command[0]} did not answer in {timeout_s} s\n{self.log_tail()}")

    def log_tail(self, characters: int = 3000) -> str:
        """Return the end of the output so far."""
        if not self.log.exists():
            return ""
        return self.log.read_text(errors="replace")[-characters:]

    def kill(self) -> None:
        """End the whole group at once, as a power cut would."""
        self._signal_group(signal.SIGKILL)
        if self.popen is not None:
            self.popen.wait()

    def stop(self, timeout_s: float = 10.0) -> None:
        """End it politely, then firmly; harmless when it has ended."""
        atexit.unregister(self.stop)
        if self.popen is None:
            return
        if self.popen.poll() is None:
            self.popen.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(timeout_s)
        self._signal_group(signal.SIGKILL)
        self.popen.wait()

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


@contextlib.contextmanager
def running(
    process: Process, ready: Callable[[], bool], timeout_s: float = 30.0
) -> Iterator[Process]:
    """Start a process, wait until it answers, and end it afterwards."""
    process.start()
    try:
        process.wait_until(ready, timeout_s)
        yield process
    finally:
        process.stop()
