"""Shopping lists (contract 4.8)."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from inventory_site.core.api.idempotency import idempotent
from parts.api.serializers.shopping import (
    CompleteInput,
    GroupNoteInput,
    GroupOrderInput,
    ItemInput,
    ItemsQuery,
    ListInput,
    ListStatusInput,
    OrderInput,
    ReceiveInput,
)
from parts.api.stock_base import (
    StockView,
    flagged,
    listed,
    listed_whole,
    number_in_path,
    page,
    present,
    says,
    sent,
)
from parts.api.views.stock_parts import amounts
from parts.api.wire import shopping as wire
from parts.choices.stock import ListStatus
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import ShoppingItem, ShoppingList, StockPart
from parts.services import shopping, shopping_orders


def require_list(pk: str) -> ShoppingList:
    """Return the list of a path, or raise `RecordNotFound`."""
    row = ShoppingList.objects.filter(pk=number_in_path(pk, "Shopping list")).first()
    if row is None:
        raise RecordNotFound("Shopping list", pk)
    return row


class ShoppingListView(StockView):
    """Shopping lists."""

    @says()
    def list(self, request: Request) -> Response:
        """List the lists, newest change first; done ones only when asked for."""
        rows = wire.read_lists(ShoppingList.objects.all())
        statuses = _statuses(request)
        if statuses:
            rows = rows.filter(status__in=statuses)
        elif not flagged(request, "include_done"):
            rows = rows.exclude(status=ListStatus.DONE)
        found, meta = page(request, rows.order_by("-updated_at", "-pk"))
        return listed([wire.list_json(row) for row in found], meta)

    @says(ListInput, 201)
    def create(self, request: Request) -> Response:
        """Begin a list."""
        row = shopping.create_list(actor=request.user, **sent(ListInput, request))
        return Response(wire.full_list(row.pk), status=201)

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a list with items and groups."""
        return Response(wire.full_list(require_list(pk).pk))

    @says(ListInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change name or description."""
        number = number_in_path(pk, "Shopping list")
        values = present(ListInput, request)
        shopping.update_list(actor=request.user, list_id=number, values=values)
        return Response(wire.full_list(number))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a list."""
        shopping.delete_list(actor=request.user, list_id=number_in_path(pk, "Shopping list"))
        return Response(status=204)

    @says(ListStatusInput)
    def status(self, request: Request, pk: str) -> Response:
        """Bring a list to another state."""
        number = number_in_path(pk, "Shopping list")
        wanted = sent(ListStatusInput, request)["status"]
        shopping.set_list_status(actor=request.user, list_id=number, status=wanted)
        return Response(wire.full_list(number))

    @says()
    def projects(self, request: Request, pk: str) -> Response:
        """List the kits whose needs are on the list, newest first."""
        rows = require_list(pk).kit_links.select_related("kit", "list")
        links = [wire.link_json(row) for row in rows.order_by("-created_at", "-pk")]
        return listed_whole(request, links)


class ShoppingItemView(StockView):
    """Lines of shopping lists."""

    reading = frozenset({"query"})

    @says(ItemInput, 201)
    @idempotent
    def create(self, request: Request, pk: str | None = None) -> Response:
        """Add a line to a list, or to the newest concept list."""
        number = None if pk is None else require_list(pk).pk
        values = sent(ItemInput, request)
        row = shopping.add_item(actor=request.user, list_id=number, values=values)
        return Response(wire.one_item(row.pk), status=201)

    @says()
    def list(self, request: Request, pk: str) -> Response:
        """List the lines of a list, oldest first."""
        rows = wire.read_items(ShoppingItem.objects.filter(list=require_list(pk)))
        return listed_whole(request, wire.items_json(list(rows.order_by("created_at", "pk"))))

    @says()
    def retrieve(self, request: Request, pk: str) -> Response:
        """Return a line."""
        return Response(wire.one_item(number_in_path(pk, "Shopping item")))

    @says(ItemInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change a line."""
        number = number_in_path(pk, "Shopping item")
        values = present(ItemInput, request)
        shopping.update_item(actor=request.user, item_id=number, values=values)
        return Response(wire.one_item(number))

    @says(status=204)
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a line."""
        shopping.delete_item(actor=request.user, item_id=number_in_path(pk, "Shopping item"))
        return Response(status=204)

    @says(OrderInput)
    def order(self, request: Request, pk: str) -> Response:
        """Mark a line as ordered."""
        number = number_in_path(pk, "Shopping item")
        values = sent(OrderInput, request)
        shopping_orders.order_item(
            actor=request.user,
            item_id=number,
            ordered_qty=values.get("ordered_qty"),
            values=values,
        )
        return Response(wire.one_item(number))

    @says()
    def revert(self, request: Request, pk: str) -> Response:
        """Take an order back."""
        number = number_in_path(pk, "Shopping item")
        shopping_orders.revert_item(actor=request.user, item_id=number)
        return Response(wire.one_item(number))

    @says(ReceiveInput)
    @idempotent
    def receive(self, request: Request, pk: str) -> Response:
        """Book a delivery into stock."""
        number = number_in_path(pk, "Shopping item")
        values = sent(ReceiveInput, request)
        shopping_orders.receive_item(
            actor=request.user,
            item_id=number,
            receive_qty=values["receive_qty"],
            allocations=amounts(values["allocations"]),
            part_id4=values.get("part_id4"),
            create_part=values["create_part"],
        )
        return Response(wire.one_item(number))

    @says(CompleteInput)
    def complete(self, request: Request, pk: str) -> Response:
        """Close a line."""
        number = number_in_path(pk, "Shopping item")
        reason = sent(CompleteInput, request).get("mismatch_reason")
        shopping_orders.complete_item(actor=request.user, item_id=number, mismatch_reason=reason)
        return Response(wire.one_item(number))

    @says(ItemsQuery)
    def query(self, request: Request) -> Response:
        """Return the lines that want each of the parts, in the order asked for."""
        values = sent(ItemsQuery, request)
        id4s = values["part_id4s"]
        parts = {part.id4: part.pk for part in StockPart.objects.filter(id4__in=id4s)}
        for id4 in id4s:
            if id4 not in parts:
                raise RecordNotFound("Part", id4)
        rows = wire.read_items(ShoppingItem.objects.filter(maybe_part__in=parts.values()))
        if not values["include_done"]:
            rows = rows.exclude(list__status=ListStatus.DONE)
        items = wire.items_json(list(rows.order_by("-updated_at", "-pk")))
        return Response({"results": [_of_part(id4, items) for id4 in id4s]})


class ShoppingGroupView(StockView):
    """What a list buys from one seller."""

    @says()
    def list(self, request: Request, pk: str) -> Response:
        """List the groups of a list."""
        return listed_whole(request, wire.full_list(require_list(pk).pk)["groups"])

    @says(GroupNoteInput)
    def update(self, request: Request, pk: str, key: str) -> Response:
        """Write the note of a group."""
        row, seller = require_list(pk), number_in_path(key, "Seller group")
        values = sent(GroupNoteInput, request)
        shopping_orders.set_group_note(
            actor=request.user, list_id=row.pk, seller_id=seller, values=values
        )
        return Response(wire.one_group(row.pk, seller))

    @says(GroupOrderInput)
    def order(self, request: Request, pk: str, key: str) -> Response:
        """Order every open line of a group."""
        row, values = require_list(pk), sent(GroupOrderInput, request)
        quantities = {item["item_id"]: item["ordered_qty"] for item in values.get("items", [])}
        shopping_orders.order_group(
            actor=request.user, list_id=row.pk, group_key=key, quantities=quantities
        )
        return Response(wire.full_list(row.pk))

    @says()
    def reopen(self, request: Request, pk: str, key: str) -> Response:
        """Take the order of a group back."""
        row, seller = require_list(pk), number_in_path(key, "Seller group")
        shopping_orders.reopen_group(actor=request.user, list_id=row.pk, seller_id=seller)
        return Response(wire.full_list(row.pk))

    @says(status=204)
    def destroy(self, request: Request, pk: str, key: str) -> Response:
        """Dissolve a group."""
        row, seller = require_list(pk), number_in_path(key, "Seller group")
        shopping_orders.delete_group(actor=request.user, list_id=row.pk, seller_id=seller)
        return Response(status=204)


def _of_part(id4: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "part_id4": id4,
        "items": [item for item in items if item["maybe_part_id4"] == id4],
    }


def _statuses(request: Request) -> list[str]:
    texts = ",".join(request.query_params.getlist("status"))
    wanted = [text.strip() for text in texts.split(",") if text.strip()]
    unknown = [text for text in wanted if text not in ListStatus.values]
    if unknown:
        raise StockInvalid(status=f"status must be one of {', '.join(ListStatus.values)}.")
    return wanted
