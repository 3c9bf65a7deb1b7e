"""Parts and what happens to their stock (contract 4.3, 4.4, 4.6)."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive, make_aware
from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.idempotency import idempotent
from parts.api.serializers.stock import (
    AddInput,
    BulkEditInput,
    BulkUseInput,
    CountInput,
    MoveInput,
    NewPartInput,
    PartInput,
    SellerLinkChange,
    SellerLinkInput,
    UseInput,
)
from parts.api.stock_base import (
    StockView,
    flagged,
    id4_in_path,
    listed,
    listed_whole,
    number_in_path,
    page,
    present,
    says,
    sent,
    whole,
)
from parts.api.stock_filters import filtered, ordered
from parts.api.wire import parts as wire
from parts.api.wire.finds import finds_json
from parts.api.wire.shopping import items_json, read_items
from parts.choices.stock import ListStatus, MovementReason
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import ShoppingItem, StockPart
from parts.selectors import stock_search
from parts.selectors.coverage import reservations_of
from parts.services import movements, parts, sellers
from parts.services.booking import Amount


def require_part(text: str) -> StockPart:
    """Return the part of a path, or raise `RecordNotFound`."""
    id4 = id4_in_path(text)
    part = StockPart.objects.filter(id4=id4).first()
    if part is None:
        raise RecordNotFound("Part", id4)
    return part


def amounts(items: list[dict[str, int]]) -> list[Amount]:
    """Return the amounts of a body."""
    return [Amount(item["box_no"], item["loc_no"], item["qty"]) for item in items]


class PartView(StockView):
    """Parts."""

    @says()
    def list(self, request: Request) -> Response:
        """List parts; `q` matches like the search, without its order."""
        include = _includes(request)
        rows = ordered(request, filtered(request, StockPart.objects.all()))
        found, meta = page(request, wire.read_parts(rows))
        return listed(wire.parts_json(found, include), meta)

    @says(NewPartInput, 201)
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a part, with first stock if sent."""
        values = sent(NewPartInput, request)
        stock = amounts(values.pop("stock", []))
        made = parts.create_part(actor=request.user, values=values, stock=stock)
        return Response(wire.full_part(made.id4), status=201)

    @says()
    def retrieve(self, request: Request, id4: str) -> Response:
        """Return everything about a part."""
        return Response(wire.full_part(require_part(id4).id4))

    @says(PartInput)
    def partial_update(self, request: Request, id4: str) -> Response:
        """Change the fields that are sent."""
        part = require_part(id4)
        parts.update_part(actor=request.user, id4=part.id4, values=present(PartInput, request))
        return Response(wire.full_part(part.id4))

    @says(status=204)
    def destroy(self, request: Request, id4: str) -> Response:
        """Archive a part; `purge=true` removes one without history for good."""
        part = require_part(id4)
        if flagged(request, "purge"):
            parts.purge_part(actor=request.user, id4=part.id4)
        else:
            parts.archive_part(actor=request.user, id4=part.id4)
        return Response(status=204)

    @says()
    def restore(self, request: Request, id4: str) -> Response:
        """Take a part out of the archive."""
        part = require_part(id4)
        parts.restore_part(actor=request.user, id4=part.id4)
        return Response(wire.full_part(part.id4))

    @says(BulkEditInput)
    def bulk_edit(self, request: Request) -> Response:
        """Make the same change to many parts."""
        values = sent(BulkEditInput, request)
        id4s = list(dict.fromkeys(values["id4s"]))
        changed = parts.bulk_edit(
            actor=request.user,
            id4s=id4s,
            values=_set_of(values),
            add_tags=values.get("add_tags", []),
            remove_tags=values.get("remove_tags", []),
        )
        return Response({"updated": changed, "id4s": id4s})

    @says()
    def projects(self, request: Request, id4: str) -> Response:
        """List the active kits that need the part."""
        part = require_part(id4)
        rows = reservations_of([part.pk]).get(part.pk, [])
        return listed_whole(request, [wire.reservation_json(row) for row in rows])

    @says()
    def shopping_items(self, request: Request, id4: str) -> Response:
        """List the lines that want the part, newest change first."""
        part = require_part(id4)
        rows = read_items(ShoppingItem.objects.filter(maybe_part=part))
        if not flagged(request, "include_done"):
            rows = rows.exclude(list__status=ListStatus.DONE)
        return listed_whole(request, items_json(list(rows.order_by("-updated_at", "-pk"))))

    @says()
    def search(self, request: Request) -> Response:
        """Search parts, best first."""
        text = request.query_params.get("q", "").strip()
        if not text or len(text) > stock_search.LONGEST_QUERY or "\x00" in text:
            raise StockInvalid(q=f"q must have 1 to {stock_search.LONGEST_QUERY} characters.")
        limit = whole(request, "limit", 20, 1, 100)
        offset = whole(request, "offset", 0, 0)
        found = stock_search.find_parts(text)
        finds = found.finds[offset : offset + limit]
        meta: dict[str, Any] = {
            "query": text,
            "count": len(finds),
            "total": len(found.finds),
            "limit": limit,
            "offset": offset,
        }
        if found.is_capped:
            meta["capped"] = True
        return listed(finds_json(finds), meta)


