"""The worker's pool of processes with the embedded broker; it misses one that is killed.

There the processes take their work from one pipe, each in its turn: who waits for work holds a lock
that the others wait for. Ended from outside (by the kernel, when memory runs out), a process that
waits would keep it for ever, and no other would ever work again. So each writes into the lock that
it holds it, and the pool frees what the dead held.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any

from billiard.pool import Pool

HELD = (("_inqueue", "_rlock"), ("_outqueue", "_wlock"))


class NamedLock:
    """A lock between processes that knows the number of the one that holds it."""

    def __init__(self, context: Any) -> None:
        self._lock = context.Lock()
        self._holder = context.RawValue("l", 0)

    def acquire(self, *args: Any, **kwargs: Any) -> bool:
        """Take the lock as any other."""
        is_taken = bool(self._lock.acquire(*args, **kwargs))
        if is_taken:
            self._holder.value = os.getpid()
        return is_taken

    def release(self) -> None:
        """Give it back."""
        self._holder.value = 0
        self._lock.release()

    def free_from(self, dead: set[int]) -> None:
        """Give back what a process held that has ended."""
        if self._holder.value in dead:
            self.release()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class SturdyPool(Pool):
    """Billiard's pool, which goes on when a process is killed while it waits."""

    def _setup_queues(self) -> None:
        super()._setup_queues()
        for queue, lock in HELD:
            setattr(getattr(self, queue), lock, NamedLock(self._ctx))

    def _join_exited_workers(self, shutdown: bool = False) -> Any:
        known = {process.pid for process in self._pool}
        ended = super()._join_exited_workers(shutdown)
        dead = known - {process.pid for process in self._pool}
        for queue, lock in HELD if dead else ():
            getattr(getattr(self, queue), lock).free_from(dead)
        return ended
