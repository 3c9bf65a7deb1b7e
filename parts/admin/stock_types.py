"""Types of parts, sellers and the ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import Answer, ShortTable, Tab, Verb, column, number, register, when
from parts import policy
from parts.admin.stock_pages import StockAdmin, StockReadOnlyAdmin, verb_address
from parts.admin.stock_words import part_link, web_link
from parts.choices.stock import Unit
from parts.models import PartType, Seller, StockMovement
from parts.services import sellers, types

SHOWN = 50


class ParameterForm(forms.Form):
    """Something to measure of every part of a type."""

    name = forms.CharField(label="Name", max_length=50, help_text="E.g. resistance.")
    unit = forms.ChoiceField(label="Unit", required=False, choices=[("", "None"), *Unit.choices])


def _add_parameter(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    known = [{"name": item.name, "unit": item.unit} for item in objects[0].parameters.all()]
    wanted = {"name": data["name"], "unit": data["unit"]}
    types.update_type(
        actor=request.user, type_id=objects[0].pk, values={"parameters": [*known, wanted]}
    )
    return Answer(f"{data['name']} is measured of every {objects[0]}.")


def _type_parts(request: HttpRequest, kind: PartType) -> dict[str, Any]:
    rows = kind.parts.live().order_by("id4")[:SHOWN]
    cells = [(part_link(row), row.description, number(row.total_quantity)) for row in rows]
    measured = [(item.name, item.get_unit_display() or "none") for item in kind.parameters.all()]
    may = request.user.has_perm(policy.CHANGE_STOCK)
    address = verb_address("parttype", "add-parameter", kind.pk)
    return {
        "tables": [
            ShortTable(
                "Parameters",
                ("Name", "Unit"),
                measured,
                empty="Nothing is measured.",
                button=("Add parameter", address) if may else None,
            ),
            ShortTable("Parts", ("Part", "Description", "In stock"), cells, empty="No parts yet."),
        ]
    }


def _seller_parts(request: HttpRequest, seller: Seller) -> dict[str, Any]:
    rows = seller.part_links.select_related("part").order_by("part__id4")[:SHOWN]
    cells = [(part_link(row.part), row.part.description, web_link(row.link)) for row in rows]
    return {
        "tables": [
            ShortTable("Parts", ("Part", "Description", "Address"), cells, empty="No parts yet.")
        ]
    }


@register(PartType)
class PartTypeAdmin(StockAdmin):
    """Types of parts."""

    noun = "type"
    list_title = "Types"
    list_display = ["name", "designated_box"]
    list_select_related = ["designated_box"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name", "designated_box", "kicad_symbol", "kicad_footprint", "kicad_reference"]
    tabs = [Tab("parts", "Parts", context=_type_parts)]
    verbs = [
        Verb(
            slug="add-parameter",
            label="Add parameter",
            permission=policy.CHANGE_STOCK,
            run=_add_parameter,
            form=ParameterForm,
            on_list=False,
        )
    ]

    def opens_on(self, obj: Any) -> str:
        return "parts"

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> PartType:
        """Add a type."""
        return types.create_type(actor=request.user, values=_type_values(data))

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> PartType:
        """Change a type."""
        return types.update_type(actor=request.user, type_id=obj.pk, values=_type_values(changes))

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a type that nothing uses."""
        types.delete_type(actor=request.user, type_id=obj.pk)


@register(Seller)
class SellerAdmin(StockAdmin):
    """Sellers."""

    noun = "seller"
    list_title = "Sellers"
    list_display = ["name", "address"]
    search_fields = ["name"]
    fields = ["name", "website"]
    tabs = [Tab("parts", "Parts", context=_seller_parts)]

    def opens_on(self, obj: Any) -> str:
        return "parts"

    @column("Address", export="website")
    def address(self, seller: Seller) -> SafeString:
        return format_html("{}", seller.website)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Seller:
        """Add a seller."""
        return sellers.create_seller(actor=request.user, values=data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Seller:
        """Change a seller."""
        return sellers.update_seller(actor=request.user, seller_id=obj.pk, values=changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a seller that nothing names."""
        sellers.delete_seller(actor=request.user, seller_id=obj.pk)


@register(StockMovement)
class StockMovementAdmin(StockReadOnlyAdmin):
    """The ledger of all parts."""

    noun = "stock movement"
    list_title = "Stock history"
    list_display = ["part", "moment", "reason", "place", "change", "balance_after", "user"]
    list_filter = ["reason"]
    list_select_related = ["part", "user"]
    search_fields = ["part__id4", "ref"]
    ordering = ["-at", "-pk"]

    @column("When", order="at", export="at")
    def moment(self, row: StockMovement) -> SafeString:
        return when(row.at)

    @column("Change", numeric=True, export="delta_qty")
    def change(self, row: StockMovement) -> SafeString:
        return number(row.delta_qty)

    @column("Place")
    def place(self, row: StockMovement) -> str:
        return row.location_reference or ""


def _type_values(data: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in data.items() if name != "designated_box"}
    if "designated_box" in data:
        box = data["designated_box"]
        values["designated_box_no"] = box.box_no if box else None
    return values
