"""Types, boxes, places and sellers (contract 4.1, 4.2, 4.7)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from parts.api.serializers.stock import BoxInput, SellerInput, TypeInput
from parts.api.stock_base import (
    StockView,
    flagged,
    is_number,
    listed,
    listed_whole,
    number_in_path,
    page,
    present,
    says,
    sent,
    whole,
)
from parts.api.views.stock_parts import require_part
from parts.api.wire import parts as wire
from parts.errors.stock import RecordNotFound
from parts.models import Box, BoxLocation, PartLocation, PartType, Seller
from parts.selectors import boxes as reads
from parts.selectors.covers import image_url_of
from parts.services import boxes, sellers, types


def paged_if_asked(request: Request, rows: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return all rows, or a page when `limit` is sent."""
    if "limit" in request.query_params or "offset" in request.query_params:
        return page(request, rows)
    found = list(rows)
    return found, {"count": len(found), "total": len(found)}


class TypeView(StockView):
    """Types of parts."""

    @says()
    def list(self, request: Request) -> Response:
        """List the types by name; `include_stats` counts their parts."""
        rows = PartType.objects.select_related("designated_box").prefetch_related("parameters")
        if text := request.query_params.get("q", "").strip():
            rows = rows.filter(name__icontains=text)
        with_stats = flagged(request, "include_stats")
        if with_stats:
            rows = wire.types_with_counts(rows)
        found, meta = paged_if_asked(request, rows.order_by("name", "pk"))
        counts = [row.part_count if with_stats else None for row in found]
        return listed(
            [wire.type_json(row, count) for row, count in zip(found, counts, strict=True)], meta
        )

    @says(TypeInput, 201)
    def create(self, request: Request) -> Response:
        """Add a type."""
        row = types.create_type(actor=request.user, values=sent(TypeInput, request))
        return Response(wire.type_json(row), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a type."""
        number = number_in_path(pk, "Type")
        row = PartType.objects.select_related("designated_box").filter(pk=number).first()
        if row is None:
            raise RecordNotFound("Type", pk)
        return Response(wire.type_json(row))

    @says(TypeInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a type."""
        number = number_in_path(pk, "Type")
        values = present(TypeInput, request)
        row = types.update_type(actor=request.user, type_id=number, values=values)
        return Response(wire.type_json(row))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a type that nothing uses."""
        types.delete_type(actor=request.user, type_id=number_in_path(pk, "Type"))
        return Response(status=204)


class BoxView(StockView):
    """Boxes."""

    @says()
    def list(self, request: Request) -> Response:
        """List the boxes by number, with how full they are."""
        found, meta = paged_if_asked(request, Box.objects.order_by("box_no"))
        usages = reads.usages(found)
        return listed([box_json(row, usages[row.box_no]) for row in found], meta)

    @says(BoxInput, 201)
    def create(self, request: Request) -> Response:
        """Add a box with its places."""
        box = boxes.create_box(actor=request.user, **sent(BoxInput, request))
        return Response(_with_places(box), status=201)

    @says()
    def retrieve(self, request: Request, box_no: str) -> Response:
        """Return a box with its places."""
        return Response(_with_places(reads.require_box(number_in_path(box_no, "Box"))))

    @says(BoxInput)
    def update(self, request: Request, box_no: str) -> Response:
        """Change words and size of a box."""
        return self._changed(request, box_no, sent(BoxInput, request))

    @says(BoxInput)
    def partial_update(self, request: Request, box_no: str) -> Response:
        """Change words or size of a box."""
        return self._changed(request, box_no, present(BoxInput, request))

    @says(status=204)
    def destroy(self, request: Request, box_no: str) -> Response:
        """Remove an empty box."""
        boxes.delete_box(actor=request.user, box_no=number_in_path(box_no, "Box"))
        return Response(status=204)

    @says()
    def usage(self, request: Request, box_no: str) -> Response:
        """Return how full a box is."""
        box = reads.require_box(number_in_path(box_no, "Box"))
        return Response({"box_no": box.box_no, **usage_json(reads.usages([box])[box.box_no])})

    @says()
    def locations(self, request: Request, box_no: str) -> Response:
        """List the places of a box; `include_parts` adds what lies there."""
        box = reads.require_box(number_in_path(box_no, "Box"))
        rows = list(box.locations.order_by("loc_no"))
        if not flagged(request, "include_parts"):
            return listed_whole(request, [_place(row) for row in rows])
        held = _assignments(PartLocation.objects.filter(box_no=box.box_no))
        return listed_whole(
            request, [_held_place(row, held.get((row.box_no, row.loc_no), [])) for row in rows]
        )

    def _changed(self, request: Request, box_no: str, values: dict[str, Any]) -> Response:
        number = number_in_path(box_no, "Box")
        box = boxes.update_box(actor=request.user, box_no=number, **values)
        return Response(_with_places(box))


class LocationView(StockView):
    """Places."""

    @says()
    def retrieve(self, request: Request, box_no: str, loc_no: str) -> Response:
        """Return one place with what lies there."""
        shown = f"{box_no}-{loc_no}"
        if not (is_number(box_no) and is_number(loc_no)):
            raise RecordNotFound("Location", shown)
        place = {"box_no": number_in_path(box_no, "Box"), "loc_no": number_in_path(loc_no, "Box")}
        row = BoxLocation.objects.filter(**place).first()
        if row is None:
            raise RecordNotFound("Location", shown)
        held = _assignments(PartLocation.objects.filter(**place))
        return Response(_held_place(row, held.get((row.box_no, row.loc_no), [])))

    @says()
    def suggest(self, request: Request) -> Response:
        """Suggest free places for a type or part."""
        count = whole(request, "count", 1, 1, 50)
        kind, existing = None, []
        if request.query_params.get("type_id"):
            number = whole(request, "type_id", 0, 0)
            kind = PartType.objects.filter(pk=number).first()
            if kind is None:
                raise RecordNotFound("Type", number)
        if request.query_params.get("part_id4"):
            part = require_part(request.query_params["part_id4"])
            kind, existing = part.type, wire.places_of([part.pk])[part.pk]
        found = reads.suggestions(kind, count)
        box_no, loc_no = found[0].place
        return Response(
            {
                "box_no": box_no,
                "loc_no": loc_no,
                "suggestions": [
                    {"box_no": item.place[0], "loc_no": item.place[1], "reason": item.reason}
                    for item in found
                ],
                "existing": existing,
            }
        )


class SellerView(StockView):
    """Sellers."""

    @says()
    def list(self, request: Request) -> Response:
        """List the sellers by name."""
        found, meta = page(request, Seller.objects.all())
        return listed([wire.seller_json(row) for row in found], meta)

    @says(SellerInput, 201)
    def create(self, request: Request) -> Response:
        """Add a seller."""
        row = sellers.create_seller(actor=request.user, values=sent(SellerInput, request))
        return Response(wire.seller_json(row), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a seller."""
        return Response(wire.seller_json(require_seller(pk)))

    @says(SellerInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a seller."""
        number = number_in_path(pk, "Seller")
        values = present(SellerInput, request)
        row = sellers.update_seller(actor=request.user, seller_id=number, values=values)
        return Response(wire.seller_json(row))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a seller that nothing names."""
        sellers.delete_seller(actor=request.user, seller_id=number_in_path(pk, "Seller"))
        return Response(status=204)


def require_seller(pk: str) -> Seller:
    """Return the seller of a path, or raise `RecordNotFound`."""
    row = Seller.objects.filter(pk=number_in_path(pk, "Seller")).select_related("logo").first()
    if row is None:
        raise RecordNotFound("Seller", pk)
    return row


def usage_json(usage: reads.Usage) -> dict[str, Any]:
    """Return how full a box is, to two decimals."""
    return {
        "total_locations": usage.total,
        "occupied_locations": usage.occupied,
        "available_locations": usage.available,
        "usage_percentage": usage.percentage(2),
    }


def box_json(box: Box, usage: reads.Usage) -> dict[str, Any]:
    """Return a box with its usage."""
    return {
        "box_no": box.box_no,
        "description": box.description,
        "capacity": box.capacity,
        **usage_json(usage),
        "created_at": box.created_at,
        "updated_at": box.updated_at,
    }


def _with_places(box: Box) -> dict[str, Any]:
    places = [_place(row) for row in box.locations.order_by("loc_no")]
    return {**box_json(box, reads.usages([box])[box.box_no]), "locations": places}


def _place(row: BoxLocation) -> dict[str, Any]:
    return {"box_no": row.box_no, "loc_no": row.loc_no}


def _held_place(row: BoxLocation, held: list[dict[str, Any]]) -> dict[str, Any]:
    return {**_place(row), "is_occupied": bool(held), "part_assignments": held}


def _assignments(rows: Any) -> dict[tuple[int, int], list[dict[str, Any]]]:
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    read = rows.select_related("part", "part__cover_document").order_by("loc_no", "part__id4")
    for row in read:
        found.setdefault((row.box_no, row.loc_no), []).append(
            {
                "id4": row.part.id4,
                "qty": row.qty,
                "manufacturer_code": row.part.manufacturer_code,
                "description": row.part.description,
                "image_url": image_url_of(row.part.cover_document),
            }
        )
    return found
