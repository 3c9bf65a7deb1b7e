"""From which places a kit's parts are taken (contract 5.6.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from parts.choices.stock import KitStatus, PickStatus
from parts.models import Kit, KitRequirement, PartLocation, PickListLine, StockPart
from parts.selectors.coverage import KEPT

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a part: what lies there, and what no open pick line has claimed of it."""

    place: Place
    qty: int
    free: int


@dataclass(frozen=True, slots=True)
class Supply:
    """What may be taken of one part: its places in picking order, what others hold, the rest."""

    part: StockPart
    spots: list[Spot]
    held: int
    usable: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many of a part from one place."""

    part: StockPart
    place: Place
    qty: int
    requirement: KitRequirement | None = None


def supplies_of(parts: Iterable[StockPart], *, kit: Kit) -> dict[int, Supply]:
    """Return what `kit` may take of each part; three queries whatever their number."""
    wanted = {part.pk: part for part in parts}
    claimed, by_kit = _open_lines(wanted)
    held = _held(wanted, kit, by_kit)
    spots: dict[int, list[Spot]] = defaultdict(list)
    rows = PartLocation.objects.filter(part__in=list(wanted))
    for row in rows.order_by("qty", "box_no", "loc_no"):
        place = (row.box_no, row.loc_no)
        free = max(row.qty - claimed.get((row.part_id, place), 0), 0)
        spots[row.part_id].append(Spot(place, row.qty, free))
    return {
        pk: Supply(
            part,
            spots[pk],
            held[pk],
            max(sum(spot.free for spot in spots[pk]) - held[pk], 0),
        )
        for pk, part in wanted.items()
    }


def shares_of(supply: Supply, need: int, requirement: KitRequirement | None = None) -> list[Share]:
    """Take `need` pieces, smallest places first, after others' share swallowed its part."""
    swallow, rest, shares = supply.held, need, []
    for spot in supply.spots:
        gone = min(swallow, spot.free)
        swallow -= gone
        taken = min(rest, spot.free - gone)
        if taken > 0:
            shares.append(Share(supply.part, spot.place, taken, requirement))
            rest -= taken
    return shares


def _open_lines(
    wanted: dict[int, StockPart],
) -> tuple[dict[tuple[int, Place], int], dict[tuple[int, int], int]]:
    """Open quantities by (part, place) and by (part, kit); one query."""
    rows = (
        PickListLine.objects.filter(part__in=list(wanted), status=PickStatus.OPEN)
        .values_list("part_id", "box_no", "loc_no", "pick_list__kit_id")
        .annotate(claimed=Sum("quantity_to_pick"))
        .order_by()
    )
    at_place: dict[tuple[int, Place], int] = defaultdict(int)
    by_kit: dict[tuple[int, int], int] = defaultdict(int)
    for part_id, box_no, loc_no, kit_id, claimed in rows:
        at_place[part_id, (box_no, loc_no)] += claimed
        by_kit[part_id, kit_id] += claimed
    return at_place, by_kit


def _held(
    wanted: dict[int, StockPart], kit: Kit, by_kit: dict[tuple[int, int], int]
) -> dict[int, int]:
    """What other active kits still hold beyond their own open lines, by part."""
    rows = (
        KitRequirement.objects.filter(part__in=list(wanted), kit__status=KitStatus.ACTIVE)
        .exclude(kit=kit)
        .values_list("part_id", "kit_id")
        .annotate(kept=KEPT)
    )
    held: dict[int, int] = dict.fromkeys(wanted, 0)
    for part_id, kit_id, kept in rows:
        held[part_id] += max(0, kept - by_kit.get((part_id, kit_id), 0))
    return held
