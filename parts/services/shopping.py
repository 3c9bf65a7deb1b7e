"""Shopping lists and their items (contract 4.8, 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import ItemStatus, ListStatus
from parts.errors.stock import InvalidOperation, InvalidReference, RecordNotFound, ResourceConflict
from parts.models import PartType, Seller, ShoppingItem, ShoppingList, StockPart
from parts.services.names import used_once

DEFAULT_LIST = "Shopping list"
ITEM_TEXTS = ("manufacturer_code", "description", "seller_link")
ONLY_NEW = {
    "desired_qty",
    "maybe_part_id4",
    "seller_id",
    "seller_link",
    "manufacturer_code",
    "description",
    "type_id",
}
STATUS_RULES = {
    (ListStatus.CONCEPT, ListStatus.DONE): (
        "complete shopping list",
        "lists must be marked ready before completion",
    ),
}


def create_list(*, actor: Any, name: str, description: str | None = None) -> ShoppingList:
    """Begin a list; `ResourceConflict` when the name is taken."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        _require_free_name(name)
        with used_once(_taken(name)):
            row = ShoppingList.objects.create(name=name, description=description)
        audit.record(actor, "shopping_list.created", row, after={"name": name})
    return row


def update_list(*, actor: Any, list_id: int, values: Mapping[str, Any]) -> ShoppingList:
    """Change name or description; refused once done."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_list(list_id)
        require_not_done(row, "update shopping list")
        before = audit.snapshot(row, ("name", "description"))
        if "name" in values and values["name"] != row.name:
            _require_free_name(values["name"])
            row.name = values["name"]
        if "description" in values:
            row.description = values["description"]
        after = audit.snapshot(row, ("name", "description"))
        if after == before:
            return row
        with used_once(_taken(row.name)):
            row.save()
        audit.record(actor, "shopping_list.updated", row, before=before, after=after)
    return row


def delete_list(*, actor: Any, list_id: int) -> None:
    """Remove a list with its items and groups."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_list(list_id)
        audit.record(actor, "shopping_list.deleted", row, before={"name": row.name})
        row.delete()


def set_list_status(*, actor: Any, list_id: int, status: str) -> ShoppingList:
    """Bring a list to another state by the contract's table; the same state changes nothing."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_list(list_id)
        before = row.status
        if status != before:
            _require_step(row, status)
            row.status = status
            row.save()
            audit.record(
                actor,
                "shopping_list.status_changed",
                row,
                before={"status": before},
                after={"status": status},
            )
    return row


def add_item(*, actor: Any, list_id: int | None, values: Mapping[str, Any]) -> ShoppingItem:
    """Add a line; without a list it goes to the newest concept list, made when there is none.

    Raises `RecordNotFound`, and `InvalidOperation` for a done list or a part or code that is on it.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        target = newest_concept(actor) if list_id is None else locked_list(list_id)
        require_not_done(target, "add item")
        row = ShoppingItem(list=target)
        _apply_item(row, values)
        row.notes = values.get("notes")
        row.save(force_insert=True)
        touch(target)
        audit.record(actor, "shopping_item.added", row, after=_snapshot(row))
    return row


def update_item(*, actor: Any, item_id: int, values: Mapping[str, Any]) -> ShoppingItem:
    """Change a line: notes always, the rest while it is new and the list is not done."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_item(item_id)
        before = _snapshot(row)
        if ONLY_NEW & values.keys():
            _require_editable(row, values)
            _apply_item(row, values)
        if "notes" in values:
            row.notes = values["notes"]
        after = _snapshot(row)
        if after == before:
            return row
        row.save()
        touch(row.list)
        audit.record(actor, "shopping_item.updated", row, before=before, after=after)
    return row


def delete_item(*, actor: Any, item_id: int) -> None:
    """Remove a line of which nothing was received."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_item(item_id)
        require_not_done(row.list, "delete item")
        if row.received_qty:
            raise InvalidOperation("delete item", "part of it was received")
        audit.record(actor, "shopping_item.deleted", row, before=_snapshot(row))
        target = row.list
        row.delete()
        touch(target)


def newest_concept(actor: Any) -> ShoppingList:
    """Return the newest concept list, locked; one named `Shopping list` is made when needed."""
    concepts = lock(ShoppingList.objects.filter(status=ListStatus.CONCEPT))
    found = concepts.order_by("-created_at", "-pk").first()
    if found is not None:
        return found
    name, number = DEFAULT_LIST, 1
    while ShoppingList.objects.filter(name=name).exists():
        number += 1
        name = f"{DEFAULT_LIST} {number}"
    try:
        return create_list(actor=actor, name=name)
    except ResourceConflict:  # somebody else just made it
        return concepts.get(name=name)


def locked_list(list_id: int) -> ShoppingList:
    """Lock a list row, or raise `RecordNotFound`."""
    row = lock(ShoppingList.objects.filter(pk=list_id)).first()
    if row is None:
        raise RecordNotFound("Shopping list", list_id)
    return row


