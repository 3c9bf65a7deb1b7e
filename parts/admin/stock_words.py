"""How the stock's pages say and draw things."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.safestring import SafeString

from inventory_site.core.admin import badge, identifier
from parts.choices.stock import MAX_QUANTITY
from parts.models import Box, PartLocation, StockPart

PLACE = re.compile(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*\Z")
COVERAGE = {"enough": ("Enough", "ok"), "partial": ("Short", "warn"), "missing": ("Missing", "bad")}


def page_of(row: Any) -> str:
    """Return the address of an object's page."""
    return reverse(f"admin:parts_{row._meta.model_name}_change", args=[row.pk])


def part_link(part: StockPart) -> SafeString:
    """Draw a part's id with a link."""
    return identifier(part.id4, page_of(part))


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


class PlaceField(forms.CharField):
    """A place, `7-3`."""

    widget = forms.TextInput(attrs={"class": "vTextField nr-mono", "spellcheck": "false"})

    def clean(self, value: Any) -> Any:
        """Return (box, place)."""
        text = super().clean(value)
        if not text:
            return None
        found = PLACE.match(text)
        if found is None:
            raise forms.ValidationError("Write box and place, e.g. 7-3.")
        return int(found[1]), int(found[2])


def quantity_field() -> forms.IntegerField:
    """Return a field for a number of pieces."""
    return forms.IntegerField(label="Quantity", min_value=1, max_value=MAX_QUANTITY)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of a box as it is drawn: what lies there, and whether it is meant."""

    loc_no: int
    held: tuple[PartLocation, ...]
    is_lit: bool = False


def slots_of(box: Box, *, part: StockPart | None = None) -> list[Slot]:
    """Return the places of a box, left to right, top to bottom; those of `part` are lit."""
    held: dict[int, list[PartLocation]] = {}
    rows = PartLocation.objects.filter(box_no=box.box_no).select_related("part__type")
    for row in rows.order_by("loc_no", "part__id4"):
        held.setdefault(row.loc_no, []).append(row)
    return [
        Slot(
            number,
            tuple(held.get(number, ())),
            part is not None and any(row.part_id == part.pk for row in held.get(number, ())),
        )
        for number in range(1, box.capacity + 1)
    ]
