"""Periodic work: what apps declared, as editable entries of django-celery-beat, and its firing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from inventory_site.core import registry
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.queueing import enqueue
from inventory_site.core.outbox.sending import nothing_sent
from inventory_site.core.outbox.sweeping import heal
from inventory_site.core.registry import Schedule

FIRE = "patchbay.enqueue_scheduled"
WITHDRAWN = "Switched off: no app declares this any more."
TICK_NAMES = (
    "scheduler",
    "alerts",
    "credentials",
    "polling",
    "health",
    "retention",
    "reservations",
    "bookings",
    "files",
)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a synchronisation changed."""

    made: int
    withdrawn: int


@transaction.atomic
def sync_schedules() -> Synced:
    """Make the entries that are missing and switch off those that no app declares.

    What an operator changed in an entry, its interval or whether it is on, stays as he set it.
    """
    made = sum(_ensure(schedule) for schedule in registry.schedules)
    withdrawn = _withdraw()
    if made or withdrawn:
        PeriodicTasks.update_changed()
    return Synced(made, withdrawn)


def fire(slug: str) -> QueuedTask | None:
    """Enqueue one scheduled task; while its last row is open that row stands for it.

    A row left behind by a lost worker or a lost message is put right first, so that periodic work
    heals without the sweep, which is periodic work itself.
    """
    if slug not in registry.schedules:
        return None
    schedule = registry.schedules.get(slug)
    key = _dedupe_key(schedule)
    heal(key)
    return enqueue(schedule.task, queue=schedule.queue, dedupe_key=key)


def fire_due(at: datetime | None = None) -> list[QueuedTask]:
    """Write, without sending, the rows of every entry that is due by its own last run."""
    entries = _entries().filter(enabled=True)
    return _fire_entries(entry for entry in entries if _is_due(entry, at or timezone.now()))


def fire_groups(names: Iterable[str]) -> list[QueuedTask]:
    """Write, without sending, the rows of every schedule of the named groups, due or not."""
    wanted = set(names)
    slugs = {item.slug for item in registry.schedules if item.tick in wanted}
    return _fire_entries(entry for entry in _entries() if _slug(entry) in slugs)


def known_groups() -> set[str]:
    """Names that `tick` takes: the house's, and those that apps declared besides."""
    return {*TICK_NAMES, *(item.tick for item in registry.schedules if item.tick)}


def _fire_entries(entries: Iterable[PeriodicTask]) -> list[QueuedTask]:
    with nothing_sent():
        rows = [fire(_slug(entry)) for entry in entries if _take(entry)]
    return [row for row in rows if row is not None]


def _take(entry: PeriodicTask) -> bool:
    """Move the entry's last run to now; of two at once only one finds it as it was."""
    as_seen = PeriodicTask.objects.filter(pk=entry.pk, last_run_at=entry.last_run_at)
    return bool(as_seen.update(last_run_at=timezone.now()))


def _is_due(entry: PeriodicTask, at: datetime) -> bool:
    if entry.start_time and entry.start_time > at:
        return False
    if entry.expires and entry.expires <= at:
        return False
    return entry.last_run_at is None or bool(entry.schedule.is_due(entry.last_run_at).is_due)


def _ensure(schedule: Schedule) -> bool:
    entry = PeriodicTask.objects.filter(name=schedule.slug).first()
    if entry is None:
        PeriodicTask.objects.create(
            name=schedule.slug,
            task=FIRE,
            args=json.dumps([schedule.slug]),
            interval=_interval(schedule.every_s),
            expire_seconds=max(schedule.every_s, 60),
            description=schedule.help,
        )
        return True
    if entry.description == WITHDRAWN:
        entry.description, entry.enabled = schedule.help, True
        entry.save()
        return True
    return False


def _interval(every_s: int) -> IntervalSchedule:
    wanted = {"every": every_s, "period": IntervalSchedule.SECONDS}
    return IntervalSchedule.objects.filter(**wanted).first() or IntervalSchedule.objects.create(
        **wanted
    )


def _withdraw() -> int:
    gone = [e.pk for e in _entries().filter(enabled=True) if _slug(e) not in registry.schedules]
    return PeriodicTask.objects.filter(pk__in=gone).update(enabled=False, description=WITHDRAWN)


def _entries() -> models.QuerySet[PeriodicTask]:
    return PeriodicTask.objects.filter(task=FIRE).order_by("pk")


def _slug(entry: PeriodicTask) -> str:
    try:
        return str(json.loads(entry.args)[0])
    except (ValueError, IndexError, TypeError, KeyError):
        return ""


def _dedupe_key(schedule: Schedule) -> str:
    return f"schedule:{schedule.slug}"
