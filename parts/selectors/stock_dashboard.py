"""Figures about the stock (contract 4.11, 5.10, 12.8)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from parts.choices.stock import ItemStatus, ListStatus
from parts.models import (
    Box,
    PartLocation,
    PartType,
    ShoppingItem,
    StockMovement,
    StockPart,
)
from parts.selectors.boxes import usages

LOW_STOCK = 5


def stats() -> dict[str, int]:
    """Return the totals; archived parts are not counted."""
    now, live = timezone.now(), StockPart.objects.live()
    return {
        "total_parts": live.count(),
        "total_quantity": live.aggregate(total=Coalesce(Sum("total_quantity"), 0))["total"],
        "total_boxes": Box.objects.count(),
        "total_types": PartType.objects.count(),
        "changes_7d": StockMovement.objects.filter(at__gte=now - timedelta(days=7)).count(),
        "changes_30d": StockMovement.objects.filter(at__gte=now - timedelta(days=30)).count(),
        "low_stock_count": low_stock_rows(LOW_STOCK).count(),
    }


def recent_activity(limit: int) -> list[dict[str, Any]]:
    """Return the newest lines of the history of live parts."""
    rows = (
        StockMovement.objects.filter(part__archived_at__isnull=True)
        .select_related("part")
        .order_by("-at", "-pk")[:limit]
    )
    return [
        {
            "part_id4": row.part.id4,
            "part_description": row.part.description,
            "delta_qty": row.delta_qty,
            "location_reference": row.location_reference,
            "reason": row.reason,
            "at": row.at,
        }
        for row in rows
    ]


def storage_summary() -> list[dict[str, Any]]:
    """Return how full each box is, to one decimal."""
    boxes = list(Box.objects.order_by("box_no"))
    found = usages(boxes)
    return [
        {
            "box_no": box.box_no,
            "description": box.description,
            "total_locations": box.capacity,
            "occupied_locations": found[box.box_no].occupied,
            "usage_percentage": found[box.box_no].percentage(1),
        }
        for box in boxes
    ]


def low_stock_rows(threshold: int, *, include_zero: bool = False) -> Any:
    """Return live parts with some stock, but at most `threshold`; fewest first, then by id."""
    least = 0 if include_zero else 1
    rows = StockPart.objects.live().filter(total_quantity__gte=least, total_quantity__lte=threshold)
    return rows.order_by("total_quantity", "id4")


def low_stock(threshold: int, *, include_zero: bool = False) -> list[dict[str, Any]]:
    """Return `low_stock_rows` as the wire shows them."""
    return [
        {
            "part_id4": part.id4,
            "description": part.description,
            "type_name": part.type.name if part.type else None,
            "current_quantity": part.total_quantity,
        }
        for part in low_stock_rows(threshold, include_zero=include_zero).select_related("type")
    ]


def category_distribution() -> list[dict[str, Any]]:
    """Return how many live parts each type has, types without parts included."""
    rows = PartType.objects.annotate(
        part_count=Count("parts", filter=Q(parts__archived_at__isnull=True))
    ).order_by("-part_count", "name")
    return [{"type_name": row.name, "part_count": row.part_count} for row in rows]


def without_documents() -> dict[str, Any]:
    """Return how many live parts have no document, and the first ten by id."""
    rows = StockPart.objects.live().filter(documents__isnull=True).order_by("id4")
    return {
        "count": rows.count(),
        "sample_parts": [
            {
                "part_id4": part.id4,
                "description": part.description,
                "type_name": part.type.name if part.type else None,
            }
            for part in rows.select_related("type")[:10]
        ],
    }


def category_spread() -> list[dict[str, Any]]:
    """Return over how many boxes the stock of each type is spread, most first."""
    rows = (
        PartLocation.objects.filter(part__type__isnull=False, part__archived_at__isnull=True)
        .values("part__type_id", "part__type__name", "part_id", "box_no")
        .annotate(quantity=Sum("qty"))
        .order_by()
    )
    names: dict[int, str] = {}
    parts: dict[int, set[int]] = defaultdict(set)
    boxes: dict[int, set[int]] = defaultdict(set)
    totals: dict[int, int] = defaultdict(int)
    for row in rows:
        key = row["part__type_id"]
        names[key] = row["part__type__name"]
        parts[key].add(row["part_id"])
        boxes[key].add(row["box_no"])
        totals[key] += row["quantity"]
    ordered = sorted(names, key=lambda key: (-len(boxes[key]), names[key]))
    return [
        {
            "type_id": key,
            "type_name": names[key],
            "part_count": len(parts[key]),
            "box_count": len(boxes[key]),
            "box_nos": sorted(boxes[key]),
            "total_quantity": totals[key],
        }
        for key in ordered
    ]


def below_minimum() -> list[dict[str, Any]]:
    """Return live parts under their own minimum, and how many are still to be ordered."""
    parts = list(StockPart.objects.below_minimum().select_related("type").order_by("id4"))
    coming = outstanding([part.pk for part in parts])
    return [
        {
            "part_id4": part.id4,
            "description": part.description,
            "type_name": part.type.name if part.type else None,
            "current_quantity": part.total_quantity,
            "min_qty": part.min_qty,
            "on_order": coming.get(part.pk, 0),
            "short": max((part.min_qty or 0) - part.total_quantity - coming.get(part.pk, 0), 0),
        }
        for part in parts
    ]


def outstanding(pks: list[int]) -> dict[int, int]:
    """Return how many of each part are ordered and not received yet; one query."""
    rows = (
        ShoppingItem.objects.filter(
            maybe_part__in=pks,
            status=ItemStatus.ORDERED,
            ordered_qty__gt=F("received_qty"),
        )
        .exclude(list__status=ListStatus.DONE)
        .values_list("maybe_part_id")
        .annotate(coming=Sum(F("ordered_qty") - F("received_qty")))
        .order_by()
    )
    return {pk: coming for pk, coming in rows if pk is not None}
