"""Parts, their types, sellers and ledger."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    ReadOnlyAdmin,
    ServiceAdmin,
    ShortTable,
    Tab,
    column,
    identifier,
    number,
    register,
    when,
)
from parts.admin.stock_verbs import ADD, ARCHIVE, COUNT, MOVE, RESTORE, USE
from parts.admin.stock_words import page_of, slots_of, stock_badge
from parts.models import Box, PartType, Seller, StockMovement, StockPart
from parts.selectors.coverage import reservations_of
from parts.selectors.covers import thumbnail_url
from parts.selectors.stock_search import matching_parts
from parts.services import documents, parts, sellers, types

SHOWN = 20
LABEL = "/api/stock/labels?parts={}"


class PartForm(forms.ModelForm):
    """A part as people edit it; a photo or datasheet may come with it."""

    tag_words = forms.CharField(
        label="Tags", required=False, help_text="Separated by commas, e.g. 0805, SMD."
    )
    seller_name = forms.CharField(label="Seller", required=False, max_length=255)
    document = forms.FileField(
        label="Photo or datasheet", required=False, help_text="A picture or a PDF."
    )

    class Meta:
        model = StockPart
        fields = [
            "description",
            "manufacturer_code",
            "manufacturer",
            "type",
            "package",
            "pin_count",
            "voltage_rating",
            "mounting_type",
            "series",
            "product_page",
            "min_qty",
        ]
        widgets = {
            name: forms.TextInput(attrs={"class": "vTextField"})
            for name in ("description", "manufacturer_code", "manufacturer", "product_page")
        }
        labels = {"min_qty": "Minimum stock"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_words"] = ", ".join(self.instance.tags)
            primary = self.instance.seller_links.filter(is_primary=True).first()
            self.initial["seller_name"] = primary.seller.name if primary else ""


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """Turn the form's fields into those of the service."""
    values = {
        name: value
        for name, value in data.items()
        if name not in {"type", "tag_words", "seller_name", "document"}
    }
    if "type" in data:
        values["type_id"] = data["type"].pk if data["type"] else None
    if "tag_words" in data:
        values["tags"] = [tag.strip() for tag in data["tag_words"].split(",") if tag.strip()]
    if "seller_name" in data:
        values["seller"] = data["seller_name"].strip() or None
    return values


