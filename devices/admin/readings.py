"""What was read or sent: runs of polls, PRTG's alerts; and racks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from devices.admin.words import state_badge
from devices.models import PollExecution, PrtgAlert, Rack
from devices.services import registers
from devices.services.registers import RACKS
from inventory_site.core.admin import (
    EMPTY,
    ReadOnlyAdmin,
    ServiceAdmin,
    ShortTable,
    Tab,
    badge,
    column,
    identifier,
    register,
    when,
)

SHOWN = 500
ALERTS = {"down": "bad", "warning": "warn", "unusual": "warn", "up": "ok"}


@register(Rack)
class RackAdmin(ServiceAdmin):
    """Racks of sites."""

    list_display = ["name", "site", "height_u", "position", "status"]
    list_filter = ["site", "status"]
    list_select_related = ["site"]
    search_fields = ["name", "site__name"]
    phone_columns = ["site"]
    fields = ["site", "name", "height_u", "position", "status"]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        return registers.create(RACKS, actor=request.user, values=_values(data))

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Any:
        return registers.update(RACKS, obj.pk, actor=request.user, values=_values(changes))

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        registers.delete(RACKS, obj.pk, actor=request.user)


def _values(data: dict[str, Any]) -> dict[str, Any]:
    return {
        ("site_id" if name == "site" else name): getattr(value, "pk", value)
        for name, value in data.items()
    }


def _devices(request: HttpRequest, row: PollExecution) -> dict[str, Any]:
    rows = row.device_results.order_by("success", "pk")
    table = ShortTable(
        "Devices",
        ("Device", "State", "Rows", "ms", "Error"),
        [
            (
                identifier(one.device_ip),
                state_badge("success" if one.success else "failed"),
                one.records,
                EMPTY if one.duration_ms is None else one.duration_ms,
                one.error_message or EMPTY,
            )
            for one in rows[:SHOWN]
        ],
        total=row.devices_targeted,
    )
    return {"tables": [table]}


@register(PollExecution)
class PollExecutionAdmin(ReadOnlyAdmin):
    """One run of a poll, device by device."""

    list_display = ["config_name", "status_badge", "devices", "records_collected", "began"]
    list_filter = ["status", "config_name"]
    search_fields = ["config_name"]
    phone_columns = ["status_badge", "devices"]
    summary = ["status_badge", "devices", "records_collected", "began", "triggered_by"]
    fields = ["error_message"]
    tabs = [Tab("devices", "Devices", context=_devices)]
    empty_text = "No poll has run yet."

    def opens_on(self, obj: PollExecution) -> str:
        """Open on the devices, or on the reason where the run has none to show."""
        return "" if obj.error_message else "devices"

    @column("State", order="status", export="status")
    def status_badge(self, obj: PollExecution) -> SafeString:
        return state_badge(obj.status)

    @column("Answered")
    def devices(self, obj: PollExecution) -> str:
        return f"{obj.devices_success} of {obj.devices_targeted}"

    @column("Started", order="started_at", export="started_at")
    def began(self, obj: PollExecution) -> SafeString:
        return when(obj.started_at)


@register(PrtgAlert)
class PrtgAlertAdmin(ReadOnlyAdmin):
    """What PRTG calls down or odd."""

    list_display = ["sensor_name", "device_name", "severity_badge", "message", "raised", "ended"]
    list_filter = ["is_active", "severity"]
    search_fields = ["sensor_name", "device_name", "host", "message"]
    phone_columns = ["severity_badge", "device_name"]
    summary = ["device_name", "severity_badge", "raised", "ended"]
    fields = ["sensor_id", "host", "group_name", "status_text", "message", "last_value"]
    empty_text = "PRTG has sent nothing yet; its page, PRTG, says where its notices go."

    @column("State", order="severity", export="severity")
    def severity_badge(self, obj: PrtgAlert) -> SafeString:
        return badge(obj.severity.capitalize(), ALERTS.get(obj.severity, "idle"))

    @column("Raised", order="raised_at", export="raised_at")
    def raised(self, obj: PrtgAlert) -> SafeString:
        return when(obj.raised_at)

    @column("Resolved", order="resolved_at", export="resolved_at")
    def ended(self, obj: PrtgAlert) -> SafeString:
        return when(obj.resolved_at, missing="not yet")
