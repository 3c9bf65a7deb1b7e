"""Killing workers at random while they work, and counting what is left."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.live.queue_site import NOTES
from tests.peers.process import Process, running
from tests.peers.site import Home, home

SETTINGS = "tests.live.queue_site.settings"
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "inventory_site.celery")
WORKER = (*CELERY, "worker", "-c", "2", "--without-gossip", "--without-mingle", "-l", "INFO")
TASKS, IS_NOTE = "core_queuedtask", "task = 'queue_site.note'"
WAYS = ("all", "main", "child")
BEAT = (*CELERY, "beat", "--pidfile=", "-l", "WARNING")


@dataclass
class QueueSite:
    """A site without a web process: its worker, and what its tasks left behind."""

    home: Home
    worker: Process | None = None

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Keep a worker for the length of the block."""
        self.start_worker()
        try:
            yield
        finally:
            if self.worker is not None:
                self.worker.stop()

    def start_worker(self) -> None:
        """Start a worker and wait until it consumes."""
        log = self.home.folder / "worker.log"
        before = _read(log).count(" ready.")
        self.worker = self.home.process(list(WORKER), log.name).start()
        self.worker.wait_until(lambda: _read(log).count(" ready.") > before)

    def act(self, *arguments: str | int) -> str:
        """Run one action of `tests.live.queue_site` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.live.queue_site", *map(str, arguments)],
            check=True,
            capture_output=True,
            text=True,
            env=self.home.environment,
            timeout=300,
        )
        return done.stdout

    def counts(self) -> dict[str, int]:
        """Notes by status."""
        found = f"SELECT status, count(*) FROM {TASKS} WHERE {IS_NOTE} GROUP BY status"  # noqa: S608  our names
        return dict(self.home.rows(found))

    def others_done(self) -> int:
        """How much other work was done."""
        found = f"SELECT count(*) FROM {TASKS} WHERE NOT {IS_NOTE} AND status = 'done'"  # noqa: S608  our names
        return int(self.home.rows(found)[0][0])

    def notes(self) -> list[tuple[int, float]]:
        """What was done, in order: number and time."""
        lines = map(str.split, _read(self.home.folder / "var" / NOTES).splitlines())
        return [(int(number), float(at)) for number, at in lines]

    def kill(self, how: str) -> None:
        """End by SIGKILL the whole worker, only its main process, or only one of its children."""
        assert self.worker is not None
        children = _children(self.worker.pid)
        if how == "child" and children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(random.choice(children), signal.SIGKILL)  # noqa: S311  any of them
            return
        if how == "main":
            os.kill(self.worker.pid, signal.SIGKILL)
            assert self.worker.popen is not None
            self.worker.popen.wait()
        else:
            self.worker.kill()
        self.start_worker()

    def wait_for(self, count: int, timeout_s: float) -> dict[str, int]:
        """Wait until every row is done; return the counts as they are then."""
        deadline = time.monotonic() + timeout_s
        while True:
            counts = self.counts()
            if counts == {"done": count} or time.monotonic() > deadline:
                return counts
            time.sleep(0.5)


@contextlib.contextmanager
def queue_site(broker_url: str) -> Iterator[QueueSite]:
    """A migrated site on SQLite with the given broker; blank is the embedded one."""
    env = {"DJANGO_SETTINGS_MODULE": SETTINGS, "CELERY_BROKER_URL": broker_url}
    with home(env) as place:
        place.manage("sync_schedules")
        yield QueueSite(place)


@dataclass(frozen=True, slots=True)
class Survived:
    """What became of many tasks whose workers were killed again and again."""

    kills: int
    lost: int
    repeated: int
    seconds: float


def survive(site: QueueSite, count: int, kills: int, timeout_s: float) -> Survived:
    """Queue tasks, then kill workers in every way at random moments spread over the work."""
    site.act("enqueue", 0, count, 0)
    beat, began = site.home.process(list(BEAT), "beat.log"), time.monotonic()
    with site.working(), running(beat, lambda: True):
        for turn in range(1, kills + 1):
            _wait_for_notes(site, count * turn // (kills + 2))
            time.sleep(random.uniform(0, 0.3))  # noqa: S311  a moment, not a secret
            site.kill(WAYS[turn % len(WAYS)])
        counts = site.wait_for(count, timeout_s)
    numbers = [number for number, _ in site.notes()]
    lost = count - min(counts.get("done", 0), len(set(numbers)))
    repeated = len(numbers) - len(set(numbers))
    return Survived(kills, lost, repeated, round(time.monotonic() - began, 1))


def _wait_for_notes(site: QueueSite, count: int) -> None:
    """Wait until that much was done, at most two minutes: a rescue by the sweep may be needed."""
    until = time.monotonic() + 120
    while len(site.notes()) < count and time.monotonic() < until:
        time.sleep(0.05)


def latencies_ms(site: QueueSite, first: int, count: int) -> list[float]:
    """From asking for a task to its trace, one task at a time, in milliseconds."""
    asked = {int(k): v for k, v in json.loads(site.act("timed", first, count, 60)).items()}
    time.sleep(1)
    return [1000 * (at - asked[number]) for number, at in site.notes() if number in asked]


def median_ms(values: list[float]) -> float:
    """The middle one, rounded to a tenth."""
    return round(statistics.median(values), 1)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    found = [_read(task / "children").split() for task in tasks.iterdir()]
    return [int(child) for children in found for child in children]


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
