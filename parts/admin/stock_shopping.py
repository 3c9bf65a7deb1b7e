"""Shopping lists, by state and by seller."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ServiceAdmin,
    ShortTable,
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
from parts.choices.stock import ListStatus
from parts.models import ShoppingList
from parts.services import shopping

STATES = {ListStatus.CONCEPT: "idle", ListStatus.READY: "wait", ListStatus.DONE: "ok"}


class StatusForm(forms.Form):
    """A state of a list."""

    status = forms.ChoiceField(label="State", choices=ListStatus.choices)


def _set_status(request: HttpRequest, row: ShoppingList, data: dict[str, Any]) -> str:
    shopping.set_list_status(actor=request.user, list_id=row.pk, status=data["status"])
    return f"{row} is {data['status']}."


def _groups(request: HttpRequest, row: ShoppingList) -> dict[str, Any]:
    """One table per seller, those without one last."""
    items = row.items.select_related("maybe_part", "seller").order_by("seller__name", "pk")
    by_seller: dict[str, list[tuple[Any, ...]]] = {}
    for item in sorted(items, key=lambda item: item.seller is None):
        name = item.seller.name if item.seller else "No seller yet"
        part = item.maybe_part
        by_seller.setdefault(name, []).append(
            (
                part.id4 if part else item.manufacturer_code or "",
                part.description if part else item.description or "",
                number(item.desired_qty),
                number(item.ordered_qty),
                number(item.received_qty),
                item.get_status_display(),
            )
        )
    header = ("Part", "Description", "Wanted", "Ordered", "Received", "State")
    tables = [ShortTable(name, header, rows) for name, rows in by_seller.items()]
    return {"tables": tables or [ShortTable("Lines", header, empty="The list is empty.")]}


@register(ShoppingList)
class ShoppingListAdmin(ServiceAdmin):
    """Shopping lists."""

    noun = "shopping list"
    list_title = "Shopping"
    list_display = ["name", "state", "changed"]
    list_filter = ["status"]
    search_fields = ["name", "description"]
    ordering = ["-updated_at", "-pk"]
    fields = ["name", "description"]
    tabs = [Tab("groups", "By seller", context=_groups)]
    verbs = [
        Verb(
            slug="set-state",
            label="Set state",
            permission=policy.CHANGE_STOCK,
            run=each(_set_status, "changed"),
            form=StatusForm,
        )
    ]

    def opens_on(self, obj: Any) -> str:
        return "groups"

    @column("State", order="status", export="status")
    def state(self, row: ShoppingList) -> SafeString:
        return badge(row.get_status_display(), STATES[ListStatus(row.status)])

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
