"""Parts, places, history and sellers as the wire shows them; rows are read a page at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Prefetch, Q

from inventory_site.core.prepared import Keys, Prepared
from parts.api.wire.existing import existing
from parts.choices.stock import ItemStatus, KitStatus, ListStatus
from parts.models import (
    KitRequirement,
    PartLocation,
    PartParameter,
    PartSeller,
    PartType,
    Seller,
    ShoppingItem,
    StockMovement,
    StockPart,
)
from parts.selectors.coverage import reservations_of, reserved_quantities
from parts.selectors.covers import image_url_of

FIELDS = (
    "id4",
    "description",
    "manufacturer_code",
    "manufacturer",
    "type_id",
    "tags",
    "product_page",
    "package",
    "pin_count",
    "pin_pitch",
    "voltage_rating",
    "input_voltage",
    "output_voltage",
    "mounting_type",
    "series",
    "dimensions",
    "min_qty",
    "archived_at",
    "last_counted_at",
    "kicad_symbol",
    "kicad_footprint",
    "kicad_reference",
    "total_quantity",
    "created_at",
    "updated_at",
)
PLACE_FIELDS = ("box_no", "loc_no", "qty", "last_counted_at")
INCLUDES = ("locations", "projects", "shopping_lists", "cover")


_PLACES: Prepared[tuple[Any, ...]] = Prepared(
    lambda: (
        PartLocation.objects.filter(part__in=Keys(0))
        .order_by("box_no", "loc_no")
        .values_list("part_id", *PLACE_FIELDS)
    )
)


def read_parts(rows: Any) -> Any:
    """Load with the parts what their JSON shows; a fixed number of queries."""
    links = PartSeller.objects.select_related("seller").order_by("created_at", "pk")
    values = PartParameter.objects.select_related("definition")
    return rows.select_related("type", "cover_document").prefetch_related(
        Prefetch("seller_links", links), Prefetch("parameters", values)
    )


def part_json(part: StockPart) -> dict[str, Any]:
    """Return the fields of a part that every answer shows."""
    links = list(part.seller_links.all())
    primary = next((link for link in links if link.is_primary), None)
    return {
        **{name: getattr(part, name) for name in FIELDS},
        "type": {"id": part.type.pk, "name": part.type.name} if part.type else None,
        "seller": primary.seller.name if primary else None,
        "seller_link": primary.link if primary else None,
        "seller_links": [link_json(link) for link in links],
        "image_url": image_url_of(part.cover_document),
        "cover_document": part.cover_document_id,
        "parameters": {row.definition.name: parameter_json(row) for row in part.parameters.all()},
    }


def parts_json(parts: Sequence[StockPart], include: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return a page of parts with what `include` asks for."""
    pks = [part.pk for part in parts]
    places = places_of(pks) if "locations" in include else None
    projects = reservations_of(pks) if "projects" in include else None
    items = _items_of(pks) if "shopping_lists" in include else None
    answers = []
    for part in parts:
        answer = part_json(part)
        if places is not None:
            answer |= held_json(places[part.pk])
        if projects is not None:
            answer["projects"] = [reservation_json(row) for row in projects.get(part.pk, [])]
        if items is not None:
            answer["shopping_lists"] = items[part.pk]
        if "cover" in include:
            answer["cover"] = cover_json(part)
        answers.append(answer)
    return answers


def full_part_json(part: StockPart) -> dict[str, Any]:
    """Return everything about one part."""
    return {
        **part_json(part),
        **held_json(places_of([part.pk])[part.pk]),
        "reserved_quantity": reserved_quantities([part.pk]).get(part.pk, 0),
        "used_in_projects": KitRequirement.objects.filter(
            part=part, kit__status=KitStatus.ACTIVE
        ).exists(),
        "document_count": part.documents.count(),
    }


def full_part(id4: str) -> dict[str, Any]:
    """Read a part that exists and return everything about it."""
    return full_part_json(existing(read_parts(StockPart.objects.filter(id4=id4)), "Part", id4))


