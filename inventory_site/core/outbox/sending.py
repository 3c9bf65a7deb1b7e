"""Handing the ids of rows to the broker, in a way that never fails the caller."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator

import structlog
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from inventory_site.core.outbox.specs import spec_of

logger = structlog.get_logger(__name__)

RUN = "patchbay.run"
HARD_LIMIT_GRACE_S = 30
BROKER_PAUSE_S = 5.0


class _Here(threading.local):
    """What this thread does by itself instead of sending it."""

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.is_working = False
        self.is_quiet = False


_here = _Here()
_broker_down_until = 0.0


@contextlib.contextmanager
def nothing_sent() -> Iterator[None]:
    """Write rows without sending them: for whoever does every row of the queue himself."""
    before, _here.is_quiet = _here.is_quiet, True
    try:
        yield
    finally:
        _here.is_quiet = before


def dispatch(pk: int, *, name: str, queue: str, delay_s: float = 0.0) -> None:
    """Called once the row is committed: do it here (inline) or send it; a fault is only logged."""
    if _here.is_quiet:
        return
    if settings.PATCHBAY_TASKS == "inline":
        if delay_s <= 0:
            _do_here(pk)
        return
    send(pk, name=name, queue=queue, delay_s=delay_s)


def send(pk: int, *, name: str, queue: str, delay_s: float = 0.0) -> bool:
    """Send one id; return whether the broker took it. A row that was not sent waits for the sweep.

    After a failure this process leaves the broker alone for 5 seconds, so that a broker that is
    down does not hold up every request.
    """
    global _broker_down_until  # one broker per process
    if time.monotonic() < _broker_down_until:
        return False
    spec = spec_of(name)
    try:
        current_app.send_task(
            RUN,
            args=[pk],
            queue=queue,
            countdown=delay_s if delay_s > 0 else None,
            time_limit=spec.time_limit_s + HARD_LIMIT_GRACE_S if spec else None,
            retry=False,
            ignore_result=True,
        )
    except (OperationalError, OSError) as err:
        _broker_down_until = time.monotonic() + BROKER_PAUSE_S
        logger.warning("broker did not take a task", row=pk, task=name, fault=type(err).__name__)
        return False
    return True


def forget_failures() -> None:
    """Ask the broker again at once, even if it was down a moment ago."""
    global _broker_down_until  # one broker per process
    _broker_down_until = 0.0


def waiting_in(queue: str) -> int | None:
    """Return how many messages wait in a queue of the broker; None when it cannot be asked."""
    try:
        with current_app.connection_for_write() as connection:
            return int(
                current_app.amqp.queues[queue](connection.default_channel)
                .queue_declare(passive=True)
                .message_count
            )
    except connection_faults() as err:
        logger.warning("broker cannot be asked", queue=queue, fault=type(err).__name__)
        return None


def connection_faults() -> tuple[type[BaseException], ...]:
    """What a missing broker, or a missing queue in it, raises."""
    connection = current_app.connection_for_write()
    return (OperationalError, OSError, *connection.connection_errors, *connection.channel_errors)


def _do_here(pk: int) -> None:
    """Do the row now; what it enqueues in turn follows after it, not inside it."""
    from inventory_site.core.outbox.running import run_to_end

    _here.waiting.append(pk)
    if _here.is_working:
        return
    _here.is_working = True
    try:
        while _here.waiting:
            run_to_end(_here.waiting.popleft())
    finally:
        _here.waiting.clear()
        _here.is_working = False
