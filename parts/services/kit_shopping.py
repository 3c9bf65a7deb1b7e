"""Putting what is missing on a shopping list (contract 5.7.4, 12.8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import ListStatus
from parts.errors.stock import InvalidOperation, StockInvalid
from parts.models import (
    Kit,
    KitListLink,
    KitRequirement,
    ShoppingItem,
    ShoppingList,
    StockPart,
)
from parts.selectors.coverage import reservations_of
from parts.services import shopping
from parts.services.kits import locked_kit, require_active
from parts.services.quantities import require_quantity


@dataclass(frozen=True, slots=True)
class Push:
    """What a push to a list did."""

    link: KitListLink | None
    shopping_list: ShoppingList | None
    created_new_list: bool
    items_modified: int
    total_needed_quantity: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where a push goes: a list that exists, or a new name."""

    list_id: int | None = None
    name: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """So many more of a part, or of something without one."""

    quantity: int
    part: StockPart | None = None
    text: str | None = None
    note: str | None = None


def push_kit(
    *,
    actor: Any,
    kit_id: int,
    units: int | None,
    honor_reserved: bool,
    target: Target,
    note_prefix: str | None = None,
) -> Push:
    """Put what `units` kits (default: the target) lack on a concept list, or make none."""
    policy.require(actor, policy.CHANGE_STOCK)
    if target.list_id is None and not target.name:
        raise StockInvalid(shopping_list_id="Send shopping_list_id or new_list_name.")
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, "create shopping list")
        wanted = kit.build_target if units is None else units
        if wanted < 1:
            raise StockInvalid(units="units must be at least 1.")
        needs = _needs(kit, wanted, honor_reserved, note_prefix)
        if not needs:
            return Push(None, None, False, 0, 0)
        row = target_list(actor, target)
        for need in needs:
            merge(row, need)
        shopping.touch(row)
        link, _ = KitListLink.objects.update_or_create(
            kit=kit,
            list=row,
            defaults={
                "requested_units": wanted,
                "honor_reserved": honor_reserved,
                "snapshot_kit_updated_at": kit.updated_at,
            },
        )
        total = sum(need.quantity for need in needs)
        audit.record(actor, "kit.pushed", kit, after={"list": row.name, "quantity": total})
    return Push(link, row, target.list_id is None, len(needs), total)


def target_list(actor: Any, target: Target) -> ShoppingList:
    """Return the concept list a push goes to, locked or new."""
    if target.list_id is None:
        return shopping.create_list(
            actor=actor, name=target.name or "", description=target.description
        )
    row = shopping.locked_list(target.list_id)
    if row.status != ListStatus.CONCEPT:
        raise InvalidOperation(
            "add to shopping list", "the shopping list is not in the concept state"
        )
    return row


def merge(row: ShoppingList, need: Need) -> ShoppingItem:
    """Raise the line of the same part or code, or add one; a note goes on a new line."""
    item = _item_for(row, need)
    if item is None:
        item = ShoppingItem(list=row, maybe_part=need.part, desired_qty=0)
        if need.part is None:
            item.description = need.text
    item.desired_qty = require_quantity(item.desired_qty + need.quantity, "units")
    if need.note:
        item.notes = f"{item.notes}\n{need.note}" if item.notes else need.note
    item.save()
    return item


def _item_for(row: ShoppingList, need: Need) -> ShoppingItem | None:
    items = lock(row.items.all())
    if need.part is not None:
        return items.filter(maybe_part=need.part).first()
    return items.filter(maybe_part__isnull=True, description=need.text).first()


def _needs(kit: Kit, units: int, honor_reserved: bool, prefix: str | None) -> list[Need]:
    rows = list(kit.requirements.select_related("part").order_by("pk"))
    kept = reservations_of([row.part_id for row in rows if row.part_id], but=kit.pk)
    needs = []
    for row in rows:
        reserved = sum(item.reserved_quantity for item in kept.get(row.part_id or 0, []))
        need = _need(row, kit, units, reserved if honor_reserved else 0, prefix)
        if need.quantity:
            needs.append(need)
    return needs


def _need(row: KitRequirement, kit: Kit, units: int, reserved: int, prefix: str | None) -> Need:
    in_stock = row.part.total_quantity if row.part else 0
    missing = max(row.required_qty * units - max(in_stock - reserved, 0), 0)
    text = row.notes or prefix
    note = f"[From Project {kit.name}]: {text}" if text else None
    return Need(missing, row.part, row.placeholder, note)
