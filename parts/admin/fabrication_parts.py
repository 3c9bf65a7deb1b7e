"""Parts to make and machines."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.db.models import Count, Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    ShortTable,
    Tab,
    column,
    identifier,
    number,
    register,
    when,
    yes_no,
)
from parts.admin import fabrication_boards as boards
from parts.admin.fabrication_tabs import files_tab, history_tab, model_tab
from parts.admin.fabrication_verbs import VERBS, keep_file
from parts.admin.fabrication_words import (
    FabricationLooks,
    address_of_picture,
    due_of,
    state_of,
)
from parts.models import FabricationFile, FabricationPart, Machine
from parts.services import fabrication_parts as parts
from parts.services import fabrication_queues as queues

FIELDS = (
    *("name", "type", "amount", "material", "material_thickness", "subsystem"),
    *("due_date", "priority", "onshape_url", "notes"),
)


class PartForm(forms.ModelForm):
    """What a part is."""

    class Meta:
        model = FabricationPart
        fields = FIELDS


class NewPartForm(PartForm):
    """A new part with its file."""

    upload = forms.FileField(label="STEP or PDF", required=False)


def drawn() -> QuerySet[FabricationFile]:
    """Return the current file of an outer part where a picture was drawn of its model."""
    return FabricationFile.objects.filter(
        part=OuterRef("pk"),
        stored_name=OuterRef("file"),
        blob__converted_model__has_picture=True,
    )


@register(FabricationPart)
class FabricationPartAdmin(FabricationLooks, ServiceAdmin):
    """The workshop's parts."""

    form = PartForm
    noun = "part to make"
    nouns = "parts to make"
    list_title = "Parts to make"
    list_display = ["__str__", "picture", "state", "stage", "pieces", "assigned", "due", "changed"]
    list_filter = ["category", "status", "type", "machine"]
    list_select_related = ["machine"]
    search_fields = ["search_text"]
    search_help_text = "Name, notes, subsystem, who, material or part ID."
    ordering = ["-created_at", "-pk"]
    phone_columns = ["state", "pieces", "due"]
    row_verbs = ["approve", "claim", "complete"]
    empty_text = "Nothing to make. Submit a part, or run load_demo workshop."
    verbs = VERBS
    summary = ["stage", "own_id", "pieces", "stuff", "subsystem", "who", "due", "place", "letter"]
    tabs = [
        Tab("model", "Model", "parts/admin/fab_model.html", model_tab),
        Tab("files", "Files", context=files_tab),
        Tab("history", "History", context=history_tab),
    ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Ask for the file of a new part."""
        if obj is None:
            kwargs.setdefault("form", NewPartForm)
        form: type[forms.ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def get_urls(self) -> list[URLPattern]:
        """Add board, queues and figures."""
        name = "parts_fabricationpart"
        pages = (
            ("board/", boards.board_view, "board"),
            ("queues/", boards.queues_view, "queues"),
            ("figures/", boards.figures_view, "figures"),
            ("board/move/", boards.move_view, "move"),
            ("queues/place/", boards.place_view, "place"),
        )
        wrap = self.admin_site.admin_view
        own = [path(way, wrap(partial(view, self)), name=f"{name}_{n}") for way, view, n in pages]
        return [*own, *super().get_urls()]

    def opens_on(self, obj: Any) -> str:
        return "model"

    def subtitle(self, obj: Any) -> str:
        return " · ".join(text for text in (obj.material, obj.subsystem) if text)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the front ends do."""
        return queryset.filter(pk__in=FabricationPart.objects.matching(search_term[:200])), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Tell which parts have a picture."""
        return super().get_queryset(request).annotate(has_picture=Exists(drawn()))

    @column("Picture")
    def picture(self, part: FabricationPart) -> SafeString | str:
        if not getattr(part, "has_picture", False):
            return EMPTY
        return format_html(
            '<img class="fb-thumb" src="{}" alt="" loading="lazy">', address_of_picture(part)
        )

    @column("State", order="status", export="status")
    def state(self, part: FabricationPart) -> SafeString:
        return state_of(part)

    @column("Stage", order="category", export="category")
    def stage(self, part: FabricationPart) -> str:
        return part.get_category_display()

    @column("Good / pieces", numeric=True, order="amount", export="amount")
    def pieces(self, part: FabricationPart) -> str:
        scrap = f", {part.scrap} scrap" if part.scrap else ""
        return f"{part.good} / {part.amount}{scrap}"

    @column("Due", order="due_date", export="due_date")
    def due(self, part: FabricationPart) -> SafeString | str:
        return due_of(part) or EMPTY

    @column("Changed", order="updated_at", export="updated_at")
    def changed(self, part: FabricationPart) -> SafeString:
        return when(part.updated_at)

    @column("Part ID")
    def own_id(self, part: FabricationPart) -> SafeString:
        return identifier(part.part_id or "")

    @column("Material")
    def stuff(self, part: FabricationPart) -> str:
        return ", ".join(t for t in (part.material, part.material_thickness) if t) or EMPTY

    @column("Who")
    def who(self, part: FabricationPart) -> str:
        return part.assigned or EMPTY

    @column("Machine")
    def place(self, part: FabricationPart) -> str:
        return f"{part.machine}, place {part.queue_position}" if part.machine else EMPTY

    @column("Revision")
    def letter(self, part: FabricationPart) -> str:
        return part.revision

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> FabricationPart:
        """Submit a part, then its file."""
        sent = data.pop("upload", None)
        part = parts.create_part(actor=request.user, body=data)
        if sent:
            keep_file(request, part, sent)
            part.refresh_from_db()
        return part

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> FabricationPart:
        """Change a part."""
        if not changes:
            return obj
        return parts.update_part(
            actor=request.user, part_id=obj.pk, body=changes, expected_version=expected_version
        )

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Delete a part with its files."""
        parts.delete_part(actor=request.user, part_id=obj.pk)


def _queue_tab(request: HttpRequest, machine: Machine) -> dict[str, Any]:
    rows = [
        (number(part.queue_position), str(part), state_of(part), due_of(part) or EMPTY)
        for part in queues.queue_of(machine)
    ]
    header = ("Place", "Part", "State", "Due")
    return {"tables": [ShortTable("Queue", header, rows, empty="Nothing waits here.")]}


@register(Machine)
class MachineAdmin(ServiceAdmin):
    """Machines of the workshop."""

    noun = "machine"
    list_title = "Machines"
    fields = ["name", "type", "is_active"]
    list_display = ["name", "type", "waiting", "takes"]
    list_filter = ["type", "is_active"]
    search_fields = ["name"]
    ordering = ["name", "pk"]
    empty_text = "No machine yet. Add one, or run load_demo workshop."
    tabs = [Tab("queue", "Queue", context=_queue_tab)]

    @column("Waiting", numeric=True)
    def waiting(self, machine: Machine) -> SafeString:
        return number(getattr(machine, "waits", None))

    @column("Takes parts", order="is_active", export="is_active")
    def takes(self, machine: Machine) -> SafeString:
        return yes_no(machine.is_active)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the queues."""
        return super().get_queryset(request).annotate(waits=Count("parts"))

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        """Add a machine."""
        return queues.create_machine(actor=request.user, values=data)

    def service_update(
        self, request: HttpRequest, obj: Any, changes: dict[str, Any], expected_version: int | None
    ) -> Model:
        """Rename a machine, or take it out of use."""
        return queues.update_machine(actor=request.user, machine_id=obj.pk, values=changes)

    def service_delete(self, request: HttpRequest, obj: Any) -> None:
        """Remove a machine."""
        queues.delete_machine(actor=request.user, machine_id=obj.pk)
