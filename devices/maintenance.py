"""Maintenance windows as the lab writes them: `<segment>/<YYYY-MM-DD>` at both ends."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

SEGMENTS: dict[str, tuple[int, int]] = {
    "7 AM - 12 PM": (7, 12),
    "12 PM - 6 PM": (12, 18),
    "6 PM - 11 PM": (18, 31),
    "All Day": (0, 24),
}
PATTERN = re.compile(r"\A(7 AM - 12 PM|12 PM - 6 PM|6 PM - 11 PM|All Day)/(\d{4}-\d{2}-\d{2})\Z")
FORM = "must look like 'All Day/2031-05-11'"


class BadWindow(ValueError):
    """A window that cannot be read; `field` is the end that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def parse_end(text: str, field: str) -> tuple[datetime, datetime]:
    """Return the first and last moment of one end's segment, wall clock; raise `BadWindow`.

    `6 PM - 11 PM` runs to 07:00 of the next day, as the front ends show it.
    """
    found = PATTERN.match(text)
    if found is None:
        raise BadWindow(field, f"{field} {FORM}")
    try:
        day = date.fromisoformat(found[2])
    except ValueError as err:
        raise BadWindow(field, f"{field} names a date that does not exist") from err
    if day == date.max:
        raise BadWindow(field, f"{field} lies too far ahead")
    start, end = SEGMENTS[found[1]]
    midnight = datetime.combine(day, time())
    return midnight + timedelta(hours=start), midnight + timedelta(hours=end)


def check_window(start: str | None, end: str | None) -> None:
    """Raise `BadWindow` unless both ends are there and in order, or neither is."""
    if not start and not end:
        return
    if not start or not end:
        field = "maintenance_end" if start else "maintenance_start"
        raise BadWindow(field, "maintenance_start and maintenance_end go together")
    first, _ = parse_end(start, "maintenance_start")
    _, last = parse_end(end, "maintenance_end")
    if last <= first:
        raise BadWindow("maintenance_end", "maintenance_end must not be before maintenance_start")


def window_of(start: str | None, end: str | None) -> tuple[datetime, datetime] | None:
    """Return the wall-clock interval of a stored window; None without one, or for a bad one."""
    if not start or not end:
        return None
    try:
        check_window(start, end)
        return parse_end(start, "maintenance_start")[0], parse_end(end, "maintenance_end")[1]
    except BadWindow:
        return None


def polatis_ports(port_range: str | None) -> tuple[int | None, int | None]:
    """Read (in, out) of `In=<i>;Out=<o>`; a missing one is 0, and two zeros are null."""
    found = [re.search(rf"{word}=(\d+)", port_range or "") for word in ("In", "Out")]
    into, out = (int(one[1]) if one else 0 for one in found)
    return (None, None) if not into and not out else (into, out)
