"""What must be true of the stock at any time (contract 3); `check_stock` asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Max, Min, Sum, Window
from django.db.models.functions import Lag

from parts.models import Box, PartLocation, PartSearchRow, StockMovement, StockPart


def broken() -> Iterator[str]:
    """Yield one sentence per broken promise."""
    yield from _totals()
    yield from _chains()
    yield from _places()
    yield from _boxes()
    yield from _search_rows()


def _totals() -> Iterator[str]:
    held = dict(PartLocation.objects.values_list("part_id").annotate(total=Sum("qty")).order_by())
    booked = {
        pk: (total, count, last)
        for pk, total, count, last in StockMovement.objects.values_list("part_id")
        .annotate(total=Sum("delta_qty"), count=Count("pk"), last=Max("seq"))
        .order_by()
    }
    parts = StockPart.objects.values_list("pk", "id4", "total_quantity", "movement_seq")
    for pk, id4, total, seq in parts.iterator():
        lies = held.get(pk, 0)
        ledger, count, last = booked.get(pk, (0, 0, 0))
        if not lies == ledger == total:
            yield f"{id4}: places hold {lies}, the ledger says {ledger}, the total is {total}"
        if not count == last == seq:
            yield f"{id4}: the ledger has {count} lines up to {last}, the part counts {seq}"


def _chains() -> Iterator[str]:
    previous = Window(Lag("balance_after", default=0), "part_id", "seq")
    rows = StockMovement.objects.annotate(previous=previous).exclude(balance_before=F("previous"))
    for row in rows.select_related("part").order_by("part_id", "seq")[:100]:
        yield f"{row.part.id4}: line {row.seq} does not begin where the last one ended"


def _places() -> Iterator[str]:
    for row in PartLocation.objects.filter(qty__lte=0).select_related("part"):
        yield f"{row.part.id4}: {row} holds nothing and should not exist"
    wrong = PartLocation.objects.exclude(location__box_no=F("box_no"), location__loc_no=F("loc_no"))
    for row in wrong.select_related("part"):
        yield f"{row.part.id4}: {row.box_no}-{row.loc_no} is not the place that it points at"


def _boxes() -> Iterator[str]:
    rows = Box.objects.annotate(
        places=Count("locations"), low=Min("locations__loc_no"), high=Max("locations__loc_no")
    )
    for box in rows.order_by("box_no"):
        if (box.places, box.low, box.high) != (box.capacity, 1, box.capacity):
            yield (
                f"box {box.box_no}: capacity {box.capacity}, but {box.places} places "
                f"from {box.low} to {box.high}"
            )


def _search_rows() -> Iterator[str]:
    live = StockPart.objects.live()
    missing = live.filter(search_row__isnull=True).count()
    stray = PartSearchRow.objects.filter(part__archived_at__isnull=False).count()
    if missing or stray:
        yield f"search: {missing} parts are missing, {stray} archived ones are there"
