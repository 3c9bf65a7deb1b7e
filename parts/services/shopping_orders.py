"""Ordering, receiving and closing lines of shopping lists (contract 5.7.2, 5.7.3, 5.7.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from inventory_site.core.whole import whole_number
from parts import policy
from parts.choices.stock import GroupStatus, ItemStatus, ListStatus, MovementReason
from parts.errors.stock import InvalidOperation, RecordNotFound, StockInvalid
from parts.models import Seller, ShoppingGroup, ShoppingItem, ShoppingList, StockPart
from parts.services import parts as part_service
from parts.services.booking import Amount, Booking
from parts.services.movements import require_live
from parts.services.quantities import require_quantity
from parts.services.shopping import (
    complete,
    locked_item,
    locked_list,
    require_not_done,
    require_part_off_list,
    touch,
)

UNGROUPED = "ungrouped"


def order_item(
    *, actor: Any, item_id: int, ordered_qty: int | None = None, values: Mapping[str, Any]
) -> ShoppingItem:
    """Mark a line as ordered; its list must be ready."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_item(item_id)
        _require_ready(row.list, "order item")
        if row.status == ItemStatus.DONE:
            raise InvalidOperation("order item", "the line is done")
        _order(row, row.desired_qty if ordered_qty is None else ordered_qty)
        if "notes" in values:
            row.notes = values["notes"]
        return _saved(actor, row, "shopping_item.ordered")


def revert_item(*, actor: Any, item_id: int) -> ShoppingItem:
    """Take an order back; not once something was received."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_item(item_id)
        _require_ready(row.list, "revert item")
        if row.status != ItemStatus.ORDERED:
            raise InvalidOperation("revert item", "the line is not ordered")
        if row.received_qty:
            raise InvalidOperation("revert item", "part of it was received")
        row.status, row.ordered_qty = ItemStatus.NEW, 0
        return _saved(actor, row, "shopping_item.reverted")


def receive_item(
    *,
    actor: Any,
    item_id: int,
    receive_qty: int,
    allocations: Sequence[Amount],
    part_id4: str | None = None,
    create_part: bool = False,
) -> ShoppingItem:
    """Book a delivery into stock, all or none; more than ordered is allowed.

    A line without a part is linked to `part_id4` or to a part made from it.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    if not allocations:
        raise StockInvalid(allocations="At least one place is needed.")
    with guarded():
        row = locked_item(item_id)
        require_not_done(row.list, "receive item")
        if row.status != ItemStatus.ORDERED:
            raise InvalidOperation("receive item", "the line is not ordered")
        _require_split(receive_qty, allocations)
        _link(actor, row, part_id4, create_part)
        assert row.maybe_part is not None  # noqa: S101  _link saw to it
        id4 = row.maybe_part.id4
        booking = Booking(
            actor,
            id4s=[id4],
            places=[amount.place for amount in allocations],
            reason=MovementReason.RECEIVE,
            ref=f"shopping_item:{row.pk}",
        )
        require_live(booking.parts[id4])
        for amount in allocations:
            booking.put(id4, amount)
        booking.write()
        row.received_qty = require_quantity(row.received_qty + receive_qty, "receive_qty")
        return _saved(actor, row, "shopping_item.received")


def complete_item(*, actor: Any, item_id: int, mismatch_reason: str | None) -> ShoppingItem:
    """Close a line; a difference between ordered and received needs a reason."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = locked_item(item_id)
        require_not_done(row.list, "complete item")
        if row.status != ItemStatus.ORDERED:
            raise InvalidOperation("complete item", "the line is not ordered")
        if row.received_qty != row.ordered_qty and not mismatch_reason:
            raise InvalidOperation(
                "complete item", "mismatch reason is required when quantities differ"
            )
        complete(row, mismatch_reason)
        return _saved(actor, row, "shopping_item.completed")


def set_group_note(
    *, actor: Any, list_id: int, seller_id: int, values: Mapping[str, Any]
) -> ShoppingGroup:
    """Write the note of a seller's group, making the group when needed; allowed on done lists."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        target = locked_list(list_id)
        group = _group(target, seller_id, make=True)
        note = (values["note"] or "") if "note" in values else group.note
        if group.pk and note == group.note:
            return group
        group.note = note
        group.save()
        touch(target)
        audit.record(actor, "shopping_group.noted", target, after={"note": group.note})
    return group


