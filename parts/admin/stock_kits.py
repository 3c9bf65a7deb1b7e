"""Kits: coverage, picking, building."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    Answer,
    ReadOnlyAdmin,
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
from parts.admin.stock_words import coverage_badge, page_of, part_link
from parts.choices.stock import KitStatus, PickStatus
from parts.models import Kit, PickList
from parts.selectors.coverage import coverage_of
from parts.services import kit_shopping, kits, picking


class UnitsForm(forms.Form):
    """How many units."""

    units = forms.IntegerField(label="Units", min_value=1, initial=1)


class PushForm(UnitsForm):
    """Where to put what is missing."""

    name = forms.CharField(label="New list", max_length=255)
    honour_reserved = forms.BooleanField(label="Leave what other kits need", required=False)


def _pick(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    row = picking.create_pick_list(actor=request.user, kit_id=objects[0].pk, units=data["units"])
    return Answer(f"{row} is made.", url=page_of(row))


def _push(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    push = kit_shopping.push_kit(
        actor=request.user,
        kit_id=objects[0].pk,
        units=data["units"],
        honor_reserved=data["honour_reserved"],
        target=kit_shopping.Target(name=data["name"]),
    )
    if push.shopping_list is None:
        return Answer("Nothing is missing.")
    words = f"{push.total_needed_quantity} pieces are on {push.shopping_list.name}."
    return Answer(words, url=page_of(push.shopping_list))


def _build(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    kit, lines = picking.build_kit(actor=request.user, kit_id=objects[0].pk, units=data["units"])
    return Answer(f"{data['units']} of {kit} built from {len(lines)} places.")


def _archive(request: HttpRequest, kit: Kit, data: dict[str, Any]) -> str:
    kits.archive_kit(actor=request.user, kit_id=kit.pk)
    return f"{kit} is archived."


def _is_active(kit: Kit) -> bool:
    return kit.status == KitStatus.ACTIVE


PICK = Verb(
    slug="pick-list",
    label="Pick list",
    permission=policy.CHANGE_STOCK,
    run=_pick,
    form=UnitsForm,
    fits=_is_active,
    on_list=False,
)
PUSH = Verb(
    slug="to-shopping-list",
    label="To shopping list",
    permission=policy.CHANGE_STOCK,
    run=_push,
    form=PushForm,
    fits=_is_active,
    on_list=False,
)
BUILD = Verb(
    slug="build",
    label="Build",
    permission=policy.CHANGE_STOCK,
    run=_build,
    form=UnitsForm,
    follows="The parts are taken from stock.",
    fits=_is_active,
    on_list=False,
)
ARCHIVE = Verb(
    slug="archive",
    label="Archive",
    permission=policy.CHANGE_STOCK,
    run=each(_archive, "archived"),
    fits=_is_active,
    danger=True,
)


def _coverage(request: HttpRequest, kit: Kit) -> dict[str, Any]:
    covered = coverage_of(kit)
    rows = [
        (
            part_link(line.requirement.part)
            if line.requirement.part
            else line.requirement.placeholder,
            line.requirement.part.description if line.requirement.part else "",
            number(line.requirement.required_qty),
            number(line.total_required),
            number(line.available),
            number(line.shortfall),
            coverage_badge(line.state),
        )
        for line in covered.lines
    ]
    units = covered.buildable_units
    title = "Needs" if units is None else f"Needs, enough for {units} units"
    header = ("Part", "Description", "Per unit", "Need", "Have", "Short", "State")
    return {"tables": [ShortTable(title, header, rows, empty="Nothing is needed yet.")]}


def _picks(request: HttpRequest, kit: Kit) -> dict[str, Any]:
    rows = [
        (
            format_html('<a href="{}">{}</a>', page_of(row), row),
            row.get_status_display(),
            number(row.requested_units),
            when(row.created_at),
        )
        for row in kit.pick_lists.order_by("-created_at")[:20]
    ]
    header = ("Pick list", "State", "Units", "Made")
    return {"tables": [ShortTable("Pick lists", header, rows)]}


@register(Kit)
class KitAdmin(ServiceAdmin):
    """Kits."""

    noun = "kit"
    list_title = "Kits"
    list_display = ["name", "state", "build_target", "updated"]
    list_filter = ["status"]
    search_fields = ["name", "notes"]
    ordering = ["-updated_at", "-pk"]
    fields = ["name", "notes", "build_target"]
    verbs = [PICK, PUSH, BUILD, ARCHIVE]
    tabs = [
        Tab("coverage", "Needs", context=_coverage),
        Tab("picks", "Pick lists", context=_picks),
    ]

    def opens_on(self, obj: Any) -> str:
        return "coverage"

    @column("State", order="status", export="status")
    def state(self, kit: Kit) -> SafeString:
        return badge(kit.get_status_display(), "ok" if _is_active(kit) else "idle")

    @column("Changed", order="updated_at", export="updated_at")
    def updated(self, kit: Kit) -> SafeString:
        return when(kit.updated_at)

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Kit:
        """Begin a kit."""
        return kits.create_kit(actor=request.user, values=data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Kit:
        """Change a kit."""
        return kits.update_kit(actor=request.user, kit_id=obj.pk, values=changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a kit."""
        kits.delete_kit(actor=request.user, kit_id=obj.pk)


def _pick_all(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    lines = list(objects[0].lines.filter(status=PickStatus.OPEN).order_by("box_no", "loc_no"))
    for line in lines:
        picking.pick_line(actor=request.user, pick_list_id=line.pick_list_id, line_id=line.pk)
    return Answer(f"{len(lines)} lines picked.")


def _lines(request: HttpRequest, row: PickList) -> dict[str, Any]:
    lines = row.lines.select_related("part").order_by("box_no", "loc_no", "part__id4")
    cells = [
        (
            f"{line.box_no}-{line.loc_no}",
            part_link(line.part),
            line.part.description,
            number(line.quantity_to_pick),
            badge(line.get_status_display(), "ok" if line.picked_at else "wait"),
        )
        for line in lines
    ]
    pdf = f"/api/stock/pick-lists/{row.pk}/pdf"
    header = ("Place", "Part", "Description", "Take", "State")
    return {"tables": [ShortTable("Lines", header, cells, total=len(cells), url=pdf)]}


@register(PickList)
class PickListAdmin(ReadOnlyAdmin):
    """Pick lists."""

    noun = "pick list"
    list_title = "Pick lists"
    list_display = ["__str__", "kit", "status", "requested_units", "created_at"]
    list_filter = ["status"]
    list_select_related = ["kit"]
    ordering = ["-created_at", "-pk"]
    tabs = [Tab("lines", "Lines", context=_lines)]
    verbs = [
        Verb(
            slug="pick-all",
            label="Pick all",
            permission=policy.CHANGE_STOCK,
            run=_pick_all,
            follows="Every open line is taken from stock.",
            fits=lambda row: row.status == PickStatus.OPEN,
            on_list=False,
        )
    ]
