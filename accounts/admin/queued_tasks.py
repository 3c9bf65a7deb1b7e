"""The queue as people see it: what waits, runs, failed; run again, cancel."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.services import work
from inventory_site.core.admin import (
    ReadOnlyAdmin,
    Tab,
    Verb,
    badge,
    column,
    each,
    number,
    register,
    when,
)
from inventory_site.core.choices import TaskStatus
from inventory_site.core.models import QueuedTask

STATES = {
    TaskStatus.READY: "wait",
    TaskStatus.RUNNING: "wait",
    TaskStatus.DONE: "ok",
    TaskStatus.FAILED: "bad",
    TaskStatus.CANCELLED: "idle",
}
SYMBOLS = {TaskStatus.READY: "clock", TaskStatus.RUNNING: "loader"}
MAY = "core.change_queuedtask"


def _again(request: HttpRequest, row: QueuedTask, data: dict[str, Any]) -> str:
    work.run_again(actor=request.user, row=row)
    return f"{row} is queued again."


def _cancel(request: HttpRequest, row: QueuedTask, data: dict[str, Any]) -> str:
    work.cancel(actor=request.user, row=row)
    return f"{row} is cancelled."


def _error(request: HttpRequest, row: QueuedTask) -> dict[str, Any]:
    values = {"Arguments": row.args, "Named arguments": row.kwargs}
    shown = [(name, json.dumps(value, indent=1)) for name, value in values.items() if value]
    return {"error": row.error, "values": shown}


@register(QueuedTask)
class QueuedTaskAdmin(ReadOnlyAdmin):
    """Rows of the outbox."""

    list_title = "Background work"
    list_display = [
        "name",
        "status_badge",
        "queue",
        "tries",
        "created",
        "ended",
        "took",
        "error_line",
    ]
    list_hidden = ["tries"]
    list_filter = ["status", "queue", "task"]
    search_fields = ["task", "=request_id", "=dedupe_key"]
    phone_columns = ["status_badge", "created"]
    row_verb = "again"
    summary = [
        "queue",
        "tries",
        "created",
        "not_before",
        "claimed_at",
        "claimed_by",
        "ended",
        "took",
        "request_id",
    ]
    details_title = ""
    fields = ["task"]
    tabs = [Tab("details", "Details", "accounts/admin/queued_task.html", _error)]
    empty_text = "No background work yet."
    verbs = [
        Verb(
            slug="again",
            label="Run again",
            permission=MAY,
            run=each(_again, "queued again"),
            follows="A worker takes it up as soon as one is free.",
            icon="rotate-cw",
            fits=lambda row: row.status in (TaskStatus.FAILED, TaskStatus.CANCELLED),
        ),
        Verb(
            slug="cancel",
            label="Cancel",
            permission=MAY,
            run=each(_cancel, "cancelled"),
            follows="Work that a worker has taken up already goes on.",
            danger=True,
            icon="ban",
            undo="again",
            fits=lambda row: row.status == TaskStatus.READY,
        ),
    ]

    def state(self, obj: QueuedTask) -> SafeString:
        return self.status_badge(obj)

    @column("Work", order="task", export="task")
    def name(self, obj: QueuedTask) -> str:
        return f"{obj.task} #{obj.pk}"

    @column("State", order="status", export="status")
    def status_badge(self, obj: QueuedTask) -> SafeString:
        state = STATES.get(obj.status, "idle")
        return badge(obj.get_status_display(), state, SYMBOLS.get(obj.status, ""))

    @column("Tries", order="attempts", numeric=True, export="attempts")
    def tries(self, obj: QueuedTask) -> str:
        return f"{obj.attempts} of {obj.max_attempts}"

    @column("Queued", order="created_at", export="created_at")
    def created(self, obj: QueuedTask) -> SafeString:
        return when(obj.created_at)

    @column("Ended", order="finished_at", export="finished_at")
    def ended(self, obj: QueuedTask) -> SafeString:
        return when(obj.finished_at)

    @column("Took, ms", numeric=True)
    def took(self, obj: QueuedTask) -> SafeString:
        return number(obj.duration_ms)

    @column("Error", export="error")
    def error_line(self, obj: QueuedTask) -> str:
        return obj.error.strip().partition("\n")[0][:200]
