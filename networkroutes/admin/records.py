"""Records of other kinds of inventory: a list and a form that follow the kind's typed fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from inventory_site.core.admin import (
    EMPTY,
    ServiceAdmin,
    Tab,
    column,
    number,
    register,
    when,
    yes_no,
)
from inventory_site.core.whole import whole_number
from networkroutes.admin.filters import Chip
from networkroutes.admin.history import history_tables
from networkroutes.admin.record_forms import PREFIX, RecordForm, form_of, values_of
from networkroutes.admin.widgets import joined, listed
from networkroutes.choices import FieldKind
from networkroutes.models import InventoryRecord, RepositoryField, RepositoryType
from networkroutes.services import repositories

TYPE = "type"
TYPED = "typed_"
MOST_COLUMNS = 7


def typed_types() -> QuerySet[RepositoryType]:
    """Return the kinds of inventory that have fields of their own."""
    return RepositoryType.objects.filter(typed_fields__isnull=False).distinct().order_by("name")


def type_of(request: HttpRequest) -> RepositoryType | None:
    """Return the kind that the address names."""
    return RepositoryType.objects.filter(pk=whole_number(request.GET.get(TYPE))).first()


def _fields_of(kind: RepositoryType) -> QuerySet[RepositoryField]:
    return RepositoryField.objects.filter(repository_type=kind)


class TypeChip(Chip):
    """One kind of inventory; its fields become the columns."""

    title, parameter_name = "kind", TYPE

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(kind.pk), kind.name) for kind in typed_types()]

    def narrowed(self, request: HttpRequest, rows: Any, value: str) -> QuerySet[Any]:
        kind = type_of(request)
        return rows.filter(repository_type=kind) if kind else rows


@register(InventoryRecord)
class InventoryRecordAdmin(ServiceAdmin):
    """Records by kind; a kind that people define needs no code."""

    form = RecordForm
    noun = "record"
    list_title = "Other inventory"
    list_display = ["name", "kind", "changed"]
    list_filter = [TypeChip]
    list_select_related = ["repository_type"]
    search_fields = ["name", "values"]
    ordering = ["repository_type", "name"]
    phone_columns = ["kind", "changed"]
    summary = ["kind", "changed"]
    empty_text = "No records yet. A repository type with fields of its own gets a list and a form."
    details_first = True

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        """Return the column of a typed field, `typed_<kind>_<field>`."""
        if not name.startswith(TYPED):
            raise AttributeError(name)
        slug = name.removeprefix(TYPED).partition("_")[2]
        label, is_number = self.__dict__.get("_headers", {}).get(name, (slug, False))

        @column(label, numeric=is_number, export=f"values__{slug}")
        def typed(record: InventoryRecord) -> Any:
            return shown_value(record.value(slug))

        return typed

    def all_columns(self, request: HttpRequest) -> list[str]:
        """Show the fields of the kind that the list is narrowed to."""
        kind = type_of(request)
        if kind is None:
            return list(self.list_display)
        headers = self.__dict__.setdefault("_headers", {})
        names = []
        for field in _fields_of(kind)[:MOST_COLUMNS]:
            names.append(f"{TYPED}{kind.pk}_{field.slug}")
            headers[names[-1]] = (field.header, field.kind == FieldKind.NUMBER)
        return ["name", *names, "changed"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Every kind has columns of its own, so no choice of them is kept."""
        return self.all_columns(request)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Return the form of the record's kind."""
        kwargs["form"] = form_of(self._fields(request, obj))
        kwargs["fields"] = ["name"]
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Name the kind, and lead to the forms of the others."""
        kind = obj.repository_type if obj else type_of(request)
        names = [f"{PREFIX}{field.slug}" for field in self._fields(request, obj)]
        others = [] if obj else [other for other in typed_types() if other != kind]
        links = format_html_join(
            ", ", '<a href="?type={}">{}</a>', ((other.pk, other.name) for other in others)
        )
        about = format_html("Another kind: {}", links) if others else ""
        if kind is None:
            about = "No repository type has fields of its own yet; define one first."
        title = kind.name if kind else None
        return [(title, {"fields": ["name", *names], "description": about})]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what the fieldsets hold."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Begin with the first kind where the address names none."""
        first = typed_types().first() if type_of(request) is None else None
        if first is not None:
            return redirect(f"{request.path}?{urlencode({TYPE: first.pk})}")
        return super().add_view(request, form_url, extra_context)

    def get_tabs(self, request: HttpRequest, obj: Any) -> list[Tab]:
        """Show what happened to it."""
        return [Tab("history", "History", context=_history, permission="accounts.view_auditentry")]

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> InventoryRecord:
        """Add a record of the address's kind."""
        kind = type_of(request)
        if kind is None:
            raise ValidationError("Choose a kind of inventory.")
        return repositories.create_record(
            actor=request.user, repository_type=kind, name=data["name"], values=values_of(data)
        )

    def service_update(
        self,
        request: HttpRequest,
        obj: InventoryRecord,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> InventoryRecord:
        """Change a record."""
        return repositories.update_record(
            actor=request.user,
            record_id=obj.pk,
            name=changes.get("name"),
            values=values_of(changes),
            expected_version=expected_version,
        )

    def service_delete(self, request: HttpRequest, obj: InventoryRecord) -> None:
        """Remove a record."""
        repositories.delete_record(actor=request.user, record_id=obj.pk)

    def _fields(self, request: HttpRequest, obj: Any) -> list[RepositoryField]:
        kind = obj.repository_type if obj else type_of(request)
        return list(_fields_of(kind)) if kind else []

    @column("Kind", order="repository_type__name", export="repository_type__name")
    def kind(self, obj: InventoryRecord) -> str:
        return str(obj.repository_type)

    @column("Changed", order="updated_at", export="updated_at")
    def changed(self, obj: InventoryRecord) -> SafeString:
        return when(obj.updated_at)


def _history(request: HttpRequest, record: InventoryRecord) -> dict[str, Any]:
    return {"tables": history_tables(request, {"inventoryrecord": [record.pk]})}


def shown_value(value: Any) -> Any:
    """Draw a value of a typed field by what it is."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, (int, float)):
        return number(value)
    return str(value)


class FieldForm(forms.ModelForm):
    """A typed field; choices are words by comma."""

    choices = forms.CharField(
        label="Choices", required=False, help_text="Only for one of a list: words, by comma."
    )

    class Meta:
        model = RepositoryField
        fields = [
            "repository_type",
            "label",
            "slug",
            "kind",
            "unit",
            "choices",
            "is_required",
            "position",
            "help_text",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.initial.get("choices")
        if isinstance(known, list):
            self.initial["choices"] = joined(known)

    def clean_choices(self) -> list[str]:
        """Read the words."""
        return listed(self.cleaned_data["choices"])


@register(RepositoryField)
class RepositoryFieldAdmin(ServiceAdmin):
    """The typed fields of kinds of inventory."""

    form = FieldForm
    noun = "field"
    list_title = "Fields of repository types"
    list_display = ["label", "repository_type", "slug", "kind", "unit", "is_required", "position"]
    list_filter = ["repository_type", "kind"]
    list_select_related = ["repository_type"]
    search_fields = ["label", "slug"]
    ordering = ["repository_type", "position", "pk"]
    phone_columns = ["repository_type", "kind"]
    fields = FieldForm.Meta.fields
    summary = ["repository_type", "kind", "unit"]
    empty_text = "No fields yet: a repository type with fields gets its own list and form."

    def service_create(self, request: HttpRequest, data: dict[str, Any]) -> RepositoryField:
        """Add a field."""
        values = dict(data)
        kind = values.pop("repository_type")
        return repositories.define_field(actor=request.user, repository_type=kind, values=values)

    def service_update(
        self,
        request: HttpRequest,
        obj: RepositoryField,
        changes: dict[str, Any],
        expected_version: int | None,
    ) -> RepositoryField:
        """Change a field; it stays with its kind."""
        values = {name: value for name, value in changes.items() if name != "repository_type"}
        return repositories.change_field(actor=request.user, field_id=obj.pk, values=values)

    def service_delete(self, request: HttpRequest, obj: RepositoryField) -> None:
        """Remove a field without values."""
        repositories.remove_field(actor=request.user, field_id=obj.pk)