def _where(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    rows = list(part.places.order_by("box_no", "loc_no"))
    found = Box.objects.filter(box_no__in={row.box_no for row in rows}).order_by("box_no")
    drawn = [{"box": box, "slots": slots_of(box, part=part), "url": page_of(box)} for box in found]
    return {"places": rows, "boxes": drawn}


def _documents(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    rows = part.documents.select_related("blob").order_by("created_at", "pk")
    return {"documents": [(row, thumbnail_url(row)) for row in rows]}


def _history(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    rows = part.movements.select_related("user").order_by("-at", "-pk")[:SHOWN]
    cells = [
        (
            when(row.at),
            row.get_reason_display(),
            row.location_reference or "",
            number(row.delta_qty),
            number(row.balance_after),
            row.user.username if row.user else "",
        )
        for row in rows
    ]
    header = ("When", "Why", "Place", "Change", "Balance", "Who")
    return {"tables": [ShortTable("History", header, cells, empty="No stock yet.")]}


def _kits(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    rows = reservations_of([part.pk]).get(part.pk, [])
    cells = [(row.project_name, row.required_qty, number(row.reserved_quantity)) for row in rows]
    header = ("Kit", "Per unit", "Reserved")
    return {"tables": [ShortTable("Kits", header, cells, empty="No kit needs it.")]}


def _buy(request: HttpRequest, part: StockPart) -> dict[str, Any]:
    links = part.seller_links.select_related("seller").order_by("-is_primary", "pk")
    items = part.shopping_items.select_related("list").order_by("-updated_at")[:SHOWN]
    return {
        "tables": [
            ShortTable(
                "Sellers", ("Seller", "Address"), [(row.seller.name, row.link) for row in links]
            ),
            ShortTable(
                "Shopping lists",
                ("List", "State", "Wanted", "Ordered", "Received"),
                [
                    (
                        row.list.name,
                        row.get_status_display(),
                        number(row.desired_qty),
                        number(row.ordered_qty),
                        number(row.received_qty),
                    )
                    for row in items
                ],
            ),
        ]
    }


@register(StockPart)
class StockPartAdmin(ServiceAdmin):
    """Electronics parts."""

    form = PartForm
    noun = "part"
    list_title = "Parts"
    list_display = ["id_word", "description", "manufacturer_code", "type", "state", "total"]
    list_filter = ["type"]
    list_select_related = ["type"]
    search_fields = ["id4"]
    search_help_text = "Id, code, type, tag, words, seller or file name."
    ordering = ["-created_at", "-pk"]
    verbs = [ADD, USE, MOVE, COUNT, ARCHIVE, RESTORE]
    row_verbs = ["add-stock", "use-stock"]
    tabs = [
        Tab("where", "Where", "parts/admin/part_where.html", _where),
        Tab("documents", "Documents", "parts/admin/part_documents.html", _documents),
        Tab("history", "History", context=_history),
        Tab("kits", "Kits", context=_kits),
        Tab("buy", "Buy", context=_buy),
    ]

    class Media:
        css = {"all": ["parts/stock.css"]}

    def opens_on(self, obj: Any) -> str:
        return "where"

    def subtitle(self, obj: Any) -> str:
        words = (obj.manufacturer, obj.manufacturer_code, obj.description)
        return " ".join(word for word in words if word)

    @column("Part", order="id4", export="id4")
    def id_word(self, part: StockPart) -> SafeString:
        return identifier(part.id4)

    @column("State", export="total_quantity")
    def state(self, part: StockPart) -> SafeString:
        return stock_badge(part)

    @column("In stock", order="total_quantity", numeric=True, export="total_quantity")
    def total(self, part: StockPart) -> SafeString:
        return number(part.total_quantity)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockPart], search_term: str
    ) -> tuple[QuerySet[StockPart], bool]:
        """Search as the API does."""
        text = search_term.strip()[:200]
        return (queryset.filter(pk__in=matching_parts(text)) if text else queryset), False

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> StockPart:
        """Add a part, then its document."""
        part = parts.create_part(actor=request.user, values=_values(data))
        self._keep_document(request, part, data)
        return part

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> StockPart:
        """Change a part, and keep a document that came along."""
        part = parts.update_part(actor=request.user, id4=obj.id4, values=_values(changes))
        self._keep_document(request, part, changes)
        return part

    def _keep_document(self, request: HttpRequest, part: StockPart, data: dict[str, Any]) -> None:
        file = data.get("document")
        if file:
            upload = documents.Upload(file.name, file.size, file.file)
            documents.upload_document(actor=request.user, parent=part, upload=upload)


@register(PartType)
class PartTypeAdmin(ServiceAdmin):
    """Types of parts."""

    noun = "type"
    list_title = "Types"
    list_display = ["name", "designated_box"]
    list_select_related = ["designated_box"]
    search_fields = ["name"]
    ordering = ["name"]
    fields = ["name", "designated_box", "kicad_symbol", "kicad_footprint", "kicad_reference"]

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
class SellerAdmin(ServiceAdmin):
    """Sellers."""

    noun = "seller"
    list_title = "Sellers"
    list_display = ["name", "address"]
    search_fields = ["name"]
    fields = ["name", "website"]

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
class StockMovementAdmin(ReadOnlyAdmin):
    """The ledger of all parts."""

    noun = "stock movement"
    list_title = "Stock history"
    list_display = ["part", "moment", "reason", "place", "delta_qty", "balance_after", "user"]
    list_filter = ["reason"]
    list_select_related = ["part", "user"]
    search_fields = ["part__id4", "ref"]
    ordering = ["-at", "-pk"]

    @column("When", order="at", export="at")
    def moment(self, row: StockMovement) -> SafeString:
        return when(row.at)

    @column("Place")
    def place(self, row: StockMovement) -> str:
        return row.location_reference or ""


def _type_values(data: dict[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in data.items() if name != "designated_box"}
    if "designated_box" in data:
        box = data["designated_box"]
        values["designated_box_no"] = box.box_no if box else None
    return values