def places_of(pks: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the places of each part in order; one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for part_id, *place in _PLACES.all(pks):
        found[part_id].append(dict(zip(PLACE_FIELDS, place, strict=True)))
    return found


def held_json(places: list[dict[str, Any]]) -> dict[str, Any]:
    """Return places and their sum, which agree even while others book."""
    return {"total_quantity": sum(place["qty"] for place in places), "locations": places}


def stock_json(part: StockPart, lines: Sequence[StockMovement]) -> dict[str, Any]:
    """Return the state after a change."""
    return {
        "id4": part.id4,
        **held_json(places_of([part.pk])[part.pk]),
        "history_ids": [line.pk for line in lines],
    }


def movement_json(row: StockMovement) -> dict[str, Any]:
    """Return a line of the history."""
    return {
        "id": row.pk,
        "id4": row.part.id4,
        "delta_qty": row.delta_qty,
        "balance_after": row.balance_after,
        "at": row.at,
        "location_reference": row.location_reference,
        "box_no": row.box_no,
        "loc_no": row.loc_no,
        "reason": row.reason,
        "ref": row.ref or None,
        "note": row.note or None,
        "move_id": row.move_id,
        "user": row.user.username if row.user else None,
    }


def link_json(row: PartSeller) -> dict[str, Any]:
    """Return where a part is sold."""
    return {
        "id": row.pk,
        "seller_id": row.seller_id,
        "seller_name": row.seller.name,
        "seller_website": row.seller.website,
        "link": row.link,
        "logo_url": logo_url(row.seller),
        "is_primary": row.is_primary,
        "created_at": row.created_at,
    }


def seller_json(row: Seller) -> dict[str, Any]:
    """Return a seller."""
    return {
        "id": row.pk,
        "name": row.name,
        "website": row.website,
        "logo_url": logo_url(row),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def logo_url(row: Seller) -> str | None:
    """Return where the logo is read, if there is one."""
    return f"/api/stock/sellers/{row.pk}/logo" if row.logo_id else None


def type_json(row: PartType, part_count: int | None = None) -> dict[str, Any]:
    """Return a type; `part_count` only where it was asked for."""
    answer: dict[str, Any] = {
        "id": row.pk,
        "name": row.name,
        "designated_box_no": row.designated_box.box_no if row.designated_box else None,
        "parameters": [
            {"name": item.name, "unit": item.unit or None} for item in row.parameters.all()
        ],
        "kicad_symbol": row.kicad_symbol or None,
        "kicad_footprint": row.kicad_footprint or None,
        "kicad_reference": row.kicad_reference or None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
    if part_count is not None:
        answer["part_count"] = part_count
    return answer


def parameter_json(row: PartParameter) -> dict[str, Any]:
    """Return a value: the text, and the number in base units."""
    value = None if row.value is None else format(row.value.normalize(), "f")
    return {"text": row.text, "value": value, "unit": row.definition.unit or None}


def reservation_json(row: Any) -> dict[str, Any]:
    """Return what an active kit keeps."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def cover_json(part: StockPart) -> dict[str, Any]:
    """Return the cover of a part."""
    return {
        "cover_document_id": part.cover_document_id,
        "image_url": image_url_of(part.cover_document),
    }


def _items_of(pks: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    rows = (
        ShoppingItem.objects.filter(maybe_part__in=pks)
        .exclude(list__status=ListStatus.DONE)
        .exclude(status=ItemStatus.DONE)
        .select_related("list")
        .order_by("-updated_at", "-pk")
    )
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.maybe_part_id or 0].append(
            {
                "shopping_list_id": row.list_id,
                "shopping_list_name": row.list.name,
                "shopping_list_status": row.list.status,
                "item_id": row.pk,
                "status": row.status,
                "desired_qty": row.desired_qty,
                "ordered_qty": row.ordered_qty,
                "received_qty": row.received_qty,
            }
        )
    return found


def types_with_counts(rows: Any) -> Any:
    """Count the parts of each type that are not archived."""
    return rows.annotate(part_count=Count("parts", filter=Q(parts__archived_at__isnull=True)))
