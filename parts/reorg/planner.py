"""The planner: clusters types in their home boxes, then closes gaps, on a copy of the layout."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Place = tuple[int, int]
CLUSTER, COMPACT = "cluster", "compact"


@dataclass(frozen=True, slots=True)
class Stock:
    """One row of the layout: so many of a part at a place; `type_id` None has no home."""

    id4: str
    qty: int
    box_no: int
    loc_no: int
    type_id: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """What lies where, how many places each box has, and the types by id.

    `types` holds name and designated box of each type.
    """

    rows: Sequence[Stock]
    capacities: Mapping[int, int]
    types: Mapping[int, tuple[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How far to go; `type_ids` None means all types."""

    max_moves: int = 20
    type_ids: frozenset[int] | None = None
    compact: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a whole row; `depends_on` are the steps that empty its destination."""

    seq: int
    id4: str
    qty: int
    source: Place
    target: Place
    reason: str
    depends_on: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Metrics:
    """How untidy a layout is: types over too many boxes, holes before the last place."""

    spread: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, and how untidy it was before and will be after."""

    steps: list[Step]
    before: Metrics
    after: Metrics


def planned(layout: Layout, wishes: Wishes) -> Plan:
    """Return the moves for a layout; the layout itself is not changed."""
    desk = _Desk(layout, wishes)
    before = measured(layout.rows)
    while desk.cluster_pass():
        pass
    if wishes.compact:
        desk.compact()
    return Plan(desk.steps, before, measured(desk.rows()))


def measured(rows: Iterable[Stock]) -> Metrics:
    """Return spread and gaps of a layout."""
    boxes_of: dict[int, set[int]] = defaultdict(set)
    places_of: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        places_of[row.box_no].add(row.loc_no)
        if row.type_id is not None:
            boxes_of[row.type_id].add(row.box_no)
    spread = sum(len(boxes) - 1 for boxes in boxes_of.values())
    return Metrics(spread, sum(max(places) - len(places) for places in places_of.values()))


@dataclass(slots=True)
class _Row:
    """A row on the desk; `origin` is where it lay, `has_moved` that a step took it away."""

    id4: str
    qty: int
    place: Place
    type_id: int | None
    has_moved: bool = False


class _Desk:
    """The copy of the layout that steps are tried on."""

    def __init__(self, layout: Layout, wishes: Wishes) -> None:
        self._capacities, self._types, self._wishes = layout.capacities, layout.types, wishes
        self._rows = [
            _Row(row.id4, row.qty, (row.box_no, row.loc_no), row.type_id) for row in layout.rows
        ]
        self._left_by: dict[Place, list[int]] = defaultdict(list)
        self._emptied_by: dict[Place, tuple[int, ...]] = {}
        self.steps: list[Step] = []

    def rows(self) -> list[Stock]:
        """The layout as it is after the steps so far."""
        return [Stock(row.id4, row.qty, *row.place, row.type_id) for row in self._rows]

    def cluster_pass(self) -> bool:
        """Bring types home once; says whether a step was added."""
        count = len(self.steps)
        for type_id in self._types_to_move():
            self._cluster(type_id)
        return len(self.steps) > count

    def compact(self) -> None:
        """Fill the holes of each box from its end."""
        for box_no in sorted({row.place[0] for row in self._rows}):
            while len(self.steps) < self._wishes.max_moves and self._compact_once(box_no):
                pass

    def _types_to_move(self) -> list[int]:
        wanted = self._wishes.type_ids
        counts: dict[int, int] = {}
        for type_id in {row.type_id for row in self._rows if row.type_id is not None}:
            if wanted is None or type_id in wanted:
                outside = len(self._outside(type_id, self._home(type_id)))
                if outside:
                    counts[type_id] = outside
        return sorted(counts, key=lambda key: (counts[key], self._name(key), key))

    def _cluster(self, type_id: int) -> None:
        home = self._home(type_id)
        groups: dict[int, list[_Row]] = defaultdict(list)
        for row in self._outside(type_id, home):
            groups[row.place[0]].append(row)
        for box_no in sorted(groups, key=lambda box_no: (len(groups[box_no]), box_no)):
            group = sorted(groups[box_no], key=lambda row: (row.place[1], row.id4))
            self._move_group(group, home, f"keep all {self._name(type_id)} parts in box {home}")

    def _move_group(self, group: list[_Row], home: int, purpose: str) -> None:
        """Move a box's whole group or none of it."""
        if any(row.has_moved for row in group):
            return
        if len(self.steps) + len(group) > self._wishes.max_moves:
            return
        fresh = [row for row in group if self._own_place(row.id4, home) is None]
        needed = len({row.id4 for row in fresh})
        if needed > len(self._free(home)):
            return
        for row in group:
            own = self._own_place(row.id4, home)
            target = own or (home, self._free(home)[0])
            self._move(row, target, CLUSTER, purpose, is_merge=own is not None)

    def _compact_once(self, box_no: int) -> bool:
        held = sorted(row.place[1] for row in self._rows if row.place[0] == box_no)
        if not held:
            return False
        highest = held[-1]
        free = [number for number in self._free(box_no) if number < highest]
        rows = [row for row in self._rows if row.place == (box_no, highest)]
        if not free or len(rows) > 1 or rows[0].has_moved:
            return False
        self._move(rows[0], (box_no, free[0]), COMPACT, f"close a gap in box {box_no}")
        return True

    def _move(
        self, row: _Row, target: Place, reason: str, purpose: str, *, is_merge: bool = False
    ) -> None:
        seq, source = len(self.steps) + 1, row.place
        depends_on = self._emptied_by.get(target, ())
        text = f"Move {row.qty} of {row.id4} from {_shown(source)} to {_shown(target)} to {purpose}"
        self.steps.append(Step(seq, row.id4, row.qty, source, target, reason, depends_on, text))
        there = next((o for o in self._rows if o.id4 == row.id4 and o.place == target), None)
        if is_merge and there is not None:
            there.qty += row.qty
            there.has_moved = True
            self._rows.remove(row)
        else:
            row.place, row.has_moved = target, True
        self._left_by[source].append(seq)
        if not any(other.place == source for other in self._rows):
            self._emptied_by[source] = tuple(self._left_by[source])

    def _home(self, type_id: int) -> int:
        """The designated box, else the box with most rows, the lowest on a tie."""
        designated = self._types.get(type_id, ("", None))[1]
        if designated is not None and designated in self._capacities:
            return designated
        tally = Counter(row.place[0] for row in self._rows if row.type_id == type_id)
        return min(tally, key=lambda box_no: (-tally[box_no], box_no))

    def _outside(self, type_id: int, home: int) -> list[_Row]:
        return [row for row in self._rows if row.type_id == type_id and row.place[0] != home]

    def _own_place(self, id4: str, box_no: int) -> Place | None:
        places = [row.place for row in self._rows if row.id4 == id4 and row.place[0] == box_no]
        return min(places, default=None)

    def _free(self, box_no: int) -> list[int]:
        taken = {row.place[1] for row in self._rows if row.place[0] == box_no}
        capacity = self._capacities.get(box_no, 0)
        return [number for number in range(1, capacity + 1) if number not in taken]

    def _name(self, type_id: int) -> str:
        return self._types.get(type_id, (str(type_id), None))[0]


def _shown(place: Place) -> str:
    return f"{place[0]}-{place[1]}"
