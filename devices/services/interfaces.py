"""Ports and light levels: from scans, from polls, from outside; same rules for all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from devices import measures, policy
from devices.addresses import normal_ip
from devices.errors import Invalid, InvalidAddress
from devices.models import InterfaceState, OpticalSample
from devices.models.metrics import Sample
from devices.selectors.metrics import moment
from devices.services import samples

TEXT_LIMITS: dict[str, int] = {
    field.name: field.max_length or 1_000_000
    for field in InterfaceState._meta.fields
    if field.get_internal_type() in {"CharField", "TextField"}
}
OTHERS = ("cli_port", "is_optical", "wavelength_nm", "speed_mbps", "thresholds")
KNOWN = (*(name for name in TEXT_LIMITS if name != "ip_address"), *OTHERS)
PLACES = ("netbox_device_id", "site_id")
MAX_LEVEL = 99_999
MEASURED = ("tx_power", "rx_power", "temperature", "voltage", "bias_current")
WHOLE = {
    "interface_index": (-(2**31), 2**31 - 1),
    "cli_port": (-(2**31), 2**31 - 1),
    "wavelength_nm": (0, 2**31 - 1),
    "speed_mbps": (0, 2**63 - 1),
}
NEIGHBOUR = "lldp_remote_mgmt_addr"
NO_LIGHT_DBM = Decimal("-40")
CLOCKS_DIFFER = timedelta(days=1)


def ingest_interfaces(rows: Any, *, actor: Any) -> int:
    """Store ports sent from outside; raises `Invalid` naming the row."""
    policy.require(actor, policy.CHANGE)
    if not isinstance(rows, list) or not rows:
        raise Invalid("interfaces", "interfaces must be a list of objects")
    by_ip: dict[str, list[dict[str, Any]]] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Invalid(f"interfaces.{number}", "each interface must be an object")
        ip = normal_ip(row.get("ip_address"))
        if ip is None:
            raise InvalidAddress(row.get("ip_address"), f"interfaces.{number}.ip_address")
        if isinstance(row.get("interface_index"), bool) or not isinstance(
            row.get("interface_index"), int
        ):
            raise Invalid(
                f"interfaces.{number}.interface_index", "interface_index must be a whole number"
            )
        _require_kinds(row, f"interfaces.{number}.")
        by_ip.setdefault(ip, []).append(row)
    with transaction.atomic():  # in an order, so that two wait for each other in turn
        return sum(save_interfaces(ip, found) for ip, found in sorted(by_ip.items()))


def _require_kinds(row: Mapping[str, Any], place: str) -> None:
    """Raise `Invalid` for a value of another kind than its column; null is none."""
    for name in KNOWN:
        value, wrong = row.get(name), ""
        if value is None:
            continue
        if name in WHOLE:
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            wrong = "" if is_whole else "a whole number"
        elif name == "is_optical":
            wrong = "" if isinstance(value, bool) else "true or false"
        elif name == "thresholds":
            wrong = "" if isinstance(value, dict) else "an object"
        elif isinstance(value, bool) or not isinstance(value, (str, int, float)):
            wrong = "a text"
        if wrong:
            raise Invalid(f"{place}{name}", f"{name} must be {wrong}")
    for name in WHOLE:
        _fitting(row, name, place)


def save_interfaces(ip: str, rows: Iterable[Mapping[str, Any]]) -> int:
    """Upsert the ports of an address; keys that a row does not name keep their value.

    Of two rows of one port the later wins where both name a key. Raises `Invalid` for a number that
    its column cannot hold.
    """
    wanted: dict[int, dict[str, Any]] = {}
    for row in rows:
        index = _fitting(row, "interface_index")
        if index is not None:
            wanted[index] = wanted.get(index, {}) | dict(row)
    with contextlib.suppress(IntegrityError):  # somebody else makes the same ports just now
        return _save_interfaces(ip, wanted)
    return _save_interfaces(ip, wanted)


def _save_interfaces(ip: str, wanted: Mapping[int, Mapping[str, Any]]) -> int:
    now, fields = timezone.now(), set[str]()
    with transaction.atomic():
        there = InterfaceState.objects.filter(ip_address=ip, interface_index__in=wanted)
        known = {
            state.interface_index: state
            for state in there.select_for_update().order_by("interface_index")
        }
        fresh: list[InterfaceState] = []
        changed: list[InterfaceState] = []
        for index, row in sorted(wanted.items()):
            state = known.get(index) or InterfaceState(ip_address=ip, interface_index=index)
            state.scan_timestamp = now
            for name in KNOWN:
                if name in row:
                    setattr(state, name, _stored(name, row))
                    fields.add(name)
            (changed if index in known else fresh).append(state)
        InterfaceState.objects.bulk_create(fresh, batch_size=500)
        if changed:
            InterfaceState.objects.bulk_update(changed, ["scan_timestamp", *fields], batch_size=500)
    return len(wanted)


def _stored(name: str, row: Mapping[str, Any]) -> Any:
    value = row[name]
    if name in TEXT_LIMITS:
        text = "" if value is None else str(value)
        text = (normal_ip(text) or text) if name == NEIGHBOUR else text
        return text.replace("\x00", "")[: TEXT_LIMITS[name]]
    if name == "thresholds":
        return value if isinstance(value, dict) else {}
    if name == "is_optical":
        return bool(value)
    return _fitting(row, name)


def _fitting(row: Mapping[str, Any], name: str, place: str = "") -> int | None:
    """Return a number that its column can hold; none for what is no whole number."""
    value = row.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    low, high = WHOLE[name]
    if not low <= value <= high:
        raise Invalid(f"{place}{name}", f"{name} must be a whole number from {low} to {high}")
    return value


def ingest_readings(rows: Any, *, actor: Any) -> int:
    """Store light levels sent from outside; raises `Invalid` naming the row.

    A row without any light says nothing, and is not kept: scans keep none either.
    """
    policy.require(actor, policy.CHANGE)
    if not isinstance(rows, list) or not rows:
        raise Invalid("readings", "readings must be a list of objects")
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise Invalid(f"readings.{number}", "each reading must be an object")
        found.append(sample_of(row, place=f"readings.{number}."))
    return samples.keep(
        [one for one in found if one.tx_power is not None or one.rx_power is not None]
    )


def sample_of(row: Mapping[str, Any], *, place: str = "") -> OpticalSample:
    """Read one light level of a body; raises `Invalid`."""
    sent = row.get("device_ip") or row.get("ip_address")
    if sent in (None, ""):
        name = "ip_address" if place.startswith("readings") else "device_ip"
        raise Invalid(f"{place}{name}", f"{name} is required")
    ip = normal_ip(sent)
    if ip is None:
        raise InvalidAddress(sent, f"{place}ip_address")
    index = row.get("interface_index")
    name = row.get("interface_name") or (f"Port {index}" if index is not None else "")
    if not name or not isinstance(name, str) or len(name) > 100:
        raise Invalid(f"{place}interface_name", "interface_name is required")
    if index is not None and (isinstance(index, bool) or not isinstance(index, int)):
        raise Invalid(f"{place}interface_index", "interface_index must be a whole number")
    at = row.get("recorded_at") or row.get("measurement_timestamp")
    sample = OpticalSample(
        device_ip=ip,
        interface_name=name,
        interface_index=_fitting(row, "interface_index", place),
        cli_port=_fitting(row, "cli_port", place),
        recorded_at=recorded(at, f"{place}recorded_at"),
    )
    for field in (
        "tx_power",
        "rx_power",
        "temperature",
        "voltage",
        "bias_current",
        "signal_quality_pct",
        "tx_power_high_warn",
        "tx_power_low_warn",
        "rx_power_high_warn",
        "rx_power_low_warn",
    ):
        setattr(sample, field, _level_of(row, field, place))
    for field in PLACES:
        setattr(sample, field, whole_of(row, field, place, 2**31 - 1))
    sample.no_light = sample.rx_power is not None and sample.rx_power <= NO_LIGHT_DBM
    return sample


def _level_of(row: Mapping[str, Any], name: str, place: str) -> Decimal | None:
    sent = decimal_of(row.get(name), f"{place}{name}", 10**9)
    found = None if sent is None else measures.level_kept(name, sent)
    if sent is not None and found is None:
        _, least, most = measures.COLUMNS.get(name, measures.LIGHT)
        raise Invalid(f"{place}{name}", f"{name} must be a number from {least} to {most}")
    return found


def recorded(value: Any, name: str) -> datetime:
    """Read when a sample was taken, by default now; raises `Invalid` for one of the future."""
    now = timezone.now()
    found = moment(value, name) or now
    if found > now + CLOCKS_DIFFER:
        raise Invalid(name, "recorded_at may not lie in the future")
    return found


def decimal_of(
    value: Any, name: str = "value", limit: int = MAX_LEVEL, *, places: int | None = None
) -> Decimal | None:
    """Read a number as a decimal, to some places; null and blank are none. Raises `Invalid`."""
    if value is None or value == "":
        return None
    try:
        found = Decimal(str(value))
        found = found if places is None else measures.kept(found, places)
    except InvalidOperation as err:
        raise Invalid(name, f"{name} must be a number") from err
    if not found.is_finite() or abs(found) > limit:
        raise Invalid(name, f"{name} must be a number below {limit}")
    return found


def places_of(sample: Sample, field: str) -> int | None:
    """Return how many places a decimal column keeps."""
    return getattr(sample._meta.get_field(field), "decimal_places", None)


def whole_of(row: Mapping[str, Any], name: str, place: str, limit: int) -> int | None:
    """Read a whole number from 0 to the limit; null is none. Raises `Invalid`."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= limit:
        raise Invalid(f"{place}{name}", f"{name} must be a whole number of 0 or more")
    return value


