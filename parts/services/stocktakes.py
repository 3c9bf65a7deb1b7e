"""Rounds of counting (contract 12.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.services import audit
from inventory_site.core.locks import guarded, lock
from parts import policy
from parts.choices.stock import MovementReason, StocktakeStatus
from parts.errors.stock import InvalidOperation, RecordNotFound
from parts.models import Box, PartLocation, StockPart, Stocktake, StocktakeLine
from parts.services.booking import Amount, Booking, locked_parts
from parts.services.movements import book_count


def begin(*, actor: Any, box_nos: Sequence[int]) -> Stocktake:
    """Freeze what is expected in some boxes; raises `RecordNotFound` for an unknown one."""
    policy.require(actor, policy.CHANGE_STOCK)
    wanted = sorted(set(box_nos))
    with guarded():
        known = set(Box.objects.filter(box_no__in=wanted).values_list("box_no", flat=True))
        for number in wanted:
            if number not in known:
                raise RecordNotFound("Box", number)
        row = Stocktake.objects.create(
            box_nos=wanted, created_by=actor if isinstance(actor, User) else None
        )
        StocktakeLine.objects.bulk_create(
            StocktakeLine(
                stocktake=row,
                part=place.part,
                box_no=place.box_no,
                loc_no=place.loc_no,
                expected=place.qty,
            )
            for place in PartLocation.objects.filter(box_no__in=wanted).select_related("part")
        )
        audit.record(actor, "stocktake.begun", row, after={"boxes": wanted})
    return row


def enter(*, actor: Any, stocktake_id: int, counts: Sequence[Mapping[str, Any]]) -> Stocktake:
    """Write down counts; a part that was not expected at a place gets a line of its own."""
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _open(stocktake_id)
        now = timezone.now()
        parts = locked_parts(sorted({count["id4"] for count in counts}))
        for count in counts:
            if count["box_no"] not in row.box_nos:
                raise InvalidOperation("count", f"box {count['box_no']} is not in this round")
            part = parts[count["id4"]]
            line = _line(row, part, count)
            line.counted, line.counted_at = count["counted"], now
            line.stock_when_counted, line.seq_when_counted = _stock(line), part.movement_seq
            line.note = count.get("note") or ""
            line.save()
        row.save()
    return row


def close(*, actor: Any, stocktake_id: int, skip_changed: bool = False) -> Stocktake:
    """Book every difference in one transaction.

    A place whose stock changed since its count is not booked: refused, unless `skip_changed`.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        row = _open(stocktake_id)
        lines = list(row.lines.filter(counted__isnull=False).select_related("part"))
        if lines:
            _book(actor, row, lines, skip_changed)
        row.status, row.closed_at = StocktakeStatus.CLOSED, timezone.now()
        row.save()
        booked = sum(1 for line in lines if line.is_booked)
        audit.record(actor, "stocktake.closed", row, after={"booked": booked})
    return row


def require_stocktake(stocktake_id: int) -> Stocktake:
    """Return a round, or raise `RecordNotFound`."""
    row = Stocktake.objects.filter(pk=stocktake_id).first()
    if row is None:
        raise RecordNotFound("Stocktake", stocktake_id)
    return row


def _book(actor: Any, row: Stocktake, lines: list[StocktakeLine], skip_changed: bool) -> None:
    booking = Booking(
        actor,
        id4s=sorted({line.part.id4 for line in lines}),
        places=[(line.box_no, line.loc_no) for line in lines],
        reason=MovementReason.COUNT,
        ref=f"stocktake:{row.pk}",
    )
    for line in lines:
        line.is_changed = _moved_since(line)
    changed = [
        {"id4": line.part.id4, "box_no": line.box_no, "loc_no": line.loc_no}
        for line in lines
        if line.is_changed
    ]
    if changed and not skip_changed:
        raise InvalidOperation(
            "close stocktake", "stock changed since it was counted", changed=changed
        )
    for line in lines:
        if not line.is_changed:
            amount = Amount(line.box_no, line.loc_no, line.counted or 0)
            book_count(booking, line.part.id4, amount, line.note)
            line.is_booked = True
    booking.write()
    StocktakeLine.objects.bulk_update(lines, ["is_changed", "is_booked"])


def _open(stocktake_id: int) -> Stocktake:
    row = lock(Stocktake.objects.filter(pk=stocktake_id)).first()
    if row is None:
        raise RecordNotFound("Stocktake", stocktake_id)
    if row.status != StocktakeStatus.OPEN:
        raise InvalidOperation("change stocktake", "it is closed")
    return row


def _moved_since(line: StocktakeLine) -> bool:
    """Whether the ledger of the place has a line that is younger than the count."""
    lines = line.part.movements.filter(box_no=line.box_no, loc_no=line.loc_no)
    return lines.filter(seq__gt=line.seq_when_counted or 0).exists()


def _line(row: Stocktake, part: StockPart, count: Mapping[str, Any]) -> StocktakeLine:
    place = {"box_no": count["box_no"], "loc_no": count["loc_no"]}
    if not Box.objects.filter(box_no=count["box_no"], capacity__gte=count["loc_no"]).exists():
        raise RecordNotFound("Location", f"{count['box_no']}-{count['loc_no']}")
    known = row.lines.filter(part=part, **place).first()
    return known or StocktakeLine(stocktake=row, part=part, expected=0, **place)


def _stock(line: StocktakeLine) -> int:
    held = PartLocation.objects.filter(part=line.part_id, box_no=line.box_no, loc_no=line.loc_no)
    return held.values_list("qty", flat=True).first() or 0
