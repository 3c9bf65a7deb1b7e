"""The house's own periodic work, and what the queue tells about its health."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from inventory_site.core import registry
from inventory_site.core.api.idempotency import forget_old_keys
from inventory_site.core.models import QueuedTask
from inventory_site.core.outbox.specs import task
from inventory_site.core.outbox.sweeping import remove_ended, sweep
from inventory_site.core.registry import HealthCheck, Schedule

DAY_S = 24 * 3600
LATE = timedelta(minutes=5)


@task(name="core.sweep", time_limit_s=120, keep_done=False)
def sweep_queue() -> None:
    """Send lost messages again and free the rows of lost workers."""
    sweep()


@task(name="core.remove_ended_tasks", time_limit_s=600)
def remove_ended_tasks() -> None:
    """Remove rows past their retention: ended tasks, and answers kept for calls sent again."""
    remove_ended()
    forget_old_keys()


def register() -> None:
    """Called once, when the kit is ready."""
    registry.schedules.register(
        Schedule(
            slug="core.sweep",
            task="core.sweep",
            every_s=30,
            tick="scheduler",
            help="Sends lost messages again and frees the rows of lost workers.",
        )
    )
    registry.schedules.register(
        Schedule(
            slug="core.remove_ended_tasks",
            task="core.remove_ended_tasks",
            every_s=DAY_S,
            tick="retention",
            help="Removes queued tasks that ended longer ago than the retention.",
        )
    )
    registry.health.register(HealthCheck("queue", queue_is_served))


def queue_is_served() -> tuple[bool, str]:
    """Whether no row has been waiting for a worker for 5 minutes."""
    oldest = QueuedTask.objects.ready(timezone.now() - LATE).order_by("not_before").first()
    if oldest is None:
        return True, "Work is taken up within 5 minutes."
    return (
        False,
        f"{oldest.task} has been waiting for a worker since {oldest.not_before:%H:%M} UTC.",
    )
