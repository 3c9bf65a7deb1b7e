"""Parts: where they lie, what they are, what happened to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    EMPTY,
    Tab,
    column,
    identifier,
    number,
    register,
    toast,
    when,
)
from parts import policy
from parts.admin import stock_intake, stock_scan
from parts.admin.stock_buying import SELLER, WANT
from parts.admin.stock_documents import (
    ADD_DOCUMENT,
    change_document,
    documents_tab,
    show_document,
)
from parts.admin.stock_forms import PlaceField, quantity_field
from parts.admin.stock_pages import StockAdmin, labels_verb
from parts.admin.stock_part_tabs import (
    buy_tab,
    history_tab,
    kits_tab,
    parameters_tab,
    where_tab,
)
from parts.admin.stock_verbs import ADD, ARCHIVE, COUNT, MOVE, PARAMETERS, RESTORE, USE
from parts.admin.stock_words import stock_badge
from parts.errors.stock import RecordNotFound, StockInvalid
from parts.models import StockPart
from parts.selectors import boxes as box_reads
from parts.selectors.search_archived import matching_archived
from parts.selectors.stock_search import Finds, find_parts, matching_parts
from parts.services import documents, parts
from parts.services.booking import Amount

SHOWN = 20
NOT_OF_THE_PART = {
    "type",
    "tag_words",
    "seller_name",
    "document",
    "first_place",
    "first_quantity",
}


class PartForm(forms.ModelForm):
    """A part as people edit it; a photo or datasheet may come with it."""

    tag_words = forms.CharField(
        label="Tags", required=False, help_text="Separated by commas, e.g. 0805, SMD."
    )
    seller_name = forms.CharField(label="Seller", required=False, max_length=255)
    document = forms.FileField(
        label="Photo or datasheet",
        required=False,
        help_text="A picture or a PDF.",
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
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


class NewPartForm(PartForm):
    """A part to add, with its first stock."""

    first_place = PlaceField(
        label="Place",
        required=False,
        help_text="Box and place, e.g. 7-3. Blank: the next free one.",
    )
    first_quantity = quantity_field("Quantity", required=False, min_value=0)


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """Turn the form's fields into those of the service."""
    values = {name: value for name, value in data.items() if name not in NOT_OF_THE_PART}
    if "type" in data:
        values["type_id"] = data["type"].pk if data["type"] else None
    if "tag_words" in data:
        values["tags"] = [tag.strip() for tag in data["tag_words"].split(",") if tag.strip()]
    if "seller_name" in data:
        values["seller"] = data["seller_name"].strip() or None
    return values


def _first_stock(data: dict[str, Any]) -> list[Amount]:
    """Return the first stock of a new part; without a place it goes to the next free one."""
    quantity = data.get("first_quantity")
    if not quantity:
        return []
    try:
        place = data.get("first_place") or box_reads.suggestions(data.get("type"), 1)[0].place
    except RecordNotFound as err:
        raise StockInvalid(first_place="No place is free. Add a box first.") from err
    return [Amount.at(place, quantity)]


class StockFilter(SimpleListFilter):
    """Parts by what is there of them."""

    title = "stock"
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("in", "In stock"), ("low", "Low"), ("out", "Out of stock"), ("gone", "Archived")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[StockPart]) -> QuerySet[StockPart]:
        """Keep the parts of the chosen state; archived ones only when they are asked for."""
        if self.value() == "gone":
            return queryset.filter(archived_at__isnull=False)
        live = queryset.filter(archived_at__isnull=True)
        if self.value() == "low":
            return live.filter(min_qty__isnull=False, total_quantity__lt=F("min_qty"))
        if self.value() == "out":
            return live.filter(total_quantity=0)
        return live.filter(total_quantity__gt=0) if self.value() == "in" else live


