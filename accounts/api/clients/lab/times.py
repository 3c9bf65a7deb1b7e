"""Audit times of the lab: UTC without offset (lab contract, 2.2)."""

from datetime import UTC, datetime


def stamp(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC without offset."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() if moment else None