def save_diagnostics(
    ip: str, port: Mapping[str, Any], found: Mapping[str, Any], at: datetime
) -> bool:
    """Store what a port's diagnostics said: a sample, and its current levels; return whether light.

    A number that no column can hold is none, and costs no other.
    """
    found = {**found, **{name: _bearable(found.get(name), name) for name in MEASURED}}
    values = {
        name: "" if found.get(name) is None else f"{found[name]:g}"
        for name in ("tx_power", "rx_power", "temperature")
    }
    save_interfaces(
        ip,
        [
            {
                "interface_index": port["interface_index"],
                **values,
                "thresholds": found.get("thresholds") or {},
            }
        ],
    )
    has_light = found["tx_power"] is not None or found["rx_power"] is not None
    if has_light:
        row = {**port, **found, **_alarms(found), "ip_address": ip, "recorded_at": at}
        samples.keep([sample_of(row)])
    return has_light


def _bearable(value: Any, name: str = "") -> float | None:
    """Return a number that was read; none for one that its column cannot hold."""
    is_number = isinstance(value, (int, float))
    fits = is_number and measures.level_kept(name, Decimal(str(value))) is not None
    return value if fits else None


def _alarms(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the alarm limits of a port's light, by the names that samples have for them."""
    limits = found.get("thresholds") or {}
    return {
        f"{power}_{side}_warn": _bearable(limits.get(power, {}).get(f"{side}_alarm"))
        for power in ("tx_power", "rx_power")
        for side in ("high", "low")
    }
