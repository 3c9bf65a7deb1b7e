"""Words and badges of device pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from devices.choices import PingStatus
from devices.models import Device
from inventory_site.core.admin import EMPTY, badge, identifier

STATES = {
    "success": ("Done", "ok"),
    "completed": ("Done", "ok"),
    "done": ("Done", "ok"),
    "running": ("Running", "wait"),
    "queued": ("Queued", "wait"),
    "waiting": ("Waiting", "wait"),
    "partial": ("Partly done", "warn"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", "idle"),
    "active": ("Active", "ok"),
    "disabled": ("Disabled", "idle"),
    "expired": ("Expired", "bad"),
    "revoked": ("Revoked", "bad"),
    "pending_rotation": ("To be rotated", "warn"),
}


def state_badge(word: str) -> SafeString:
    """Draw the state of a scan, a run, a poll or a credential."""
    text, colour = STATES.get(word, (word.replace("_", " ").capitalize() or EMPTY, "idle"))
    return badge(text, colour)


def ping_badge(device: Device) -> SafeString:
    """Draw whether a device answers."""
    state = device.ping_status
    if device.address is None:
        return badge("No address", "idle")
    words = {PingStatus.UP: ("Up", "ok"), PingStatus.DOWN: ("Down", "bad")}
    return badge(*words.get(state, ("Unknown", "idle")))


def device_link(device: Device | None) -> Any:
    """Link a device's name."""
    if device is None:
        return EMPTY
    return identifier(device.name, reverse("admin:devices_device_change", args=[device.pk]))


def power(value: Any) -> str:
    """Write a light level with the true minus sign."""
    if value in (None, ""):
        return EMPTY
    return f"{float(value):.2f} dBm".replace("-", "−")  # noqa: RUF001  the true minus sign
