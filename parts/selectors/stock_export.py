"""What the stock gives away as a file (contract 12.10)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from parts.models import KitRequirement, PartLocation, ShoppingItem, StockMovement, StockPart

CHUNK = 2000
SEPARATORS = frozenset(";,[")
PART_FIELDS = (
    "id4",
    "description",
    "manufacturer_code",
    "manufacturer",
    "type__name",
    "tags",
    "product_page",
    "package",
    "pin_count",
    "pin_pitch",
    "voltage_rating",
    "input_voltage",
    "output_voltage",
    "mounting_type",
    "series",
    "dimensions",
    "min_qty",
    "total_quantity",
    "archived_at",
)
SOURCES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "parts": (StockPart, PART_FIELDS),
    "stock": (PartLocation, ("part__id4", "box_no", "loc_no", "qty")),
    "history": (
        StockMovement,
        (
            "part__id4",
            "seq",
            "delta_qty",
            "balance_after",
            "at",
            "box_no",
            "loc_no",
            "reason",
            "ref",
            "user__username",
        ),
    ),
    "shopping": (
        ShoppingItem,
        (
            "list__name",
            "list__status",
            "maybe_part__id4",
            "manufacturer_code",
            "description",
            "seller__name",
            "desired_qty",
            "ordered_qty",
            "received_qty",
            "status",
            "notes",
        ),
    ),
    "projects": (
        KitRequirement,
        (
            "kit__name",
            "kit__status",
            "kit__build_target",
            "part__id4",
            "placeholder",
            "required_qty",
            "notes",
            "designators",
        ),
    ),
}
HEADERS = {
    "type__name": "type",
    "part__id4": "id4",
    "user__username": "user",
    "list__name": "shopping_list",
    "list__status": "shopping_list_status",
    "maybe_part__id4": "id4",
    "seller__name": "seller",
    "kit__name": "project",
    "kit__status": "project_status",
    "kit__build_target": "build_target",
}


def header_of(kind: str) -> list[str]:
    """Return the column names of a kind."""
    return [HEADERS.get(name, name) for name in SOURCES[kind][1]]


def rows_of(kind: str) -> Iterator[list[Any]]:
    """Yield the rows of a kind in chunks, by key."""
    model, fields = SOURCES[kind]
    for values in model.objects.order_by("pk").values_list(*fields).iterator(CHUNK):
        yield list(values)


def csv_cell(value: Any) -> Any:
    """Return what a CSV shows: lists by semicolons, times as everywhere in the stock's answers.

    A list of which an item holds a separator is shown as JSON, so that it reads back as it was.
    """
    if isinstance(value, list):
        text = ";".join(value)
        return text if SEPARATORS.isdisjoint("".join(value)) else orjson.dumps(value).decode()
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
