"""What the search of parts finds, as the wire shows it; one query, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inventory_site.core.prepared import Keys, Prepared
from parts.api.wire.parts import PLACE_FIELDS
from parts.models import StockDocument, StockPart
from parts.selectors.covers import image_url_of
from parts.selectors.stock_search import Find

_PARTS: Prepared[tuple[Any, ...]] = Prepared(
    lambda: (
        StockPart.objects.filter(pk__in=Keys(0))
        .order_by("places__box_no", "places__loc_no")
        .values_list(
            "pk",
            "id4",
            "manufacturer_code",
            "description",
            "tags",
            "total_quantity",
            "type_id",
            "type__name",
            "cover_document_id",
            "cover_document__blob_id",
            "cover_document__preview_id",
            "cover_document__content_type",
            *(f"places__{name}" for name in PLACE_FIELDS),
        )
    )
)


def finds_json(finds: Sequence[Find]) -> list[dict[str, Any]]:
    """Return the finds in their order, each with its places, points and matched fields."""
    if not finds:
        return []
    pks = [find.row.part_pk for find in finds]
    parts: dict[int, dict[str, Any]] = {}
    for pk, *row in _PARTS.all(pks):
        fields, place = row[: -len(PLACE_FIELDS)], row[-len(PLACE_FIELDS) :]
        part = parts.setdefault(pk, {"fields": fields, "places": []})
        if place[0] is not None:
            part["places"].append(dict(zip(PLACE_FIELDS, place, strict=True)))
    return [
        _find_json(find, **parts[find.row.part_pk]) for find in finds if find.row.part_pk in parts
    ]


def _find_json(find: Find, fields: list[Any], places: list[dict[str, Any]]) -> dict[str, Any]:
    id4, code, description, tags, quantity, type_id, type_name, *cover = fields
    return {
        "id4": id4,
        "manufacturer_code": code,
        "description": description,
        "type": {"id": type_id, "name": type_name} if type_id else None,
        "tags": tags,
        "total_quantity": quantity,
        "locations": places,
        "image_url": _image_url(*cover),
        "score": find.score,
        "matched": find.matched,
    }


def _image_url(pk: int | None, blob: Any, preview: Any, content_type: Any) -> str | None:
    if pk is None:
        return None
    return image_url_of(
        StockDocument(pk=pk, blob_id=blob, preview_id=preview, content_type=content_type)
    )
