"""The tabs of a part's page: where it lies, what happened, who needs it, where it is bought."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from inventory_site.core.admin import ShortTable, number, when
from parts import policy
from parts.admin.stock_pages import verb_address
from parts.admin.stock_words import page_of, slots_of, web_link
from parts.errors.stock import RecordNotFound
from parts.models import Box, StockPart
from parts.selectors import boxes as box_reads
from parts.selectors.coverage import reservations_of
from parts.selectors.covers import image_url_of
from parts.services import documents

SHOWN = 20


def where_tab(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    """Return what the tab shows."""
    rows = list(part.places.order_by("box_no", "loc_no"))
    found = Box.objects.filter(box_no__in={row.box_no for row in rows}).order_by("box_no")
    drawn = [
        {
            "box": box,
            "slots": slots_of(box, part=part),
            "url": page_of(box),
            "places": [row for row in rows if row.box_no == box.box_no],
        }
        for box in found
    ]
    cover = part.cover_document
    return {
        "boxes": drawn,
        "picture": image_url_of(cover),
        "picture_page": reverse("admin:parts_stockpart_document", args=[cover.pk])
        if cover and cover.content_type != documents.SVG
        else "",
        "free": None if rows else _free_place(part),
        "add_url": _verb_of(request, part, "add-stock"),
    }


def _verb_of(request: HttpRequest, part: StockPart, slug: str) -> str:
    """Return the address of a verb that changes a part, blank where the person may not."""
    if part.archived_at is not None or not request.user.has_perm(policy.CHANGE_STOCK):
        return ""
    return verb_address("stockpart", slug, part.pk)


def _button(request: HttpRequest, part: StockPart, label: str, slug: str) -> tuple[str, str] | None:
    address = _verb_of(request, part, slug)
    return (label, address) if address else None


def _free_place(part: StockPart) -> str:
    try:
        place = box_reads.suggestions(part.type, 1)[0].place
    except RecordNotFound:
        return ""
    return f"{place[0]}-{place[1]}"


def history_tab(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    """Return what the tab shows."""
    rows = part.movements.select_related("user").order_by("-at", "-pk")[:SHOWN]
    cells = [
        (
            when(row.at),
            row.get_reason_display(),
            row.location_reference or "",
            number(row.delta_qty),
            number(row.balance_after),
            row.user.username if row.user else "",
        )
        for row in rows
    ]
    header = ("When", "Why", "Place", "Change", "Balance", "Who")
    address = _verb_of(request, part, "add-stock")
    button = ("Add", address) if address else None
    return {"tables": [ShortTable("History", header, cells, empty="No stock yet.", button=button)]}


def kits_tab(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    """Return what the tab shows."""
    rows = reservations_of([part.pk]).get(part.pk, [])
    cells = [
        (
            format_html(
                '<a href="{}">{}</a>',
                reverse("admin:parts_kit_change", args=[row.project_id]),
                row.project_name,
            ),
            number(row.required_qty),
            number(row.build_target),
            number(row.reserved_quantity),
        )
        for row in rows
    ]
    header = ("Kit", "Per unit", "Units", "Reserved")
    return {"tables": [ShortTable("Kits", header, cells, empty="No kit needs it.")]}


def parameters_tab(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    """Return what the tab shows."""
    rows = part.parameters.select_related("definition")
    cells = [(row.definition.name, row.text, row.definition.get_unit_display()) for row in rows]
    empty = "Nothing is measured; parameters belong to the type."
    button = None
    if part.type is not None and part.type.parameters.exists():
        button = _button(request, part, "Set parameters", "set-parameters")
    header = ("Name", "Value", "Unit")
    return {"tables": [ShortTable("Parameters", header, cells, empty=empty, button=button)]}


def buy_tab(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    """Return what the tab shows."""
    links = part.seller_links.select_related("seller").order_by("-is_primary", "pk")
    items = part.shopping_items.select_related("list").order_by("-updated_at")[:SHOWN]
    return {
        "tables": [
            ShortTable(
                "Sellers",
                ("Seller", "Address"),
                [(row.seller.name, web_link(row.link)) for row in links],
                empty="No seller is known.",
                button=_button(request, part, "Set seller", "set-seller"),
            ),
            ShortTable(
                "Shopping lists",
                ("List", "State", "Wanted", "Ordered", "Received"),
                [
                    (
                        row.list.name,
                        row.get_status_display(),
                        number(row.desired_qty),
                        number(row.ordered_qty),
                        number(row.received_qty),
                    )
                    for row in items
                ],
                empty="It is on no shopping list.",
                button=_button(request, part, "Put on a shopping list", "want"),
            ),
        ]
    }
