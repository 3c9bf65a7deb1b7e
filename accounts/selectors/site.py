"""What the site does: figures of its apps, and which of its parts are at work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from inventory_site.core import registry
from inventory_site.core.choices import QueueName, TaskStatus
from inventory_site.core.models import QueuedTask

LATE = timedelta(minutes=5)


def stats() -> dict[str, dict[str, int]]:
    """Return the figures of every app, and of the work in the background."""
    found = {"devices": {"total": 0, "up": 0, "down": 0}, "workflows": {"total": 0, "enabled": 0}}
    found |= {figures.slug: figures.read() for figures in registry.figures}
    return {**found, "jobs": found.get("jobs") or _work()}


def services(database_is_up: bool) -> dict[str, Any]:
    """Return which parts of the site do their work, under the names that the front end draws.

    The scheduler is fine when it began something in the last five minutes; the poller when no work
    on devices has been waiting for longer.
    """
    limit = timezone.now() - LATE
    words = {"backend": True, "database": database_is_up, "poller": False, "scheduler": False}
    if database_is_up:
        waiting = QueuedTask.objects.ready(limit).filter(queue=QueueName.DEVICES)
        words["poller"] = not waiting.exists()
        words["scheduler"] = PeriodicTask.objects.filter(last_run_at__gt=limit).exists()
    asleep = [name for name, is_fine in words.items() if not is_fine]
    return {
        "status": "warning" if asleep else "healthy",
        "services": {name: "healthy" if fine else "unhealthy" for name, fine in words.items()},
        "message": f"not at work: {', '.join(asleep)}" if asleep else "all at work",
    }


def _work() -> dict[str, int]:
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    done = Q(status=TaskStatus.DONE, finished_at__gte=midnight)
    return QueuedTask.objects.aggregate(
        running=Count("pk", filter=Q(status=TaskStatus.RUNNING)),
        queued=Count("pk", filter=Q(status=TaskStatus.READY)),
        completed_today=Count("pk", filter=done),
    )
