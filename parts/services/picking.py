"""Pick lists and building (contract 4.9, 5.6.3 to 5.6.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import MovementReason, PickStatus
from parts.errors.stock import InsufficientQuantity, InvalidOperation, RecordNotFound
from parts.models import Kit, PartLocation, PickList, PickListLine, StockMovement
from parts.selectors.allocation import Share, shares_of, supplies_of
from parts.services.booking import Amount, Booking, Place, locked_boxes, locked_parts, shown
from parts.services.kits import locked_kit, require_active
from parts.services.movements import Taking, require_live

REJECT, LIMIT, OMIT = "reject", "limit", "omit"
CREATE = "create pick list"


def create_pick_list(
    *, actor: Any, kit_id: int, units: int, handling: Mapping[str, str] | None = None
) -> PickList:
    """Plan where to take the parts of `units` kits from; nothing is taken yet.

    `handling` says per id what a shortfall does: reject (default), limit or omit.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, CREATE)
        shares = allocate(kit, units, handling or {}, CREATE)
        row = PickList.objects.create(kit=kit, requested_units=units)
        PickListLine.objects.bulk_create(
            PickListLine(
                pick_list=row,
                requirement=share.requirement,
                part=share.part,
                box_no=share.place[0],
                loc_no=share.place[1],
                quantity_to_pick=share.qty,
            )
            for share in shares
        )
        audit.record(actor, "pick_list.created", row, after={"kit": kit.name, "units": units})
    return row


def allocate(kit: Kit, units: int, handling: Mapping[str, str], operation: str) -> list[Share]:
    """Share out the stock for `units` kits, with the part rows locked.

    Raises `InvalidOperation` when parts are short and rejected, or when nothing is left to take.
    """
    found = kit.requirements.filter(part__isnull=False).select_related("part")
    rows = [(row, row.part) for row in found if row.part is not None]
    if not rows:
        raise InvalidOperation(operation, "project has no contents to allocate")
    held = PartLocation.objects.filter(part__in=[part for _, part in rows])
    locked_boxes(held.values_list("box_no", flat=True))
    parts = locked_parts(part.id4 for _, part in rows)
    supplies = supplies_of(parts.values(), kit=kit)
    shares: list[Share] = []
    rejected: list[str] = []
    for row, part in sorted(rows, key=lambda pair: pair[1].id4):
        need, supply = row.required_qty * units, supplies[part.pk]
        if supply.usable < need:
            action = handling.get(part.id4, REJECT)
            if action == REJECT:
                rejected.append(part.id4)
            need = supply.usable if action == LIMIT else 0
        shares += shares_of(supply, need, row)
    if rejected:
        raise InvalidOperation(
            operation,
            f"insufficient stock for parts with reject handling: {', '.join(rejected)}",
            parts=rejected,
        )
    if not shares:
        raise InvalidOperation(
            operation, "all parts would be omitted; cannot create empty pick list"
        )
    return shares


def delete_pick_list(*, actor: Any, pick_list_id: int, keep_stock: bool = False) -> None:
    """Remove a list; with picked lines only when the caller says that the stock stays taken."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _locked(pick_list_id)
        require_active(row.kit, "delete pick list")
        if not keep_stock and row.lines.filter(status=PickStatus.COMPLETED).exists():
            raise InvalidOperation("delete pick list", "it has completed lines")
        audit.record(actor, "pick_list.deleted", row, before={"kit": row.kit.name})
        row.delete()


def set_line_quantity(*, actor: Any, pick_list_id: int, line_id: int, quantity: int) -> PickList:
    """Change how many to take; only while list and line are open."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row, line = _locked_line(pick_list_id, line_id)
        require_active(row.kit, "edit pick list line")
        if row.status != PickStatus.OPEN or line.status != PickStatus.OPEN:
            raise InvalidOperation("edit pick list line", "line already completed")
        before = line.quantity_to_pick
        if quantity == before:
            return row
        line.quantity_to_pick = quantity
        line.save()
        row.save(update_fields=["updated_at"])
        audit.record(
            actor,
            "pick_list.line_changed",
            row,
            before={"quantity": before},
            after={"quantity": quantity},
        )
    return row


