"""Shopping lists: a board by state, lines by seller, ordering and receiving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    Answer,
    Tab,
    Verb,
    badge,
    column,
    each,
    number,
    register,
    when,
)
from parts import policy
from parts.admin.stock_forms import PartField, quantity_field
from parts.admin.stock_items import ITEM_STATES, item_words
from parts.admin.stock_pages import StockAdmin, stock_page, verb_address
from parts.admin.stock_words import page_of
from parts.choices.stock import ItemStatus, ListStatus
from parts.models import Seller, ShoppingItem, ShoppingList
from parts.services import shopping, shopping_orders
from parts.services.low_stock import push_short

STATES = {ListStatus.CONCEPT: "idle", ListStatus.READY: "wait", ListStatus.DONE: "ok"}
NEXT = {
    ListStatus.CONCEPT: (ListStatus.READY,),
    ListStatus.READY: (ListStatus.CONCEPT, ListStatus.DONE),
    ListStatus.DONE: (),
}
ON_BOARD = 30


class LineForm(forms.Form):
    """A line of a list."""

    part = PartField(
        label="Part", required=False, help_text="Its four letters, or words that only it has."
    )
    manufacturer_code = forms.CharField(
        label="Or a manufacturer code", required=False, max_length=255
    )
    description = forms.CharField(label="Description", required=False, max_length=2000)
    quantity = quantity_field("Wanted")
    seller = forms.ModelChoiceField(label="Seller", queryset=Seller.objects.all(), required=False)
    notes = forms.CharField(label="Notes", required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """Something must be named."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        named = (data.get("part"), data.get("manufacturer_code"), data.get("description"))
        if not self.errors and not any(named):
            self.add_error("part", "Write a part, a manufacturer code or a description.")
        return data


def _order_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """One choice per seller that has open lines."""
    rows = objects[0].items.exclude(status=ItemStatus.DONE).select_related("seller")
    choices = {
        str(row.seller_id or shopping_orders.UNGROUPED): str(row.seller or "No seller yet")
        for row in rows
    }
    field = forms.ChoiceField(
        label="Seller", choices=sorted(choices.items(), key=lambda choice: str(choice[1]))
    )
    return type("OrderForm", (forms.Form,), {"group": field})


def _status_form(request: HttpRequest, objects: list[Any]) -> type[forms.Form]:
    """The states that may follow."""
    wanted = {state for row in objects for state in NEXT[ListStatus(row.status)]}
    choices = [(state.value, state.label) for state in ListStatus if state in wanted]
    field = forms.ChoiceField(label="State", choices=choices)
    return type("StatusForm", (forms.Form,), {"status": field})


def _set_status(request: HttpRequest, row: ShoppingList, data: dict[str, Any]) -> str:
    shopping.set_list_status(actor=request.user, list_id=row.pk, status=data["status"])
    return f"{row} is {data['status']}."


