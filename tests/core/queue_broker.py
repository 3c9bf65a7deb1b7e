"""An embedded broker of a test's own, and what stands in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import current_app
from django.conf import settings
from django.test import override_settings
from kombu import pools

from inventory_site.core.outbox import sending
from inventory_site.core.queue_folders import QueueFolders


class Broker:
    """Reads the messages of an embedded broker without taking them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folders = QueueFolders(folder)

    def waiting(self, queue: str = "default") -> int:
        """How many messages wait in a queue."""
        return len(self.folders.waiting(queue))

    def lose(self, queue: str = "default") -> None:
        """Lose every message of a queue."""
        self.folders.purge(queue)


@contextlib.contextmanager
def connected_to(url: str, options: dict[str, Any]) -> Iterator[None]:
    """Let this process's Celery application use another broker for the length of the block."""
    conf = current_app.conf
    before = conf.broker_url, conf.broker_transport_options
    _disconnect()
    conf.broker_url = conf.broker_write_url = url
    conf.broker_transport_options = options
    try:
        with override_settings(PATCHBAY_TASKS="queue"):
            yield
    finally:
        _disconnect()
        conf.broker_url, conf.broker_transport_options = before
        conf.broker_write_url = before[0]


@contextlib.contextmanager
def embedded(folder: Path) -> Iterator[Broker]:
    """Send work to an embedded broker in a folder."""
    with connected_to(settings.EMBEDDED_BROKER, {"folder": str(folder)}):
        yield Broker(folder)


def _disconnect() -> None:
    sending.forget_failures()
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None