def locked_item(item_id: int) -> ShoppingItem:
    """Lock the list of an item, then the item; `RecordNotFound` when there is none."""
    list_id = ShoppingItem.objects.filter(pk=item_id).values_list("list_id", flat=True).first()
    if list_id is None:
        raise RecordNotFound("Shopping item", item_id)
    target = locked_list(list_id)
    row = lock(ShoppingItem.objects.filter(pk=item_id)).first()
    if row is None:
        raise RecordNotFound("Shopping item", item_id)
    row.list = target
    return row


def require_not_done(row: ShoppingList, operation: str) -> None:
    """Raise `InvalidOperation` for a list that is done."""
    if row.status == ListStatus.DONE:
        raise InvalidOperation(operation, "lists marked as done cannot be modified")


def touch(row: ShoppingList) -> None:
    """Date a list that one of its rows changed."""
    row.save(update_fields=["updated_at"])


def require_part_off_list(target: ShoppingList, part: StockPart, but: int | None = None) -> None:
    """Raise `InvalidOperation` when another line of the list has the part."""
    if target.items.filter(maybe_part=part).exclude(pk=but or 0).exists():
        raise InvalidOperation(
            "add part to shopping list",
            "this part is already on the list; edit the existing line instead",
        )


def _require_free_name(name: str) -> None:
    if ShoppingList.objects.filter(name=name).exists():
        raise _taken(name)


def _taken(name: str) -> ResourceConflict:
    return ResourceConflict(f"A shopping list with {name} already exists")


def _require_step(row: ShoppingList, wanted: str) -> None:
    if row.status == ListStatus.DONE:
        raise InvalidOperation(
            "change shopping list status", "lists marked as done cannot change status"
        )
    if (row.status, wanted) in STATUS_RULES:
        raise InvalidOperation(*STATUS_RULES[ListStatus(row.status), ListStatus(wanted)])
    if wanted == ListStatus.READY and not row.items.exists():
        raise InvalidOperation("mark shopping list ready", "at least one line item is required")
    if wanted == ListStatus.CONCEPT and row.items.filter(status=ItemStatus.ORDERED).exists():
        raise InvalidOperation(
            "revert shopping list to concept", "ordered lines must be cleared before reverting"
        )


def _require_editable(row: ShoppingItem, values: Mapping[str, Any]) -> None:
    require_not_done(row.list, "update item")
    if row.status == ItemStatus.ORDERED and "seller_id" in values:
        if values["seller_id"] != row.seller_id:
            raise InvalidOperation("update item", "seller cannot be changed on an ordered line")
    if row.status != ItemStatus.NEW:
        raise InvalidOperation("update item", "only new lines can be edited")


def _apply_item(row: ShoppingItem, values: Mapping[str, Any]) -> None:
    for name in ITEM_TEXTS:
        if name in values:
            setattr(row, name, values[name])
    if "desired_qty" in values:
        row.desired_qty = values["desired_qty"]
    if "maybe_part_id4" in values:
        row.maybe_part = _part(values["maybe_part_id4"])
    if "seller_id" in values:
        row.seller = _seller(values["seller_id"])
    if "type_id" in values:
        row.type = _type(values["type_id"])
    if row.maybe_part is not None:
        require_part_off_list(row.list, row.maybe_part, row.pk)
    elif row.manufacturer_code:
        _require_code_off_list(row)
    if row.maybe_part is None and not (row.manufacturer_code or row.description):
        raise InvalidReference("maybe_part_id4")


def _require_code_off_list(row: ShoppingItem) -> None:
    same = row.list.items.filter(
        maybe_part__isnull=True, manufacturer_code__iexact=row.manufacturer_code
    )
    if same.exclude(pk=row.pk).exists():
        raise InvalidOperation(
            "add part to shopping list",
            "this manufacturer code is already on the list; edit the existing line instead",
        )


def _part(id4: str | None) -> StockPart | None:
    if id4 is None:
        return None
    part = StockPart.objects.filter(id4=id4).first()
    if part is None:
        raise RecordNotFound("Part", id4)
    return part


def _seller(seller_id: int | None) -> Seller | None:
    if seller_id is None:
        return None
    seller = Seller.objects.filter(pk=seller_id).first()
    if seller is None:
        raise RecordNotFound("Seller", seller_id)
    return seller


def _type(type_id: int | None) -> PartType | None:
    if type_id is None:
        return None
    row = PartType.objects.filter(pk=type_id).first()
    if row is None:
        raise InvalidReference("type_id")
    return row


def _snapshot(row: ShoppingItem) -> dict[str, Any]:
    return audit.snapshot(
        row,
        (
            *("maybe_part", *ITEM_TEXTS, "type", "notes"),
            *("desired_qty", "ordered_qty", "seller", "status"),
        ),
    )


def complete(row: ShoppingItem, note: str | None) -> None:
    """Close a line in memory; the caller saves it."""
    row.status, row.completed_at = ItemStatus.DONE, timezone.now()
    row.completion_mismatch = row.received_qty != row.ordered_qty
    row.completion_note = note
