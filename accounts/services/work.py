"""The queue and its schedules, as people act on them; each act is audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django_celery_beat.models import PeriodicTask

from accounts import policy
from accounts.models import User
from accounts.services import audit
from inventory_site.core import tasks
from inventory_site.core.errors import ConflictError
from inventory_site.core.locks import lock
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.scheduling import fire

SCHEDULE_FIELDS = ("enabled", "interval", "crontab", "start_time", "description")
CHANGE_WORK = "core.change_queuedtask"
CHANGE_SCHEDULE = "django_celery_beat.change_periodictask"


@transaction.atomic
def run_again(*, actor: User, row: QueuedTask) -> None:
    """Put an ended row back to ready; `ConflictError` when it is done, open, or replaced by
    another.
    """
    policy.require(actor, CHANGE_WORK)
    if not tasks.run_again(row.pk):
        raise ConflictError("Only failed or cancelled work is run again.", status=row.status)
    audit.record(actor, "queuedtask.run_again", row)


@transaction.atomic
def cancel(*, actor: User, row: QueuedTask) -> None:
    """Take a row that still waits out of the queue; `ConflictError` once a worker has it."""
    policy.require(actor, CHANGE_WORK)
    if not tasks.cancel(row.pk):
        raise ConflictError("Only work that still waits is cancelled.", status=row.status)
    audit.record(actor, "queuedtask.cancelled", row)


@transaction.atomic
def change_schedule(
    *, actor: User, entry: PeriodicTask, changes: Mapping[str, Any]
) -> PeriodicTask:
    """Change when an entry fires and whether it does; Django's `ValidationError` on two timings
    at once.
    """
    policy.require(actor, CHANGE_SCHEDULE)
    row = lock(PeriodicTask.objects.filter(pk=entry.pk)).get()
    before = audit.snapshot(row, SCHEDULE_FIELDS)
    for name in SCHEDULE_FIELDS:
        if name in changes:
            setattr(row, name, changes[name])
    row.full_clean()
    row.save()
    after = audit.snapshot(row, SCHEDULE_FIELDS)
    if before != after:
        audit.record(actor, "schedule.changed", row, before=before, after=after)
    return row


@transaction.atomic
def run_schedule_now(*, actor: User, entry: PeriodicTask) -> QueuedTask:
    """Queue an entry's work at once, beside its own times."""
    policy.require(actor, CHANGE_SCHEDULE)
    row = fire(entry.name)
    if row is None:
        raise ConflictError("No app declares this schedule any more.")
    audit.record(actor, "schedule.run_now", entry, after={"task": row.pk})
    return row


@transaction.atomic
def create_timing(*, actor: User, timing: models.Model) -> models.Model:
    """Add an interval, a crontab, a clock time or a solar event that entries can use."""
    opts = timing._meta
    policy.require(actor, f"{opts.app_label}.add_{opts.model_name}")
    timing.full_clean()
    timing.save()
    audit.record(actor, "timing.created", timing, after={"timing": str(timing)})
    return timing
