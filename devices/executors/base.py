"""What every way of talking to a device shares: targets, outcomes, fan-out."""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from devices.executors.silence import Silent

DEFAULT_FAN_OUT, HELD_UP = 50, 8
PATIENCE_S, MIN_PATIENCE_S, MAX_PATIENCE_S = 1.0, 0.1, 5.0
MAX_OUTPUT_BYTES = 1024 * 1024
MAX_TIMEOUT_S, MAX_RETRIES = 3600, 10
HOST = re.compile(r"\A(?!-)[A-Za-z0-9_]([A-Za-z0-9._-]{0,252})\Z")
ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b[()#][0-9A-Z]"
    r"|\x1b[@-Z\\-_=>]"
)
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\x80-\x9f]")
LINE_ENDS = re.compile(r"\r+\n|\r")
HEALS = frozenset({"timeout", "unreachable"})
SILENT = HEALS | {"no_answer"}

_silent = Silent()


@dataclass(frozen=True, slots=True)
class Target:
    """Where to go, and how to be let in. Secrets and configuration stay out of `repr()`."""

    address: str
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one target answered. An ordinary failure is an outcome, never an exception.

    `error_code` is one of invalid, unreachable, timeout, auth_failed, host_key, protocol,
    command_failed, output_limit, missing_library, cancelled.
    """

    success: bool
    output: str = ""
    error: str | None = None
    error_code: str = ""
    duration: float = 0.0
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as the API shows it."""
        data: dict[str, Any] = {
            "success": self.success,
            "output": self.output,
            "error": self.error,
            "duration": round(self.duration, 4),
        }
        if self.error_code:
            data["error_code"] = self.error_code
        return {**data, **self.extra}


