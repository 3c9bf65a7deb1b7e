"""The one way stock changes: rows locked in the house's order, then places, ledger and totals.

Lock order, always: what the caller locked as its own parent (list, plan, pick list), then box rows
by number, part rows by id, place rows by box and place. The part row alone already makes two
changes of one part wait for each other; the box rows keep a box from shrinking under an add.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from inventory_site.core.locks import lock
from parts.choices.stock import MAX_QUANTITY
from parts.errors.stock import InsufficientQuantity, RecordNotFound, StockInvalid
from parts.models import Box, BoxLocation, PartLocation, StockMovement, StockPart
from parts.services import search

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Amount:
    """So many at one place."""

    box_no: int
    loc_no: int
    qty: int

    @classmethod
    def at(cls, place: Place, qty: int) -> Amount:
        """So many at a place given as a pair."""
        return cls(*place, qty=qty)

    @property
    def place(self) -> Place:
        """The place as a pair."""
        return self.box_no, self.loc_no


def shown(place: Place) -> str:
    """The place as people write it."""
    return f"{place[0]}-{place[1]}"


def locked_boxes(box_nos: Iterable[int]) -> dict[int, Box]:
    """Lock box rows by number; those that do not exist are missing in the answer."""
    rows = lock(Box.objects.filter(box_no__in=set(box_nos))).order_by("box_no")
    return {row.box_no: row for row in rows}


def locked_parts(id4s: Iterable[str]) -> dict[str, StockPart]:
    """Lock part rows by id, or raise `RecordNotFound` for the first unknown one."""
    wanted = list(dict.fromkeys(id4s))
    found = {row.id4: row for row in lock(StockPart.objects.filter(id4__in=wanted)).order_by("id4")}
    for id4 in wanted:
        if id4 not in found:
            raise RecordNotFound("Part", id4)
    return found


class Booking:
    """Changes of stock under way; only inside a transaction, and nothing is written before `write`.

    Raises `RecordNotFound` for an unknown part at once.
    """

    def __init__(
        self,
        actor: Any,
        *,
        id4s: Iterable[str],
        places: Iterable[Place],
        reason: str,
        ref: str = "",
        at: datetime | None = None,
    ) -> None:
        self._actor, self._reason, self._ref = actor, reason, ref
        touched = set(places)
        locked_boxes(box_no for box_no, _ in touched)
        self.parts = locked_parts(id4s)
        self._at = at or timezone.now()  # after the wait, so that times follow the ledger's order
        self._locations = self._known_locations(touched)
        self._rows = self._locked_rows()
        self._movements: list[StockMovement] = []
        self._changed: set[tuple[str, Place]] = set()
        self._before = {id4: part.total_quantity for id4, part in self.parts.items()}

    def quantity(self, id4: str, place: Place) -> int:
        """How many lie there now, this booking's changes included."""
        row = self._rows.get((id4, place))
        return row.qty if row else 0

    def take(
        self, id4: str, amount: Amount, *, note: str = "", move_id: uuid.UUID | None = None
    ) -> StockMovement:
        """Take from a place; `RecordNotFound` when the part is not there, `InsufficientQuantity`
        when too few are."""
        row = self._rows.get((id4, amount.place))
        if row is None or row.qty == 0:
            raise RecordNotFound("Part location", f"{id4} at {shown(amount.place)}")
        if row.qty < amount.qty:
            raise InsufficientQuantity(
                location=shown(amount.place), requested=amount.qty, available=row.qty
            )
        row.qty -= amount.qty
        return self._note(id4, amount.place, -amount.qty, note, move_id)

    def put(
        self, id4: str, amount: Amount, *, note: str = "", move_id: uuid.UUID | None = None
    ) -> StockMovement:
        """Put to a place; `RecordNotFound` when the place does not exist, 400 past the limit."""
        self.require_place(amount.place)
        location = self._locations[amount.place]
        part = self.parts[id4]
        if part.total_quantity + amount.qty > MAX_QUANTITY:
            raise StockInvalid(qty=f"The part would pass {MAX_QUANTITY} in all.")
        row = self._rows.setdefault(
            (id4, amount.place),
            PartLocation(
                part=part, location=location, box_no=amount.box_no, loc_no=amount.loc_no, qty=0
            ),
        )
        row.qty += amount.qty
        return self._note(id4, amount.place, amount.qty, note, move_id)

    def require_place(self, place: Place) -> None:
        """Raise `RecordNotFound` when the box has no such place."""
        if place not in self._locations:
            raise RecordNotFound("Location", shown(place))

    def mark_counted(self, id4: str, place: Place) -> None:
        """Remember that somebody looked; written with the rest."""
        self.parts[id4].last_counted_at = self._at
        row = self._rows.get((id4, place))
        if row is not None:
            row.last_counted_at = self._at
            self._changed.add((id4, place))

    def write(self) -> list[StockMovement]:
        """Write places, ledger lines and totals; returns the lines in order."""
        for key in sorted(self._changed):
            row = self._rows[key]
            if row.qty:
                row.save()
            elif row.pk:
                row.delete()
        for part in self.parts.values():
            StockPart.objects.filter(pk=part.pk).update(
                total_quantity=part.total_quantity,
                movement_seq=part.movement_seq,
                last_counted_at=part.last_counted_at,
            )
        StockMovement.objects.bulk_create(self._movements)
        self._follow_search()
        return self._movements

    def _note(
        self, id4: str, place: Place, delta: int, note: str, move_id: uuid.UUID | None
    ) -> StockMovement:
        part = self.parts[id4]
        part.movement_seq += 1
        before = part.total_quantity
        part.total_quantity += delta
        self._changed.add((id4, place))
        line = StockMovement(
            part=part,
            seq=part.movement_seq,
            delta_qty=delta,
            balance_before=before,
            balance_after=part.total_quantity,
            at=self._at,
            box_no=place[0],
            loc_no=place[1],
            reason=self._reason,
            ref=self._ref,
            note=note,
            move_id=move_id,
            user=self._actor if isinstance(self._actor, User) else None,
        )
        self._movements.append(line)
        return line

    def _known_locations(self, places: set[Place]) -> dict[Place, BoxLocation]:
        rows = BoxLocation.objects.filter(
            box_no__in={box_no for box_no, _ in places}, loc_no__in={loc for _, loc in places}
        )
        return {(row.box_no, row.loc_no): row for row in rows}

    def _locked_rows(self) -> dict[tuple[str, Place], PartLocation]:
        id4_of = {part.pk: id4 for id4, part in self.parts.items()}
        rows = lock(PartLocation.objects.filter(part__in=list(id4_of)))
        return {
            (id4_of[row.part_id], (row.box_no, row.loc_no)): row
            for row in rows.order_by("box_no", "loc_no")
        }

    def _follow_search(self) -> None:
        for id4, part in self.parts.items():
            if bool(self._before[id4]) != bool(part.total_quantity):
                search.follow_stock(part)
