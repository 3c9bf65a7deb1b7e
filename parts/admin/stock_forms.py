"""Forms that several dialogs of the stock ask with."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from parts.choices.stock import MAX_QUANTITY
from parts.models import StockPart
from parts.selectors.search_terms import Term, tokens_of
from parts.selectors.stock_search import LONGEST_QUERY, find_parts, points_of

PLACE = re.compile(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*\Z")
SHOWN = 5
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
    """A part by its four letters, or by words that only one part has."""

    widget = forms.TextInput(
        attrs={"class": "vTextField", "spellcheck": "false", "autocomplete": "off"}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST_QUERY, **kwargs})

    def clean(self, value: Any) -> Any:
        """Return the part, or None for blank; words of several parts are answered with them."""
        text = super().clean(value)
        if not text:
            return None
        part = StockPart.objects.filter(id4=text.upper()).first()
        if part is not None:
            return part
        found = [] if "\0" in text else _meant(text)
        if len(found) == 1:
            return found[0]
        shown = [f"{part.id4} {part.description[:40]}" for part in found[:SHOWN]]
        sentence = f"There is no part {text[:20]}."
        if shown:
            more = ", …" if len(found) > SHOWN else ""
            sentence = f"Several parts are called so: {', '.join(shown)}{more}."
        raise forms.ValidationError(sentence)


def _meant(text: str) -> list[StockPart]:
    """The parts that have all words of a text as they are spelt, best first."""
    terms = [Term(token) for token in tokens_of(text)]
    rows = [find.row for find in find_parts(text).finds]
    pks = [
        row.part_pk
        for row in rows
        if all(points_of(row.id4, row.haystack.split("\n"), term)[0] for term in terms)
    ][: SHOWN + 1]
    parts = StockPart.objects.in_bulk(pks)
    return [parts[pk] for pk in pks if pk in parts]


def quantity_field(label: str = "Quantity", **kwargs: Any) -> forms.IntegerField:
    """Return a field for a number of pieces."""
    return forms.IntegerField(label=label, **{"min_value": 1, "max_value": MAX_QUANTITY, **kwargs})


class LabelForm(forms.Form):
    """How labels look."""

    size = forms.ChoiceField(label="Size", choices=SIZES)
    code = forms.ChoiceField(label="Code", choices=CODES)
    copies = forms.IntegerField(label="Copies", min_value=1, max_value=300, initial=1)
