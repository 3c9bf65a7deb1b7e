"""Forms that several dialogs of the stock ask with."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from parts.choices.stock import MAX_QUANTITY
from parts.models import StockPart

PLACE = re.compile(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*\Z")
SIZES = [
    (size, f"{size.replace('x', ' by ')} mm")
    for size in ("62x29", "50x25", "40x12", "89x36", "100x50")
]
CODES = [("qr", "QR code"), ("code128", "Code 128"), ("none", "No code")]


class PlaceField(forms.CharField):
    """A place, `7-3`."""

    widget = forms.TextInput(
        attrs={"class": "vTextField", "spellcheck": "false", "autocomplete": "off"}
    )

    def clean(self, value: Any) -> Any:
        """Return (box, place)."""
        text = super().clean(value)
        if not text:
            return None
        found = PLACE.match(text)
        if found is None:
            raise forms.ValidationError("Write box and place, e.g. 7-3.")
        return int(found[1]), int(found[2])


class PartField(forms.CharField):
    """A part by its four letters."""

    widget = forms.TextInput(
        attrs={"class": "vTextField", "spellcheck": "false", "autocomplete": "off", "maxlength": 4}
    )

    def clean(self, value: Any) -> Any:
        """Return the part, or None for blank."""
        text = super().clean(value)
        if not text:
            return None
        part = StockPart.objects.filter(id4=text.strip().upper()).first()
        if part is None:
            raise forms.ValidationError(f"There is no part {text.strip().upper()[:20]}.")
        return part


def quantity_field(label: str = "Quantity", **kwargs: Any) -> forms.IntegerField:
    """Return a field for a number of pieces."""
    return forms.IntegerField(label=label, **{"min_value": 1, "max_value": MAX_QUANTITY, **kwargs})


class LabelForm(forms.Form):
    """How labels look."""

    size = forms.ChoiceField(label="Size", choices=SIZES)
    code = forms.ChoiceField(label="Code", choices=CODES)
    copies = forms.IntegerField(label="Copies", min_value=1, max_value=300, initial=1)
