"""Kits: what they need, how far the stock reaches, picking and building."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    Answer,
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
from parts.admin.stock_documents import ADD_DOCUMENT, documents_tab
from parts.admin.stock_forms import PartField, quantity_field
from parts.admin.stock_pages import StockAdmin, verb_address
from parts.admin.stock_picks import pick_cells
from parts.admin.stock_words import coverage_badge, page_of, part_link
from parts.choices.stock import KitStatus
from parts.models import Kit
from parts.selectors.coverage import coverage_of, state_of, with_needs
from parts.services import bom, kit_shopping, kits, picking


class UnitsForm(forms.Form):
    """How many units."""

    units = forms.IntegerField(label="Units", min_value=1, initial=1)


class PickForm(UnitsForm):
    """How many units, and what to do where stock is short."""

    short = forms.ChoiceField(
        label="Where stock is short",
        choices=[
            ("reject", "Stop"),
            ("limit", "Take what is there"),
            ("omit", "Leave the part out"),
        ],
    )


class PushForm(UnitsForm):
    """Where to put what is missing."""

    name = forms.CharField(label="New list", max_length=255)
    honour_reserved = forms.BooleanField(label="Leave what other kits need", required=False)


class BuildForm(UnitsForm):
    """How many to build."""

    lower_target = forms.BooleanField(label="Lower the target by as many", required=False)


class LineForm(forms.Form):
    """A line of a kit."""

    part = PartField(
        label="Part", required=False, help_text="Its four letters, or words that only it has."
    )
    placeholder = forms.CharField(
        label="Or something without a part", required=False, max_length=255
    )
    quantity = quantity_field("Per unit", initial=1)
    designators = forms.CharField(label="Designators", required=False, max_length=2000)

    def clean(self) -> dict[str, Any]:
        """One of part and text."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(data.get("part")) == bool(data.get("placeholder")):
            self.add_error("part", "Write a part, or something without one.")
        return data


class BomForm(forms.Form):
    """A bill of materials."""

    file = forms.FileField(label="CSV file", help_text="Columns are found by their names.")
    replace_lines = forms.BooleanField(label="Replace the lines that are there", required=False)


