"""Boxes and their places (contract 4.2, 5.2, 5.3)."""

from __future__ import annotations

from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.errors.stock import CapacityConflict, InvalidOperation, RecordNotFound
from parts.models import Box, BoxLocation, Counter, PartLocation
from parts.services.booking import locked_boxes

BOX_COUNTER = "box"


def create_box(*, actor: Any, description: str, capacity: int, box_no: int | None = None) -> Box:
    """Add a box with places 1..capacity; without `box_no` (a loader's) the next number is drawn.

    Numbers of deleted boxes are not given again.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        box = Box(box_no=_drawn(box_no), description=description, capacity=capacity)
        box.full_clean()
        box.save(force_insert=True)
        _add_places(box, 1)
        audit.record(actor, "box.created", box, after=_snapshot(box))
    return box


def update_box(
    *, actor: Any, box_no: int, description: str | None = None, capacity: int | None = None
) -> Box:
    """Change words or size; `CapacityConflict` when a place that would go holds stock, and then
    nothing is changed."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        box = _locked(box_no)
        before = _snapshot(box)
        if capacity is not None and capacity != box.capacity:
            _resize(box, capacity)
        if description is not None:
            box.description = description
        after = _snapshot(box)
        if after == before:
            return box
        box.full_clean()
        box.save()
        audit.record(actor, "box.updated", box, before=before, after=after)
    return box


def delete_box(*, actor: Any, box_no: int) -> None:
    """Remove an empty box; its number is gone for good."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        box = _locked(box_no)
        if PartLocation.objects.filter(box_no=box_no).exists():
            raise InvalidOperation(
                f"delete box {box_no}", "it contains parts that must be moved or removed first"
            )
        audit.record(actor, "box.deleted", box, before=_snapshot(box))
        box.delete()


def _drawn(explicit: int | None) -> int:
    """Draw the next number from the locked counter, or move the counter past an explicit one."""
    Counter.objects.get_or_create(name=BOX_COUNTER)
    counter = lock(Counter.objects.filter(name=BOX_COUNTER)).get()
    number = counter.last + 1 if explicit is None else explicit
    counter.last = max(counter.last, number)
    counter.save(update_fields=["last"])
    return number


def _locked(box_no: int) -> Box:
    box = locked_boxes([box_no]).get(box_no)
    if box is None:
        raise RecordNotFound("Box", box_no)
    return box


def _resize(box: Box, capacity: int) -> None:
    if capacity < box.capacity:
        _require_empty_above(box, capacity)
        box.locations.filter(loc_no__gt=capacity).delete()
        box.capacity = capacity
        return
    first = box.capacity + 1
    box.capacity = capacity
    _add_places(box, first)


def _require_empty_above(box: Box, capacity: int) -> None:
    rows = PartLocation.objects.filter(box_no=box.box_no, loc_no__gt=capacity)
    held = list(rows.select_related("part").order_by("loc_no", "part__id4"))
    if not held:
        return
    count = len({row.loc_no for row in held})
    words = "location above {} still holds" if count == 1 else "locations above {} still hold"
    cause = f"{count} {words.format(capacity)} parts"
    raise CapacityConflict(
        f"Cannot reduce box {box.box_no} to {capacity} locations because {cause}",
        why=cause,
        occupied=[
            {"box_no": row.box_no, "loc_no": row.loc_no, "id4": row.part.id4, "qty": row.qty}
            for row in held
        ],
    )


def _add_places(box: Box, first: int) -> None:
    BoxLocation.objects.bulk_create(
        BoxLocation(box=box, box_no=box.box_no, loc_no=number)
        for number in range(first, box.capacity + 1)
    )


def _snapshot(box: Box) -> dict[str, Any]:
    return audit.snapshot(box, ("box_no", "description", "capacity"))
