"""The lists of devices as CSV and XLSX: whole, in columns that are named here, never a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.exports import cell, csv_chunks, csv_response, xlsx_response
from inventory_site.core.api.renderers import CSVRenderer, XLSXRenderer
from inventory_site.core.errors import TooLarge

FORMATS = frozenset({"csv", "xlsx"})
CHUNK = 500


@dataclass(frozen=True, slots=True)
class ListFile:
    """The name and the columns of a file; `key` is where a body keeps the list, blank is all."""

    name: str
    columns: tuple[str, ...]
    key: str = ""


class FileMixin:
    """A view whose GET is a list; with a `file` it answers `?format=csv` and `?format=xlsx`.

    What a view answers in JSON is the file's rows. One whose list is long answers `as_file` of all
    its rows itself, where `is_file` says so.
    """

    file: ClassVar[ListFile | None] = None
    request: Request

    def get_renderers(self) -> list[Any]:
        """Offer the formats where there is a list to be had."""
        found: list[Any] = super().get_renderers()  # type: ignore[misc]  # of APIView
        if self.file is None or getattr(self.request, "method", "") not in {"GET", "HEAD"}:
            return found
        return [*found, CSVRenderer(), XLSXRenderer()]

    @property
    def is_file(self) -> bool:
        """Whether a file is asked for."""
        return self.request.accepted_renderer.format in FORMATS

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Turn the list of an answer into the file that is asked for."""
        renderer = getattr(request, "accepted_renderer", None)
        if (
            self.file is not None
            and isinstance(response, Response)
            and response.status_code == 200
            and getattr(renderer, "format", "") in FORMATS
        ):
            rows = response.data[self.file.key] if self.file.key else response.data
            response = self.as_file(rows)
        return super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]

    def as_file(
        self, rows: Iterable[Mapping[str, Any]], file: ListFile | None = None
    ) -> HttpResponseBase:
        """Answer rows as the file that is asked for."""
        wanted = file or self.file
        if wanted is None:
            raise TypeError("this view has no file")
        return self.as_cells(
            wanted, ([cell(row.get(name)) for name in wanted.columns] for row in rows)
        )

    def as_cells(self, file: ListFile, cells: Iterable[Sequence[Any]]) -> HttpResponseBase:
        """Answer cells, defused already, as the file that is asked for."""
        if self.request.accepted_renderer.format == "csv":
            return csv_response(csv_chunks(file.columns, cells), file.name)
        return xlsx_response(file.columns, _limited(cells), file.name)


