"""Values of bodies, queries and settings of devices, or a refusal that names the field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime

from devices.errors import Invalid
from inventory_site.core.whole import whole_number


def wanted_id(value: Any, name: str) -> int:
    """Return an id, or raise `Invalid`."""
    number = whole_number(value)
    if number is None:
        raise Invalid(name, f"{name} must be a whole number")
    return number


def within(value: Any, name: str, low: int, high: int) -> int:
    """Return a whole number within bounds, or raise `Invalid`."""
    number = whole_number(value, signed=True)
    if number is None or not low <= number <= high:
        raise Invalid(name, f"{name} must be a whole number from {low} to {high}")
    return number


def truth(value: Any, name: str, default: bool) -> bool:
    """Read true or false from a query or a body, or raise `Invalid`."""
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in {"true", "1", "yes", "on"}:
        return True
    if word in {"false", "0", "no", "off"}:
        return False
    raise Invalid(name, f"{name} must be true or false")


def moment(value: Any, name: str) -> datetime | None:
    """Read an ISO 8601 time or date, `Z` allowed, UTC without offset; null is none."""
    if value in (None, ""):
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    found = None
    if isinstance(value, str):
        try:
            found = parse_datetime(value.strip())
            if found is None and (day := parse_date(value.strip())):
                found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        except ValueError:
            found = None
    if found is None:
        raise Invalid(name, f"{name} must be a time such as 2026-11-20T23:00:00Z")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
