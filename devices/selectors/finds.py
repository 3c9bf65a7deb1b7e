"""Finds of the global search, and what the overview shows of devices."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from devices.models import Device
from devices.models.devices import with_state
from inventory_site.core.registry import SearchHit

SHOWN = 5


def devices(text: str, limit: int) -> list[SearchHit]:
    """Return devices whose name, address, serial number or OI id holds the text, best first."""
    rows = (
        Device.objects.current()
        .filter(
            Q(name__icontains=text)
            | Q(address__ip__contains=text)
            | Q(serial_number__icontains=text)
            | Q(oi_id__icontains=text)
        )
        .select_related("address", "device_type")
        .order_by("name")[: limit * 4]
    )
    hits = [
        SearchHit(
            "Device",
            row.name,
            reverse("admin:devices_device_change", args=[row.pk]),
            _rank(row, text.lower()),
            note=row.ip or row.device_type.name,
            object_id=str(row.pk),
        )
        for row in rows
    ]
    return sorted(hits, key=lambda hit: (hit.rank, hit.label))[:limit]


def _rank(row: Device, text: str) -> int:
    keys = [value.lower() for value in (row.name, row.ip, row.serial_number, row.oi_id) if value]
    if text in keys:
        return 0
    return 1 if any(key.startswith(text) for key in keys) else 2


def silent() -> tuple[list[tuple[str, str, str]], int, str]:
    """Return (name, link, address) of some devices that do not answer, how many, and their list."""
    rows = with_state(Device.objects.current(), "down").select_related("address").order_by("name")
    lines = [
        (row.name, reverse("admin:devices_device_change", args=[row.pk]), row.ip or "")
        for row in rows[:SHOWN]
    ]
    url = reverse("admin:devices_device_changelist")
    return lines, rows.count(), f"{url}?address__ping_status=offline"
