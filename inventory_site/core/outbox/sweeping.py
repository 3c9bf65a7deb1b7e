"""Putting right what was lost: messages, workers, and rows that have outlived their use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from inventory_site.core.choices import QueueName, TaskStatus
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.queueing import SEND_AHEAD_S
from inventory_site.core.outbox.sending import dispatch, waiting_in
from inventory_site.core.processes import Process

logger = structlog.get_logger(__name__)

UNCLAIMED_S = 30
STUCK_S = 900
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep put right."""

    recovered: int = 0
    sent: int = 0


def sweep() -> Swept:
    """Free the rows of lost workers, then send again what nobody has claimed."""
    return Swept(recovered=recover_lost(), sent=send_unclaimed())


def recover_lost() -> int:
    """Free rows whose lease has run out or whose worker process is gone; return how many."""
    return sum(_recover(row) for row in QueuedTask.objects.running() if _is_lost(row))


def recover_row(pk: int) -> bool:
    """Free one row if its worker is lost; return whether it is ready again."""
    row = QueuedTask.objects.running().filter(pk=pk).first()
    return row is not None and _is_lost(row) and _recover(row) and row.status == TaskStatus.READY


def heal(dedupe_key: str) -> None:
    """Put right the open row of one key, if its worker or its message was lost."""
    for row in QueuedTask.objects.open().filter(dedupe_key=dedupe_key):
        recover_row(row.pk)
    silent = QueuedTask.objects.ready().filter(dedupe_key=dedupe_key)
    patience = timezone.now() - timedelta(seconds=UNCLAIMED_S)
    _send(silent.filter(Q(sent_at__isnull=True) | _sent_before(patience)))


def send_unclaimed() -> int:
    """Send ready rows that were never sent, or not claimed within 30 s; return how many.

    While the broker still holds messages of a queue its rows are merely waiting their turn: then
    only those unclaimed for 15 minutes are sent again, so that a long queue does not grow by
    itself.
    """
    return sum(_send(rows) for rows in map(_unclaimed, QueueName.values))


def remove_ended(days: int | None = None) -> int:
    """Remove rows that ended longer ago than the retention; return how many."""
    keep = settings.TASK_RETENTION_DAYS if days is None else days
    old = QueuedTask.objects.ended().filter(finished_at__lt=timezone.now() - timedelta(days=keep))
    return int(old._raw_delete(old.db))


def _is_lost(row: QueuedTask) -> bool:
    worker = Process.parse(row.claimed_by.partition("/")[0])
    if worker is not None and worker.is_gone():
        return True
    return row.lease_until is None or row.lease_until < timezone.now()


def _recover(row: QueuedTask) -> bool:
    """Take the row from the claim that we saw; a worker that came back in between keeps it."""
    seen = QueuedTask.objects.running().filter(
        pk=row.pk, claimed_by=row.claimed_by, lease_until=row.lease_until
    )
    if row.attempts >= row.max_attempts:
        row.status = TaskStatus.FAILED
        error = f"Its worker was lost; given up after {row.attempts} attempts."
        changed = seen.update(status=row.status, finished_at=timezone.now(), error=error)
    else:
        row.status = TaskStatus.READY
        changed = seen.update(
            status=row.status, lease_until=None, sent_at=None, error="Its worker was lost."
        )
    if changed:
        logger.warning("worker of a task was lost", row=row.pk, task=row.task, status=row.status)
    return bool(changed)


def _unclaimed(queue: str) -> list[QueuedTask]:
    now = timezone.now()
    rows = QueuedTask.objects.filter(
        status=TaskStatus.READY,
        queue=queue,
        not_before__lte=now + timedelta(seconds=SEND_AHEAD_S),
    )
    never = Q(sent_at__isnull=True)
    patience = timedelta(seconds=UNCLAIMED_S)
    silent = rows.filter(never | _sent_before(now - patience))
    if settings.PATCHBAY_TASKS == "queue" and silent.exists() and waiting_in(queue):
        patience = timedelta(seconds=STUCK_S)
        silent = rows.filter(never | _sent_before(now - patience))
    return list(silent.order_by("pk")[:BATCH])


def _sent_before(moment: datetime) -> Q:
    return Q(sent_at__lt=moment, not_before__lt=moment)


def _send(rows: Iterable[QueuedTask]) -> int:
    rows, now = list(rows), timezone.now()
    QueuedTask.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=now)
    for row in rows:
        delay_s = (row.not_before - now).total_seconds()
        dispatch(row.pk, name=row.task, queue=row.queue, delay_s=max(delay_s, 0.0))
    return len(rows)
