"""How the stock's pages say and draw things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import badge, identifier
from parts.models import Box, PartLocation, StockPart

COVERAGE = {"enough": ("Enough", "ok"), "partial": ("Short", "warn"), "missing": ("Missing", "bad")}


def page_of(row: Any) -> str:
    """Return the address of an object's page."""
    return reverse(f"admin:parts_{row._meta.model_name}_change", args=[row.pk])


def part_link(part: StockPart) -> SafeString:
    """Draw a part's id with a link."""
    return identifier(part.id4, page_of(part))


def web_link(address: str) -> str:
    """Show an address of the web as a link, anything else as it is."""
    if not address.lower().startswith(("http://", "https://")):
        return address
    return format_html(
        '<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', address, address
    )


def stock_badge(part: StockPart) -> SafeString:
    """Say whether there is stock."""
    if part.archived_at is not None:
        return badge("Archived", "idle")
    if not part.total_quantity:
        return badge("Out of stock", "bad")
    if part.min_qty is not None and part.total_quantity < part.min_qty:
        return badge("Low", "warn")
    return badge("In stock", "ok")


def coverage_badge(state: str | None) -> SafeString:
    """Say how far the stock reaches."""
    return badge(*COVERAGE[state]) if state else badge("Nothing needed", "idle")


COLOURS = 8


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a box as it is drawn: what lies there, whether it is meant, its type's colour."""

    box_no: int
    loc_no: int
    held: tuple[PartLocation, ...]
    is_lit: bool = False
    colour: int = 0

    @property
    def words(self) -> str:
        """What lies there, to be read aloud."""
        if not self.held:
            return "free"
        return ", ".join(f"{row.qty} of {row.part.id4}" for row in self.held)

    @property
    def kind(self) -> str:
        """The type of what lies there."""
        kinds = {row.part.type.name if row.part.type else "" for row in self.held}
        return kinds.pop() if len(kinds) == 1 else "several types"


def slots_of(box: Box, *, part: StockPart | None = None, lit: int | None = None) -> list[Slot]:
    """Return the places of a box, left to right, top to bottom; those of `part`, or `lit`, lit."""
    held: dict[int, list[PartLocation]] = {}
    rows = PartLocation.objects.filter(box_no=box.box_no).select_related("part__type")
    for row in rows.order_by("loc_no", "part__id4"):
        held.setdefault(row.loc_no, []).append(row)
    return [
        _slot(box.box_no, number, held.get(number, []), part, lit)
        for number in range(1, box.capacity + 1)
    ]


def _slot(
    box_no: int, number: int, held: list[PartLocation], part: StockPart | None, lit: int | None
) -> Slot:
    is_lit = number == lit or (part is not None and any(row.part_id == part.pk for row in held))
    kind = held[0].part.type_id if held else None
    return Slot(box_no, number, tuple(held), is_lit, (kind or 0) % COLOURS + 1 if held else 0)
