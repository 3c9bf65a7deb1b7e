"""Pick lists: line by line on a phone, or all at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import Answer, Tab, Verb, badge, column, number, register, when
from parts import policy
from parts.admin.stock_forms import PlaceField
from parts.admin.stock_pages import StockReadOnlyAdmin, verb_address
from parts.admin.stock_words import page_of
from parts.choices.stock import PickStatus
from parts.models import PickList, PickListLine
from parts.services import picking

PDF = "/api/stock/pick-lists/{}/pdf"
STATES = {PickStatus.OPEN: "wait", PickStatus.COMPLETED: "ok"}


class QuantityForm(forms.Form):
    """Another quantity to take."""

    quantity = forms.IntegerField(label="Take", min_value=0)


class PutBackForm(forms.Form):
    """Where to put it back."""

    place = PlaceField(label="Place", required=False, help_text="Blank: where it came from.")


def pick_cells(row: PickList) -> tuple[Any, ...]:
    """Return the cells of a pick list in a short table."""
    return (
        format_html('<a href="{}">{}</a>', page_of(row), row),
        badge(row.get_status_display(), STATES[PickStatus(row.status)]),
        number(row.requested_units),
        when(row.created_at),
        format_html('<a href="{}">PDF</a>', PDF.format(row.pk)),
    )


def _pick_all(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    lines = list(objects[0].lines.filter(status=PickStatus.OPEN).order_by("box_no", "loc_no"))
    for line in lines:
        picking.pick_line(actor=request.user, pick_list_id=line.pick_list_id, line_id=line.pk)
    return Answer(f"{len(lines)} lines picked.")


def _delete(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    label = str(objects[0])
    picking.delete_pick_list(actor=request.user, pick_list_id=objects[0].pk)
    return Answer(f"{label} is deleted.")


def _lines(request: HttpRequest, row: PickList) -> dict[str, Any]:
    lines = row.lines.select_related("part").order_by("box_no", "loc_no", "part__id4")
    may = request.user.has_perm(policy.CHANGE_STOCK)
    return {
        "lines": [
            {
                "line": line,
                "is_done": line.status == PickStatus.COMPLETED,
                "url": verb_address("picklistline", _next(line), line.pk, next=page_of(row)),
                "change_url": verb_address(
                    "picklistline", "take-another", line.pk, next=page_of(row)
                ),
                "part_url": page_of(line.part),
            }
            for line in lines
        ],
        "may_change": may,
        "pdf": PDF.format(row.pk),
    }


def _next(line: PickListLine) -> str:
    return "undo" if line.status == PickStatus.COMPLETED else "pick"


@register(PickList)
class PickListAdmin(StockReadOnlyAdmin):
    """Pick lists."""

    noun = "pick list"
    list_title = "Pick lists"
    list_display = ["name", "kit", "state", "requested_units", "made"]
    list_filter = ["status"]
    list_select_related = ["kit"]
    ordering = ["-created_at", "-pk"]
    tabs = [Tab("lines", "Lines", "parts/admin/pick_lines.html", _lines)]
    empty_text = "No pick lists yet. A kit's page makes them."
    filled_by = ("Kits", "admin:parts_kit_changelist", policy.CHANGE_STOCK)
    verbs = [
        Verb(
            slug="pick-all",
            label="Pick all",
            permission=policy.CHANGE_STOCK,
            run=_pick_all,
            follows="Every open line is taken from stock.",
            fits=lambda row: row.status == PickStatus.OPEN,
            on_list=False,
            icon="list-checks",
        ),
        Verb(
            slug="delete-list",
            label="Delete",
            permission=policy.CHANGE_STOCK,
            run=_delete,
            danger=True,
            on_list=False,
            ends_on_list=True,
        ),
    ]

    def opens_on(self, obj: Any) -> str:
        return "lines"

    @column("Pick list", order="pk")
    def name(self, row: PickList) -> str:
        return str(row)

    @column("State", order="status", export="status")
    def state(self, row: PickList) -> SafeString:
        return badge(row.get_status_display(), STATES[PickStatus(row.status)])

    @column("Made", order="created_at", export="created_at")
    def made(self, row: PickList) -> SafeString:
        return when(row.created_at)


def _pick(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    line = objects[0]
    picking.pick_line(actor=request.user, pick_list_id=line.pick_list_id, line_id=line.pk)
    return Answer(f"{line.quantity_to_pick} of {line.part} picked.")


def _undo(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    line = objects[0]
    picking.undo_line(
        actor=request.user,
        pick_list_id=line.pick_list_id,
        line_id=line.pk,
        place=data.get("place"),
    )
    return Answer(f"{line.part} is back.")


def _take(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    line = objects[0]
    picking.set_line_quantity(
        actor=request.user,
        pick_list_id=line.pick_list_id,
        line_id=line.pk,
        quantity=data["quantity"],
    )
    return Answer(f"{data['quantity']} of {line.part} will be taken.")


@register(PickListLine)
class PickListLineAdmin(StockReadOnlyAdmin):
    """Lines of pick lists."""

    noun = "pick line"
    list_title = "Lines to pick"
    list_display = ["part", "place", "quantity_to_pick", "state", "pick_list"]
    list_filter = ["status"]
    list_select_related = ["part", "pick_list"]
    search_fields = ["part__id4"]
    ordering = ["box_no", "loc_no", "pk"]
    row_verbs = ["pick", "undo"]
    empty_text = "Nothing is to be picked. A kit's page makes pick lists."
    filled_by = ("Kits", "admin:parts_kit_changelist", policy.CHANGE_STOCK)
    verbs = [
        Verb(
            slug="pick",
            label="Pick",
            permission=policy.CHANGE_STOCK,
            run=_pick,
            on_list=False,
            fits=lambda line: line.status == PickStatus.OPEN,
        ),
        Verb(
            slug="undo",
            label="Put back",
            permission=policy.CHANGE_STOCK,
            run=_undo,
            form=PutBackForm,
            on_list=False,
            fits=lambda line: line.status == PickStatus.COMPLETED,
        ),
        Verb(
            slug="take-another",
            label="Take another quantity",
            permission=policy.CHANGE_STOCK,
            run=_take,
            form=QuantityForm,
            on_list=False,
            fits=lambda line: line.status == PickStatus.OPEN,
        ),
    ]

    def object_title(self, obj: Any) -> str:
        return f"{obj.quantity_to_pick} of {obj.part} from {obj.box_no}-{obj.loc_no}"

    @column("Place")
    def place(self, line: PickListLine) -> str:
        return f"{line.box_no}-{line.loc_no}"

    @column("State", order="status", export="status")
    def state(self, line: PickListLine) -> SafeString:
        return badge(line.get_status_display(), STATES[PickStatus(line.status)])
