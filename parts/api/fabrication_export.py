"""The list of parts to make as CSV and XLSX, for both surfaces."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponseBase

from inventory_site.core.api.exports import Column, stream_csv, xlsx_file
from parts.models.fabrication import FabricationPartQuerySet


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat() if value else None


COLUMNS = tuple(
    Column(header, path, shown)
    for header, path, shown in (
        ("id", "pk", None),
        ("partId", "part_id", None),
        ("name", "name", None),
        ("type", "type", None),
        ("category", "category", None),
        ("status", "status", None),
        ("material", "material", None),
        ("materialThickness", "material_thickness", None),
        ("subsystem", "subsystem", None),
        ("assigned", "assigned", None),
        ("amount", "amount", None),
        ("good", "good", None),
        ("scrap", "scrap", None),
        ("revision", "revision", None),
        ("priority", "priority", None),
        ("dueDate", "due_date", None),
        ("machine", "machine__name", None),
        ("file", "file", None),
        ("notes", "notes", None),
        ("onshapeUrl", "onshape_url", None),
        ("claimedDate", "claimed_date", _time),
        ("createdAt", "created_at", _time),
        ("updatedAt", "updated_at", _time),
    )
)
FORMATS = {"csv": stream_csv, "xlsx": xlsx_file}


def exported(rows: FabricationPartQuerySet, form: str) -> HttpResponseBase | None:
    """Return the rows as a file; None for a format that is not one of ours."""
    make: Any = FORMATS.get(form.strip().lower())
    found: HttpResponseBase | None = make(rows, COLUMNS, "parts") if make else None
    return found
