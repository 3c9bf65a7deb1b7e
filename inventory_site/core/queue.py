"""The embedded broker, for one machine: kombu's file system transport without its races.

A message is one file. It is renamed into its queue, so no reader sees half of it; a consumer takes
it by renaming it into a folder of its own process, so exactly one gets it; acknowledging deletes
it; what a process that has gone still held is renamed back. Consumers sleep on a directory watch,
not on a timer.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu.transport import filesystem, virtual
from kombu.utils.json import dumps, loads
from kombu.utils.scheduling import FairCycle

from inventory_site.core.folder_watch import FolderWatch
from inventory_site.core.queue_folders import QueueFolders

logger = structlog.get_logger(__name__)

RESCUE_EVERY_S = 2.0
LONGEST_WAIT_S = 0.5


class Channel(filesystem.Channel):
    """A publisher's or consumer's end."""

    connection: Transport

    def __init__(self, connection: Transport, **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self._process = os.getpid()
        self._listed: dict[str, deque[str]] = defaultdict(deque)
        self._taken: dict[str, Path] = {}
        self._unacknowledged: set[str] = set()

    @property
    def folders(self) -> QueueFolders:
        """The broker's folders."""
        return self.connection.folders

    def basic_consume(
        self,
        queue: str,
        no_ack: bool,
        callback: Callable[..., Any],
        consumer_tag: str,
        **kwargs: Any,
    ) -> None:
        """Begin to consume; the queue's folder is watched from now on."""
        self.folders.declare(queue, is_temporary=False)
        self.connection.watch.add(self.folders.folder_of(queue))
        if no_ack:
            self._unacknowledged.add(queue)
        super().basic_consume(queue, no_ack, callback, consumer_tag, **kwargs)

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Delete the message; called from the pool's thread as well as from the consuming one."""
        super().basic_ack(delivery_tag, multiple)
        self._drop(delivery_tag)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        """Delete the message, or put it back."""
        super().basic_reject(delivery_tag, requeue=requeue)
        self._drop(delivery_tag)

    def get_table(self, exchange: str) -> list[filesystem.exchange_queue_t]:
        """Return the bindings that any process has made."""
        return [filesystem.exchange_queue_t(*each) for each in self.folders.table(exchange)]

    def _drop(self, delivery_tag: str) -> None:
        taken = self._taken.pop(delivery_tag, None)
        if taken is not None:
            taken.unlink(missing_ok=True)
        self.connection.watch.wake()

    def _restore(self, message: virtual.Message) -> None:
        """Put a taken message back; a forked child that ends leaves its parent's alone."""
        taken = self._taken.pop(message.delivery_tag, None)
        if taken is not None and os.getpid() == self._process:
            self.folders.give_back(taken)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self.folders.bind(exchange, (routing_key or "", pattern or "", queue or ""))

    def _new_queue(self, queue: str, **kwargs: Any) -> None:
        arguments = kwargs.get("arguments") or {}
        is_temporary = bool(
            kwargs.get("auto_delete") or kwargs.get("exclusive") or "x-expires" in arguments
        )
        self.folders.declare(queue, is_temporary=is_temporary)

    def _has_queue(self, queue: str, **kwargs: Any) -> bool:
        return self.folders.folder_of(queue).is_dir()

    def _put(  # type: ignore[override]  # kombu names it in two ways
        self, queue: str, message: dict[str, Any], **kwargs: Any
    ) -> None:
        self.folders.put(queue, dumps(message).encode())

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        """Take the oldest message; a listing serves until it is used up."""
        names = self._listed[queue]
        if not names:
            names.extend(self.folders.waiting(queue))
        while names:
            taken = self.folders.take(queue, names.popleft())
            payload = self._read(queue, taken) if taken else None
            if payload is not None:
                return payload
        raise Empty

    def _read(self, queue: str, taken: Path) -> dict[str, Any] | None:
        """Return the message; one cut short by a power cut is dropped, the outbox resends it."""
        try:
            payload: dict[str, Any] = loads(taken.read_bytes().decode())
            tag = payload["properties"]["delivery_tag"]
        except (ValueError, KeyError, TypeError):
            logger.warning("unreadable message dropped", queue=queue)
            taken.unlink(missing_ok=True)
            return None
        if queue in self._unacknowledged:
            taken.unlink(missing_ok=True)
        else:
            self._taken[tag] = taken
        return payload

    def _size(self, queue: str) -> int:
        return len(self.folders.waiting(queue))

    def _purge(self, queue: str) -> int:
        self._listed.pop(queue, None)
        return self.folders.purge(queue)

    def _delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        self._listed.pop(queue, None)
        self.folders.remove(queue)


class Transport(filesystem.Transport):
    """Connection to the embedded broker; `transport_options["folder"]` says where it is."""

    Channel = Channel
    cycle: FairCycle
    driver_type = driver_name = "patchbay"

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = virtual.BrokerState()
        self.folders = QueueFolders(Path(client.transport_options["folder"]))
        self.watch = FolderWatch()
        self._rescue_at = 0.0

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> None:
        """Deliver one message, sleeping until there is one; `TimeoutError` when time is up.

        A wait with a limit ends after half a second at most, so that a worker asked to stop stops.
        """
        until = None if timeout is None else time.monotonic() + min(timeout, LONGEST_WAIT_S)
        while True:
            self._look_after_lost()
            try:
                self.cycle.get(self._deliver, timeout=timeout)
            except Empty:
                left = LONGEST_WAIT_S if until is None else until - time.monotonic()
                if left <= 0:
                    raise TimeoutError from None
                self.watch.wait(min(left, LONGEST_WAIT_S))
            else:
                return

    def close_connection(self, connection: Any) -> None:
        """Put back what is still held and give up the watch."""
        super().close_connection(connection)
        self.watch.close()

    def _look_after_lost(self) -> None:
        now = time.monotonic()
        if now < self._rescue_at:
            return
        self._rescue_at = now + RESCUE_EVERY_S
        rescued = self.folders.rescue()
        self.folders.tidy()
        if rescued:
            logger.info("messages of a lost worker put back", count=rescued)
