"""A limit on downloads under way, so that slow readers do not take all threads of a process.

The application server holds one thread per response until its reader has taken everything. A
process that is started with `STREAMS_PER_PROCESS` threads and a few more can always answer short
requests.
"""

import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import StreamingHttpResponse

from inventory_site.core.errors import BusyError


class StreamPlaces:
    """Counts the places that are taken; the limit is read from the settings each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.taken = 0

    def take(self) -> None:
        """Take a place, or raise `BusyError` (503, `Retry-After`)."""
        with self._lock:
            if self.taken >= settings.STREAMS_PER_PROCESS:
                raise BusyError("Too many downloads are under way; try again in a moment.")
            self.taken += 1

    def give_back(self) -> None:
        """Free a place."""
        with self._lock:
            self.taken -= 1


places = StreamPlaces()


class CountedStream(StreamingHttpResponse):
    """A streamed answer that holds a place until it is closed, or forgotten by everyone.

    Raises `BusyError` when there is no place left.
    """

    def __init__(self, chunks: Iterable[bytes], **options: Any) -> None:
        places.take()
        self._free = weakref.finalize(self, places.give_back)
        super().__init__(chunks, **options)

    def close(self) -> None:
        """Free the place, once."""
        try:
            super().close()
        finally:
            self._free()


def gathered(chunks: Iterable[bytes], least: int) -> Iterator[bytes]:
    """Join small chunks: each one passed on has at least `least` bytes, but for the last."""
    waiting: list[bytes] = []
    held = 0
    for chunk in chunks:
        waiting.append(chunk)
        held += len(chunk)
        if held >= least:
            yield b"".join(waiting)
            waiting, held = [], 0
    if waiting:
        yield b"".join(waiting)
