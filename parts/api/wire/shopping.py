"""Shopping lists as the wire shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet

from parts.api.wire.existing import existing
from parts.api.wire.parts import places_of
from parts.choices.stock import ItemStatus, ListStatus
from parts.models import KitListLink, PartSeller, ShoppingGroup, ShoppingItem, ShoppingList
from parts.selectors.covers import image_url_of
from parts.services.shopping_orders import UNGROUPED


def read_lists(rows: QuerySet[ShoppingList]) -> QuerySet[ShoppingList]:
    """Count the lines of each list by state."""
    counts = {
        f"{status}_count": Count("items", filter=Q(items__status=status))
        for status in ItemStatus.values
    }
    return rows.annotate(item_count=Count("items"), **counts)


def list_json(row: Any) -> dict[str, Any]:
    """Return a list of `read_lists`."""
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "status": row.status,
        "item_counts": {
            "new": row.new_count,
            "ordered": row.ordered_count,
            "done": row.done_count,
            "total": row.item_count,
        },
        "has_ordered_items": row.ordered_count > 0,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def full_list(list_id: int) -> dict[str, Any]:
    """Read a list that exists, with items and groups."""
    row = existing(read_lists(ShoppingList.objects.filter(pk=list_id)), "Shopping list", list_id)
    rows = list(read_items(ShoppingItem.objects.filter(list=list_id)).order_by("created_at", "pk"))
    items = items_json(rows)
    groups = list(ShoppingGroup.objects.filter(list=list_id).select_related("seller"))
    return {**list_json(row), "items": items, "groups": groups_json(rows, items, groups)}


def read_items(rows: QuerySet[ShoppingItem]) -> QuerySet[ShoppingItem]:
    """Load what an item shows."""
    return rows.select_related("list", "seller", "maybe_part", "maybe_part__cover_document")


def one_item(item_id: int) -> dict[str, Any]:
    """Read an item that exists."""
    rows = read_items(ShoppingItem.objects.filter(pk=item_id))
    return items_json([existing(rows, "Shopping item", item_id)])[0]


def items_json(rows: Sequence[ShoppingItem]) -> list[dict[str, Any]]:
    """Return items; two more queries whatever their number."""
    pks = [row.maybe_part_id for row in rows if row.maybe_part_id]
    links = {
        (part, seller): link
        for part, seller, link in PartSeller.objects.filter(part__in=pks).values_list(
            "part_id", "seller_id", "link"
        )
    }
    places = places_of(pks)
    return [
        _item_json(row, links.get((row.maybe_part_id, row.seller_id)), places[row.maybe_part_id])
        if row.maybe_part_id
        else _item_json(row, None, [])
        for row in rows
    ]


def _item_json(
    row: ShoppingItem, part_link: str | None, places: list[dict[str, Any]]
) -> dict[str, Any]:
    is_open = row.list.status != ListStatus.DONE
    part = row.maybe_part
    return {
        "id": row.pk,
        "list_id": row.list_id,
        "shopping_list_name": row.list.name,
        "maybe_part_id4": part.id4 if part else None,
        "manufacturer_code": row.manufacturer_code,
        "description": row.description,
        "type_id": row.type_id,
        "desired_qty": row.desired_qty,
        "ordered_qty": row.ordered_qty,
        "received_qty": row.received_qty,
        "status": row.status,
        "seller_id": row.seller_id,
        "seller": row.seller.name if row.seller else None,
        "seller_link": row.seller_link or part_link or None,
        "notes": row.notes,
        "can_receive": is_open and row.status == ItemStatus.ORDERED,
        "is_editable": is_open and row.status == ItemStatus.NEW,
        "has_quantity_mismatch": row.ordered_qty != row.received_qty,
        "completed_at": row.completed_at,
        "completion_mismatch": row.completion_mismatch,
        "completion_note": row.completion_note,
        "part": {
            "id4": part.id4,
            "description": part.description,
            "manufacturer_code": part.manufacturer_code,
            "total_quantity": part.total_quantity,
            "image_url": image_url_of(part.cover_document),
        }
        if part
        else None,
        "part_locations": places,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def groups_json(
    rows: Sequence[ShoppingItem], items: Sequence[dict[str, Any]], groups: Sequence[ShoppingGroup]
) -> list[dict[str, Any]]:
    """Return the groups by seller name, `ungrouped` last and only with items."""
    names = {row.seller_id: row.seller.name for row in rows if row.seller}
    names |= {group.seller_id: group.seller.name for group in groups}
    stored = {group.seller_id: group for group in groups}
    by_seller: dict[int | None, list[dict[str, Any]]] = {}
    for item in items:
        by_seller.setdefault(item["seller_id"], []).append(item)
    ordered = sorted(names, key=lambda pk: (names[pk].lower(), pk))
    found = [_group_json(pk, names[pk], stored.get(pk), by_seller.get(pk, [])) for pk in ordered]
    if by_seller.get(None):
        found.append(_group_json(None, None, None, by_seller[None]))
    return found


def _group_json(
    seller_id: int | None,
    name: str | None,
    group: ShoppingGroup | None,
    items: list[dict[str, Any]],
) -> dict[str, Any]:
    named = "active" if seller_id is not None else None
    return {
        "group_key": str(seller_id) if seller_id is not None else UNGROUPED,
        "seller_id": seller_id,
        "seller": name,
        "note": group.note if group else "",
        "status": group.status if group else named,
        "completed": bool(items) and all(item["status"] == ItemStatus.DONE for item in items),
        "totals": {
            "needed": sum(item["desired_qty"] for item in items),
            "ordered": sum(item["ordered_qty"] for item in items),
            "received": sum(item["received_qty"] for item in items),
        },
        "items": items,
    }


def one_group(list_id: int, seller_id: int) -> dict[str, Any]:
    """Return the group of a seller on a list."""
    groups = full_list(list_id)["groups"]
    return next(group for group in groups if group["seller_id"] == seller_id)


def link_json(row: KitListLink) -> dict[str, Any]:
    """Return that a list was made from a kit, both sides named."""
    return {
        "id": row.pk,
        "project_id": row.kit_id,
        "project_name": row.kit.name,
        "project_status": row.kit.status,
        "shopping_list_id": row.list_id,
        "shopping_list_name": row.list.name,
        "shopping_list_status": row.list.status,
        "requested_units": row.requested_units,
        "honor_reserved": row.honor_reserved,
        "snapshot_project_updated_at": row.snapshot_kit_updated_at,
        "is_stale": row.kit.updated_at > row.snapshot_kit_updated_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