def _add_line(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    part, seller = data.get("part"), data.get("seller")
    values = {
        "maybe_part_id4": part.id4 if part else None,
        "manufacturer_code": data["manufacturer_code"] or None,
        "description": data["description"] or None,
        "desired_qty": data["quantity"],
        "seller_id": seller.pk if seller else _usual_seller(part),
        "notes": data["notes"] or None,
    }
    row = shopping.add_item(actor=request.user, list_id=objects[0].pk, values=values)
    return Answer(f"{row.desired_qty} of {item_words(row)} are on the list.")


def _usual_seller(part: Any) -> int | None:
    link = part.seller_links.filter(is_primary=True).first() if part else None
    return link.seller_id if link else None


def _order(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    shopping_orders.order_group(
        actor=request.user, list_id=objects[0].pk, group_key=data["group"], quantities={}
    )
    return Answer("The lines are ordered.")


def _add_short(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    push = push_short(actor=request.user, list_id=objects[0].pk)
    if push.shopping_list is None:
        return Answer("No part is under its minimum.")
    return Answer(f"{push.items_modified} parts under their minimum are on the list.")


def _groups(request: HttpRequest, row: ShoppingList) -> dict[str, Any]:
    """The lines by seller, those without one last."""
    items = row.items.select_related("maybe_part", "seller", "list").order_by("seller__name", "pk")
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in sorted(items, key=lambda item: item.seller is None):
        name = item.seller.name if item.seller else "No seller yet"
        groups.setdefault(name, []).append(_line(item))
    return {
        "groups": [
            {
                "name": name,
                "lines": lines,
                "wanted": sum(line["item"].desired_qty for line in lines),
                "ordered": sum(line["item"].ordered_qty for line in lines),
                "received": sum(line["item"].received_qty for line in lines),
            }
            for name, lines in groups.items()
        ],
        "may_change": request.user.has_perm(policy.CHANGE_STOCK) and row.status != ListStatus.DONE,
        "add_url": verb_address("shoppinglist", "add-line", row.pk),
    }


def _line(item: ShoppingItem) -> dict[str, Any]:
    part, verb = item.maybe_part, _verb_of(item)
    return {
        "item": item,
        "badge": badge(item.get_status_display(), ITEM_STATES[ItemStatus(item.status)]),
        "part_url": page_of(part) if part else "",
        "page_url": page_of(item),
        "verb": verb[1] if verb else "",
        "url": verb_address("shoppingitem", verb[0], item.pk, next=page_of(item.list))
        if verb
        else "",
    }


def _verb_of(item: ShoppingItem) -> tuple[str, str] | None:
    if item.status == ItemStatus.ORDERED:
        is_there = item.received_qty >= item.ordered_qty
        return ("complete", "Complete") if is_there else ("receive", "Receive")
    if item.status == ItemStatus.NEW and item.list.status == ListStatus.READY:
        return ("order", "Order")
    return None


def _is_open(row: ShoppingList) -> bool:
    return row.status != ListStatus.DONE


@register(ShoppingList)
class ShoppingListAdmin(StockAdmin):
    """Shopping lists."""

    noun = "shopping list"
    list_title = "Shopping"
    change_list_template = "parts/admin/shopping_lists.html"
    list_display = ["name", "state", "lines", "open_lines", "changed"]
    list_filter = ["status"]
    search_fields = ["name", "description"]
    ordering = ["-updated_at", "-pk"]
    fields = ["name", "description"]
    empty_text = "No shopping lists yet. A kit's page makes them too."
    tabs = [Tab("groups", "By seller", "parts/admin/shopping_groups.html", _groups)]
    verbs = [
        Verb(
            slug="add-line",
            label="Add line",
            permission=policy.CHANGE_STOCK,
            run=_add_line,
            form=LineForm,
            on_list=False,
            fits=_is_open,
            icon="plus",
        ),
        Verb(
            slug="set-state",
            label="Set state",
            permission=policy.CHANGE_STOCK,
            run=each(_set_status, "changed"),
            form=_status_form,
            fits=_is_open,
        ),
        Verb(
            slug="order-group",
            label="Order a seller's lines",
            permission=policy.CHANGE_STOCK,
            run=_order,
            form=_order_form,
            on_list=False,
            fits=lambda row: row.status == ListStatus.READY,
        ),
        Verb(
            slug="add-short",
            label="Add what is under its minimum",
            permission=policy.CHANGE_STOCK,
            run=_add_short,
            on_list=False,
            fits=lambda row: row.status == ListStatus.CONCEPT,
        ),
    ]

    def opens_on(self, obj: Any) -> str:
        return "groups"

    def get_urls(self) -> list[URLPattern]:
        """Add the board."""
        board = self.admin_site.admin_view(self.board_view)
        return [path("board/", board, name="parts_shoppinglist_board"), *super().get_urls()]

    def board_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show the lists as cards in three columns."""
        rows = list(self.get_queryset(request).order_by("-updated_at", "-pk")[: 3 * ON_BOARD])
        return stock_page(
            self,
            request,
            "parts/admin/shopping_board.html",
            "Shopping board",
            columns=[
                {
                    "title": state.label,
                    "cards": [_card(row) for row in rows if row.status == state][:ON_BOARD],
                }
                for state in ListStatus
            ],
            may_change=request.user.has_perm(policy.CHANGE_STOCK),
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShoppingList]:
        """Count the lines of each list."""
        is_open = ~Q(items__status=ItemStatus.DONE) & Q(items__isnull=False)
        rows: QuerySet[ShoppingList] = super().get_queryset(request)
        return rows.annotate(
            line_count=Count("items", distinct=True),
            open_count=Count("items", filter=is_open, distinct=True),
        )

    @column("State", order="status", export="status")
    def state(self, row: ShoppingList) -> SafeString:
        return badge(row.get_status_display(), STATES[ListStatus(row.status)])

    @column("Lines", order="line_count", numeric=True)
    def lines(self, row: Any) -> SafeString:
        return number(getattr(row, "line_count", None))

    @column("Open", order="open_count", numeric=True)
    def open_lines(self, row: Any) -> SafeString:
        return number(getattr(row, "open_count", None))

    @column("Changed", order="updated_at", export="updated_at")
    def changed(self, row: ShoppingList) -> SafeString:
        return when(row.updated_at)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> ShoppingList:
        """Begin a list."""
        return shopping.create_list(actor=request.user, **data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> ShoppingList:
        """Change a list."""
        return shopping.update_list(actor=request.user, list_id=obj.pk, values=changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a list."""
        shopping.delete_list(actor=request.user, list_id=obj.pk)


def _card(row: Any) -> dict[str, Any]:
    sellers = row.items.values_list("seller__name").annotate(n=Count("pk")).order_by("seller__name")
    return {
        "list": row,
        "url": page_of(row),
        "open": row.open_count,
        "total": row.line_count,
        "sellers": [(name or "No seller yet", count) for name, count in sellers],
        "state_url": verb_address("shoppinglist", "set-state", row.pk) if _is_open(row) else "",
        "add_url": verb_address("shoppinglist", "add-line", row.pk) if _is_open(row) else "",
    }