class Executor(Protocol):
    """A way of talking to devices; one class is one kind."""

    slug: ClassVar[str]
    defaults: ClassVar[Mapping[str, Any]]

    def check(self, config: Mapping[str, Any]) -> str:
        """Return what is wrong with a configuration; blank when nothing is."""
        ...

    def execute(self, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
        """Talk to one target; never raises for what networks and devices do."""
        ...


class Cancelled:
    """A flag that asks a fan-out to stop; targets not begun yet are left out."""

    def __init__(self, asked: Callable[[], bool] | None = None, every_s: float = 0.1) -> None:
        self._event = threading.Event()
        self._asked, self._every_s, self._next = asked, every_s, 0.0

    def set(self) -> None:
        """Ask to stop."""
        self._event.set()

    def __bool__(self) -> bool:
        if not self._event.is_set() and self._asked and time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every_s
            if self._asked():
                self._event.set()
        return self._event.is_set()


def safe_execute(
    executor: Executor, target: Any, command: str, config: Mapping[str, Any] | None
) -> Outcome:
    """Check target and configuration, merge the defaults, retry what can heal, time it all."""
    if not isinstance(target, str) or not target.strip():
        return Outcome(False, error=f"Invalid target: {target}", error_code="invalid")
    address = target.strip()
    if not is_host(address):
        return Outcome(False, error=f"Invalid target: {target}", error_code="invalid")
    merged = {**executor.defaults, **(config or {})}
    wrong = _wrong_of(executor, merged)
    if wrong:
        return Outcome(False, error=f"Invalid configuration: {wrong}", error_code="invalid")
    began = time.perf_counter()
    tries = 1 + int(merged.get("retries") or 0)
    outcome = Outcome(False)
    for _ in range(max(1, tries)):
        outcome = _execute(executor, address, command, merged)
        if outcome.success or outcome.error_code not in HEALS:
            break
    took = time.perf_counter() - began
    return Outcome(
        outcome.success, outcome.output, outcome.error, outcome.error_code, took, outcome.extra
    )


def _wrong_of(executor: Executor, config: Mapping[str, Any]) -> str:
    try:
        return executor.check(config) or whole(config, "retries", MAX_RETRIES)
    except (TypeError, ValueError) as err:
        return str(err)


def _execute(executor: Executor, target: str, command: str, config: Mapping[str, Any]) -> Outcome:
    try:
        return executor.execute(target, command, config)
    except Exception as err:  # noqa: BLE001  a library's surprise is one target's failure
        return Outcome(False, error=f"{type(err).__name__}: {err}", error_code="protocol")


def execute_batch(
    executor: Executor,
    targets: Sequence[Target],
    command: str,
    *,
    fan_out: int = DEFAULT_FAN_OUT,
    cancelled: Cancelled | None = None,
) -> list[Outcome]:
    """Talk to many targets at once; one outcome per target, in the order given."""
    found: dict[int, Outcome] = dict(stream_batch(executor, targets, command, fan_out, cancelled))
    stopped = Outcome(False, error="Cancelled before it began", error_code="cancelled")
    return [found.get(number, stopped) for number in range(len(targets))]


def stream_batch(
    executor: Executor,
    targets: Sequence[Target],
    command: str,
    fan_out: int = DEFAULT_FAN_OUT,
    cancelled: Cancelled | None = None,
) -> Iterator[tuple[int, Outcome]]:
    """Yield (position, outcome) as targets answer; about `fan_out` at the same time.

    One that takes some times as long as the others usually do gives its place to the next, and
    those that gave no answer to this process before are asked last, so that dead targets hold
    nobody up; there are never more than `HELD_UP` times `fan_out`.
    """
    keys = [(executor.slug, one.address, one.config.get("port")) for one in targets]
    waiting = iter(sorted(range(len(targets)), key=lambda number: keys[number] in _silent))
    finished: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()
    running: dict[Future[Outcome], tuple[int, float]] = {}  # in the order in which they began
    most = max(1, min(HELD_UP * fan_out, len(targets)))
    patience, answered = PATIENCE_S, 0
    with ThreadPoolExecutor(most) as pool:
        while True:
            young = [at for _, at in running.values() if time.monotonic() - at < patience]
            for _ in range(min(fan_out - len(young), most - len(running))):
                number = None if cancelled else next(waiting, None)
                if number is None:
                    break
                target = targets[number]
                task = pool.submit(safe_execute, executor, target.address, command, target.config)
                running[task] = number, time.monotonic()
                task.add_done_callback(finished.put)
            if not running:
                return
            try:
                task = finished.get(timeout=min(patience, 1.0) / 4)
            except queue.Empty:
                continue
            number, _ = running.pop(task)
            outcome = task.result()
            is_silent = outcome.error_code in SILENT
            _silent.note(keys[number], is_silent=is_silent)
            if not is_silent:
                wished = min(MAX_PATIENCE_S, max(MIN_PATIENCE_S, 4 * outcome.duration))
                answered += 1
                patience += (wished - patience) / min(answered, 16)
            yield number, outcome


def is_host(text: str) -> bool:
    """Whether a text is an IP address or a host name; never an option of a program."""
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return bool(HOST.match(text)) and ".." not in text
    return True


def clean(raw: bytes | str, limit: int = MAX_OUTPUT_BYTES) -> str:
    """Return device text fit to keep: decoded, without terminal escapes and control characters."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    text = LINE_ENDS.sub("\n", ESCAPES.sub("", text[:limit]))
    return CONTROLS.sub("", text)


def hang_up(line: socket.socket) -> None:
    """Wake whoever reads from a line, below its TLS."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def positive(config: Mapping[str, Any], *names: str) -> str:
    """Check that numbers of a configuration are above zero; return what is wrong."""
    for name in names:
        value = config.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            return f"{name} must be a number above zero"
        if name.endswith("port") and (value > 65535 or value != int(value)):
            return f"{name} must be a port"
        if "timeout" in name and value > MAX_TIMEOUT_S:
            return f"{name} must be {MAX_TIMEOUT_S} s at most"
    return ""


def whole(config: Mapping[str, Any], name: str, most: int) -> str:
    """Check that a count of a configuration is a whole number from 0; return what is wrong."""
    value = config.get(name)
    if value is None or (type(value) is int and 0 <= value <= most):
        return ""
    return f"{name} must be a whole number from 0 to {most}"


def first_error(checks: Iterable[str]) -> str:
    """Return the first sentence that is not blank."""
    return next((text for text in checks if text), "")