@register(StockPart)
class StockPartAdmin(StockAdmin):
    """Electronics parts."""

    form = PartForm
    noun = "part"
    list_title = "Parts"
    list_display = ["id_word", "description", "total", "state", "manufacturer_code", "type"]
    list_filter = [StockFilter, "type"]
    list_select_related = ["type"]
    search_fields = ["id4"]
    search_help_text = "Id, code, type, tag, words, seller or file name."
    ordering = ["-created_at", "-pk"]
    phone_columns = ["description", "state", "total"]
    verbs = [
        ADD,
        USE,
        MOVE,
        COUNT,
        ADD_DOCUMENT,
        labels_verb("parts", "id4"),
        PARAMETERS,
        WANT,
        SELLER,
        ARCHIVE,
        RESTORE,
    ]
    row_verbs = ["use-stock", "add-stock"]
    empty_text = "No parts yet. Add one, take a photo of one, or run load_demo parts."
    summary = ["kind", "code", "tag_words", "package_words", "minimum", "seller_words", "counted"]
    tabs = [
        Tab("where", "Where", "parts/admin/part_where.html", where_tab),
        Tab(
            "documents",
            "Documents",
            "parts/admin/part_documents.html",
            documents_tab,
            count=lambda request, part: part.documents.count() or None,
        ),
        Tab("history", "History", context=history_tab),
        Tab("kits", "Kits", context=kits_tab),
        Tab("buy", "Buy", context=buy_tab),
        Tab("parameters", "Parameters", context=parameters_tab),
    ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Ask for the first stock of a new part."""
        if obj is None:
            kwargs.setdefault("form", NewPartForm)
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Ask first for what a person at the bench knows."""
        stock = [] if obj else ["first_quantity", "first_place"]
        first = ["description", "document", *stock, "type", "tag_words", "manufacturer_code"]
        return [*first, *(name for name in PartForm.base_fields if name not in first)]

    def get_urls(self) -> list[URLPattern]:
        """Add the scan field, the document viewer and the photo intake."""
        wrap = self.admin_site.admin_view
        return [
            path("scan/", wrap(self.scan_view), name="parts_stockpart_scan"),
            path("intake/", wrap(self.intake_view), name="parts_stockpart_intake"),
            path(
                "documents/<int:document_id>/",
                wrap(self.document_view),
                name="parts_stockpart_document",
            ),
            path(
                "documents/<int:document_id>/<slug:what>/",
                wrap(self.document_change_view),
                name="parts_stockpart_document_change",
            ),
            *super().get_urls(),
        ]

    def scan_view(self, request: HttpRequest) -> HttpResponseBase:
        """Do the obvious thing with what was scanned or typed."""
        self._require(request, policy.VIEW_STOCK)
        return stock_scan.scan(self, request)

    def intake_view(self, request: HttpRequest) -> HttpResponseBase:
        """Begin a part from a photo or text."""
        self._require(request, policy.CHANGE_STOCK)
        return stock_intake.intake(self, request)

    def document_view(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        """Show a document."""
        return show_document(self, request, document_id)

    def document_change_view(
        self, request: HttpRequest, document_id: int, what: str
    ) -> HttpResponseBase:
        """Choose the cover, or remove a document."""
        return change_document(request, document_id, what)

    def _require(self, request: HttpRequest, permission: str) -> None:
        if not request.user.has_perm(permission):
            raise PermissionDenied

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

    @column("Type")
    def kind(self, part: StockPart) -> str:
        return str(part.type or EMPTY)

    @column("Manufacturer code")
    def code(self, part: StockPart) -> SafeString:
        return identifier(part.manufacturer_code)

    @column("Tags")
    def tag_words(self, part: StockPart) -> str:
        return ", ".join(part.tags) or EMPTY

    @column("Package")
    def package_words(self, part: StockPart) -> str:
        pins = f"{part.pin_count} pins" if part.pin_count else ""
        return ", ".join(word for word in (part.package, part.mounting_type, pins) if word) or EMPTY

    @column("Minimum stock")
    def minimum(self, part: StockPart) -> SafeString:
        return number(part.min_qty)

    @column("Seller")
    def seller_words(self, part: StockPart) -> str:
        link = part.seller_links.select_related("seller").filter(is_primary=True).first()
        return link.seller.name if link else EMPTY

    @column("Last counted")
    def counted(self, part: StockPart) -> SafeString:
        return when(part.last_counted_at)

    @column("In stock", order="total_quantity", numeric=True, export="total_quantity")
    def total(self, part: StockPart) -> SafeString:
        return number(part.total_quantity)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StockPart], search_term: str
    ) -> tuple[QuerySet[StockPart], bool]:
        """Search as the API does."""
        text = search_term.strip()[:200]
        is_archive = request.GET.get(StockFilter.parameter_name) == "gone"
        matching = matching_archived if is_archive else matching_parts
        return (queryset.filter(pk__in=matching(text)) if text else queryset), False

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        """Put the best finds of a search first, unless a column is chosen or there are too many."""
        found = _finds_of(request)
        if not found.finds or found.is_capped:
            return list(super().get_ordering(request))
        places = (When(pk=find.row.part_pk, then=at) for at, find in enumerate(found.finds))
        return [Case(*places, default=len(found.finds)), *self.ordering]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> StockPart:
        """Add a part, then its document."""
        part = parts.create_part(actor=request.user, values=_values(data), stock=_first_stock(data))
        self._keep_document(request, part, data)
        toast(
            request,
            f"The label of {part.id4} is ready.",
            url=f"/api/stock/labels?parts={part.id4}",
            link="Open the label",
        )
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


def _finds_of(request: HttpRequest) -> Finds:
    """Return what the text of a call finds; a list asks for its order several times."""
    kept = vars(request)
    if "stock_finds" not in kept:
        text = request.GET.get(SEARCH_VAR, "").strip()[:200]
        kept["stock_finds"] = find_parts(text) if "\0" not in text else Finds([])
    found: Finds = kept["stock_finds"]
    return found
