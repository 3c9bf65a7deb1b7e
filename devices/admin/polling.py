"""Polls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices import policy
from devices.admin.poll_form import (
    FIELD_OF,
    FIELDS,
    FORGET,
    FORGET_ACCOUNT,
    TYPED,
    PollForm,
    asks_word,
    body_of,
)
from devices.admin.words import state_badge
from devices.models import PollConfig, PollExecution
from devices.services import poll_configs
from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    ShortTable,
    Tab,
    Verb,
    badge,
    column,
    each,
    identifier,
    register,
    when,
    yes_no,
)

SHOWN = 25


def _runs(request: HttpRequest, config: PollConfig) -> dict[str, Any]:
    rows = list(config.executions.all()[:SHOWN])
    table = ShortTable(
        "Runs",
        ("Started", "State", "Devices", "Answered", "Rows", "Error"),
        [
            (
                format_html(
                    '<a href="{}">{}</a>',
                    reverse("admin:devices_pollexecution_change", args=[row.pk]),
                    when(row.started_at),
                ),
                state_badge(row.status),
                row.devices_targeted,
                row.devices_success,
                row.records_collected,
                row.error_message or EMPTY,
            )
            for row in rows
        ],
    )
    return {"tables": [*(_silent(row) for row in rows[:1] if row.devices_failed), table]}


def _silent(newest: PollExecution) -> ShortTable:
    """Return the devices that the newest run did not read, each with its reason."""
    rows = newest.device_results.filter(success=False)[:SHOWN]
    return ShortTable(
        "Not read in the last run",
        ("Address", "Why"),
        [(identifier(row.device_ip), row.error_message or "No answer") for row in rows],
        total=newest.devices_failed,
    )


def _run(request: HttpRequest, config: PollConfig, data: dict[str, Any]) -> str:
    poll_configs.run_now(config.pk, actor=request.user)
    return f"{config} is queued."


def _switch(on: bool) -> Callable[[HttpRequest, PollConfig, dict[str, Any]], str]:
    def run(request: HttpRequest, config: PollConfig, data: dict[str, Any]) -> str:
        row = poll_configs.toggle(config.pk, actor=request.user, enabled=on)
        return f"{row} is {'on' if on else 'off'}."

    return run


@register(PollConfig)
class PollConfigAdmin(ServiceAdmin):
    """What is polled how often; who may change settings may change it."""

    form = PollForm
    delete_permission = policy.SETTINGS_EDIT
    list_display = ["name", "asks", "asked", "every", "is_on", "last_state", "last_run"]
    list_filter = ["enabled", "poll_type"]
    list_select_related = ["target_group"]
    search_fields = ["name", "description"]
    phone_columns = ["last_state"]
    summary = ["asks", "asked", "every", "is_on", "last_state", "last_run", "last_error"]
    empty_text = "Nothing is polled yet; add a poll."
    tabs = [Tab("runs", "Runs", context=_runs)]
    verbs = [
        Verb(
            slug="run",
            label="Poll now",
            permission=policy.CONNECT,
            run=each(_run, "queued"),
            follows="Its devices are asked now; its interval begins anew.",
            icon="play",
        ),
        Verb(
            slug="on",
            label="Switch on",
            permission=policy.SETTINGS_EDIT,
            run=each(_switch(True), "switched on"),
            follows="Its devices are asked again at its times.",
            icon="power",
            undo="off",
            fits=lambda config: not config.enabled,
        ),
        Verb(
            slug="off",
            label="Switch off",
            permission=policy.SETTINGS_EDIT,
            run=each(_switch(False), "switched off"),
            follows="Nothing is asked any more; what was measured stays.",
            icon="power",
            undo="on",
            fits=lambda config: config.enabled,
        ),
    ]

    class Media:
        css = {"all": ["devices/devices.css"]}
        js = ["devices/fields_of_choice.js", "devices/rule.js"]

    def opens_on(self, obj: PollConfig) -> str:
        """Open on its runs once there are any."""
        return "runs" if obj.last_run_at else ""

    def get_fields(self, request: HttpRequest, obj: PollConfig | None = None) -> list[str]:
        """Leave out what only the form knows when the poll is only looked at, and what does not
        apply."""
        may = self.has_change_permission(request, obj)
        left_out = set() if may else set(TYPED)
        if obj is None or not obj.community_encrypted:
            left_out.add(FORGET)
        if obj is None or not obj.account_encrypted:
            left_out.add(FORGET_ACCOUNT)
        return [name for name in FIELDS if name not in left_out]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(policy.SETTINGS_EDIT))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> PollConfig:
        return poll_configs.create(actor=request.user, body=body_of(data))

    def service_update(
        self,
        request: HttpRequest,
        obj: PollConfig,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> PollConfig:
        if not changes:
            return obj
        return poll_configs.update(obj.pk, actor=request.user, body=body_of(changes))

    def service_delete(self, request: HttpRequest, obj: PollConfig) -> None:
        poll_configs.delete(obj.pk, actor=request.user)

    @column("Asks", order="poll_type", export="poll_type")
    def asks(self, obj: PollConfig) -> str:
        return asks_word(obj.poll_type)

    @column("Of", order="target_type", export="target_type")
    def asked(self, obj: PollConfig) -> str:
        which = getattr(obj, FIELD_OF.get(obj.target_type, ""), "")
        return f"{obj.get_target_type_display()} {which or ''}".strip()

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

    @column("Last error")
    def last_error(self, obj: PollConfig) -> str:
        return obj.last_run_error or EMPTY