def _pick(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    kit = objects[0]
    wanted = kit.requirements.filter(part__isnull=False).values_list("part__id4", flat=True)
    row = picking.create_pick_list(
        actor=request.user,
        kit_id=kit.pk,
        units=data["units"],
        handling=dict.fromkeys(wanted, data["short"]),
    )
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
    kit, lines = picking.build_kit(
        actor=request.user,
        kit_id=objects[0].pk,
        units=data["units"],
        decrease_build_target=data["lower_target"],
    )
    places = "one place" if len(lines) == 1 else f"{len(lines)} places"
    return Answer(f"{data['units']} of {kit} built from {places}.")


def _add_line(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    part = data.get("part")
    values = {
        "part_id4": part.id4 if part else None,
        "placeholder": data["placeholder"] or None,
        "required_qty": data["quantity"],
        "designators": data["designators"] or None,
    }
    kits.add_requirement(actor=request.user, kit_id=objects[0].pk, values=values)
    return Answer(f"{objects[0]} needs {data['quantity']} of {part or data['placeholder']}.")


def _bom(request: HttpRequest, objects: list[Any], data: dict[str, Any]) -> Answer:
    report = bom.import_bom(
        actor=request.user,
        kit_id=objects[0].pk,
        content=data["file"].read(bom.MOST_BYTES + 1),
        dry_run=False,
        replace_lines=data["replace_lines"],
    )
    words = (
        f"{len(report.lines)} rows: {report.count(bom.MATCHED)} matched, "
        f"{report.count(bom.AMBIGUOUS)} ambiguous, {report.count(bom.PLACEHOLDER)} without a part."
    )
    return Answer(words)


def _archive(request: HttpRequest, kit: Kit, data: dict[str, Any]) -> str:
    kits.archive_kit(actor=request.user, kit_id=kit.pk)
    return f"{kit} is archived."


def _unarchive(request: HttpRequest, kit: Kit, data: dict[str, Any]) -> str:
    kits.unarchive_kit(actor=request.user, kit_id=kit.pk)
    return f"{kit} is active again."


def _is_active(kit: Kit) -> bool:
    return kit.status == KitStatus.ACTIVE


def _push_name(request: HttpRequest, objects: list[Any]) -> dict[str, Any]:
    return {"units": max(objects[0].build_target, 1), "name": f"For {objects[0]}"}


def _verb(slug: str, label: str, run: Any, form: type[forms.Form], **more: Any) -> Verb:
    return Verb(
        slug=slug,
        label=label,
        permission=policy.CHANGE_STOCK,
        run=run,
        form=form,
        fits=_is_active,
        on_list=False,
        **more,
    )


VERBS = [
    _verb("pick-list", "Pick list", _pick, PickForm, icon="list-checks"),
    _verb("add-line", "Add line", _add_line, LineForm, icon="plus"),
    _verb("to-shopping-list", "To shopping list", _push, PushForm, initial=_push_name),
    _verb(
        "build",
        "Build",
        _build,
        BuildForm,
        follows="The parts are taken from stock.",
        icon="hammer",
    ),
    _verb("bom-import", "Import a bill of materials", _bom, BomForm, icon="upload"),
    ADD_DOCUMENT,
    Verb(
        slug="archive",
        label="Archive",
        permission=policy.CHANGE_STOCK,
        run=each(_archive, "archived"),
        fits=_is_active,
        danger=True,
        undo="unarchive",
    ),
    Verb(
        slug="unarchive",
        label="Take out of the archive",
        permission=policy.CHANGE_STOCK,
        run=each(_unarchive, "active"),
        fits=lambda kit: not _is_active(kit),
    ),
]


def _coverage(request: HttpRequest, kit: Kit) -> dict[str, Any]:
    covered, here = coverage_of(kit), page_of(kit)

    def verb_on(line: Any, slug: str) -> str:
        return verb_address("kitrequirement", slug, line.requirement.pk, next=here)

    return {
        "lines": [
            {
                "line": line,
                "part": part_link(line.requirement.part) if line.requirement.part else "",
                "badge": coverage_badge(line.state),
                "url": verb_on(line, "change-line"),
                "remove_url": verb_on(line, "remove-line"),
            }
            for line in covered.lines
        ],
        "badge": coverage_badge(covered.state),
        "buildable": covered.buildable_units,
        "target": kit.build_target,
        "may_change": request.user.has_perm(policy.CHANGE_STOCK) and _is_active(kit),
        "add_url": verb_address("kit", "add-line", kit.pk),
    }


def _picks(request: HttpRequest, kit: Kit) -> dict[str, Any]:
    rows = [pick_cells(row) for row in kit.pick_lists.order_by("-created_at")[:20]]
    header = ("Pick list", "State", "Units", "Made", "Paper")
    links = [
        (
            format_html('<a href="{}">{}</a>', page_of(link.list), link.list.name),
            link.list.get_status_display(),
            number(link.requested_units),
            badge("The kit changed since", "warn")
            if kit.updated_at > link.snapshot_kit_updated_at
            else badge("Up to date", "ok"),
        )
        for link in kit.list_links.select_related("list").order_by("-created_at", "-pk")
    ]
    may = request.user.has_perm(policy.CHANGE_STOCK) and _is_active(kit)
    pick, buy = (verb_address("kit", slug, kit.pk) for slug in ("pick-list", "to-shopping-list"))
    return {
        "tables": [
            ShortTable(
                "Pick lists",
                header,
                rows,
                empty="Nothing is picked yet.",
                button=("Pick list", pick) if may else None,
            ),
            ShortTable(
                "Shopping lists",
                ("List", "State", "Units", "Needs"),
                links,
                empty="Nothing was put on a list yet.",
                button=("To shopping list", buy) if may else None,
            ),
        ]
    }


@register(Kit)
class KitAdmin(StockAdmin):
    """Kits."""

    noun = "kit"
    list_title = "Kits"
    list_display = ["name", "state", "cover", "build_target", "updated"]
    list_filter = ["status"]
    search_fields = ["name", "notes"]
    ordering = ["-updated_at", "-pk"]
    fields = ["name", "notes", "build_target"]
    verbs = VERBS
    empty_text = "No kits yet. A kit says which parts one unit needs."
    tabs = [
        Tab("coverage", "Needs", "parts/admin/kit_needs.html", _coverage),
        Tab(
            "picks",
            "Picking and buying",
            context=_picks,
            count=lambda request, kit: kit.pick_lists.count() or None,
        ),
        Tab("documents", "Documents", "parts/admin/part_documents.html", documents_tab),
    ]

    def opens_on(self, obj: Any) -> str:
        return "coverage"

    def subtitle(self, obj: Any) -> str:
        return (obj.notes or "")[:120]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Kit]:
        """Load what each kit needs."""
        return with_needs(super().get_queryset(request))

    @column("State", order="status", export="status")
    def state(self, kit: Kit) -> SafeString:
        return badge(kit.get_status_display(), "ok" if _is_active(kit) else "idle")

    @column("Stock")
    def cover(self, kit: Kit) -> SafeString:
        return coverage_badge(state_of(kit))

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
