"""Sleeping until a file is moved into one of a few folders. Plain Python.

Linux tells through inotify; elsewhere the folders are simply looked at every 20 ms.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import sys
from pathlib import Path

IN_MOVED_TO = 0x00000080
IN_NONBLOCK, IN_CLOEXEC = os.O_NONBLOCK, os.O_CLOEXEC
POLL_S = 0.02
READ_BYTES = 65536


class FolderWatch:
    """Wakes one waiting thread on a new file, or on `wake()` from any thread."""

    def __init__(self) -> None:
        self._libc = _libc()
        self._fd = self._libc.inotify_init1(IN_NONBLOCK | IN_CLOEXEC) if self._libc else -1
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
        self._is_closed = False

    def add(self, folder: Path) -> None:
        """Watch one more folder; a second time changes nothing."""
        if self._fd < 0 or self._libc is None:
            return
        if self._libc.inotify_add_watch(self._fd, os.fsencode(folder), IN_MOVED_TO) < 0:
            os.close(self._fd)  # out of watches: look at the folders instead
            self._fd = -1

    def wait(self, timeout_s: float) -> None:
        """Sleep until something came in since the last wait, `wake()` was called, or time is up."""
        inputs = [self._reader] if self._fd < 0 else [self._reader, self._fd]
        limit = min(timeout_s, POLL_S) if self._fd < 0 else timeout_s
        for fd in select.select(inputs, [], [], limit)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(fd, READ_BYTES)

    def wake(self) -> None:
        """End a wait that is going on, or the next one at once."""
        if not self._is_closed:
            with contextlib.suppress(BlockingIOError, OSError):
                os.write(self._writer, b".")

    def close(self) -> None:
        """Give the descriptors back."""
        if self._is_closed:
            return
        self._is_closed = True
        for fd in (self._fd, self._reader, self._writer):
            if fd >= 0:
                os.close(fd)


def _libc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    return libc if hasattr(libc, "inotify_init1") else None
