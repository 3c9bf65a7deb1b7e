"""The boxes that a plan touches, drawn before its moves and after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from parts.models import Box, PartLocation, ReorgPlan, StockPart

Place = tuple[int, int]
Layout = Mapping[Place, Mapping[str, int]]
COLOURS = 8
APPLIED = "applied"
LEFT_OUT = {"skipped", "stale", "blocked"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a drawing: who lies there, its colour, whether it leaves or arrives."""

    loc_no: int
    words: str
    colour: int
    goes: bool
    comes: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """A box as a drawing."""

    box_no: int
    description: str
    cells: list[Cell]


def shelves_of(plan: ReorgPlan) -> tuple[list[Shelf], list[Shelf]]:
    """Return the touched boxes before and after the plan, moves already done taken back first."""
    steps = [step for step in plan.steps if step["status"] not in LEFT_OUT]
    numbers = {step[key] for step in steps for key in ("from_box_no", "to_box_no")}
    boxes = list(Box.objects.filter(box_no__in=numbers).order_by("box_no"))
    now = _holders(numbers)
    begun = [step for step in steps if step["status"] == APPLIED]
    before = _moved(now, ((_target(step), _source(step), step) for step in reversed(begun)))
    after = _moved(before, ((_source(step), _target(step), step) for step in steps))
    colours = _colours({id4 for held in (*before.values(), *after.values()) for id4 in held})
    sources, targets = {_source(step) for step in steps}, {_target(step) for step in steps}
    return (
        [_shelf(box, before, colours, goes=sources) for box in boxes],
        [_shelf(box, after, colours, comes=targets) for box in boxes],
    )


def _holders(numbers: Iterable[int]) -> Layout:
    found: dict[Place, dict[str, int]] = {}
    rows = PartLocation.objects.filter(box_no__in=list(numbers)).order_by("part__id4")
    for box_no, loc_no, id4, qty in rows.values_list("box_no", "loc_no", "part__id4", "qty"):
        found.setdefault((box_no, loc_no), {})[id4] = qty
    return found


def _moved(held: Layout, moves: Iterable[tuple[Place, Place, dict[str, Any]]]) -> Layout:
    layout = {place: dict(parts) for place, parts in held.items()}
    for source, target, step in moves:
        id4, qty = step["part_id4"], step["qty"]
        there = layout.setdefault(source, {})
        left = there.pop(id4, 0) - qty
        if left > 0:
            there[id4] = left
        arrived = layout.setdefault(target, {})
        arrived[id4] = arrived.get(id4, 0) + qty
    return layout


def _shelf(
    box: Box,
    held: Layout,
    colours: Mapping[str, int],
    *,
    goes: Set[Place] = frozenset(),
    comes: Set[Place] = frozenset(),
) -> Shelf:
    cells = []
    for number in range(1, box.capacity + 1):
        place = (box.box_no, number)
        names = sorted(held.get(place, ()))
        colour = colours.get(names[0], 0) if names else 0
        words = ", ".join(names) or "free"
        cells.append(Cell(number, words, colour, place in goes, place in comes))
    return Shelf(box.box_no, box.description, cells)


def _colours(id4s: Iterable[str]) -> dict[str, int]:
    """Parts of one type have one colour."""
    rows = StockPart.objects.filter(id4__in=list(id4s)).values_list("id4", "type_id")
    return {id4: (type_id or 0) % COLOURS + 1 for id4, type_id in rows}


def _source(step: Mapping[str, Any]) -> Place:
    return step["from_box_no"], step["from_loc_no"]


def _target(step: Mapping[str, Any]) -> Place:
    return step["to_box_no"], step["to_loc_no"]
