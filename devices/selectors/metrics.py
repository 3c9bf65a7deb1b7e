"""Reads of ports, light levels, traffic and reachability."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db.models import Avg, Count, FloatField, Max, Min, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from devices.addresses import normal_ip, order_of
from devices.errors import Invalid, InvalidAddress
from devices.measures import hour_of
from devices.models import Device, InterfaceState, OpticalHour, OpticalSample
from devices.selectors import hours as kept_hours
from devices.selectors.devices import find_device
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
MAX_READINGS, CHUNK = 20_000, 2_000
CUT = f"These are the newest {MAX_READINGS} readings; ask for one interface or a shorter time."
PLACE_OF_READING = ("ip_address", "interface_name", "interface_index", "measurement_timestamp")
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


def address_of_device(key: str) -> str:
    """Return the address a path below a device names; blank for a device that has none.

    Raises `Missing` for an id of no device, and `InvalidAddress`.
    """
    return (find_device(key).ip or "") if key.isascii() and key.isdigit() else address_of(key)


def interfaces(ip: str) -> list[dict[str, Any]]:
    """Return the newest row of each port, by index; what is not known is null."""
    rows = InterfaceState.objects.filter(ip_address=ip).order_by("interface_index")
    return _ports(rows)


def optical_interfaces(ip: str | None = None) -> list[dict[str, Any]]:
    """Return the optical ports, of one address or of all in the order of addresses."""
    rows = InterfaceState.objects.filter(is_optical=True)
    if ip:
        rows = rows.filter(ip_address=ip)
    found = _ports(rows.order_by("interface_index"))
    return sorted(found, key=lambda row: order_of(row["ip_address"]))


def _ports(rows: QuerySet[InterfaceState]) -> list[dict[str, Any]]:
    return [
        {name: None if value == "" else value for name, value in row.items()}
        for row in rows.values(*INTERFACE_FIELDS)
    ]


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


class Readings(NamedTuple):
    """Light levels, newest first, and whether older ones were left out."""

    rows: list[dict[str, Any]]
    is_cut: bool


def readings(addresses: Iterable[str], **span: Any) -> Readings:
    """Return the newest `MAX_READINGS` of `all_readings`."""
    size = MAX_READINGS + 1
    found = list(islice(all_readings(addresses, **span, limit=size), size))
    return Readings(found[:MAX_READINGS], len(found) > MAX_READINGS)


def all_readings(
    addresses: Iterable[str],
    *,
    interface: Any = None,
    hours: float | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield light levels as the scans API shows them, newest first; `limit` says what is needed.

    Beyond the week that raw samples live it is the mean of each hour, which has no id.
    """
    of_devices = {"device_ip__in": list(addresses)}
    rows = OpticalSample.objects.filter(**of_devices)
    if interface not in (None, ""):
        rows = of_interface(rows, interface)
    if hours is not None:
        start = timezone.now() - timedelta(hours=hours)
    if start is not None:
        rows = rows.filter(recorded_at__gte=start)
    if end is not None:
        rows = rows.filter(recorded_at__lte=end)
    found = map(_reading, rows.order_by("-recorded_at", "-pk")[:limit].iterator(CHUNK))
    if not kept_hours.is_beyond_raw(start):
        return found
    means = _hours_within(start, end).filter(**of_devices)
    if interface not in (None, ""):
        means = of_interface(means, interface)
    needed = limit and 2 * limit  # each sample may speak for an hour, which is left out
    older = map(_mean, means.order_by("-hour", "-pk")[:needed].iterator(CHUNK))
    return kept_hours.newest_first(found, older, PLACE_OF_READING)


def _hours_within(start: datetime | None, end: datetime | None = None) -> QuerySet[OpticalHour]:
    """Return the hours that lie wholly between two moments; a mean tells of its whole hour."""
    hours = OpticalHour.objects.all()
    if start is not None:
        hours = hours.filter(hour__gte=start)
    if end is not None:
        hours = hours.filter(hour__lt=hour_of(end.astimezone(UTC)))
    return hours


def of_interface(rows: QuerySet[Port], interface: Any) -> QuerySet[Port]:
    """Return the rows of a port, by its name or its index."""
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
    """Return a decimal, or a text of a port's row, as a float; zero is a value, `N/A` is none."""
    try:
        found = None if value is None else float(value)
    except ValueError:
        return None
    return found if found is not None and math.isfinite(found) else None


def trends(ip: str, interface_index: int, days: float) -> dict[str, Any]:
    """Return least, most and mean of a port's light levels; 0 dBm counts.

    Beyond the week that raw samples live it takes the hours; of temperatures those have the mean.
    """
    start = timezone.now() - timedelta(days=days)
    port: dict[str, Any] = {"device_ip": ip, "interface_index": interface_index}
    rows = OpticalSample.objects.filter(**port, recorded_at__gte=start)
    asked: dict[str, Any] = {"count": Count("pk")}
    for name in ("tx_power", "rx_power", "temperature"):
        mean = Avg(name, output_field=FloatField())
        asked |= {f"{name}_min": Min(name), f"{name}_max": Max(name), f"{name}_avg": mean}
        asked[f"{name}_count"] = Count(name)
    found = rows.aggregate(**asked)
    answer: dict[str, Any] = {
        name: {word: number(found[f"{name}_{word}"]) for word in ("min", "max", "avg")}
        for name in ("tx_power", "rx_power", "temperature")
    }
    hours = _hours_without(rows, _hours_within(start).filter(**port), start)
    for name, column in HOUR_COLUMNS.items():
        answer[name] = _joined(answer[name], found[f"{name}_count"], column, hours)
    return {**answer, "reading_count": found["count"] + sum(row.samples for row in hours)}


def _hours_without(
    rows: QuerySet[OpticalSample], hours: QuerySet[OpticalHour], start: datetime
) -> list[OpticalHour]:
    if not kept_hours.is_beyond_raw(start):
        return []
    names = ("device_ip", "interface_name", "interface_index", "recorded_at")
    moments = rows.order_by().values_list(*names)
    return kept_hours.left_of(hours, moments.iterator())


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
