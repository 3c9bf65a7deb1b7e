"""What lies in the boxes, and where there is room (contract 4.2, 5.5)."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count

from parts.errors.stock import RecordNotFound
from parts.models import Box, BoxLocation, PartLocation, PartType

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Usage:
    """How full a box is; an occupied place holds stock of at least one part."""

    total: int
    occupied: int

    @property
    def available(self) -> int:
        """Places without stock."""
        return self.total - self.occupied

    def percentage(self, digits: int) -> float:
        """Occupied places in per cent."""
        return round(self.occupied / self.total * 100, digits) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A free place and why it is offered."""

    place: Place
    reason: str


def usages(boxes: list[Box]) -> dict[int, Usage]:
    """Return the usage of each box by number; one query."""
    rows = (
        PartLocation.objects.filter(box_no__in=[box.box_no for box in boxes])
        .values_list("box_no")
        .annotate(occupied=Count("loc_no", distinct=True))
        .order_by()
    )
    occupied = dict(rows)
    return {box.box_no: Usage(box.capacity, occupied.get(box.box_no, 0)) for box in boxes}


def require_box(box_no: int) -> Box:
    """Return a box, or raise `RecordNotFound`."""
    box = Box.objects.filter(box_no=box_no).first()
    if box is None:
        raise RecordNotFound("Box", box_no)
    return box


def suggestions(kind: PartType | None, count: int) -> list[Suggestion]:
    """Return free places, best first: near the type's stock, in its designated box, anywhere.

    Raises `RecordNotFound` when nothing is free.
    """
    taken = set(PartLocation.objects.values_list("box_no", "loc_no"))
    free: dict[int, list[int]] = {}
    for box_no, loc_no in BoxLocation.objects.order_by("box_no", "loc_no").values_list(
        "box_no", "loc_no"
    ):
        if (box_no, loc_no) not in taken:
            free.setdefault(box_no, []).append(loc_no)
    found = _first(_ordered(kind, free), count)
    if not found:
        raise RecordNotFound("Available location", "none found")
    return found


def _ordered(kind: PartType | None, free: dict[int, list[int]]) -> Iterator[Suggestion]:
    if kind is not None:
        for box_no in _boxes_with(kind):
            for loc_no in free.get(box_no, ()):
                yield Suggestion((box_no, loc_no), "same_type_box")
        if kind.designated_box is not None:
            box_no = kind.designated_box.box_no
            for loc_no in free.get(box_no, ()):
                yield Suggestion((box_no, loc_no), "designated_box")
    for box_no in sorted(free):
        for loc_no in free[box_no]:
            yield Suggestion((box_no, loc_no), "first_free")


def _boxes_with(kind: PartType) -> list[int]:
    """Boxes with stock of the type, most places first, then by number."""
    rows = PartLocation.objects.filter(part__type=kind).values_list("box_no", "loc_no").distinct()
    tally = Tally(box_no for box_no, _ in rows)
    return sorted(tally, key=lambda box_no: (-tally[box_no], box_no))


def _first(offers: Iterator[Suggestion], count: int) -> list[Suggestion]:
    found: dict[Place, Suggestion] = {}
    for offer in offers:
        if len(found) == count:
            break
        found.setdefault(offer.place, offer)
    return list(found.values())
