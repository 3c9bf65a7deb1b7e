"""Lines of shopping lists: ordering, receiving into places, closing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import Answer, Verb, badge, column, number, register
from parts import policy
from parts.admin.stock_forms import PlaceField, quantity_field
from parts.admin.stock_pages import StockReadOnlyAdmin, from_address
from parts.admin.stock_words import part_link
from parts.choices.stock import ItemStatus
from parts.errors.stock import RecordNotFound
from parts.models import ShoppingItem
from parts.selectors.boxes import suggestions
from parts.services import shopping, shopping_orders
from parts.services.booking import Amount

ITEM_STATES = {ItemStatus.NEW: "idle", ItemStatus.ORDERED: "wait", ItemStatus.DONE: "ok"}


class OrderForm(forms.Form):
    """How many were ordered."""

    quantity = quantity_field("Ordered")


class ReceiveForm(forms.Form):
    """What came, and where it goes."""

    quantity = quantity_field("Received")
    place = PlaceField(label="Place", help_text="Box and place, e.g. 7-3.")
    second_place = PlaceField(label="The rest to", required=False)
    second_quantity = forms.IntegerField(label="Of it there", min_value=1, required=False)


class CompleteForm(forms.Form):
    """Why quantities differ."""

    reason = forms.CharField(
        label="Reason, where quantities differ", required=False, max_length=1000
    )


class EditForm(forms.Form):
    """What is wanted."""

    quantity = quantity_field("Wanted")
    notes = forms.CharField(label="Notes", required=False, max_length=2000)


def item_words(item: ShoppingItem) -> str:
    """Return what a line is called."""
    part = item.maybe_part
    return part.id4 if part else str(item)


def _order(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    item = objects[0]
    shopping_orders.order_item(
        actor=request.user, item_id=item.pk, ordered_qty=data["quantity"], values={}
    )
    return Answer(f"{data['quantity']} of {item_words(item)} ordered.")


def _receive(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    item, total = objects[0], data["quantity"]
    rest = data.get("second_quantity") or 0 if data.get("second_place") else 0
    amounts = [Amount.at(data["place"], total - rest)] if total > rest else []
    if rest:
        amounts.append(Amount.at(data["second_place"], rest))
    shopping_orders.receive_item(
        actor=request.user,
        item_id=item.pk,
        receive_qty=total,
        allocations=amounts,
        create_part=item.maybe_part_id is None,
    )
    return Answer(f"{total} of {item_words(item)} are in stock.")


def _complete(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    item = objects[0]
    reason = data["reason"].strip() or None
    shopping_orders.complete_item(actor=request.user, item_id=item.pk, mismatch_reason=reason)
    return Answer(f"{item_words(item)} is done.")


def _revert(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    shopping_orders.revert_item(actor=request.user, item_id=objects[0].pk)
    return Answer("The order is taken back.")


def _edit(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    item = objects[0]
    values: dict[str, Any] = {"notes": data["notes"] or None}
    if data["quantity"] != item.desired_qty:
        values["desired_qty"] = data["quantity"]
    shopping.update_item(actor=request.user, item_id=item.pk, values=values)
    return Answer("The line is changed.")


def _remove(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    shopping.delete_item(actor=request.user, item_id=objects[0].pk)
    return Answer("The line is removed.")


def _to_receive(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    """Begin with what is still to come, and the place that suits it."""
    item = objects[0]
    missing = max(item.ordered_qty - item.received_qty, 0)
    begin = {"quantity": missing or 1, "place": _place_for(item)}
    return {**begin, **from_address(request, ("quantity", "place"))}


def _place_for(item: ShoppingItem) -> str:
    part = item.maybe_part
    if part is not None and (row := part.places.order_by("-qty", "box_no", "loc_no").first()):
        return f"{row.box_no}-{row.loc_no}"
    try:
        place = suggestions(part.type if part else item.type, 1)[0].place
    except RecordNotFound:
        return ""
    return f"{place[0]}-{place[1]}"


def _verb(slug: str, label: str, run: Any, state: str, **more: Any) -> Verb:
    return Verb(
        slug=slug,
        label=label,
        permission=policy.CHANGE_STOCK,
        run=run,
        on_list=False,
        fits=lambda item: item.status == state,
        **more,
    )


@register(ShoppingItem)
class ShoppingItemAdmin(StockReadOnlyAdmin):
    """Lines of shopping lists."""

    noun = "line"
    list_title = "Lines to buy"
    list_display = ["what", "list", "seller", "state", "wanted", "ordered", "received"]
    list_filter = ["status", "seller"]
    list_select_related = ["list", "seller", "maybe_part"]
    search_fields = ["maybe_part__id4", "manufacturer_code", "description", "list__name"]
    ordering = ["-updated_at", "-pk"]
    fields = [
        *("list", "part", "manufacturer_code", "description", "type", "seller", "seller_link"),
        *("notes", "state", "wanted", "ordered", "received", "completed_at", "completion_note"),
    ]
    row_verbs = ["receive", "order"]
    empty_text = "Nothing is to be bought. Shopping lists hold what is wanted."
    filled_by = (
        "Shopping lists",
        "admin:parts_shoppinglist_changelist",
        policy.CHANGE_STOCK,
    )
    verbs = [
        _verb(
            "order",
            "Order",
            _order,
            ItemStatus.NEW,
            form=OrderForm,
            initial=lambda request, objects: {"quantity": objects[0].desired_qty},
        ),
        _verb(
            "receive",
            "Receive",
            _receive,
            ItemStatus.ORDERED,
            form=ReceiveForm,
            initial=_to_receive,
            follows="The parts are added to stock.",
        ),
        _verb("complete", "Complete", _complete, ItemStatus.ORDERED, form=CompleteForm),
        _verb("revert", "Take the order back", _revert, ItemStatus.ORDERED),
        _verb(
            "edit",
            "Change",
            _edit,
            ItemStatus.NEW,
            form=EditForm,
            initial=lambda request, objects: {
                "quantity": objects[0].desired_qty,
                "notes": objects[0].notes,
            },
        ),
        _verb("remove", "Remove", _remove, ItemStatus.NEW, danger=True, ends_on_list=True),
    ]

    def object_title(self, obj: Any) -> str:
        return item_words(obj)

    @column("What", order="manufacturer_code")
    def what(self, item: ShoppingItem) -> str:
        return item_words(item)

    @column("Part")
    def part(self, item: ShoppingItem) -> SafeString | str:
        return part_link(item.maybe_part) if item.maybe_part else "-"

    @column("State", order="status", export="status")
    def state(self, item: ShoppingItem) -> SafeString:
        return badge(item.get_status_display(), ITEM_STATES[ItemStatus(item.status)])

    @column("Wanted", numeric=True, order="desired_qty", export="desired_qty")
    def wanted(self, item: ShoppingItem) -> SafeString:
        return number(item.desired_qty)

    @column("Ordered", numeric=True, order="ordered_qty", export="ordered_qty")
    def ordered(self, item: ShoppingItem) -> SafeString:
        return number(item.ordered_qty)

    @column("Received", numeric=True, order="received_qty", export="received_qty")
    def received(self, item: ShoppingItem) -> SafeString:
        return number(item.received_qty)
