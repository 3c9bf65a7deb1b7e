"""Boxes as grids: how full they are, what lies where, and moving it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import ShortTable, Tab, column, number, register, when
from inventory_site.core.whole import whole_number
from parts import policy
from parts.admin.stock_pages import StockAdmin, labels_verb
from parts.admin.stock_words import page_of, part_link, slots_of
from parts.models import Box, StockMovement
from parts.selectors.boxes import usages
from parts.services import boxes

SHOWN = 20


def _grid(request: HttpRequest, box: Box) -> dict[str, Any]:
    usage = usages([box])[box.box_no]
    lit = whole_number(request.GET.get("lit"))
    return {
        "slots": slots_of(box, lit=lit),
        "usage": usage,
        "percentage": round(usage.percentage(0)),
        "move_url": reverse("admin:parts_stockpart_verb", args=["move-stock"]),
        "may_move": request.user.has_perm(policy.CHANGE_STOCK),
        "box_no": box.box_no,
    }


def _activity(request: HttpRequest, box: Box) -> dict[str, Any]:
    rows = StockMovement.objects.filter(box_no=box.box_no).select_related("part", "user")
    cells = [
        (
            part_link(row.part),
            when(row.at),
            row.get_reason_display(),
            row.location_reference,
            number(row.delta_qty),
            row.user.username if row.user else "",
        )
        for row in rows.order_by("-at", "-pk")[:SHOWN]
    ]
    header = ("Part", "When", "Why", "Place", "Change", "Who")
    return {"tables": [ShortTable("Latest changes", header, cells, empty="No changes yet.")]}


@register(Box)
class BoxAdmin(StockAdmin):
    """Boxes with numbered places."""

    noun = "box"
    nouns = "boxes"
    list_title = "Boxes"
    list_display = ["title", "description", "capacity", "taken", "fullness"]
    phone_columns = ["description", "fullness"]
    search_fields = ["description", "=box_no"]
    ordering = ["box_no"]
    fields = ["description", "capacity"]
    verbs = [labels_verb("boxes", "box_no")]
    empty_text = "No boxes yet. A box has numbered places, left to right and top to bottom."
    tabs = [
        Tab("grid", "Grid", "parts/admin/box_grid.html", _grid),
        Tab("activity", "Changes", context=_activity),
    ]

    def opens_on(self, obj: Any) -> str:
        return "grid"

    @column("Box", order="box_no", export="box_no")
    def title(self, box: Box) -> str:
        return f"#{box.box_no}"

    @column("Occupied", numeric=True, export="capacity")
    def taken(self, box: Any) -> SafeString:
        return number(box.taken_places)

    @column("Full")
    def fullness(self, box: Any) -> SafeString:
        share = round(box.taken_places / box.capacity * 100)
        return format_html(
            '<span class="st-bar"><progress max="100" value="{}" aria-label="Occupied"></progress>'
            " {} %</span>",
            share,
            share,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Box]:
        """Count the occupied places."""
        held = Count("locations", filter=_has_contents(), distinct=True)
        return super().get_queryset(request).annotate(taken_places=held)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Box:
        """Add a box under the next number."""
        return boxes.create_box(actor=request.user, **data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Box:
        """Change words or size."""
        return boxes.update_box(actor=request.user, box_no=obj.box_no, **changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove an empty box."""
        boxes.delete_box(actor=request.user, box_no=obj.box_no)


def _has_contents() -> Any:
    return Q(locations__contents__isnull=False)


def box_page(box: Box, loc_no: int | None = None) -> str:
    """Return the address of a box, with a place lit."""
    return page_of(box) + (f"?lit={loc_no}" if loc_no else "")