def order_group(
    *, actor: Any, list_id: int, group_key: str, quantities: Mapping[int, int]
) -> ShoppingList:
    """Order every open line of one seller, or of none."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        target = locked_list(list_id)
        seller_id = None if group_key == UNGROUPED else _seller_id(group_key)
        _require_ready(target, "order seller group")
        group = _group(target, seller_id, make=True) if seller_id is not None else None
        items = list(lock(target.items.filter(seller=seller_id)))
        if not set(quantities) <= {row.pk for row in items}:
            raise InvalidOperation(
                "order seller group",
                "one or more lines do not belong to the requested seller group",
            )
        open_items = [row for row in items if row.status != ItemStatus.DONE]
        if not open_items:
            raise InvalidOperation(
                "order seller group", "seller group has no active lines to order"
            )
        for row in open_items:
            if row.pk in quantities or not row.ordered_qty:
                _order(row, quantities.get(row.pk, row.desired_qty))
            else:  # its own quantity stands, also where more than that was received
                row.status = ItemStatus.ORDERED
            row.save()
        if group is not None:
            group.status = GroupStatus.ORDERED
            group.save()
        touch(target)
        audit.record(actor, "shopping_group.ordered", target, after={"group": group_key})
    return target


def reopen_group(*, actor: Any, list_id: int, seller_id: int) -> ShoppingList:
    """Take a seller's order back; quantities stay."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        target = locked_list(list_id)
        require_not_done(target, "reopen seller group")
        group = _group(target, seller_id)
        if group.status != GroupStatus.ORDERED:
            raise InvalidOperation("reopen seller group", "the group is not ordered")
        items = target.items.filter(seller=seller_id)
        if items.filter(received_qty__gt=0).exists():
            raise InvalidOperation(
                "reopen seller group",
                "cannot reopen a group with lines that have received stock",
            )
        for row in lock(items.filter(status=ItemStatus.ORDERED)):
            row.status = ItemStatus.NEW
            row.save()
        group.status = GroupStatus.ACTIVE
        group.save()
        touch(target)
        audit.record(actor, "shopping_group.reopened", target, after={"group": seller_id})
    return target


def delete_group(*, actor: Any, list_id: int, seller_id: int) -> None:
    """Dissolve a seller's group; its open lines lose seller and order."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        target = locked_list(list_id)
        require_not_done(target, "delete seller group")
        group = _group(target, seller_id)
        if group.status == GroupStatus.ORDERED:
            raise InvalidOperation(
                "delete seller group", "ordered groups must be reopened before deletion"
            )
        for row in lock(target.items.filter(seller=seller_id).exclude(status=ItemStatus.DONE)):
            row.seller, row.ordered_qty, row.status = None, 0, ItemStatus.NEW
            row.save()
        if group.pk:
            group.delete()
        touch(target)
        audit.record(actor, "shopping_group.deleted", target, after={"group": seller_id})


def _require_ready(target: ShoppingList, operation: str) -> None:
    if target.status != ListStatus.READY:
        raise InvalidOperation(operation, "the shopping list is not marked ready")


def _order(row: ShoppingItem, quantity: int) -> None:
    if quantity < row.received_qty:
        raise InvalidOperation(
            "order item", "ordered quantity cannot be less than received quantity"
        )
    row.status, row.ordered_qty = ItemStatus.ORDERED, quantity


def _require_split(receive_qty: int, allocations: Sequence[Amount]) -> None:
    if len({amount.place for amount in allocations}) != len(allocations):
        raise InvalidOperation("receive item", "each location may only appear once per receipt")
    if sum(amount.qty for amount in allocations) != receive_qty:
        raise InvalidOperation(
            "receive item", "allocation quantities must sum to the receive quantity"
        )


def _link(actor: Any, row: ShoppingItem, part_id4: str | None, create_part: bool) -> None:
    """Give a line without a part its part."""
    if row.maybe_part is not None:
        return
    if part_id4 is not None:
        part = StockPart.objects.filter(id4=part_id4).first()
        if part is None:
            raise RecordNotFound("Part", part_id4)
        require_part_off_list(row.list, part, row.pk)
        row.maybe_part = part
    elif create_part:
        row.maybe_part = part_service.create_part(actor=actor, values=_part_values(row))
    else:
        raise StockInvalid(part_id4="The line has no part: send part_id4 or create_part.")


def _part_values(row: ShoppingItem) -> dict[str, Any]:
    values: dict[str, Any] = {
        "description": row.description or row.manufacturer_code,
        "manufacturer_code": row.manufacturer_code,
        "type_id": row.type_id,
    }
    if row.seller is not None:
        values |= {"seller": row.seller.name, "seller_link": row.seller_link}
    return values


def _seller_id(group_key: str) -> int:
    number = whole_number(group_key)
    if number is None:
        raise RecordNotFound("Seller group", group_key)
    return number


def _group(target: ShoppingList, seller_id: int, *, make: bool = False) -> ShoppingGroup:
    """The stored group, or a new one for a seller that exists and, unless made, has items."""
    group = lock(target.groups.filter(seller=seller_id)).first()
    if group is not None:
        return group
    if not Seller.objects.filter(pk=seller_id).exists():
        raise RecordNotFound("Seller", seller_id)
    if not (make or target.items.filter(seller=seller_id).exists()):
        raise RecordNotFound("Seller group", seller_id)
    return ShoppingGroup(list=target, seller_id=seller_id)


def _saved(actor: Any, row: ShoppingItem, verb: str) -> ShoppingItem:
    row.save()
    touch(row.list)
    fields = ("status", "ordered_qty", "received_qty")
    audit.record(actor, verb, row, after=audit.snapshot(row, fields))
    return row
