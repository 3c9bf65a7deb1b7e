"""Keeping hold of a row while its work goes on, and ending work that takes too long."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from types import FrameType

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone

from inventory_site.core.models import QueuedTask

logger = structlog.get_logger(__name__)

LEASE_S = 60.0
HEARTBEAT_S = 15.0

_held_here: set[str] = set()


class RanTooLong(BaseException):
    """The time limit of a task has passed.

    Not an `Exception`, so that a task that goes on after faults of single items cannot swallow it.
    """


@contextlib.contextmanager
def held(pk: int, token: str) -> Iterator[None]:
    """Move the row's lease on from a thread of its own until the block ends."""
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(pk, token, ended), name=f"lease-{pk}", daemon=True)
    beat.start()
    _held_here.add(token)
    try:
        yield
    finally:
        _held_here.discard(token)
        ended.set()


def is_holding() -> bool:
    """Whether this process is doing a row just now."""
    return bool(_held_here)


def _beat(pk: int, token: str, ended: threading.Event) -> None:
    """Renew until told to stop or until the row is not ours any more."""
    try:
        while not ended.wait(HEARTBEAT_S):
            until = timezone.now() + timedelta(seconds=LEASE_S)
            try:
                held_still = (
                    QueuedTask.objects.running()
                    .filter(pk=pk, claimed_by=token)
                    .update(lease_until=until)
                )
            except DatabaseError:
                logger.warning("lease could not be renewed", row=pk)
                continue
            if not held_still:
                return
    finally:
        connection.close()


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `RanTooLong` inside the block after that time.

    Works in the main thread, which is where worker processes and commands do their tasks; work done
    inline in a web thread keeps only the limits of its own calls.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(number: int, frame: FrameType | None) -> None:
        raise RanTooLong

    before = signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
