"""Devices as the lab's front ends read them, and the lab's words for those that are missing."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from devices.errors import Missing
from devices.maintenance import polatis_ports
from devices.models import Device

SCHEDULER_WORDS = {
    "active": "Available",
    "in_maintenance": "Maintenance",
    "retired": "Unavailable",
}


def rows() -> QuerySet[Device]:
    """Return the devices with what their objects show; three queries a page."""
    return (
        Device.objects.current()
        .select_related("device_type", "manufacturer", "site", "address")
        .prefetch_related("tags")
    )


def shown(device: Device) -> dict[str, Any]:
    """Return a device as the inventory front end reads it."""
    return {
        "name": device.name,
        "oi_id": device.oi_id,
        "device_type_id": device.device_type_id,
        "manufacturer_id": device.manufacturer_id,
        "model": device.hardware_model,
        "serial_number": device.serial_number,
        "status": device.lab_status,
        "site_id": device.site_id,
        "rack": device.rack,
        "u_position": device.u_position,
        "hostname": device.hostname,
        "mgmt_ip": device.ip,
        "polatis_name": device.polatis_name,
        "polatis_port_range": device.polatis_port_range,
        "maintenance_start": device.maintenance_start,
        "maintenance_end": device.maintenance_end,
        "owner_group": device.owner_group,
        "notes": device.notes,
        "id": device.pk,
        "created_at": stamp(device.created_at),
        "updated_at": stamp(device.updated_at),
        "created_by_id": device.created_by_id,
        "updated_by_id": device.updated_by_id,
        "device_type_name": device.device_type.name,
        "manufacturer_name": device.manufacturer.name if device.manufacturer else None,
        "site_name": device.site.name if device.site else None,
        "tags": [tag_shown(tag) for tag in device.tags.all()],
    }


def stamp(moment: Any) -> str | None:
    """Return an audit time as these clients read it: UTC without offset."""
    return moment.replace(tzinfo=None).isoformat() if moment else None


def tag_shown(tag: Any) -> dict[str, Any]:
    """Return a tag."""
    return {
        "id": tag.pk,
        "name": tag.name,
        "description": tag.description,
        "color": tag.color,
        "created_at": stamp(tag.created_at),
    }


def found(pk: int) -> Device:
    """Return the device, or raise `Missing` with the lab's sentence."""
    device = rows().filter(pk=pk).first()
    if device is None:
        raise lab_missing("Device", pk)
    return device


def lab_missing(resource: str, pk: Any) -> Missing:
    """Return the 404 with the lab's sentence."""
    missing = Missing(resource, pk)
    missing.message = f"{resource} with ID {pk} not found"
    return missing


class LabWords:
    """Turns the service's 404 sentences into the lab's."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if isinstance(error, Missing) and '"' in error.message:
            error.message = f"{error.resource} with ID {error.key} not found"


def scheduler_item(device: Device) -> dict[str, Any]:
    """Return a device as the scheduler reads it."""
    into, out = polatis_ports(device.polatis_port_range)
    return {
        "id": device.pk,
        "polatis_name": device.polatis_name,
        "deviceType": device.device_type.name,
        "deviceName": device.name,
        "ip_address": device.ip,
        "status": SCHEDULER_WORDS.get(device.lab_status, device.lab_status),
        "maintenance_start": device.maintenance_start,
        "maintenance_end": device.maintenance_end,
        "Out_Port": out,
        "In_Port": into,
    }
