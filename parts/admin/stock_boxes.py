"""Boxes as grids."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import ServiceAdmin, Tab, column, number, register
from parts.admin.stock_words import slots_of
from parts.models import Box
from parts.selectors.boxes import usages
from parts.services import boxes


def _grid(request: HttpRequest, box: Box) -> dict[str, Any]:
    return {"slots": slots_of(box), "usage": usages([box])[box.box_no]}


@register(Box)
class BoxAdmin(ServiceAdmin):
    """Boxes with numbered places."""

    noun = "box"
    list_title = "Boxes"
    list_display = ["title", "description", "capacity", "taken"]
    search_fields = ["description", "=box_no"]
    ordering = ["box_no"]
    fields = ["description", "capacity"]
    tabs = [Tab("grid", "Grid", "parts/admin/box_grid.html", _grid)]

    class Media:
        css = {"all": ["parts/stock.css"]}

    def opens_on(self, obj: Any) -> str:
        return "grid"

    @column("Box", order="box_no", export="box_no")
    def title(self, box: Box) -> str:
        return f"#{box.box_no}"

    @column("Occupied", numeric=True, export="capacity")
    def taken(self, box: Any) -> SafeString:
        return number(box.taken_places)

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
