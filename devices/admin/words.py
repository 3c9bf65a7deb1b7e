"""Words and badges of device pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from devices.choices import PingStatus
from devices.measures import NO_LIGHT_DBM
from devices.models import Device
from inventory_site.core.admin import EMPTY, badge, identifier

BAR = 96  # px, the width of a drawn level
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


def light_bar(level: float | None, low: float | None, high: float | None) -> SafeString | str:
    """Draw a level between its limits, dBm; the limits stand beside it as text."""
    if low is None or high is None or high <= low:
        return EMPTY
    said = f"{power(low)} to {power(high)}"
    if level is None or level <= NO_LIGHT_DBM:
        return said
    span = high - low
    start, width = low - span / 4, span * 1.5
    at = min(max((level - start) / width, 0.0), 1.0) * BAR
    inside = "ok" if low <= level <= high else "bad"
    return format_html(
        '<span class="dv-bar"><svg viewBox="0 0 {0} 14" width="{0}" height="14" role="img" '
        'aria-label="{1} of {2}"><rect class="dv-bar-all" y="5" width="{0}" height="4" rx="2"/>'
        '<rect class="dv-bar-good" x="{3}" y="5" width="{4}" height="4"/>'
        '<circle class="dv-bar-{5}" cx="{6}" cy="7" r="5"/></svg> {2}</span>',
        BAR,
        power(level),
        said,
        round(BAR / 6, 1),
        round(BAR * 2 / 3, 1),
        inside,
        f"{min(max(at, 5), BAR - 5):.1f}",
    )
