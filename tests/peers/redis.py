"""A Redis server of our own, in memory only: the limit that the embedded queue is held against."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.peers.process import (
    LOOPBACK,
    Process,
    find_program,
    free_port,
    is_listening,
    running,
    scratch_folder,
)


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Run an empty server and yield its address for Celery; nothing is kept."""
    program = find_program("redis-server", "redis-server", "/usr/bin/redis-server")
    with scratch_folder("redis") as folder:
        port = free_port()
        keep_nothing = ("--save", "", "--appendonly", "no", "--dir", str(folder))
        command = [program, "--bind", LOOPBACK, "--port", str(port), *keep_nothing]
        with running(Process(command, folder / "log"), lambda: is_listening(port)):
            yield f"redis://{LOOPBACK}:{port}/0"