def _limited(cells: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    limit = settings.EXPORT_MAX_ROWS_XLSX
    for number, row in enumerate(cells):
        if number == limit:
            raise TooLarge(f"More than {limit} rows; export CSV instead.", limit=limit)
        yield row


def in_chunks(
    rows: QuerySet[Any], shown: Callable[[list[Any]], list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Yield rows as `shown` draws them, some hundred at a time, however many there are."""
    found = iter(rows.iterator(CHUNK))
    while some := list(islice(found, CHUNK)):
        yield from shown(some)


_PORTS = (
    *("ip_address", "interface_index", "interface_name", "cli_port", "is_optical", "medium"),
    *("connector", "speed", "speed_mbps", "status", "admin_state", "tx_power", "rx_power"),
    *("temperature", "wavelength_nm", "vendor_part", "serial_number", "lldp_remote_system_name"),
    *("lldp_remote_port", "lldp_remote_mgmt_addr", "lldp_remote_chassis_id", "scan_timestamp"),
)
_LIGHT = (
    *("ip_address", "interface_index", "interface_name", "cli_port", "measurement_timestamp"),
    *("tx_power", "tx_power_unit", "rx_power", "rx_power_unit", "temperature", "temperature_unit"),
)
NETWORKS = ListFile(
    "networks", ("network_range", "device_count", "online_count", "snmp_count", "ssh_count")
)
NETBOX_DEVICES = ListFile(
    "netbox_devices",
    (
        *("netbox_id", "hostname", "ip_address", "device_type", "manufacturer", "site", "role"),
        *("status", "serial", "tags", "cached_at"),
    ),
)
NETBOX_SOURCE = ListFile(
    "devices",
    (
        *("ip_address", "hostname", "device_type", "manufacturer", "site", "role", "status"),
        *("netbox_id", "source"),
    ),
)
DEVICE_GROUPS_OF = ListFile("groups", ("id", "group_name", "description"))
DEVICE_HISTORY = ListFile(
    "device_history",
    (
        *("id", "created_at", "action", "field_name", "old_value", "new_value", "changed_by"),
        "notes",
    ),
)
INTERFACES = ListFile("interfaces", _PORTS)
READINGS = ListFile("optical_readings", _LIGHT)
GROUPS = ListFile(
    "device_groups",
    (
        *("id", "group_name", "description", "color", "rule", "device_count"),
        *("known_device_count", "created_at", "updated_at"),
    ),
)
GROUP_DEVICES = ListFile(
    "group_devices",
    (
        *("ip_address", "snmp_hostname", "snmp_description", "ping_status", "snmp_status"),
        "ssh_status",
    ),
)
SCANS = ListFile(
    "scans",
    (
        *("scan_id", "type", "status", "progress", "total_targets", "completed_targets"),
        *("discovered_devices", "to_review", "accept", "started_at", "finished_at", "error"),
    ),
)
SCAN_RESULTS = ListFile(
    "scan_results",
    (
        *("id", "target", "state", "online", "review", "hostname", "description", "vendor"),
        *("model", "serial", "location", "contact", "response_time_ms", "snmp_status"),
        *("ssh_status", "interfaces", "optical_readings", "error"),
    ),
)
POLLS = ListFile(
    "polls",
    (
        *("id", "name", "description", "poll_type", "enabled", "interval_seconds"),
        *("cron_expression", "target_type", "target_device_ip", "target_group_id"),
        *("target_site_name", "target_role", "target_manufacturer", "credential_id"),
        *("snmp_version", "snmp_port", "tags", "created_by", "created_at", "last_run_at"),
        *("last_run_status", "last_run_devices_polled", "last_run_devices_success"),
        "last_run_error",
    ),
    "configs",
)
POLL_RUNS = ListFile(
    "poll_runs",
    (
        *("id", "config_id", "config_name", "started_at", "completed_at", "duration_ms"),
        *("status", "devices_targeted", "devices_polled", "devices_success", "devices_failed"),
        *("records_collected", "triggered_by", "celery_task_id", "error_message"),
    ),
    "executions",
)
SPANS = ListFile(
    "spans", ("a_ip", "a_port", "b_ip", "b_port", "loss_db", "baseline_db", "drift_db")
)
PRTG_ALERTS = ListFile(
    "prtg_alerts",
    (
        *("id", "sensor_id", "device_id", "device_name", "sensor_name", "host", "group_name"),
        *("status_text", "severity", "message", "last_value", "priority", "is_active"),
        *("raised_at", "updated_at", "resolved_at"),
    ),
)
CREDENTIALS = ListFile(
    "credentials",
    (
        *("id", "name", "description", "credential_type", "username", "status", "category"),
        *("environment", "owner", "tags", "valid_from", "valid_until", "expiration_status"),
        *("days_until_expiration", "used_by_count", "last_used_at", "created_at", "updated_at"),
    ),
    "credentials",
)
_ENDING = (
    *("id", "name", "credential_type", "valid_until", "owner", "category", "environment"),
    "days_remaining",
)
EXPIRING = ListFile("expiring_credentials", _ENDING, "expiring")
EXPIRED = ListFile("expired_credentials", _ENDING, "expired")
CREDENTIAL_LOG = ListFile(
    "credential_log",
    (
        *("id", "performed_at", "credential_id", "credential_name", "credential_type", "action"),
        *("action_detail", "performed_by", "performed_by_ip", "target_device", "target_service"),
        *("success", "error_message", "request_id"),
    ),
)
CREDENTIAL_USES = ListFile(
    "credential_uses",
    (
        *("id", "used_at", "credential_id", "credential_name", "used_by", "used_for", "success"),
        "error_message",
    ),
)
