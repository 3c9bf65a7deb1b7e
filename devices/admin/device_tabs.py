"""Tabs of a device's page: ports with light levels, credentials, scans, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from devices.addresses import normal_ip
from devices.admin.assignments import DEVICE_TAB
from devices.admin.device_files import FILES_TAB
from devices.admin.drawings import CHARTS
from devices.admin.words import device_link, devices_at, light_bar, power, short, state_badge
from devices.measures import NO_LIGHT_DBM, Thresholds, power_alarms
from devices.models import (
    Device,
    DeviceHistory,
    DeviceType,
    InterfaceState,
    Manufacturer,
    ScanResult,
    Site,
)
from devices.selectors import metrics, monitoring
from inventory_site.core.admin import EMPTY, ShortTable, Tab, badge, identifier, when
from inventory_site.core.whole import whole_number

SHOWN = 25
ALARM_WORDS = {
    "tx_high": "Tx high",
    "tx_low": "Tx low",
    "rx_high": "Rx high",
    "rx_low": "Rx low",
}
REFERRED: dict[str, type[Model]] = {
    "device_type_id": DeviceType,
    "manufacturer_id": Manufacturer,
    "site_id": Site,
}
FIELD_WORDS = {"mgmt_ip": "management address", "oi_id": "OI id", "u_position": "unit"}


def _ports(request: HttpRequest, device: Device) -> dict[str, Any]:
    ip = device.ip or "-"
    newest = _newest(ip)
    limits = monitoring.thresholds(ip, None)
    rows = list(InterfaceState.objects.filter(ip_address=ip).order_by("interface_index"))
    near = _neighbours(rows)
    table = ShortTable(
        "Ports",
        (
            "Port",
            "Link",
            "Medium",
            "Tx",
            "Rx",
            "Rx in its limits",
            "Light",
            "Neighbour",
            "Its port",
        ),
        [
            (
                *_port_row(row, newest.get(row.cli_port), _limits_of(row, limits)),
                *_neighbour(row, near),
            )
            for row in rows
        ],
        total=len(rows),
        empty="No port is known yet; use the verb Read ports.",
    )
    return {"tables": [table]}


def _neighbours(rows: Sequence[InterfaceState]) -> dict[str, Device]:
    """Return the devices that these ports say they are cabled to, by address and by name."""
    known = devices_at(ip for row in rows if (ip := normal_ip(row.lldp_remote_mgmt_addr)))
    names = {row.lldp_remote_system_name for row in rows if row.lldp_remote_system_name}
    named = Device.objects.current().filter(name__in=names).order_by("-pk")
    return {**{device.name: device for device in named}, **known}


def _neighbour(row: InterfaceState, near: Mapping[str, Device]) -> tuple[Any, str]:
    """Draw what is at the other end of a port: the device and its port."""
    said = row.lldp_remote_system_name or row.lldp_remote_mgmt_addr
    if not said:
        return EMPTY, EMPTY
    address = normal_ip(row.lldp_remote_mgmt_addr) or ""
    device = near.get(address) or near.get(row.lldp_remote_system_name)
    name = device_link(device) if device else short(said, 40)
    port = row.lldp_remote_port
    return name, f"Port {port}" if port.isdigit() else port or EMPTY


def _limits_of(row: InterfaceState, limits: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return a port's limits: polls know it by its number, shells by its index."""
    return limits.get(str(row.cli_port)) or limits.get(str(row.interface_index))


def _newest(ip: str) -> dict[Any, dict[str, Any]]:
    found: dict[Any, dict[str, Any]] = {}
    for row in monitoring.optical(ip, "", 24, 2000):
        found.setdefault((row.get("interface_index") or 0) % 10_000, row)
    return found


