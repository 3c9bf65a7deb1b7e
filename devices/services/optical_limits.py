"""The limits of a port's light, asked of the device and kept for ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from devices.executors import saos_mib as mib
from devices.measures import microwatt_dbm
from devices.models import ManagementAddress
from devices.selectors import monitoring
from devices.services import live_snmp
from inventory_site.core.errors import DomainError

KEPT_S = 600
ALARMS = (
    ("tx_high_alarm", 107),
    ("tx_low_alarm", 108),
    ("rx_high_alarm", 109),
    ("rx_low_alarm", 110),
)
WARNINGS = (  # the MIB calls these alarms too, in µW; the chart knows them as warnings
    ("tx_high_warn", 40),
    ("tx_low_warn", 41),
    ("rx_high_warn", 42),
    ("rx_low_warn", 43),
)


def limits_of(ip: str, index: int | None) -> dict[str, dict[str, float]]:
    """Return the limits per port, dBm: of the device itself, else those of the newest samples."""
    key = f"devices.limits.{ip}"
    found = cache.get(key)
    if found is None:
        found = _asked(ip)
        if found:
            cache.set(key, found, KEPT_S)
    if not found:
        return monitoring.thresholds(ip, index)
    return found if index is None else {one: found[one] for one in found if one == str(index)}


def _asked(ip: str) -> dict[str, dict[str, float]]:
    """Ask a device that the register knows; silence leaves it to the samples."""
    if not ManagementAddress.objects.filter(ip=ip).exists():
        return {}
    wanted = mib.columns(mib.XCVR, [number for _, number in (*ALARMS, *WARNINGS)])
    try:
        way = live_snmp.way_to(ip, {}, actor=None)
        rows = live_snmp.get_rows(way, wanted, walk=True, actor=None)
    except DomainError:
        return {}
    return shaped(rows)


def shaped(rows: Any) -> dict[str, dict[str, float]]:
    """Return the limits that rows of the transceiver table tell; ports without one are left out."""
    found: dict[str, dict[str, float]] = {}
    for index, cells in mib.table(mib.XCVR, rows).items():
        limits: dict[str, float] = {}
        for name, column in ALARMS:
            cell = cells.get(str(column))
            if cell is not None and isinstance(cell.value, int):
                limits[name] = cell.value / 10_000
        for name, column in WARNINGS:
            cell = cells.get(str(column))
            dbm = microwatt_dbm(cell.value) if cell and isinstance(cell.value, int) else None
            if dbm is not None:
                limits[name] = dbm
        if limits:
            found[index] = limits
    return found
