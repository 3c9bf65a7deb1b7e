"""What measurements share: two things timed in turn, their ratio, memory of processes."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

Work = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How one thing compares with another, over all rounds of one run."""

    values: tuple[float, ...]

    def as_dict(self) -> dict[str, float]:
        """Median, least and most, as a report shows them."""
        return {
            "median": round(statistics.median(self.values), 2),
            "min": round(min(self.values), 2),
            "max": round(max(self.values), 2),
        }


@dataclass(frozen=True, slots=True)
class Race:
    """Seconds of ours and of the other, round by round."""

    ours: tuple[float, ...]
    other: tuple[float, ...]

    @property
    def times_faster(self) -> Ratio:
        """How often ours goes into the time of the other, pair by pair."""
        pairs = zip(self.ours, self.other, strict=True)
        return Ratio(tuple(other / ours for ours, other in pairs))

    @property
    def ours_ms(self) -> float:
        """Median of ours in milliseconds."""
        return round(statistics.median(self.ours) * 1000, 3)

    @property
    def other_ms(self) -> float:
        """Median of the other in milliseconds."""
        return round(statistics.median(self.other) * 1000, 3)


def interleaved(
    ours: Work,
    other: Work,
    rounds: int,
    *,
    warm_up: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Race:
    """Time both in turn, A B A B; the first `warm_up` rounds do not count.

    Where all work is done in this thread, `time.thread_time` as clock leaves out the neighbours.
    """
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + warm_up):
        for seconds, work in zip(taken, (ours, other), strict=True):
            began = clock()
            work()
            spent = clock() - began
            if number >= warm_up:
                seconds.append(spent)
    return Race(tuple(taken[0]), tuple(taken[1]))


def family(pid: int) -> set[int]:
    """The process and everything that came from it, as far as it lives."""
    found = {pid}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found |= family(child)
    return found


def resident_mib(pid: int) -> float:
    """Memory of a family of processes now, in MiB; shared pages count in each."""
    total = 0.0
    for member in family(pid):
        total += sum(_status_kib(member, "VmRSS")) / 1024
    return total


def _status_kib(pid: int, name: str) -> Iterator[int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return
    yield from (int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@dataclass
class PeakMemory:
    """Watches a family of processes while a block runs; `grown_mib` says by how much it grew."""

    pid: int
    every_s: float = 0.02
    before_mib: float = 0.0
    most_mib: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def grown_mib(self) -> float:
        """How far the most was above the beginning."""
        return round(self.most_mib - self.before_mib, 1)

    def __enter__(self) -> PeakMemory:
        self.before_mib = self.most_mib = resident_mib(self.pid)
        self._thread = threading.Thread(target=self._watch, name="peak-memory", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(self.every_s):
            self.most_mib = max(self.most_mib, resident_mib(self.pid))


@contextmanager
def cpu_of(pid: int) -> Iterator[list[float]]:
    """CPU seconds that a process spends inside the block, as the only item of the list."""
    spent: list[float] = []
    began = _cpu_s(pid)
    yield spent
    spent.append(_cpu_s(pid) - began)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks_per_s = 100
    return (int(fields[11]) + int(fields[12])) / ticks_per_s
