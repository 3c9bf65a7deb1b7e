"""The house's own cards on the overview: the work of the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.timesince import timesince

from inventory_site.core import registry
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask
from inventory_site.core.registry import (
    CardContent,
    CardLine,
    DashboardCard,
    PaletteVerb,
    SidebarEntry,
)

SHOWN = 5
JUST_NOW = timedelta(minutes=1)
VIEW = "core.view_queuedtask"
LIST = "admin:core_queuedtask_changelist"


def register() -> None:
    """Called once, when the kit is ready."""
    registry.cards.register(
        DashboardCard("core.failed", "Failed work", "broken", VIEW, failed_tasks, order=90)
    )
    registry.cards.register(
        DashboardCard("core.running", "Background work", "running", VIEW, running_tasks, order=90)
    )
    registry.sidebar.register(
        SidebarEntry(
            "core.queue",
            "Background work",
            "Automation",
            "list-checks",
            LIST,
            VIEW,
            80,
            count_failed,
        )
    )
    registry.verbs.register(PaletteVerb("core.queue", "Show background work", LIST, VIEW))


def failed_tasks(user: Any) -> CardContent:
    """The last rows that failed."""
    rows = list(QueuedTask.objects.filter(status=TaskStatus.FAILED)[: SHOWN + 1])
    lines = [CardLine(row.task, _url(row), _first_line(row.error), "bad") for row in rows[:SHOWN]]
    return CardContent(lines, len(rows), _list("failed"), "No background work has failed.")


def running_tasks(user: Any) -> CardContent:
    """Rows that a worker holds, then those that wait."""
    now = timezone.now()
    rows = list(QueuedTask.objects.open().order_by("-status", "not_before", "pk")[: SHOWN + 1])
    lines = [CardLine(row.task, _url(row), _progress(row, now), "wait") for row in rows[:SHOWN]]
    return CardContent(lines, len(rows), _list("running"), "No background work waits or runs.")


def count_failed(user: Any) -> int:
    """The number in the sidebar: failed rows, for those who can do something about them."""
    if not user.has_perm("core.change_queuedtask"):
        return 0
    return QueuedTask.objects.filter(status=TaskStatus.FAILED).count()


def _progress(row: QueuedTask, now: Any) -> str:
    if row.status == TaskStatus.RUNNING and row.claimed_at:
        if now - row.claimed_at < JUST_NOW:
            return "begun just now"
        return f"running for {timesince(row.claimed_at, now)}"
    if row.not_before > now:
        return "waits for its time"
    if now - row.not_before < JUST_NOW:
        return "queued just now"
    return f"waiting for {timesince(row.not_before, now)}"


def _first_line(error: str) -> str:
    return error.strip().partition("\n")[0][:120]


def _list(status: str) -> str:
    try:
        return f"{reverse(LIST)}?status__exact={status}"
    except NoReverseMatch:
        return ""


def _url(row: QueuedTask) -> str:
    try:
        return reverse("admin:core_queuedtask_change", args=[row.pk])
    except NoReverseMatch:
        return ""