class PartStockView(StockView):
    """Stock of one part."""

    @says(AddInput, 201)
    @idempotent
    def add(self, request: Request, id4: str) -> Response:
        """Put stock to one or several places."""
        part, values = require_part(id4), sent(AddInput, request)
        lines = movements.add_stock(
            actor=request.user, id4=part.id4, additions=amounts(values["additions"])
        )
        return _stock(part, lines, status=201)

    @says(UseInput)
    @idempotent
    def use(self, request: Request, id4: str) -> Response:
        """Take stock from one or several places."""
        part, values = require_part(id4), sent(UseInput, request)
        lines = movements.use_stock(
            actor=request.user, id4=part.id4, deductions=amounts(values["deductions"])
        )
        return _stock(part, lines)

    @says(MoveInput)
    @idempotent
    def move(self, request: Request, id4: str) -> Response:
        """Move stock from one place to one or several others."""
        part, values = require_part(id4), sent(MoveInput, request)
        lines = movements.move_stock(
            actor=request.user,
            id4=part.id4,
            source=(values["from_box_no"], values["from_loc_no"]),
            destinations=amounts(values["destinations"]),
        )
        return _stock(part, lines)

    @says(CountInput)
    @idempotent
    def count(self, request: Request, id4: str) -> Response:
        """Set a place to what was counted."""
        part, values = require_part(id4), sent(CountInput, request)
        lines = movements.count_stock(
            actor=request.user,
            id4=part.id4,
            counted=Amount(values["box_no"], values["loc_no"], values["qty"]),
            note=values.get("note") or "",
        )
        return _stock(part, lines)

    @says(BulkUseInput)
    @idempotent
    def bulk_use(self, request: Request) -> Response:
        """Take several parts at once, all or none."""
        items = sent(BulkUseInput, request)["items"]
        takings = [
            movements.Taking(item["id4"], amount)
            for item, amount in zip(items, amounts(items), strict=True)
        ]
        lines = movements.use_many(actor=request.user, takings=takings)
        touched = StockPart.objects.filter(id4__in={taking.id4 for taking in takings})
        by_part = {part.pk: [line for line in lines if line.part_id == part.pk] for part in touched}
        return Response(
            {
                "results": [
                    wire.stock_json(part, by_part[part.pk]) for part in touched.order_by("id4")
                ],
                "history_ids": [line.pk for line in lines],
            }
        )

    @says()
    def locations(self, request: Request, id4: str) -> Response:
        """List where the part lies."""
        part = require_part(id4)
        return listed_whole(request, wire.places_of([part.pk])[part.pk])

    @says()
    def history(self, request: Request, id4: str) -> Response:
        """List the part's ledger, newest first."""
        rows = require_part(id4).movements.select_related("part", "user").order_by("-at", "-pk")
        reason = request.query_params.get("reason", "")
        if reason:
            if reason not in MovementReason.values:
                raise StockInvalid(reason=f"reason must be one of {', '.join(MovementReason)}.")
            rows = rows.filter(reason=reason)
        for name, lookup in (("from", "at__gte"), ("to", "at__lte")):
            if request.query_params.get(name):
                rows = rows.filter(**{lookup: _moment(request, name)})
        found, meta = page(request, rows)
        return listed([wire.movement_json(row) for row in found], meta)


class SellerLinkView(StockView):
    """Where a part is sold."""

    @says(SellerLinkInput, 201)
    def create(self, request: Request, id4: str) -> Response:
        """Add a link."""
        part, values = require_part(id4), sent(SellerLinkInput, request)
        row = sellers.create_link(actor=request.user, id4=part.id4, **values)
        return Response(wire.link_json(row), status=201)

    @says()
    def list(self, request: Request, id4: str) -> Response:
        """List the links, oldest first."""
        rows = require_part(id4).seller_links.select_related("seller")
        links = [wire.link_json(row) for row in rows.order_by("created_at", "pk")]
        return listed_whole(request, links)

    @says(SellerLinkChange)
    def partial_update(self, request: Request, id4: str, pk: str) -> Response:
        """Change a link, or make it the primary one."""
        part, number = require_part(id4), number_in_path(pk, "Seller link")
        row = sellers.update_link(
            actor=request.user,
            id4=part.id4,
            link_id=number,
            values=present(SellerLinkChange, request),
        )
        return Response(wire.link_json(row))

    @says(status=204)
    def destroy(self, request: Request, id4: str, pk: str) -> Response:
        """Remove a link."""
        part, number = require_part(id4), number_in_path(pk, "Seller link")
        sellers.delete_link(actor=request.user, id4=part.id4, link_id=number)
        return Response(status=204)


def _stock(part: StockPart, lines: Any, status: int = 200) -> Response:
    return Response(wire.stock_json(part, lines), status=status)


def _set_of(values: dict[str, Any]) -> dict[str, Any]:
    chosen: dict[str, Any] = dict(values.get("set") or {})
    return chosen


def _includes(request: Request) -> list[str]:
    raw = request.query_params.get("include", "")
    tokens = [token.strip() for token in raw.split(",") if token.strip()]
    if len(raw) > 200 or len(tokens) > 10:
        raise StockInvalid(include="include may have 200 characters and 10 values.")
    for token in tokens:
        if token not in wire.INCLUDES:
            allowed = ", ".join(wire.INCLUDES)
            raise StockInvalid(
                include=f"invalid include value '{token}'. Allowed values: {allowed}"
            )
    return tokens


def _moment(request: Request, name: str) -> Any:
    raw = request.query_params[name].strip().replace(" ", "+")
    try:
        found = parse_datetime(raw)
        if found is None and (day := parse_date(raw)) is not None:
            found = parse_datetime(f"{day}T{'00:00:00' if name == 'from' else '23:59:59.999999'}")
    except ValueError:
        found = None
    if found is None:
        raise StockInvalid(**{name: f"{name} must be an ISO 8601 time."})
    return make_aware(found) if is_naive(found) else found