def pick_line(*, actor: Any, pick_list_id: int, line_id: int) -> PickList:
    """Take what a line says; the list is completed with its last line."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row, line = _locked_line(pick_list_id, line_id)
        if line.status == PickStatus.COMPLETED:
            raise InvalidOperation("pick line", "line already completed")
        if line.quantity_to_pick:
            line.history = _book(actor, line, MovementReason.PICK, line.quantity_to_pick)
        line.status, line.picked_at = PickStatus.COMPLETED, timezone.now()
        line.save()
        if not row.lines.filter(status=PickStatus.OPEN).exists():
            row.status, row.completed_at = PickStatus.COMPLETED, timezone.now()
        row.save()
        audit.record(actor, "pick_list.picked", row, after={"line": line.pk})
    return row


def undo_line(
    *, actor: Any, pick_list_id: int, line_id: int, place: Place | None = None
) -> PickList:
    """Put back what a line took, to its place or another; an open line stays as it is.

    Raises `InvalidOperation` for an archived part and a place that is gone.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row, line = _locked_line(pick_list_id, line_id)
        if line.status == PickStatus.OPEN:
            return row
        if line.history_id:
            _put_back(actor, line, place)
        line.status, line.picked_at, line.history = PickStatus.OPEN, None, None
        line.save()
        row.status, row.completed_at = PickStatus.OPEN, None
        row.save()
        audit.record(actor, "pick_list.undone", row, after={"line": line.pk})
    return row


def build_kit(
    *,
    actor: Any,
    kit_id: int,
    units: int,
    allocations: Sequence[Taking] | None = None,
    decrease_build_target: bool = False,
) -> tuple[Kit, list[StockMovement]]:
    """Take the parts of `units` kits in one go, from given places or as a pick list would."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        kit = locked_kit(kit_id)
        require_active(kit, "build project")
        if kit.requirements.filter(part__isnull=True).exists():
            raise InvalidOperation("build project", "it has placeholders")
        if allocations is None:
            shares = allocate(kit, units, {}, "build project")
            takings = [Taking(s.part.id4, Amount(*s.place, s.qty)) for s in shares]
        else:
            takings = list(allocations)
            _require_sums(kit, units, takings)
        booking = Booking(
            actor,
            id4s=sorted({taking.id4 for taking in takings}),
            places=[taking.amount.place for taking in takings],
            reason=MovementReason.BUILD,
            ref=f"project:{kit.pk}",
        )
        for taking in takings:
            booking.take(taking.id4, taking.amount)
        lines = booking.write()
        if decrease_build_target:
            kit.build_target = max(kit.build_target - units, 0)
            kit.save()
        audit.record(actor, "kit.built", kit, after={"units": units})
    return kit, lines


def _require_sums(kit: Kit, units: int, takings: Sequence[Taking]) -> None:
    """Raise `InvalidOperation` naming the parts whose takings are not what the kit needs."""
    given: dict[str, int] = defaultdict(int)
    for taking in takings:
        given[taking.id4] += taking.amount.qty
    rows = kit.requirements.select_related("part")
    needed = {row.part.id4: row.required_qty * units for row in rows if row.part}
    if not needed:
        raise InvalidOperation("build project", "project has no contents to allocate")
    wrong = sorted(id4 for id4 in {*given, *needed} if given.get(id4, 0) != needed.get(id4, 0))
    if wrong:
        raise InvalidOperation(
            "build project",
            f"allocations do not match the required quantity for parts: {', '.join(wrong)}",
            parts=wrong,
        )


def _book(actor: Any, line: PickListLine, reason: str, quantity: int) -> StockMovement:
    id4, place = line.part.id4, (line.box_no, line.loc_no)
    booking = Booking(
        actor, id4s=[id4], places=[place], reason=reason, ref=f"pick_list:{line.pick_list_id}"
    )
    if not booking.quantity(id4, place):  # used up since the list was made
        raise InsufficientQuantity(location=shown(place), requested=quantity, available=0)
    booking.take(id4, Amount(*place, quantity))
    return booking.write()[0]


def _put_back(actor: Any, line: PickListLine, place: Place | None) -> None:
    assert line.history is not None  # noqa: S101  asked by the caller
    id4, target = line.part.id4, place or (line.box_no, line.loc_no)
    booking = Booking(
        actor,
        id4s=[id4],
        places=[target],
        reason=MovementReason.PICK_UNDO,
        ref=f"pick_list:{line.pick_list_id}",
    )
    try:
        booking.require_place(target)
    except RecordNotFound as err:
        if place is not None:
            raise
        raise InvalidOperation(
            "undo pick", f"location {target[0]}-{target[1]} no longer exists; choose another"
        ) from err
    require_live(booking.parts[id4])
    booking.put(id4, Amount(*target, -line.history.delta_qty))
    booking.write()


def _locked(pick_list_id: int) -> PickList:
    row = lock(PickList.objects.filter(pk=pick_list_id).select_related("kit")).first()
    if row is None:
        raise RecordNotFound("Pick list", pick_list_id)
    return row


def _locked_line(pick_list_id: int, line_id: int) -> tuple[PickList, PickListLine]:
    row = _locked(pick_list_id)
    line = lock(row.lines.filter(pk=line_id).select_related("part")).first()
    if line is None:
        raise RecordNotFound("Pick list line", line_id)
    return row, line
