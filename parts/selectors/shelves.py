"""The boxes that a plan touches, drawn before its moves and after them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from parts.models import Box, PartLocation, ReorgPlan, StockPart

Place = tuple[int, int]
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


def _holders(numbers: Iterable[int]) -> dict[Place, tuple[str, ...]]:
    found: dict[Place, tuple[str, ...]] = {}
    rows = PartLocation.objects.filter(box_no__in=list(numbers)).order_by("part__id4")
    for box_no, loc_no, id4 in rows.values_list("box_no", "loc_no", "part__id4"):
        found[box_no, loc_no] = (*found.get((box_no, loc_no), ()), id4)
    return found


def _moved(
    held: Mapping[Place, tuple[str, ...]], moves: Iterable[tuple[Place, Place, dict[str, Any]]]
) -> dict[Place, tuple[str, ...]]:
    layout = dict(held)
    for source, target, step in moves:
        id4 = step["part_id4"]
        layout[source] = tuple(one for one in layout.get(source, ()) if one != id4)
        layout[target] = tuple(dict.fromkeys((*layout.get(target, ()), id4)))
    return layout


def _shelf(
    box: Box,
    held: Mapping[Place, tuple[str, ...]],
    colours: Mapping[str, int],
    *,
    goes: Set[Place] = frozenset(),
    comes: Set[Place] = frozenset(),
) -> Shelf:
    cells = []
    for number in range(1, box.capacity + 1):
        place, names = (box.box_no, number), held.get((box.box_no, number), ())
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
