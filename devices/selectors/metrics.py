"""Reads of ports, light levels, traffic and reachability."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, FloatField, Max, Min, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from devices.addresses import normal_ip
from devices.errors import Invalid, InvalidAddress
from devices.models import Device, InterfaceState, OpticalSample
from inventory_site.core.whole import whole_number

INTERFACE_FIELDS = (
    "id",
    "ip_address",
    "scan_timestamp",
    "interface_index",
    "interface_name",
    "cli_port",
    "is_optical",
    "medium",
    "connector",
    "speed",
    "tx_power",
    "rx_power",
    "temperature",
    "status",
    "raw_output",
    "lldp_remote_port",
    "lldp_remote_mgmt_addr",
    "lldp_remote_chassis_id",
    "lldp_remote_system_name",
    "lldp_raw_info",
    "admin_state",
    "vendor_part",
    "serial_number",
    "wavelength_nm",
    "speed_mbps",
    "thresholds",
)
MAX_READINGS = 20_000


def address_of(key: Any) -> str:
    """Return the address a path or body names (an id is looked up), or raise `InvalidAddress`."""
    number = whole_number(key)
    if number is not None:
        device = Device.objects.current().filter(pk=number).select_related("address").first()
        if device is not None and device.ip:
            return device.ip
    ip = normal_ip(key)
    if ip is None:
        raise InvalidAddress(key)
    return ip


def interfaces(ip: str) -> list[dict[str, Any]]:
    """Return the newest row of each port, by index."""
    rows = InterfaceState.objects.filter(ip_address=ip).order_by("interface_index")
    return list(rows.values(*INTERFACE_FIELDS))


def optical_interfaces(ip: str | None = None) -> list[dict[str, Any]]:
    """Return the optical ports, of one address or of all."""
    rows = InterfaceState.objects.filter(is_optical=True)
    if ip:
        rows = rows.filter(ip_address=ip)
    return list(rows.order_by("ip_address", "interface_index").values(*INTERFACE_FIELDS))


def moment(text: Any, name: str) -> datetime | None:
    """Read an ISO 8601 time; one without offset is UTC. Raises `Invalid`."""
    if text in (None, ""):
        return None
    try:
        found = parse_datetime(str(text).replace(" ", "+"))
        found = found or parse_datetime(str(text))
        found = found or datetime.fromisoformat(str(text))
        if found is not None:
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            found.astimezone(UTC)  # the years 1 and 9999 have moments that UTC has not
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise Invalid(name, f"{name} must be a time such as 2026-11-20T23:00:00Z")
    return found


def readings(
    addresses: Iterable[str],
    *,
    interface: Any = None,
    hours: float | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> list[dict[str, Any]]:
    """Return light levels as the scans API shows them, newest first."""
    rows = OpticalSample.objects.filter(device_ip__in=list(addresses))
    if interface not in (None, ""):
        rows = _of_interface(rows, interface)
    if hours is not None:
        start = timezone.now() - timedelta(hours=hours)
    if start is not None:
        rows = rows.filter(recorded_at__gte=start)
    if end is not None:
        rows = rows.filter(recorded_at__lte=end)
    return [_reading(row) for row in rows.order_by("-recorded_at", "-pk")[:MAX_READINGS]]


def _of_interface(rows: QuerySet[OpticalSample], interface: Any) -> QuerySet[OpticalSample]:
    text = str(interface)
    number = whole_number(text, digits=9, signed=True)
    if number is not None:
        return rows.filter(interface_index=number) | rows.filter(interface_name=text)
    return rows.filter(interface_name=text)


def _reading(row: OpticalSample) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ip_address": row.device_ip,
        "interface_index": row.interface_index,
        "interface_name": row.interface_name,
        "cli_port": row.cli_port,
        "measurement_timestamp": row.recorded_at,
        "tx_power": number(row.tx_power),
        "rx_power": number(row.rx_power),
        "temperature": number(row.temperature),
        "tx_power_unit": "dBm",
        "rx_power_unit": "dBm",
        "temperature_unit": "C",
    }


def number(value: Any) -> float | None:
    """Return a decimal as a float; zero is a value."""
    return None if value is None else float(value)


def trends(ip: str, interface_index: int, days: float) -> dict[str, Any]:
    """Return least, most and mean of a port's light levels; 0 dBm counts."""
    rows = OpticalSample.objects.filter(
        device_ip=ip,
        interface_index=interface_index,
        recorded_at__gte=timezone.now() - timedelta(days=days),
    )
    asked: dict[str, Any] = {"count": Count("pk")}
    for name in ("tx_power", "rx_power", "temperature"):
        mean = Avg(name, output_field=FloatField())
        asked |= {f"{name}_min": Min(name), f"{name}_max": Max(name), f"{name}_avg": mean}
    found = rows.aggregate(**asked)
    answer: dict[str, Any] = {
        name: {word: number(found[f"{name}_{word}"]) for word in ("min", "max", "avg")}
        for name in ("tx_power", "rx_power", "temperature")
    }
    return {**answer, "reading_count": found["count"]}
