"""Writing, cancelling and repeating rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from inventory_site.core import context
from inventory_site.core.choices import TaskStatus
from inventory_site.core.errors import ConflictError
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.sending import dispatch
from inventory_site.core.outbox.specs import MAX_ATTEMPTS, spec_of

SEND_AHEAD_S = 60.0


def enqueue(
    name: str,
    *args: Any,
    queue: str | None = None,
    delay_s: float = 0,
    dedupe_key: str = "",
    **kwargs: Any,
) -> QueuedTask:
    """Write one piece of work in the open transaction and send it when that commits.

    `args` and `kwargs` are ids and plain JSON values. While a row with the same `dedupe_key` waits
    or runs, that row is returned and nothing is written. Never fails because of the broker.
    """
    row = _new_row(name, args, kwargs, queue, delay_s, dedupe_key)
    if dedupe_key:
        row, is_new = _save_unless_open(row)
        if not is_new:
            return row
    else:
        row.save(force_insert=True)
    _send_after_commit(row, delay_s)
    return row


def enqueue_many(name: str, each_args: Sequence[Sequence[Any]], *, queue: str | None = None) -> int:
    """Write one row per list of arguments in one insert; return how many."""
    rows = [_new_row(name, args, {}, queue, 0, "") for args in each_args]
    for row in QueuedTask.objects.bulk_create(rows, batch_size=500):
        _send_after_commit(row, 0)
    return len(rows)


@transaction.atomic
def cancel(pk: int) -> bool:
    """End a row that no worker has yet; return whether it was still waiting."""
    waiting = QueuedTask.objects.filter(pk=pk, status=TaskStatus.READY)
    return bool(waiting.update(status=TaskStatus.CANCELLED, finished_at=timezone.now()))


@transaction.atomic
def run_again(pk: int) -> bool:
    """Put a failed or cancelled row back to ready with fresh attempts; return whether it was ended.

    Raises `ConflictError` when another row with the same key is open.
    """
    now = timezone.now()
    ended = QueuedTask.objects.filter(pk=pk, status__in=[TaskStatus.FAILED, TaskStatus.CANCELLED])
    try:
        with transaction.atomic():
            changed = ended.update(
                status=TaskStatus.READY,
                attempts=0,
                error="",
                not_before=now,
                sent_at=now,
                finished_at=None,
            )
    except IntegrityError as err:
        raise ConflictError("The same work is already waiting or running.") from err
    if changed:
        _send_after_commit(QueuedTask.objects.get(pk=pk), 0)
    return bool(changed)


def _new_row(
    name: str,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    queue: str | None,
    delay_s: float,
    dedupe_key: str,
) -> QueuedTask:
    spec, now = spec_of(name), timezone.now()
    default_queue = spec.queue if spec else QueuedTask._meta.get_field("queue").get_default()
    return QueuedTask(
        task=name,
        queue=queue or default_queue,
        args=list(args),
        kwargs=kwargs,
        max_attempts=spec.max_attempts if spec else MAX_ATTEMPTS,
        not_before=now + timedelta(seconds=delay_s),
        sent_at=now if delay_s <= SEND_AHEAD_S else None,
        dedupe_key=dedupe_key,
        request_id=context.current().request_id,
        created_at=now,
    )


def _save_unless_open(row: QueuedTask) -> tuple[QueuedTask, bool]:
    """Insert, or return the open row with this key; the partial unique constraint decides."""
    same_key = QueuedTask.objects.open().filter(dedupe_key=row.dedupe_key)
    while True:
        known = same_key.first()
        if known is not None:
            return known, False
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # another process inserted it in between; it may even have ended by now
        return row, True


def _send_after_commit(row: QueuedTask, delay_s: float) -> None:
    if delay_s > SEND_AHEAD_S:
        return  # the sweep sends it shortly before its time
    transaction.on_commit(
        partial(dispatch, row.pk, name=row.task, queue=row.queue, delay_s=delay_s), robust=True
    )
