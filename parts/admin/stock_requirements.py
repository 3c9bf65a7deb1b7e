"""Lines of kits: changing and removing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from inventory_site.core.admin import Answer, Verb, register
from parts import policy
from parts.admin.stock_forms import PartField, quantity_field
from parts.admin.stock_pages import StockReadOnlyAdmin
from parts.admin.stock_words import page_of
from parts.models import KitRequirement
from parts.services import kits


class ChangeLineForm(forms.Form):
    """What may change of a line."""

    part = PartField(label="Part", required=False, help_text="Another part; blank leaves it.")
    quantity = quantity_field("Per unit")
    designators = forms.CharField(label="Designators", required=False, max_length=2000)
    notes = forms.CharField(label="Notes", required=False, max_length=2000)


def _line_now(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    row = objects[0]
    return {"quantity": row.required_qty, "designators": row.designators, "notes": row.notes}


def _change_line(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    row = objects[0]
    values = {
        "required_qty": data["quantity"],
        "designators": data["designators"] or None,
        "notes": data["notes"] or None,
    }
    if data.get("part"):
        values["part_id4"] = data["part"].id4
    kits.update_requirement(
        actor=request.user,
        kit_id=row.kit_id,
        requirement_id=row.pk,
        version=row.version,
        values=values,
    )
    return Answer("The line is changed.", url=page_of(row.kit))


def _remove_line(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    row = objects[0]
    kits.delete_requirement(actor=request.user, kit_id=row.kit_id, requirement_id=row.pk)
    return Answer("The line is removed.")


@register(KitRequirement)
class KitRequirementAdmin(StockReadOnlyAdmin):
    """Lines of kits."""

    noun = "kit line"
    list_title = "Lines of kits"
    list_display = ["kit", "part", "placeholder", "required_qty", "designators"]
    list_filter = ["kit"]
    list_select_related = ["kit", "part"]
    search_fields = ["part__id4", "placeholder", "kit__name"]
    ordering = ["kit__name", "pk"]
    verbs = [
        Verb(
            slug="change-line",
            label="Change",
            permission=policy.CHANGE_STOCK,
            run=_change_line,
            form=ChangeLineForm,
            initial=_line_now,
            on_list=False,
        ),
        Verb(
            slug="remove-line",
            label="Remove",
            permission=policy.CHANGE_STOCK,
            run=_remove_line,
            danger=True,
            on_list=False,
            ends_on_list=True,
        ),
    ]

    def object_title(self, obj: Any) -> str:
        return f"{obj.required_qty} of {obj.part or obj.placeholder} for {obj.kit}"
