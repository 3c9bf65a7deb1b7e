"""Parts in the global search."""

from __future__ import annotations

from inventory_site.core.registry import SearchHit
from parts.models import StockPart
from parts.selectors.stock_search import LONGEST_QUERY, find_parts

EXACT, PREFIX = 90, 40


def parts(text: str, limit: int) -> list[SearchHit]:
    """Return the best parts for a text."""
    finds = find_parts(text[:LONGEST_QUERY]).finds[:limit]
    rows = StockPart.objects.in_bulk([find.row.part_pk for find in finds])
    return [
        SearchHit(
            kind="Part",
            label=find.row.id4,
            url=f"/admin/parts/stockpart/{find.row.part_pk}/change/",
            rank=0 if find.score >= EXACT else 1 if find.score >= PREFIX else 2,
            note=rows[find.row.part_pk].description[:100],
            object_id=find.row.id4,
        )
        for find in finds
        if find.row.part_pk in rows
    ]
