"""Reads of ports, light levels, traffic and reachability."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Avg, Count, FloatField, Max, Min, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from devices.addresses import normal_ip
from devices.errors import Invalid, InvalidAddress
from devices.measures import hour_of
from devices.models import Device, InterfaceState, OpticalHour, OpticalSample
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
MAX_READINGS, RAW_KEPT = 20_000, timedelta(days=7)
HOUR_COLUMNS = {"tx_power": "tx", "rx_power": "rx", "temperature": "temperature"}
Port = TypeVar("Port", OpticalSample, OpticalHour)


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
    """Return light levels as the scans API shows them, newest first.

    Beyond the week that raw samples live it is the mean of each hour, which has no id.
    """
    of_devices = {"device_ip__in": list(addresses)}
    rows = OpticalSample.objects.filter(**of_devices)
    if interface not in (None, ""):
        rows = _of_interface(rows, interface)
    if hours is not None:
        start = timezone.now() - timedelta(hours=hours)
    if start is not None:
        rows = rows.filter(recorded_at__gte=start)
    if end is not None:
        rows = rows.filter(recorded_at__lte=end)
    found = [_reading(row) for row in rows.order_by("-recorded_at", "-pk")[:MAX_READINGS]]
    if not _is_beyond_raw(start):
        return found
    oldest = found[-1]["measurement_timestamp"] if found else None
    means = _older(start, oldest).filter(**of_devices)
    if interface not in (None, ""):
        means = _of_interface(means, interface)
    if end is not None:
        means = means.filter(hour__lte=end)
    return found + [_mean(row) for row in means.order_by("-hour")[: MAX_READINGS - len(found)]]


def _is_beyond_raw(start: datetime | None) -> bool:
    return start is None or start < timezone.now() - RAW_KEPT


def _older(start: datetime | None, oldest: datetime | None) -> QuerySet[OpticalHour]:
    """Return the hours from a moment on that ended before the oldest raw sample."""
    hours = OpticalHour.objects.filter(hour__lt=hour_of(oldest or timezone.now()))
    return hours if start is None else hours.filter(hour__gte=start)


def _of_interface(rows: QuerySet[Port], interface: Any) -> QuerySet[Port]:
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


def _mean(row: OpticalHour) -> dict[str, Any]:
    levels = OpticalSample(
        device_ip=row.device_ip,
        interface_index=row.interface_index,
        interface_name=row.interface_name,
        recorded_at=row.hour,
    )
    means = {"tx_power": row.tx_avg, "rx_power": row.rx_avg, "temperature": row.temperature_avg}
    return {**_reading(levels), **means}


def number(value: Any) -> float | None:
    """Return a decimal as a float; zero is a value."""
    return None if value is None else float(value)


def trends(ip: str, interface_index: int, days: float) -> dict[str, Any]:
    """Return least, most and mean of a port's light levels; 0 dBm counts.

    Beyond the week that raw samples live it takes the hours; of temperatures those have the mean.
    """
    start = timezone.now() - timedelta(days=days)
    port: dict[str, Any] = {"device_ip": ip, "interface_index": interface_index}
    rows = OpticalSample.objects.filter(**port, recorded_at__gte=start)
    asked: dict[str, Any] = {"count": Count("pk"), "oldest": Min("recorded_at")}
    for name in ("tx_power", "rx_power", "temperature"):
        mean = Avg(name, output_field=FloatField())
        asked |= {f"{name}_min": Min(name), f"{name}_max": Max(name), f"{name}_avg": mean}
        asked[f"{name}_count"] = Count(name)
    found = rows.aggregate(**asked)
    answer: dict[str, Any] = {
        name: {word: number(found[f"{name}_{word}"]) for word in ("min", "max", "avg")}
        for name in ("tx_power", "rx_power", "temperature")
    }
    hours = list(_older(start, found["oldest"]).filter(**port)) if _is_beyond_raw(start) else []
    for name, column in HOUR_COLUMNS.items():
        answer[name] = _joined(answer[name], found[f"{name}_count"], column, hours)
    return {**answer, "reading_count": found["count"] + sum(row.samples for row in hours)}


def _joined(
    raw: dict[str, float | None], count: int, column: str, hours: list[OpticalHour]
) -> dict[str, float | None]:
    """Return least, most and mean of raw samples and hours together."""
    known = [row for row in hours if getattr(row, f"{column}_avg") is not None]
    if not known:
        return raw
    ends = {}
    for word, choose in (("min", min), ("max", max)):
        values = [getattr(row, f"{column}_{word}", getattr(row, f"{column}_avg")) for row in known]
        ends[word] = choose([*values, *([] if raw[word] is None else [raw[word]])])
    total = sum(getattr(row, f"{column}_avg") * row.samples for row in known)
    total += (raw["avg"] or 0) * count
    return {**ends, "avg": total / (count + sum(row.samples for row in known))}
