"""Words and badges of device pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from devices.choices import PingStatus
from devices.measures import NO_LIGHT_DBM
from devices.models import Device, ExecutorRun, Scan
from inventory_site.core.admin import EMPTY, badge, identifier

CHOOSE = "Choose one"  # the blank of a choice that has to be made
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


def devices_at(ips: Iterable[str]) -> dict[str, Device]:
    """Return the device at each address that has one."""
    rows = Device.objects.at_addresses().filter(address__ip__in=list(ips))
    return {str(row.ip): row for row in rows.select_related("address")}


def address_link(ip: str, device: Device | None) -> SafeString:
    """Draw an address; where a device is known there, it leads to its page."""
    url = reverse("admin:devices_device_change", args=[device.pk]) if device else ""
    return identifier(ip, url)


def time_words(work: Scan | ExecutorRun) -> str:
    """Say how long work took or, while it is under way, how long it may still take."""
    if work.started_at is None:
        return "not begun"
    took = ((work.finished_at or timezone.now()) - work.started_at).total_seconds()
    if work.finished_at is not None:
        return f"took {_length(took)}"
    ended = getattr(work, "ended", 0)
    left = took / ended * (work.total_targets - ended) if ended else None
    return f"{_length(took)} so far" + (f", about {_length(left)} left" if left else "")


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(max(seconds, 0)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def short(text: Any, most: int = 60) -> SafeString | str:
    """Cut what a device says of itself; more of it stands in the tooltip."""
    plain = str(text or "")
    if len(plain) <= most:
        return plain or EMPTY
    cut, more = Truncator(plain).chars(most), Truncator(plain).chars(most * 10)
    return format_html('<span title="{}">{}</span>', more, cut)


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
