"""Samples of light, traffic and reachability from outside; all are checked before one is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models

from devices import policy
from devices.addresses import normal_ip
from devices.errors import Invalid, InvalidAddress, Refused
from devices.models import AvailabilitySample, Device, InterfaceSample
from devices.services import samples
from devices.services.interfaces import (
    PLACES,
    decimal_of,
    places_of,
    recorded,
    sample_of,
    whole_of,
)

COUNTERS = (
    *("rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "rx_bps", "tx_bps", "rx_errors"),
    *("tx_errors", "rx_discards", "tx_discards", "rx_crc_errors", "oper_status", "admin_status"),
    *("speed_mbps", "rx_pps", "tx_pps", "collisions"),
)
SHARES = ("rx_utilization_pct", "tx_utilization_pct")
STATES = ("ping_status", "snmp_status", "ssh_status", "https_status")
READINGS = (
    *("ping_latency_ms", "snmp_response_ms", "ssh_response_ms", "cpu_utilization_pct"),
    *("memory_utilization_pct", "temperature_celsius", "poe_power_watts"),
    "poe_power_available_watts",
)
MAX_COUNT, MAX_SHARE = 2**64 - 1, Decimal("999.99")  # as the columns hold


def take(kind: str, body: Mapping[str, Any], *, actor: Any) -> dict[str, Any]:
    """Keep one sample, or those of `metrics`; answers `{id}` or `{inserted}`. Raises `Invalid`."""
    policy.require(actor, policy.CHANGE)
    read = READERS[kind]
    if "metrics" in body:
        rows = body["metrics"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Invalid("metrics", "metrics must be a list of objects")
        found = [read(row, f"metrics.{number}.") for number, row in enumerate(rows)]
        _put_at_sites(found)
        return {"inserted": samples.keep(found)}
    sample = read(body, "")
    _put_at_sites([sample])
    try:
        samples.keep_one(sample)
    except IntegrityError as err:
        text = "There is a sample of that interface at that moment already"
        raise Refused("DUPLICATE", text, 409) from err
    return {"id": sample.pk}


def _put_at_sites(found: Sequence[models.Model]) -> None:
    """Note the site of the device at an address where a sample of reachability names none."""
    bare = [
        row
        for row in found
        if isinstance(row, AvailabilitySample) and not row.site_name and row.site_id is None
    ]
    ips = {row.device_ip for row in bare}
    placed = Device.objects.current().filter(address__ip__in=ips, site__isnull=False)
    names = dict(placed.values_list("address__ip", "site__name")) if ips else {}
    for row in bare:
        row.site_name = names.get(row.device_ip, "")


def interface_sample(row: Mapping[str, Any], place: str = "") -> InterfaceSample:
    """Read one sample of traffic."""
    name = row.get("interface_name")
    if not isinstance(name, str) or not name or len(name) > 100:
        raise Invalid(f"{place}interface_name", "interface_name is required")
    sample = InterfaceSample(interface_name=name, **_common(row, place))
    sample.interface_index = whole_of(row, "interface_index", place, 2**31 - 1)
    for field in COUNTERS:
        column = InterfaceSample._meta.get_field(field)
        big = isinstance(column, models.DecimalField)
        small = 2**31 - 1 if type(column) is models.IntegerField else 2**63 - 1
        setattr(sample, field, whole_of(row, field, place, MAX_COUNT if big else small))
    for field in SHARES:
        setattr(sample, field, _share_of(row, field, place, places_of(sample, field)))
    rate = decimal_of(row.get("error_rate_ppm"), f"{place}error_rate_ppm", limit=10**6)
    if rate is not None and rate < 0:
        raise Invalid(f"{place}error_rate_ppm", "error_rate_ppm may not be negative")
    sample.error_rate_ppm = None if rate is None else float(rate)
    sample.duplex = str(row.get("duplex") or "")[:20] or None
    return sample


def _share_of(row: Mapping[str, Any], field: str, place: str, places: int | None) -> Decimal | None:
    sent = decimal_of(row.get(field), f"{place}{field}")
    found = decimal_of(sent, f"{place}{field}", places=places)
    if sent is not None and found is not None and (sent < 0 or found > MAX_SHARE):
        raise Invalid(f"{place}{field}", f"{field} must be a number from 0 to {MAX_SHARE}")
    return found


def availability_sample(row: Mapping[str, Any], place: str = "") -> AvailabilitySample:
    """Read one sample of reachability."""
    sample = AvailabilitySample(**_common(row, place))
    for field in STATES:
        value = row.get(field)
        if value not in (None, "up", "down"):
            raise Invalid(f"{place}{field}", f"{field} must be up or down")
        setattr(sample, field, value)
    for field in READINGS:
        value = decimal_of(row.get(field), f"{place}{field}", limit=10**7)
        if value is not None and value < 0 and field != "temperature_celsius":
            raise Invalid(f"{place}{field}", f"{field} may not be negative")
        setattr(sample, field, None if value is None else float(value))
    sample.uptime_seconds = whole_of(row, "uptime_seconds", place, 2**63 - 1)
    for field in ("site_name", "device_role"):
        setattr(sample, field, str(row.get(field) or "")[:100])
    return sample


def _common(row: Mapping[str, Any], place: str) -> dict[str, Any]:
    sent = row.get("device_ip")
    if not sent:
        raise Invalid(f"{place}device_ip", "device_ip is required")
    ip = normal_ip(sent)
    if ip is None:
        raise InvalidAddress(sent, f"{place}device_ip")
    at = recorded(row.get("recorded_at"), f"{place}recorded_at")
    places = {name: whole_of(row, name, place, 2**31 - 1) for name in PLACES}
    return {"device_ip": ip, "recorded_at": at, **places}


READERS: dict[str, Callable[[Mapping[str, Any], str], models.Model]] = {
    "optical": lambda row, place: sample_of(row, place=place),
    "interface": interface_sample,
    "availability": availability_sample,
}
