"""Polls."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from devices import policy
from devices.admin.words import state_badge
from devices.models import PollConfig
from devices.services import poll_configs
from inventory_site.core.admin import (
    EMPTY,
    ReadOnlyAdmin,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    each,
    register,
    when,
    yes_no,
)

SHOWN = 25


def _runs(request: HttpRequest, config: PollConfig) -> dict[str, Any]:
    rows = config.executions.all()[:SHOWN]
    table = ShortTable(
        "Runs",
        ("Started", "State", "Devices", "Answered", "Rows", "Error"),
        [
            (
                when(row.started_at),
                state_badge(row.status),
                row.devices_targeted,
                row.devices_success,
                row.records_collected,
                row.error_message or EMPTY,
            )
            for row in rows
        ],
    )
    return {"tables": [table]}


def _run(request: HttpRequest, config: PollConfig, data: dict[str, Any]) -> str:
    poll_configs.run_now(config.pk, actor=request.user)
    return f"{config} is queued."


def _toggle(request: HttpRequest, config: PollConfig, data: dict[str, Any]) -> str:
    row = poll_configs.toggle(config.pk, actor=request.user, enabled=None)
    return f"{row} is {'on' if row.enabled else 'off'}."


@register(PollConfig)
class PollConfigAdmin(ReadOnlyAdmin):
    """What is polled how often; made and changed over REST."""

    list_display = ["name", "poll_type", "target_type", "every", "is_on", "last_state", "last_run"]
    list_filter = ["enabled", "poll_type"]
    phone_columns = ["last_state"]
    summary = ["poll_type", "target_type", "every", "is_on", "last_state", "last_run"]
    details_title = ""
    fields = ["name"]
    tabs = [Tab("runs", "Runs", context=_runs)]
    verbs = [
        Verb(
            slug="run",
            label="Poll now",
            permission=policy.CONNECT,
            run=each(_run, "queued"),
            icon="play",
        ),
        Verb(
            slug="toggle",
            label="Switch on or off",
            permission=policy.SETTINGS_EDIT,
            run=each(_toggle, "switched"),
            icon="power",
        ),
    ]

    @column("Every", order="interval_seconds", export="interval_seconds")
    def every(self, obj: PollConfig) -> str:
        return obj.cron_expression or f"{obj.interval_seconds} s"

    @column("On", order="enabled", export="enabled")
    def is_on(self, obj: PollConfig) -> SafeString:
        return yes_no(obj.enabled)

    @column("Last result", order="last_run_status", export="last_run_status")
    def last_state(self, obj: PollConfig) -> SafeString:
        status = obj.last_run_status
        return state_badge(status) if status else badge("Not run yet", "idle")

    @column("Last run", order="last_run_at", export="last_run_at")
    def last_run(self, obj: PollConfig) -> SafeString:
        return when(obj.last_run_at, missing="never")