def _port_row(
    row: InterfaceState, sample: dict[str, Any] | None, limit: dict[str, Any] | None
) -> tuple[Any, ...]:
    tx = sample["tx_power"] if sample else metrics.number(row.tx_power)
    rx = sample["rx_power"] if sample else metrics.number(row.rx_power)
    low, high = (limit or {}).get("rx_low_alarm"), (limit or {}).get("rx_high_alarm")
    link = badge("Up", "ok") if row.status == "up" else badge("Down", "idle")
    return (
        identifier(row.interface_name),
        link,
        f"{row.medium}/{row.connector}".strip("/") or EMPTY,
        power(tx),
        power(rx),
        light_bar(metrics.number(rx), low, high),
        _light(row, tx, rx, limit),
    )


def _light(row: InterfaceState, tx: Any, rx: Any, limit: dict[str, Any] | None) -> SafeString:
    tx_dbm, rx_dbm = metrics.number(tx), metrics.number(rx)
    if rx_dbm is None and tx_dbm is None:
        return badge("Not measured", "idle")
    if rx_dbm is not None and rx_dbm <= NO_LIGHT_DBM:
        return badge("Dark", "idle")
    if row.status != "up":
        return badge("Port down", "idle")
    limits = Thresholds(
        *((limit or {}).get(f"{name}_alarm") for name in ("tx_high", "tx_low", "rx_high", "rx_low"))
    )
    found = power_alarms(tx_dbm, rx_dbm, limits, is_up=True)
    if found:
        return badge(", ".join(ALARM_WORDS[one] for one in found), "bad")
    return badge("Good", "ok")


def _scans(request: HttpRequest, device: Device) -> dict[str, Any]:
    rows = ScanResult.objects.filter(target=device.ip or "-").select_related("scan")
    table = ShortTable(
        "Recent scans",
        ("Scan", "Kind", "State", "Finished", "Said"),
        [
            (
                identifier(row.scan, reverse("admin:devices_scan_change", args=[row.scan_id])),
                row.scan.get_kind_display(),
                state_badge(row.state),
                when(row.finished_at),
                row.error or ("answered" if row.is_online else "silent"),
            )
            for row in rows.order_by("-pk")[:SHOWN]
        ],
        empty="Not scanned yet.",
    )
    return {"tables": [table]}


def _names(model: type[Model], rows: Sequence[DeviceHistory], field: str) -> dict[str, str]:
    keys = {
        text
        for row in rows
        if row.field_name == field
        for text in (row.old_value, row.new_value)
        if whole_number(text) is not None
    }
    if not keys:
        return {}
    found = model._default_manager.filter(pk__in=keys).values_list("pk", "name")
    return {str(pk): name for pk, name in found}


def _field_word(row: DeviceHistory) -> str:
    name = (row.field_name or "").removesuffix("_id").replace("_", " ")
    return FIELD_WORDS.get(row.field_name or "", name)


def _value_word(row: DeviceHistory, text: str | None, names: dict[str, dict[str, str]]) -> str:
    """Write a value of the history: the name of what an id stands for, where that still is."""
    if not text:
        return EMPTY
    return names.get(row.field_name or "", {}).get(text, text)


def _history(request: HttpRequest, device: Device) -> dict[str, Any]:
    rows = list(device.history.select_related("changed_by")[:SHOWN])
    names = {field: _names(model, rows, field) for field, model in REFERRED.items()}
    table = ShortTable(
        "History",
        ("When", "Who", "What", "Before", "After"),
        [
            (
                when(row.created_at),
                row.changed_by.shown_name if row.changed_by else "the system",
                row.notes or f"{row.get_action_display()} {_field_word(row)}".strip(),
                _value_word(row, row.old_value, names),
                _value_word(row, row.new_value, names),
            )
            for row in rows
        ],
        empty="Nothing happened yet.",
    )
    return {"tables": [table]}


TABS = [
    Tab(
        "ports",
        "Ports and light",
        context=_ports,
        count=lambda request, device: InterfaceState.objects.filter(
            ip_address=device.ip or "-"
        ).count(),
    ),
    CHARTS,
    DEVICE_TAB,
    FILES_TAB,
    Tab("scans", "Scans", context=_scans),
    Tab("history", "History", context=_history),
]
