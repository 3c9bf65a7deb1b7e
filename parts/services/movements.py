"""Adding, using, moving and counting stock (contract 4.4, 5.4, 12.6)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.services import audit
from inventory_site.core.locks import guarded
from parts import policy
from parts.choices.stock import MovementReason
from parts.errors.stock import InsufficientQuantity, InvalidOperation, RecordNotFound, StockInvalid
from parts.models import StockMovement, StockPart
from parts.services.booking import Amount, Booking, Place, shown


@dataclass(frozen=True, slots=True)
class Taking:
    """So many of one part from one place."""

    id4: str
    amount: Amount


def add_stock(*, actor: Any, id4: str, additions: Sequence[Amount]) -> list[StockMovement]:
    """Put stock to places, all or none; an archived part takes none.

    Raises `RecordNotFound`, `InvalidOperation`, `StockInvalid` for a place named twice.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    require_once(additions, "additions")
    with guarded():
        booking = Booking(actor, id4s=[id4], places=_places(additions), reason=MovementReason.ADD)
        require_live(booking.parts[id4])
        for amount in additions:
            booking.put(id4, amount)
        return _written(actor, booking, id4, "stock.added", additions)


def use_stock(*, actor: Any, id4: str, deductions: Sequence[Amount]) -> list[StockMovement]:
    """Take stock from places, all or none; a place that reaches 0 is free again.

    Raises `RecordNotFound`, `InsufficientQuantity`, `StockInvalid`.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    require_once(deductions, "deductions")
    with guarded():
        booking = Booking(actor, id4s=[id4], places=_places(deductions), reason=MovementReason.USE)
        for amount in deductions:
            booking.take(id4, amount)
        return _written(actor, booking, id4, "stock.used", deductions)


def move_stock(
    *, actor: Any, id4: str, source: Place, destinations: Sequence[Amount]
) -> list[StockMovement]:
    """Move stock from one place to others; the lines of each pair share a `move_id`.

    Raises `RecordNotFound`, `InsufficientQuantity` for the sum, `StockInvalid` when a destination
    is the source or is named twice.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    require_once(destinations, "destinations")
    if source in _places(destinations):
        raise StockInvalid(destinations="A destination may not be the source.")
    with guarded():
        booking = Booking(
            actor,
            id4s=[id4],
            places=[source, *_places(destinations)],
            reason=MovementReason.MOVE,
        )
        _require_sum(booking, id4, source, sum(amount.qty for amount in destinations))
        for amount in destinations:
            move_within(booking, id4, source, amount)
        return _written(actor, booking, id4, "stock.moved", destinations, source)


def move_within(booking: Booking, id4: str, source: Place, destination: Amount) -> None:
    """Book the two lines of one move in a booking that holds both places."""
    move_id = uuid.uuid4()
    booking.take(id4, Amount(*source, destination.qty), move_id=move_id)
    booking.put(id4, destination, move_id=move_id)


def count_stock(*, actor: Any, id4: str, counted: Amount, note: str = "") -> list[StockMovement]:
    """Set a place to the counted quantity; no line when nothing differs, but the count is dated.

    Raises `RecordNotFound` for an unknown part or place.
    """
    policy.require(actor, policy.CHANGE_STOCK)
    with guarded():
        booking = Booking(actor, id4s=[id4], places=[counted.place], reason=MovementReason.COUNT)
        book_count(booking, id4, counted, note)
        return _written(actor, booking, id4, "stock.counted", [counted])


def book_count(booking: Booking, id4: str, counted: Amount, note: str) -> None:
    """Book the difference between the count and the stock in an open booking."""
    delta = counted.qty - booking.quantity(id4, counted.place)
    booking.require_place(counted.place)
    if delta > 0:
        require_live(booking.parts[id4])
        booking.put(id4, Amount(*counted.place, delta), note=note)
    elif delta < 0:
        booking.take(id4, Amount(*counted.place, -delta), note=note)
    booking.mark_counted(id4, counted.place)


def use_many(*, actor: Any, takings: Sequence[Taking]) -> list[StockMovement]:
    """Take several parts from several places, all or none; each part and place once."""
    policy.require(actor, policy.CHANGE_STOCK)
    keys = [(taking.id4, taking.amount.place) for taking in takings]
    if len(set(keys)) != len(keys):
        raise StockInvalid(items="Each part may name a place only once.")
    with guarded():
        booking = Booking(
            actor,
            id4s=[taking.id4 for taking in takings],
            places=[taking.amount.place for taking in takings],
            reason=MovementReason.USE,
        )
        for taking in takings:
            booking.take(taking.id4, taking.amount)
        lines = booking.write()
        facts = [
            audit.Fact(booking.parts[id4], after={"total_quantity": part.total_quantity})
            for id4, part in booking.parts.items()
        ]
        audit.record_bulk(actor, "stock.used", facts)
        return lines


def require_once(amounts: Sequence[Amount], field: str) -> None:
    """Raise `StockInvalid` when there is no amount or a place stands twice."""
    if not amounts:
        raise StockInvalid(**{field: "At least one place is needed."})
    places = [amount.place for amount in amounts]
    if len(set(places)) != len(places):
        raise StockInvalid(**{field: "A place may appear only once."})


def require_live(part: StockPart) -> None:
    """Raise `InvalidOperation` for an archived part."""
    if part.archived_at is not None:
        raise InvalidOperation(
            f"add stock to part {part.id4}", "it is archived and must be restored first"
        )


def _require_sum(booking: Booking, id4: str, source: Place, wanted: int) -> None:
    have = booking.quantity(id4, source)
    if not have:
        raise RecordNotFound("Part location", f"{id4} at {shown(source)}")
    if have < wanted:
        raise InsufficientQuantity(location=shown(source), requested=wanted, available=have)


def _places(amounts: Sequence[Amount]) -> list[Place]:
    return [amount.place for amount in amounts]


def _written(
    actor: Any,
    booking: Booking,
    id4: str,
    verb: str,
    amounts: Sequence[Amount],
    source: Place | None = None,
) -> list[StockMovement]:
    lines = booking.write()
    part = booking.parts[id4]
    after: dict[str, Any] = {
        "places": {shown(amount.place): amount.qty for amount in amounts},
        "total_quantity": part.total_quantity,
    }
    if source is not None:
        after["from"] = shown(source)
    audit.record(actor, verb, part, after=after)
    return lines
